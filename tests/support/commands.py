"""The commands of a group of the command line, by name."""

import click


def commands_of(group: click.Group) -> dict[str, click.Command]:
    """Return the commands of a group, in the order in which they are defined."""
    if group.commands:
        return dict(group.commands)
    context = click.Context(group)
    found = {name: group.get_command(context, name) for name in group.list_commands(context)}
    return {name: command for name, command in found.items() if command is not None}
