"""Tasks of the render pool. Only pool processes load the layout libraries."""

from printserver.rendering.model import Layout, LayoutTask


def make_layout(task: LayoutTask) -> Layout:
    """Return the layout of `task`, from the cache or new (`assemble.make_layout`)."""
    from printserver.rendering import assemble

    return assemble.make_layout(task)


def make_report(html: str, stylesheet: str) -> bytes:
    """Return the PDF of a report (`assemble.make_report`)."""
    from printserver.rendering import assemble

    return assemble.make_report(html, stylesheet)


def warm_up() -> None:
    """Prepare a new process (`assemble.warm_up`)."""
    from printserver.rendering import assemble

    assemble.warm_up()
