"""A body in writing: a list of markup and pieces of text, in page order.

Marks and blanks are processed across the elements of a line (`marks`, `blanks`), so text and markup stay separate
until the end.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

Mode = Literal["normal", "pre", "lines"]


@dataclass(slots=True)
class TextRun:
    """A piece of plain text. `mode`: blanks collapse (`normal`), are kept (`pre`), or only line ends are (`lines`).

    `struck`: a line is drawn under or through it, so that its blanks are visible.
    """

    text: str
    mode: Mode = "normal"
    struck: bool = False


class Boundary(str):
    """Markup that ends or begins a line of text: a block, a cell, an image or a line break."""

    __slots__ = ()


Part = str | TextRun

PAGE_BREAK: Final = Boundary('<span style="display:block;break-before:page"></span>')
"""A page break at any position of the text."""


def lines(parts: Iterable[Part]) -> Iterator[list[TextRun]]:
    """Yield the pieces of text of each line."""
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
"""A horizontal line (`hr`)."""
