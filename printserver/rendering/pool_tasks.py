"""What is handed to the render pool. The libraries of a layout are loaded there alone: no other process needs them."""

from printserver.rendering.model import Layout, LayoutTask


def make_layout(task: LayoutTask) -> Layout:
    """Make the layout of `task`, or find it kept (`assemble.make_layout`)."""
    from printserver.rendering import assemble

    return assemble.make_layout(task)


def warm_up() -> None:
    """Make a new process ready (`assemble.warm_up`)."""
    from printserver.rendering import assemble

    assemble.warm_up()
