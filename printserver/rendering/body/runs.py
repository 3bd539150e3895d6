"""A body as it is written: a list of markup and pieces of text, in the order of the page.

Marks and blanks are seen across the elements of a line (`marcas`, `brancos`), so text stays apart from markup until the
end.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final, Literal

Modo = Literal["normal", "pre", "linhas"]


@dataclass(slots=True)
class Trecho:
    """A piece of plain text. `modo`: its blanks join (`normal`), stay (`pre`), or only its line ends do (`linhas`).

    `riscado`: a line is drawn under or through it, so that its blanks are seen.
    """

    texto: str
    modo: Modo = "normal"
    riscado: bool = False


class Limite(str):
    """Markup at which a line of text ends or begins: of a block, a cell, an image or a line break."""

    __slots__ = ()


Parte = str | Trecho

QUEBRA: Final = Limite('<span style="display:block;break-before:page"></span>')
"""A page break, wherever it stands in the text."""


def linhas(partes: Iterable[Parte]) -> Iterator[list[Trecho]]:
    """Yield the pieces of text that stand together, with no line's end between them."""
    juntos: list[Trecho] = []
    for parte in partes:
        if isinstance(parte, Trecho):
            juntos.append(parte)
        elif isinstance(parte, Limite) and juntos:
            yield juntos
            juntos = []
    if juntos:
        yield juntos


REGUA: Final = Limite('<div style="border-top:0.5pt solid;margin:1.5mm 0"></div>')
"""A line across the text (`hr`)."""
