"""A body as it is written: a list of markup and pieces of text, in the order of the page.

Marks and blanks are seen across the elements of a line (`marks`, `blanks`), so text stays apart from markup until
the end.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

Mode = Literal["normal", "pre", "lines"]


@dataclass(slots=True)
class TextRun:
    """A piece of plain text. `mode`: its blanks join (`normal`), stay (`pre`), or only its line ends do (`lines`).

    `struck`: a line is drawn under or through it, so that its blanks are seen.
    """

    text: str
    mode: Mode = "normal"
    struck: bool = False


class Boundary(str):
    """Markup at which a line of text ends or begins: of a block, a cell, an image or a line break."""

    __slots__ = ()


Part = str | TextRun

PAGE_BREAK: Final = Boundary('<span style="display:block;break-before:page"></span>')
"""A page break, wherever it stands in the text."""


def lines(parts: Iterable[Part]) -> Iterator[list[TextRun]]:
    """Yield the pieces of text that stand together, with no line's end between them."""
    together: list[TextRun] = []
    for part in parts:
        if isinstance(part, TextRun):
            together.append(part)
        elif isinstance(part, Boundary) and together:
            yield together
            together = []
    if together:
        yield together


RULE: Final = Boundary('<div style="border-top:0.5pt solid;margin:1.5mm 0"></div>')
"""A line across the text (`hr`)."""
