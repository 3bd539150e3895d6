"""What has to stand together on a page: signatures and seal with lines of the text, a heading with its text (P3).

CSS asks for it (`documento.css`), but WeasyPrint cannot always grant it: not within a table row, nor over several small
paragraphs. Where a layout falls short, the page before is made to end higher, and all is laid out again.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from printserver.errors import Recusa
from printserver.rendering.drawn import Desenho, Linha

LINHAS_COM_O_FECHO: Final = 2
"""Lines of the text, at least, that stand on the page with the first of the signatures, or with the seal."""


@dataclass(frozen=True, slots=True)
class Fim:
    """A page (from 1) that has to end higher: at `y`, in mm from its top."""

    pagina: int
    y: float


def find_early_end(desenho: Desenho) -> Fim | None:
    """Return which page has to end where, for what stands alone to get company; None where nothing stands alone."""
    helped = (end for end in _lone_headings(desenho) if _anything_above(desenho, end))
    return _of_the_fecho(desenho) or next(helped, None)


def loneliness(desenho: Desenho) -> int:
    """Return how much stands alone: lines missing beside signatures and seal, and headings without their text."""
    return _missing_beside_fecho(desenho) + _block_alone(desenho) + len(_lone_headings(desenho))


def check_together(desenho: Desenho) -> None:
    """Raise `Recusa` `bloco-sem-lugar` where signatures or seal stand alone on a page (P3)."""
    first = _first_page_of_fecho(desenho)
    text = [linha for linha in desenho.linhas if linha.parte != "fecho" and not linha.em_branco]
    alone = first is not None and text and all(linha.pagina != first for linha in text)
    if alone or _block_alone(desenho):
        raise Recusa(
            "bloco-sem-lugar",
            "As assinaturas ou o bloco do selo ficariam sozinhos numa página: não cabem com as últimas linhas do texto."
            " Imprima menos linhas no bloco ou aumente a área do texto do formato.",
        )


def _first_page_of_fecho(desenho: Desenho) -> int | None:
    pages = [linha.pagina for linha in desenho.linhas if linha.parte == "fecho" and not linha.em_branco]
    pages += [desenho.bloco] if desenho.bloco is not None else []
    return min(pages, default=None)


def _text_before(desenho: Desenho) -> list[Linha]:
    """Return the lines that signatures may stand with: of text and data, not headings."""
    return [x for x in desenho.linhas if x.parte != "fecho" and x.com_texto and not x.titulo]


def _missing_beside_fecho(desenho: Desenho) -> int:
    first = _first_page_of_fecho(desenho)
    if first is None:
        return 0
    before = _text_before(desenho)
    wanted = min(LINHAS_COM_O_FECHO, len(_rows(before)))
    return max(wanted - len(_rows([linha for linha in before if linha.pagina == first])), 0)


def _of_the_fecho(desenho: Desenho) -> Fim | None:
    missing = _missing_beside_fecho(desenho)
    first = _first_page_of_fecho(desenho)
    if not missing or first is None:
        return None
    earlier = [row for row in _rows(_text_before(desenho)) if row.pagina < first]
    on_page = [row for row in earlier if row.pagina == earlier[-1].pagina]
    end = on_page[-missing:][0]
    return end if _anything_above(desenho, end) else None


def _anything_above(desenho: Desenho, end: Fim) -> bool:
    """Tell whether a page that ends at `end` still holds a line; a page of no height would hold nothing at all."""
    return any(x.pagina == end.pagina and x.onde.y_final <= end.y + 0.1 for x in desenho.linhas if not x.em_branco)


def _block_alone(desenho: Desenho) -> bool:
    """Tell whether no line at all stands with the seal: of text, or of the signatures."""
    pages = {linha.pagina for linha in desenho.linhas if not linha.em_branco}
    return bool(pages) and desenho.bloco is not None and desenho.bloco not in pages


def _lone_headings(desenho: Desenho) -> list[Fim]:
    """Return the headings (where they begin) that are last on their page, with their text on the next."""
    lines = [linha for linha in desenho.linhas if linha.parte != "fecho" and not linha.em_branco]
    found: list[Fim] = []
    for at, (line, following) in enumerate(pairwise(lines)):
        if line.titulo and following.pagina > line.pagina:
            first = at
            while first and lines[first - 1].titulo and lines[first - 1].pagina == line.pagina:
                first -= 1
            found.append(Fim(line.pagina, lines[first].onde.y))
    return found


def _rows(lines: list[Linha]) -> list[Fim]:
    """Return the rows of lines, in order; lines of cells that stand side by side are one."""
    return [Fim(*row) for row in sorted({(linha.pagina, round(linha.onde.y, 1)) for linha in lines})]
