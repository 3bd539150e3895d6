"""A body of `texto` or `html` as it goes into a format's page: safe, printable, and none of its text dropped.

Pure functions for the render pool: time and memory are bounded there. The body `pdf` is in `corpo_pdf`.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import Final, Literal

from printserver.rendering import corpo_html
from printserver.rendering.arvore import strip_blank_end
from printserver.rendering.caracteres import Aviso, Avisos, limpar, recusar

__all__ = ["MARCAS", "Aviso", "CorpoPronto", "preparar_corpo"]

MARCAS: Final = ("SELO_LIVRO", "CUSTAS", "TOTAL", "PAPEL")
"""The marks `[[…]]` of the contract that become text; all else stays as it is written."""
MAXIMO_TEXTO: Final = 1_500_000
"""Characters of text, which is more than 300 pages hold."""

_MARK: Final = re.compile(r"\[\[(" + "|".join(MARCAS) + r")\]\]")
_BLANK_LINES: Final = re.compile(r"\n(?:[ \t]*\n)+")
_SPACING: Final = re.compile(r"\t|^ | $|  ", re.MULTILINE)
# Nothing may leave the page, where it would be cut off: a word wider than its line is broken.
_WRAPPER: Final = '<div style="overflow-wrap:anywhere">'


@dataclass(frozen=True)
class CorpoPronto:
    """A body ready for the page: XHTML (one `div`), and what its sender should know."""

    html: str
    avisos: tuple[Aviso, ...]


def preparar_corpo(formato: Literal["texto", "html"], conteudo: str, marcas: Mapping[str, str]) -> CorpoPronto:
    """Return the body `conteudo` as safe XHTML, its exact marks replaced by the plain text that `marcas` gives them.

    `marcas` is by name without brackets (`TOTAL`); a mark that is not in it stays as it is written. Of `texto`, blank
    lines part the paragraphs, and line breaks, tabs and blanks are kept. What is blank at the end is left out (P2a); a
    body that is all blank is "". Raises `Recusa` `corpo-invalido` with its reason for what is over the limits or cannot
    be printed.
    """
    avisos = Avisos()
    texto = _Texto(marcas, avisos)
    content = (
        _paragraphs(strip_blank_end(texto(conteudo)))
        if formato == "texto"
        else corpo_html.preparar(conteudo, texto, avisos)
    )
    return CorpoPronto(f"{_WRAPPER}{content}</div>" if content else "", avisos.all())


class _Texto:
    """Makes pieces of text printable, one after the other, and replaces their marks."""

    def __init__(self, marcas: Mapping[str, str], avisos: Avisos) -> None:
        self._values = {name: limpar(value, avisos) for name, value in marcas.items() if name in MARCAS}
        self._avisos = avisos
        self._length = 0

    def __call__(self, texto: str) -> str:
        before, self._length = self._length, self._length + len(texto)
        if self._length > MAXIMO_TEXTO:
            raise recusar(f"O texto tem mais de {MAXIMO_TEXTO} caracteres.")
        texto = limpar(texto, self._avisos, antes=before)
        return _MARK.sub(self._value, texto) if "[[" in texto else texto

    def _value(self, found: re.Match[str]) -> str:
        value = self._values.get(found[1])
        if value is None:
            self._avisos.add(f"A marca {found[0]} ficou como está escrita: ela não tem valor neste documento.")
            return found[0]
        return value


def _paragraphs(texto: str) -> str:
    """Return plain text as paragraphs; each blank line beyond the first keeps its room."""
    written = []
    at = 0
    for gap in _BLANK_LINES.finditer(texto):
        written.append(_paragraph(texto[at : gap.start()]))
        written.append("<p><br/></p>" * (gap[0].count("\n") - 2))
        at = gap.end()
    written.append(_paragraph(texto[at:]))
    return "".join(written)


def _paragraph(lines: str) -> str:
    lines = lines.strip("\n")
    if not lines.strip(" \t"):
        return ""
    style = ' style="white-space:pre-wrap;tab-size:4"' if _SPACING.search(lines) else ""
    return f"<p{style}>{escape(lines, quote=False).replace(chr(10), '<br/>')}</p>"
