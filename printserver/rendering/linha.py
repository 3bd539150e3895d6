"""A line as the layout engine breaks it well: a row of pieces, each alone in the elements around it.

WeasyPrint takes every text of an element that begins a line for the line's first, and so breaks words of it in the
middle (`overflow-wrap`) that have room on the next line. An element of a line is therefore written once for each piece
that it holds: `<b>um <i>dois</i></b>` becomes `<b>um</b><b> </b><b><i>dois</i></b>`.
"""

import re
from typing import Final

from printserver.rendering.trechos import QUEBRA, REGUA, Limite

_DEEPEST: Final = 12
"""Elements that are written once for each piece; those around them are written once."""
_BLANK_END: Final = re.compile(r"(?<=[^ \t\n\f])[ \t\n\f]+\Z")
_NAME: Final = re.compile(r"<(\w+)")


class Linha:
    """Writes a body's pieces and markup to `written`."""

    def __init__(self) -> None:
        self.written: list[str] = []
        self._open: list[str] = []
        self._whole = 0  # of the open elements of the line, those that are written already

    def markup(self, tag: str) -> None:
        """Write markup: of a line, or (`Limite`) what ends or begins one."""
        if not isinstance(tag, Limite):
            self._of_the_line(tag)
        elif tag in (QUEBRA, REGUA) or tag.startswith("</"):
            self.written.append(tag)
        elif _opens(tag):
            self._write_open()  # what is inside takes its style from them
            self.written.append(tag)
        else:
            self.piece(tag, last=True)

    def piece(self, piece: str, *, last: bool) -> None:
        """Write a piece; `last`: the line ends with it.

        WeasyPrint breaks a piece after its first word where all of it but the blank at its end fits the line: text and
        blank are two pieces.
        """
        blank = None if last else _BLANK_END.search(piece)
        if blank:
            self._alone(piece[: blank.start()])
            piece = blank[0] if self._open[self._whole :] else f"<span>{blank[0]}</span>"
        self._alone(piece)

    def _alone(self, piece: str) -> None:
        if piece:
            around = self._open[self._whole :]
            self.written += [*around, piece, *(_closing(tag) for tag in reversed(around))]

    def _of_the_line(self, tag: str) -> None:
        if not tag.startswith("</"):
            self._open.append(tag)
            if len(self._open) - self._whole > _DEEPEST:
                self._write_open()
            return
        self._open.pop()
        if self._whole > len(self._open):
            self._whole -= 1
            self.written.append(tag)

    def _write_open(self) -> None:
        self.written += self._open[self._whole :]
        self._whole = len(self._open)


def _opens(tag: str) -> bool:
    """Tell whether markup opens an element for what follows; images, line breaks and columns are closed in it."""
    return tag.startswith("<") and not tag.endswith("/>") and "</" not in tag


def _closing(tag: str) -> str:
    name = _NAME.match(tag)
    assert name is not None
    return f"</{name[1]}>"
