"""Keep-together rules: signatures and seal with lines of the text, a heading with its text (P3).

`documento.css` requests this, but WeasyPrint does not always comply: not within a table row, nor across several small
paragraphs. If a layout breaks a rule, the page before is made to end higher and the document is laid out again.
"""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from printserver.errors import Recusa
from printserver.rendering.drawn import Drawing, DrawnLine

LINES_WITH_CLOSING: Final = 2
"""Minimum number of text lines on the page of the first signature or of the seal."""


@dataclass(frozen=True, slots=True)
class PageEnd:
    """A page (from 1) that must end higher, at `y` mm from its top."""

    page: int
    y: float


def find_early_end(drawing: Drawing) -> PageEnd | None:
    """Return the page that must end higher to meet the keep-together rules; None if they are met or cannot be."""
    helped = (end for end in _lone_headings(drawing) if _anything_above(drawing, end))
    return _of_the_closing(drawing) or next(helped, None)


def loneliness(drawing: Drawing) -> int:
    """Count the violations: lines missing with signatures and seal, and headings without their text."""
    return _missing_beside_closing(drawing) + _block_alone(drawing) + len(_lone_headings(drawing))


def check_together(drawing: Drawing) -> None:
    """Raise `Recusa` `bloco-sem-lugar` if signatures or seal are alone on a page (P3)."""
    first = _first_page_of_closing(drawing)
    text = [line for line in drawing.lines if line.part != "closing" and not line.blank]
    alone = first is not None and text and all(line.page != first for line in text)
    if alone or _block_alone(drawing):
        raise Recusa(
            "bloco-sem-lugar",
            "As assinaturas ou o bloco do selo ficariam sozinhos numa página: não cabem com as últimas linhas do texto."
            " Imprima menos linhas no bloco ou aumente a área do texto do formato.",
        )


def _first_page_of_closing(drawing: Drawing) -> int | None:
    pages = [line.page for line in drawing.lines if line.part == "closing" and not line.blank]
    pages += [drawing.block_page] if drawing.block_page is not None else []
    return min(pages, default=None)


def _text_before(drawing: Drawing) -> list[DrawnLine]:
    """Return the lines that count as company for signatures: text and data, not headings."""
    return [x for x in drawing.lines if x.part != "closing" and x.has_text and not x.heading]


def _missing_beside_closing(drawing: Drawing) -> int:
    first = _first_page_of_closing(drawing)
    if first is None:
        return 0
    before = _text_before(drawing)
    wanted = min(LINES_WITH_CLOSING, len(_rows(before)))
    return max(wanted - len(_rows([line for line in before if line.page == first])), 0)


def _of_the_closing(drawing: Drawing) -> PageEnd | None:
    missing = _missing_beside_closing(drawing)
    first = _first_page_of_closing(drawing)
    if not missing or first is None:
        return None
    earlier = [row for row in _rows(_text_before(drawing)) if row.page < first]
    if not earlier:  # a template of the office may write the closing before the text
        return None
    on_page = [row for row in earlier if row.page == earlier[-1].page]
    end = on_page[-missing:][0]
    return end if _anything_above(drawing, end) else None


def _anything_above(drawing: Drawing, end: PageEnd) -> bool:
    """Return whether a page that ends at `end` still holds a line; a page of zero height would hold nothing."""
    return any(x.page == end.page and x.bounds.y_end <= end.y + 0.1 for x in drawing.lines if not x.blank)


def _block_alone(drawing: Drawing) -> bool:
    """Return whether the seal's page has no line of text or signatures."""
    pages = {line.page for line in drawing.lines if not line.blank}
    return bool(pages) and drawing.block_page is not None and drawing.block_page not in pages


def _lone_headings(drawing: Drawing) -> list[PageEnd]:
    """Return the starts of headings that are last on their page with their text on the next."""
    lines = [line for line in drawing.lines if line.part != "closing" and not line.blank]
    found: list[PageEnd] = []
    for at, (line, following) in enumerate(pairwise(lines)):
        if line.heading and following.page > line.page:
            first = at
            while first and lines[first - 1].heading and lines[first - 1].page == line.page:
                first -= 1
            found.append(PageEnd(line.page, lines[first].bounds.y))
    return found


def _rows(lines: list[DrawnLine]) -> list[PageEnd]:
    """Return the rows of lines, in order; lines of adjacent cells are one row."""
    return [PageEnd(*row) for row in sorted({(line.page, round(line.bounds.y, 1)) for line in lines})]
