"""Blanks that are seen: runs of them inside a line, at its start, tabs. Written so that lines are still justified.

The layout engine justifies no paragraph whose blanks are kept (`white-space: pre-wrap`), and a no-break space at a
line's end would hold the line short of its edge. So a run of blanks is one plain blank of the run's width, which
vanishes where a line ends as every blank does.

Each piece of a line is written in elements of its own (`linha`): `brancos` gives out one piece for each.
"""

import re
from collections.abc import Iterable, Iterator
from html import escape
from itertools import pairwise
from typing import Final

from printserver.rendering.caracteres import Avisos
from printserver.rendering.linha import Linha
from printserver.rendering.trechos import Limite, Parte, Trecho

MAXIMO_LARGOS: Final = 2000
"""Wide blanks in one body; each takes the layout longer. Those beyond are written with no-break spaces."""
MAXIMO_CORRIDA: Final = 80
"""Blanks of one run that count: what an indent may take on the narrowest page."""
COLUNA: Final = 4
"""Blanks from one tab stop to the next."""

_END: Final = Limite()
_MEIO: Final = 0.5  # a blank is half as wide as a figure (`ch`) in every vendored face
_PLAIN: Final = re.compile(r"[ \t\n\f]+")
_RUN: Final = re.compile(r"[ \t\n\f\u00a0]{2,}")
_START: Final = re.compile(r"[ \t\u00a0]*")
_UNBROKEN: Final = re.compile(r"[^ \t\n\f]{60,}")


class Brancos:
    """Writes the pieces of text of one body as XHTML."""

    def __init__(self, avisos: Avisos) -> None:
        self._avisos = avisos
        self._left = MAXIMO_LARGOS

    def write(self, partes: Iterable[Parte]) -> str:
        """Return the whole body as XHTML."""
        linha = Linha()
        at_start = True
        for parte, following in pairwise((*partes, _END)):
            if isinstance(parte, Trecho):
                for piece in self._pieces(parte, at_start):
                    linha.piece(piece, last=isinstance(following, Limite))
                at_start = at_start and not parte.texto.strip()
            else:
                linha.markup(parte)
                at_start = at_start or isinstance(parte, Limite)
        return "".join(linha.written)

    def line(self, text: str, *, at_start: bool = True) -> Iterator[str]:
        """Yield a line of plain text, all of whose blanks are seen; `at_start`: nothing stands before it."""
        tab = text.rfind("\t") + 1
        if text[:tab].strip():
            yield f'<span style="white-space:pre-wrap;tab-size:{COLUNA}">{_escape(text[:tab])}</span>'
            yield from self.line(text[tab:], at_start=False)
            return
        start = _START.match(text) if at_start else None
        if start and start[0]:
            yield self._indent(self._columns(start[0]))
            text = text[start.end() :]
        yield from self._blanks(text)

    def _pieces(self, trecho: Trecho, at_start: bool) -> Iterator[str]:
        if trecho.riscado:
            yield _escape(_seen(trecho.texto) if trecho.modo == "pre" else trecho.texto)
            return
        lines = [trecho.texto] if trecho.modo == "normal" else trecho.texto.split("\n")
        for at, line in enumerate(lines):
            if at:
                yield "<br/>"
            write = self.line if trecho.modo == "pre" else self._joined
            yield from write(line, at_start=at_start or at > 0)

    def _joined(self, text: str, *, at_start: bool) -> Iterator[str]:
        """Yield text whose plain blanks join, as HTML joins them; no-break ones are seen."""
        text = _UNBROKEN.sub(_breakable, text)
        if "\u00a0" not in text:
            yield _escape(text)
            return
        text = _PLAIN.sub(" ", text)
        if at_start:
            rest = text.lstrip(" \u00a0")
            yield text[: len(text) - len(rest)]
            text = rest
        yield from self._blanks(text)

    def _blanks(self, text: str) -> Iterator[str]:
        at = 0
        for run in _RUN.finditer(text):
            yield _escape(text[at : run.start()])
            yield self._wide(self._columns(run[0]))
            at = run.end()
        yield _escape(text[at:])

    def _columns(self, blanks: str) -> int:
        """Return how many blanks wide a run is, with its tabs; those stop at columns, counted from a line's start."""
        width = 0
        for blank in blanks:
            width += COLUNA - width % COLUNA if blank == "\t" else 1
        if width > MAXIMO_CORRIDA:
            self._avisos.add(f"Uma sequência de espaços foi trazida ao limite de {MAXIMO_CORRIDA}.")
        return min(width, MAXIMO_CORRIDA)

    def _wide(self, blanks: int) -> str:
        if blanks < 2:
            return " "
        self._left -= 1
        if self._left < 0:
            return "\u00a0" * (blanks - 1) + " "
        return f'<span style="letter-spacing:{_MEIO * (blanks - 1):g}ch"> </span>'

    def _indent(self, blanks: int) -> str:
        return f'<span style="padding-left:{_MEIO * blanks:g}ch"></span>' if blanks else ""


def _breakable(found: re.Match[str]) -> str:
    """Return a long stretch without a plain blank with one for each single no-break space: else words are broken."""
    return re.sub("(?<=[^\u00a0])\u00a0(?=[^\u00a0])", " ", found[0])


def _seen(text: str) -> str:
    return re.sub("  +", lambda run: "\u00a0" * len(run[0]), text)


def _escape(text: str) -> str:
    return escape(text, quote=False)
