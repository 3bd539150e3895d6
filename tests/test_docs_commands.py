"""The operator's guide lists every command with its arguments and options."""

import re
from collections.abc import Iterator
from pathlib import Path

import click

from printserver.cli.main import cli
from support.commands import commands_of

GUIDE = (Path(__file__).parent.parent / "docs" / "guia-do-operador.md").read_text("utf-8")


def _section(title: str) -> str:
    found = re.search(rf"^## {title}\n(.*?)(?=^## |\Z)", GUIDE, re.MULTILINE | re.DOTALL)
    assert found is not None, f"the guide has no section {title}"
    return found[1]


def _commands(group: click.Group, above: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    for name, command in commands_of(group).items():
        if isinstance(command, click.Group):
            yield from _commands(command, (*above, name))
        else:
            yield (*above, name), command


def _heading(path: tuple[str, ...], command: click.Command) -> str:
    """Return a command as the guide heads it: `printserver fila NOME`."""
    arguments = [
        (part.metavar or part.name or "").strip("[]").upper()
        for part in command.params
        if isinstance(part, click.Argument)
    ]
    return " ".join(["printserver", *path, *arguments])


def _options(command: click.Command) -> dict[str, tuple[str, str]]:
    """Return name → (what holds without it, what it says) of the options that are not every command's."""
    options = {part.opts[0]: part for part in command.params if isinstance(part, click.Option)}
    return {name: (_without(part), part.help or "") for name, part in options.items() if name not in _common()}


def _without(option: click.Option) -> str:
    if option.required:
        return "exigida"
    if option.is_flag:
        return "não"
    return f"`{option.default}`" if isinstance(option.default, str | int | Path) else "—"


# These act on the machine, not on one office's folder.
OF_THE_MACHINE = ("instalar", "atualizar")


def _common() -> set[str]:
    offices = (command for path, command in _commands(cli) if path[0] not in OF_THE_MACHINE)
    return set.intersection(*({opt for part in command.params for opt in part.opts} for command in offices))


def test_every_command_stands_in_its_section_and_no_other_does() -> None:
    told = re.findall(r"^### `(.*)`\n\n(.*)$", _section("Linha de comando"), re.MULTILINE)
    assert told == [(_heading(path, command), command.help) for path, command in _commands(cli)]


def test_every_option_stands_under_its_command_and_no_other_does() -> None:
    parts = re.split(r"^### ", _section("Linha de comando"), flags=re.MULTILINE)[1:]
    told = {
        part.split("`")[1]: {
            name: (without, words)
            for name, without, words in re.findall(r"^\| `(--[\w-]+)` \| (.+?) \| (.+) \|$", part, re.MULTILINE)
        }
        for part in parts
    }
    assert told == {_heading(path, command): _options(command) for path, command in _commands(cli)}


def test_what_every_command_understands_is_told_first() -> None:
    before, _, _ = _section("Linha de comando").partition("### ")
    everywhere = _common() | {option for part in cli.params for option in part.opts}
    everywhere |= set(cli.context_settings["help_option_names"])
    assert set(re.findall(r"`(-[\w-]+)`", before)) == everywhere
