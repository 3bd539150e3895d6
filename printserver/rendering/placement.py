"""Where things came to lie: the seal's box on laid-out pages, the ends of text that dashes fill, a PDF's free end."""

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from PIL import Image

from printserver.errors import Recusa
from printserver.formats import Faces, Format, Rectangle, fixed_block_rectangle, text_rectangle
from printserver.rendering.drawn import MM_PER_PX, Drawing, DrawnLine
from printserver.rendering.model import Box, Dash
from printserver.rendering.pdf_body.picture import draw, loaded, opened
from printserver.rendering.stylesheet import no_verso

_DPI: Final = 50
_SLACK_MM: Final = 3.0
_INK: Final = [255] * 250 + [0] * 6
"""What of 256 greys counts as shown: all but white and nearly white."""


class LayoutRequestLike(Protocol):
    """What of a layout's order matters here."""

    @property
    def formato(self) -> Format: ...
    @property
    def bloco(self) -> tuple[float, float]: ...
    @property
    def faces(self) -> Faces: ...
    @property
    def lado_inicial(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Measures:
    """What was found on the pages."""

    boxes: tuple[Box, ...]
    dashes: tuple[Dash, ...]


def new_anchor() -> str:
    """Return a name for the seal's box that no body can bring."""
    return f"b{secrets.token_hex(16)}"


def measure_pages(paginas: Sequence[Any], drawing: Drawing, request: LayoutRequestLike, anchor: str) -> Measures:
    """Return the boxes of the seal block and, by the format, the dashes. Raises `Recusa` `bloco-sem-lugar`."""
    page_format = request.formato
    boxes: tuple[Box, ...] = ()
    if request.bloco[1]:
        if page_format.bloco.onde == "fim":
            boxes = (_box_in_text(paginas, request, anchor),)
        else:
            boxes = fixed_boxes(page_format, len(paginas), request.faces, request.lado_inicial)
    dashes = tuple(_dashes(drawing, request, boxes)) if page_format.tracejado else ()
    return Measures(boxes, dashes)


def fixed_boxes(page_format: Format, paginas: int, faces: Faces, first_side: str) -> tuple[Box, ...]:
    """Return the boxes of a block that does not follow the text."""
    quais = {"primeira": [1], "ultima": [paginas], "todas": range(1, paginas + 1)}[page_format.bloco.onde]
    return tuple(
        _box(numero, fixed_block_rectangle(page_format, verso=no_verso(numero, faces, first_side))) for numero in quais
    )


def _box(page: int, onde: Rectangle) -> Box:
    return Box(page, onde.x, onde.y, onde.largura, onde.altura)


def _box_in_text(paginas: Sequence[Any], request: LayoutRequestLike, anchor: str) -> Box:
    anchors = [(numero, page.anchors[anchor]) for numero, page in enumerate(paginas, 1) if anchor in page.anchors]
    width, height = request.bloco
    if len(anchors) != 1:
        raise Recusa("bloco-sem-lugar", "O bloco do selo não coube inteiro numa página do formato.")
    numero, (x, y) = anchors[0][0], anchors[0][1][:2]
    box = Box(numero, round(x * MM_PER_PX, 3), round(y * MM_PER_PX, 3), width, height)
    area = _area(request, numero)
    if numero != len(paginas) or box.y + height > area.y + area.altura + 0.1:
        raise Recusa(
            "bloco-sem-lugar",
            f"O bloco do selo, de {height:.1f} mm de altura, não coube na última página com as assinaturas.",
        )
    return box


def _area(request: LayoutRequestLike, numero: int) -> Rectangle:
    return text_rectangle(request.formato, verso=no_verso(numero, request.faces, request.lado_inicial))


def _dashes(drawing: Drawing, request: LayoutRequestLike, boxes: tuple[Box, ...]) -> Iterator[Dash]:
    """Yield what fills the rest of the text's last line and of every page (P2)."""
    typography = request.formato.fontes
    step = typography.tamanho * typography.entrelinha / 72 * 25.4
    last = _last_line(drawing)
    if last is not None and last.direita - last.fim > 4:
        middle = last.onde.y + (last.onde.y_end - last.onde.y) * 0.62
        yield _dash(last.pagina, last.fim + 1.5, last.direita, middle)
    for numero, bottoms in enumerate(drawing.bottoms, 1):
        area = _area(request, numero)
        direita = area.x + area.largura
        bottom = max(bottoms, default=area.y)
        bottom = max([bottom, *(c.y + c.altura for c in boxes if c.pagina == numero and c.y < area.y + area.altura)])
        y = bottom + step
        while y <= area.y + area.altura - 0.5:
            yield _dash(numero, area.x, direita, y)
            y += step


def _dash(page: int, x: float, x_end: float, y: float) -> Dash:
    return Dash(page, round(x, 2), round(x_end, 2), round(y, 2))


def _last_line(drawing: Drawing) -> DrawnLine | None:
    """Return the body's last line; None where it stands in a table of more than one column, or there is no text."""
    linhas = [linha for linha in drawing.linhas if linha.parte == "corpo" and not linha.em_branco]
    if not linhas:
        return None
    last = linhas[-1]
    return last if last.alone else None


def boxes_on_pdf(pdf: bytes, paginas: int, request: LayoutRequestLike) -> tuple[Box, ...]:
    """Return the boxes of the block on a finished PDF.

    One that follows the text stands below all that the last page shows above its bottom margin; what lies in that
    margin (a footer) does not count. Raises `Recusa` `bloco-sem-lugar` where there is not the room, or where the
    format's fixed place is not blank: the block is never put over anything (P3).
    """
    if request.formato.bloco.onde != "fim":
        fixed = fixed_boxes(request.formato, paginas, request.faces, request.lado_inicial)
        for box, image in zip(fixed, _page_images(pdf, fixed[0].pagina, fixed[-1].pagina, request), strict=True):
            _check_free(image, box)
        return fixed
    area = _area(request, paginas)
    width, height = request.bloco
    folha = Rectangle("", 0, 0, request.formato.pagina.largura, area.y + area.altura)
    top = max(_end_of_ink(next(_page_images(pdf, paginas, paginas, request)), folha) + _SLACK_MM, area.y)
    free = area.y + area.altura - top
    if free < height:
        raise Recusa(
            "bloco-sem-lugar",
            f"A última página do PDF tem {max(free, 0):.1f} mm livres acima da margem inferior e o bloco do selo"
            f" precisa de {height:.1f} mm: deixe o lugar, ou uma página final em branco.",
            extra={"altura_mm": height, "disponivel_mm": round(max(free, 0), 1)},
        )
    return (Box(paginas, area.x, round(top, 1), width, height),)


def _check_free(image: Image.Image, box: Box) -> None:
    if _end_of_ink(image, Rectangle("", box.x, box.y, box.largura, box.altura)):
        direita, bottom = box.x + box.largura, box.y + box.altura
        raise Recusa(
            "bloco-sem-lugar",
            f"Na página {box.pagina} do PDF há texto ou desenho no lugar do bloco do selo:"
            f" de {box.x:.1f} a {direita:.1f} mm da esquerda, de {box.y:.1f} a {bottom:.1f} mm do alto.",
            extra={"pagina": box.pagina},
        )


def _page_images(pdf: bytes, first: int, last: int, request: LayoutRequestLike) -> Iterator[Image.Image]:
    """Yield pages as pictures: what shows there is known only once it is drawn."""
    tamanho = request.formato.pagina.largura, request.formato.pagina.altura
    with opened(pdf) as document:
        for numero in range(first, last + 1):
            with loaded(document, numero) as page:
                yield draw(page, tamanho, _DPI)


def _end_of_ink(image: Image.Image, onde: Rectangle) -> float:
    """Return how far down, in mm from the page's top, anything shows within `onde`; 0 where it is blank."""
    x, x_end = (int(mm / 25.4 * _DPI) for mm in (onde.x, onde.x + onde.largura))
    y, y_end = (int(mm / 25.4 * _DPI) for mm in (onde.y, onde.y + onde.altura))
    part = image.crop((x, y, min(x_end, image.width), min(y_end, image.height)))
    ink = part.point(_INK).getbbox()
    return (y + ink[3]) / _DPI * 25.4 if ink else 0.0
