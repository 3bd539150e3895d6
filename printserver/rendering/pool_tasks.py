"""Tasks of the render pool. Only pool processes load the layout libraries."""

from typing import Final

from printserver.formats import Format, examine, files, parse
from printserver.rendering import rtf_source
from printserver.rendering.model import Layout, LayoutTask

MODULES: Final = ("printserver.rendering.preloaded",)
"""What the processes share: the layout libraries, and what can be prepared with them."""


def make_layout(task: LayoutTask) -> Layout:
    """Return the layout of `task`, from the cache or new (`assemble.make_layout`)."""
    from printserver.rendering import assemble

    return assemble.make_layout(task)


def make_report(html: str, stylesheet: str) -> bytes:
    """Return the PDF of a report (`assemble.make_report`)."""
    from printserver.rendering import assemble

    return assemble.make_report(html, stylesheet)


def parse_format(nome: str, own: files.Files) -> Format:
    """Return the format that the texts of its files make (`formats.parse`)."""
    return parse(nome, own)


def examine_format(page_format: Format) -> None:
    """Fill the template of a format with example data (`formats.examine`)."""
    examine(page_format)


def examine_rtf(content: str) -> rtf_source.RtfFacts:
    """Return the variables of an rtf body (`rtf_source.examine`)."""
    return rtf_source.examine(content)


def examine_model(content: str) -> rtf_source.RtfModel:
    """Return what an imported model is (`rtf_source.examine_model`)."""
    return rtf_source.examine_model(content)


def warm_up() -> None:
    """Prepare a new process (`assemble.warm_up`)."""
    from printserver.rendering import assemble

    assemble.warm_up()
