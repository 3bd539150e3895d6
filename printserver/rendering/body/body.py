"""A body of `texto` or `html` as it goes into a format's page: safe, printable, and none of its text dropped.

Pure functions for the render pool: time and memory are bounded there. The body `pdf` is in `corpo_pdf`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from typing import Final, Literal

from printserver.rendering.body import html as corpo_html
from printserver.rendering.body import marks
from printserver.rendering.body.blanks import Brancos
from printserver.rendering.body.characters import (
    Aviso,
    Avisos,
    limpar,
    recusar,
)
from printserver.rendering.body.equivalents import simbolo
from printserver.rendering.body.figures import Espaco
from printserver.rendering.body.marks import MARCAS
from printserver.rendering.body.page_breaks import place_breaks
from printserver.rendering.body.runs import (
    QUEBRA,
    Limite,
    Parte,
    Trecho,
    linhas,
)
from printserver.rendering.body.tree import is_blank, strip_blank_end

__all__ = ["MARCAS", "Aviso", "CorpoPronto", "preparar_corpo"]

MAXIMO_TEXTO: Final = 1_500_000
"""Characters of text, which is more than 300 pages hold."""

_TAG: Final = re.compile(r"<[^>]*>")
_BLANK_LINES: Final = re.compile(r"\n(?:[ \t]*\n)+")


@dataclass(frozen=True)
class CorpoPronto:
    """A body ready for the page: XHTML (one `div`), and what its sender should know."""

    html: str
    avisos: tuple[Aviso, ...]

    @property
    def vazio(self) -> bool:
        """Whether it shows neither text nor image, however much markup and invisible characters it has (P2a)."""
        return "<img" not in self.html and is_blank(unescape(_TAG.sub("", self.html)))


def preparar_corpo(
    formato: Literal["texto", "html"], conteudo: str, marcas: Mapping[str, str], espaco: Espaco | None = None
) -> CorpoPronto:
    """Return the body `conteudo` as safe XHTML, its exact marks replaced by the plain text that `marcas` gives them.

    `marcas` is by name without brackets (`TOTAL`); a mark that is not in it stays as it is written. Of `texto`, blank
    lines part the paragraphs, form feeds the pages, and line breaks, tabs and blanks are kept. What is blank
    at the end is left out (P2a); a body that is all blank is "". `espaco` is the room of a page for images. Raises
    `Recusa` `corpo-invalido` with its reason for what is over the limits or cannot be printed.
    """
    avisos = Avisos()
    texto = _Texto(avisos)
    partes = list(
        _pages(conteudo, texto)
        if formato == "texto"
        else corpo_html.preparar(conteudo, texto, avisos, espaco or Espaco())
    )
    _replace_marks(partes, marcas, avisos)
    content = Brancos(avisos).write(place_breaks(partes, avisos))
    return CorpoPronto(f"<div>{content}</div>" if content else "", avisos.all())


def _replace_marks(partes: list[Parte], values: Mapping[str, str], avisos: Avisos) -> None:
    known = {name: limpar(value, avisos) for name, value in values.items() if name in MARCAS}
    marks.replace(list(linhas(partes)), known, avisos)


class _Texto:
    """Makes pieces of text printable, one after the other."""

    def __init__(self, avisos: Avisos) -> None:
        self._avisos = avisos
        self._length = 0

    def __call__(self, texto: str, fonte: str = "") -> str:
        """Return `texto` as it can be printed; `fonte` names a symbol font, whose letters stand for its drawings."""
        before, self._length = self._length, self._length + len(texto)
        if self._length > MAXIMO_TEXTO:
            raise recusar(f"O texto tem mais de {MAXIMO_TEXTO} caracteres.")
        if fonte:
            texto = "".join(_drawn(character, fonte, before + at) for at, character in enumerate(texto, 1))
        return limpar(texto, self._avisos, antes=before)


def _drawn(character: str, fonte: str, place: int) -> str:
    drawn = simbolo(character, fonte)
    if drawn is None:
        raise recusar(
            f"O caractere “{character}” da fonte de símbolos {fonte.title()}, na posição {place} do texto, não se"
            " imprime. Troque-o por um sinal escrito em outra fonte."
        )
    return drawn


def _pages(conteudo: str, texto: _Texto) -> Iterator[Parte]:
    """Yield plain text as paragraphs, to the last that is not blank; a form feed begins a page."""
    pages = conteudo.split("\f")
    last = max((number for number, page in enumerate(pages) if not is_blank(page)), default=0)
    for number, page in enumerate(pages):
        if number:
            yield QUEBRA
        printed = texto(page)
        yield from _paragraphs(printed if number < last else strip_blank_end(printed))


def _paragraphs(texto: str) -> Iterator[Parte]:
    """Yield plain text as paragraphs; each blank line beyond the first keeps its room."""
    at = 0
    for gap in _BLANK_LINES.finditer(texto):
        yield from _paragraph(texto[at : gap.start()])
        yield Limite("<p><br/></p>" * (gap[0].count("\n") - 2))
        at = gap.end()
    yield from _paragraph(texto[at:])


def _paragraph(lines: str) -> Iterator[Parte]:
    lines = lines.strip("\n")
    if not lines.strip(" \t"):
        return
    yield Limite("<p>")
    for number, line in enumerate(lines.split("\n")):
        if number:
            yield Limite("<br/>")
        yield Trecho(line.rstrip(" \t"), "pre")
    yield Limite("</p>")
