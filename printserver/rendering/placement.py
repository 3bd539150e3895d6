"""Positions on laid-out pages: the seal's box, the dashes after text, the free end of a PDF."""

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from PIL import Image

from printserver.errors import Recusa
from printserver.formats import Faces, Format, Rectangle, fixed_block_rectangle, text_rectangle
from printserver.rendering.drawn import MM_PER_PX, Drawing, DrawnLine
from printserver.rendering.model import Box, Dash, LayoutTask
from printserver.rendering.pdf_body.picture import draw, loaded, opened
from printserver.rendering.rtf_pages import CODE_ID
from printserver.rendering.stylesheet import is_verso

_DPI: Final = 50
_SLACK_MM: Final = 3.0
_INK: Final = [255] * 250 + [0] * 6
"""Of 256 grey levels, those that count as ink: all except white and nearly white."""


@dataclass(frozen=True, slots=True)
class Measures:
    """Seal boxes and dashes of the pages, and places of the seal's code in the text."""

    boxes: tuple[Box, ...]
    dashes: tuple[Dash, ...] = ()
    codes: tuple[Box, ...] = ()


def new_anchor() -> str:
    """Return a random name for the seal's box that no body can contain."""
    return f"b{secrets.token_hex(16)}"


def measure_pages(pages: Sequence[Any], drawing: Drawing, task: LayoutTask, anchor: str) -> Measures:
    """Return the boxes of the seal block and, if the format has them, the dashes. Raises `Recusa` `bloco-sem-lugar`."""
    page_format = task.formato
    boxes: tuple[Box, ...] = ()
    if task.bloco[1]:
        if page_format.bloco.onde == "fim":
            boxes = (_box_in_text(pages, drawing, task, anchor),)
        else:
            boxes = fixed_boxes(page_format, len(pages), task.faces, task.lado_inicial)
    dashes = tuple(_dashes(drawing, task, boxes)) if page_format.tracejado else ()
    return Measures(boxes, dashes, tuple(_codes(pages)))


def _codes(pages: Sequence[Any]) -> Iterator[Box]:
    """Yield the places of the seal's code in the text of an RTF."""
    for number, page in enumerate(pages, 1):
        for name, (left, top, right, bottom) in page.anchors.items():
            if name.startswith(CODE_ID):
                x, y = left * MM_PER_PX, top * MM_PER_PX
                yield Box(number, round(x, 3), round(y, 3), (right - left) * MM_PER_PX, (bottom - top) * MM_PER_PX)


def fixed_boxes(page_format: Format, page_count: int, faces: Faces, first_side: str) -> tuple[Box, ...]:
    """Return the boxes of a block that does not follow the text."""
    chosen = {"primeira": [1], "ultima": [page_count], "todas": range(1, page_count + 1)}[page_format.bloco.onde]
    return tuple(
        _box(number, fixed_block_rectangle(page_format, verso=is_verso(number, faces, first_side))) for number in chosen
    )


def _box(page: int, rectangle: Rectangle) -> Box:
    return Box(page, rectangle.x, rectangle.y, rectangle.largura, rectangle.altura)


def _box_in_text(pages: Sequence[Any], drawing: Drawing, task: LayoutTask, anchor: str) -> Box:
    anchors = [(number, page.anchors[anchor]) for number, page in enumerate(pages, 1) if anchor in page.anchors]
    width, height = task.bloco
    if len(anchors) != 1:
        raise Recusa("bloco-sem-lugar", "O bloco do selo não coube inteiro numa página do formato.")
    number, (x, y) = anchors[0][0], anchors[0][1][:2]
    box = Box(number, round(x * MM_PER_PX, 3), round(y * MM_PER_PX, 3), width, height)
    area = _area(task, number)
    if (drawing.block_page is not None and number != len(pages)) or box.y + height > area.y + area.altura + 0.1:
        raise Recusa(
            "bloco-sem-lugar",
            f"O bloco do selo, de {height:.1f} mm de altura, não coube na última página com as assinaturas.",
        )
    return box


def _area(task: LayoutTask, number: int) -> Rectangle:
    return text_rectangle(task.formato, verso=is_verso(number, task.faces, task.lado_inicial))


