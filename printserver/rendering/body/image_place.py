"""The room of a page for an image, and notices of images that were reduced on laid-out pages (P2a).

Like `placement`, it reads WeasyPrint's boxes.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

from printserver.formats import Faces, Format, text_rectangle
from printserver.rendering.body.characters import Notices, refuse
from printserver.rendering.body.figures import PX_PER_MM, Room
from printserver.rendering.stylesheet import is_verso

_TOLERANCE_MM: Final = 0.5
_CLOSING_MM: Final = 22.0
_SIGNATURES_MM: Final = 20.0
"""Height of a row of signatures."""


class LayoutRequestLike(Protocol):
    """The part of a layout request that this module needs."""

    @property
    def formato(self) -> Format: ...
    @property
    def dados(self) -> Mapping[str, object]: ...
    @property
    def bloco(self) -> tuple[float, float]: ...
    @property
    def faces(self) -> Faces: ...
    @property
    def lado_inicial(self) -> str: ...


def image_room(request: LayoutRequestLike) -> Room:
    """Return the room for an image: a page without two lines; at the end, the height that the closing leaves (P3)."""
    page_format = request.formato
    text = page_format.texto
    line = page_format.fontes.tamanho * page_format.fontes.entrelinha / 72 * 25.4
    height = text.altura - 2 * line
    signatures = request.dados.get("assinaturas", ())
    assert isinstance(signatures, Sequence)
    rows = (len(signatures) + 1) // 2  # two in a row
    closing = request.bloco[1] + _CLOSING_MM + _SIGNATURES_MM * rows
    final = max(height - closing, 0.3 * height)
    return Room(text.largura * PX_PER_MM, height * PX_PER_MM, final * PX_PER_MM)


def check_images(pages: Sequence[Any], request: LayoutRequestLike, notices: Notices) -> None:
    """Report in `avisos` the images that the page made smaller than requested.

    Raises `Recusa` `corpo-invalido` for an image outside the text area, where it would be cut off.
    """
    for number, page in enumerate(pages, 1):
        verso = is_verso(number, request.faces, request.lado_inicial)
        area = text_rectangle(request.formato, verso=verso)
        for box in page._page_box.descendants():
            asked = box.element.get("data-imagem") if type(box).__name__.endswith("ReplacedBox") else None
            if asked is None:
                continue
            right, bottom = (box.position_x + box.width) / PX_PER_MM, (box.position_y + box.height) / PX_PER_MM
            if right > area.x + area.largura + _TOLERANCE_MM or bottom > area.y + area.altura + _TOLERANCE_MM:
                raise refuse(f"Uma imagem não cabe na página {number} e sairia cortada. Diminua-a.")
            if _is_reduced(box):
                made_key = f"{box.width / PX_PER_MM:.0f} × {box.height / PX_PER_MM:.0f} mm"
                notices.add(
                    f"Uma imagem de {asked} foi reduzida a {made_key} para caber em seu lugar (página {number})."
                )


def _is_reduced(box: Any) -> bool:
    """Whether an image is narrower than `data-largura`, or limited by the page's height (`data-teto`)."""
    width, ceiling = (box.element.get(name) for name in ("data-largura", "data-teto"))
    if width is not None:
        return bool(box.width < 0.99 * float(width))
    return ceiling is not None and bool(box.width >= 0.999 * float(ceiling))
