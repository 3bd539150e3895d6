"""Checks of a PDF body as a whole, and the visible size of its pages.

A structure that violates the PDF types (a name instead of a number) raises `TypeError` or `ValueError` instead.
"""

from typing import Any

from pikepdf import Dictionary, Page, Pdf

from printserver.rendering.body.characters import refuse
from printserver.rendering.pdf_body import streams
from printserver.rendering.pdf_body.streams import MAX_DEPTH, Defect


def document(pdf: Pdf) -> None:
    """Refuse encryption, and a page count that differs from the page tree."""
    if pdf.is_encrypted:
        raise refuse("O PDF está cifrado. Envie-o sem proteção.")
    if int(pdf.Root.Pages.get("/Count", -1)) != len(pdf.pages):
        raise Defect("a lista de páginas não pôde ser lida inteira")
    streams.read_warnings(pdf)


def visible_box(page: Page) -> tuple[float, float, float, float]:
    """Return left, bottom, right, top of a page's visible area: its crop box within its media box."""
    media, crop = (_rectangle(box) for box in (page.mediabox, page.cropbox))
    left, bottom = max(media[0], crop[0]), max(media[1], crop[1])
    right, top = min(media[2], crop[2]), min(media[3], crop[3])
    return left, bottom, max(left, right), max(bottom, top)


def _rectangle(box: Any) -> tuple[float, float, float, float]:
    x1, y1, x2, y2 = (float(edge) for edge in box)
    return min(x1, x2), min(y1, y2), max(x1, x2), max(y1, y2)


def user_unit(page: Page) -> float:
    """Return the page's UserUnit (1 by default), the size of its units in points."""
    return float(page.obj.get("/UserUnit", 1))


def rotation(page: Page) -> int:
    """Return the page's own or inherited rotation in degrees, clockwise; refuse one that is not a multiple of 90."""
    node: Any = page.obj
    for _ in range(MAX_DEPTH):
        if not isinstance(node, Dictionary):
            return 0
        if "/Rotate" in node:
            turn = int(node["/Rotate"])
            if turn % 90:
                raise refuse("O PDF tem uma página com rotação inválida.")
            return turn % 360
        node = node.get("/Parent")
    return 0