def _dashes(drawing: Drawing, task: LayoutTask, boxes: tuple[Box, ...]) -> Iterator[Dash]:
    """Yield the dashes that fill the rest of the text's last line and of every page (P2)."""
    typography = task.formato.fontes
    step = typography.tamanho * typography.entrelinha / 72 * 25.4
    last = _last_line(drawing)
    if last is not None and last.right - last.ink_end > 4:
        middle = last.bounds.y + (last.bounds.y_end - last.bounds.y) * 0.62
        yield _dash(last.page, last.ink_end + 1.5, last.right, middle)
    for number, bottoms in enumerate(drawing.bottoms, 1):
        area = _area(task, number)
        right = area.x + area.largura
        bottom = max(bottoms, default=area.y)
        bottom = max([bottom, *(c.y + c.altura for c in boxes if c.pagina == number and c.y < area.y + area.altura)])
        y = bottom + step
        while y <= area.y + area.altura - 0.5:
            yield _dash(number, area.x, right, y)
            y += step


def _dash(page: int, x: float, x_end: float, y: float) -> Dash:
    return Dash(page, round(x, 2), round(x_end, 2), round(y, 2))


def _last_line(drawing: Drawing) -> DrawnLine | None:
    """Return the body's last line; None if it is in a table of more than one column, or there is no text."""
    lines = [line for line in drawing.lines if line.part == "body" and not line.blank]
    if not lines:
        return None
    last = lines[-1]
    return last if last.alone else None


def boxes_on_pdf(pdf: bytes, page_count: int, task: LayoutTask) -> tuple[Box, ...]:
    """Return the boxes of the block on a finished PDF.

    A box that follows the text is below all ink above the last page's bottom margin; ink in that margin (a footer)
    does not count. Raises `Recusa` `bloco-sem-lugar` if there is no room, or if the format's fixed place is not blank:
    the block never covers anything (P3).
    """
    if task.formato.bloco.onde != "fim":
        fixed = fixed_boxes(task.formato, page_count, task.faces, task.lado_inicial)
        for box, image in zip(fixed, _page_images(pdf, fixed[0].pagina, fixed[-1].pagina, task), strict=True):
            _check_free(image, box)
        return fixed
    area = _area(task, page_count)
    width, height = task.bloco
    above_margin = Rectangle("", 0, 0, task.formato.pagina.largura, area.y + area.altura)
    top = max(_end_of_ink(next(_page_images(pdf, page_count, page_count, task)), above_margin) + _SLACK_MM, area.y)
    free = area.y + area.altura - top
    if free < height:
        raise Recusa(
            "bloco-sem-lugar",
            f"A última página do PDF tem {max(free, 0):.1f} mm livres acima da margem inferior e o bloco do selo"
            f" precisa de {height:.1f} mm: deixe o lugar, ou uma página final em branco.",
            extra={"altura_mm": height, "disponivel_mm": round(max(free, 0), 1)},
        )
    return (Box(page_count, area.x, round(top, 1), width, height),)


def _check_free(image: Image.Image, box: Box) -> None:
    if _end_of_ink(image, Rectangle("", box.x, box.y, box.largura, box.altura)):
        right, bottom = box.x + box.largura, box.y + box.altura
        raise Recusa(
            "bloco-sem-lugar",
            f"Na página {box.pagina} do PDF há texto ou desenho no lugar do bloco do selo:"
            f" de {box.x:.1f} a {right:.1f} mm da esquerda, de {box.y:.1f} a {bottom:.1f} mm do alto.",
            extra={"pagina": box.pagina},
        )


def _page_images(pdf: bytes, first: int, last: int, task: LayoutTask) -> Iterator[Image.Image]:
    """Yield pages as images: free areas are known only from the drawn page."""
    size = task.formato.pagina.largura, task.formato.pagina.altura
    with opened(pdf) as document:
        for number in range(first, last + 1):
            with loaded(document, number) as page:
                yield draw(page, size, _DPI)


def _end_of_ink(image: Image.Image, rectangle: Rectangle) -> float:
    """Return the lowest ink within `rectangle`, in mm from the page's top; 0 if it is blank."""
    x, x_end = (int(mm / 25.4 * _DPI) for mm in (rectangle.x, rectangle.x + rectangle.largura))
    y, y_end = (int(mm / 25.4 * _DPI) for mm in (rectangle.y, rectangle.y + rectangle.altura))
    part = image.crop((x, y, min(x_end, image.width), min(y_end, image.height)))
    ink = part.point(_INK).getbbox()
    return (y + ink[3]) / _DPI * 25.4 if ink else 0.0
