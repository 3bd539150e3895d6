"""Positions of a format's parts on its pages, and the check that none leaves the page or overlaps another."""

from dataclasses import replace

from printserver.formats.model import Area, Corner, Definition, PrintedField
from printserver.formats.rectangle import Misplaced, Rectangle, first_overlap

MIN_TEXT_SIDE = 40.0
"""mm; minimum width and height of the text area."""


def rectangle_at_corner(
    nome: str, canto: Corner, x: float, y: float, width: float, height: float, page: tuple[float, float]
) -> Rectangle:
    """Return the rectangle whose nearest corner is x, y mm from the page's corner `canto`."""
    esquerda = x if canto.endswith("esquerdo") else page[0] - x - width
    top = y if canto.startswith("superior") else page[1] - y - height
    return Rectangle(nome, esquerda, top, width, height)


def field_rectangle(definicao: Definition, field: PrintedField, *, verso: bool = False) -> Rectangle:
    """Return the rectangle of a printed field; mirrored on a mirrored back."""
    page = (definicao.pagina.largura, definicao.pagina.altura)
    onde = rectangle_at_corner(
        f'campo "{field.texto}"', field.canto, field.x, field.y, field.largura, field.altura, page
    )
    return onde.mirrored(page[0]) if verso and definicao.margens.espelhadas else onde


def fixed_block_rectangle(definicao: Definition, *, verso: bool = False) -> Rectangle:
    """Return the rectangle of a block that does not follow the text, rotated as the format specifies."""
    block = definicao.bloco
    assert block.canto and block.x is not None and block.y is not None and block.altura is not None
    width, height = definicao.block_width, block.altura
    if block.rotacao in (90, 270):
        width, height = height, width
    page = (definicao.pagina.largura, definicao.pagina.altura)
    onde = rectangle_at_corner("bloco do selo", block.canto, block.x, block.y, width, height, page)
    return onde.mirrored(page[0]) if verso and definicao.margens.espelhadas else onde


def block_place(definicao: Definition) -> tuple[float, float, Corner]:
    """Return width and height in mm, and the corner, of what a block within the text area takes of it.

    On a narrow form it may take the whole width. Raises `ValueError` (Portuguese) where the block leaves the area, or
    leaves no line beside or below it.
    """
    area, block = definicao.texto, fixed_block_rectangle(definicao)
    corner = definicao.bloco.canto
    assert corner is not None
    left = corner.endswith("esquerdo")
    width = block.x + block.largura - area.x if left else area.x + area.largura - block.x
    height = block.y + block.altura - area.y
    if definicao.margens.espelhadas:
        raise ValueError("bloco.no_texto: não se usa com margens espelhadas")
    if min(block.x - area.x, block.y - area.y, area.x + area.largura - block.x - block.largura) < -0.01:
        raise ValueError("bloco.no_texto: o bloco sai da área do texto")
    beside = area.largura - width
    if 0.01 < beside < MIN_TEXT_SIDE or area.altura - height < MIN_TEXT_SIDE:
        raise ValueError("bloco.no_texto: sobra pouco lugar para o texto ao lado do bloco ou abaixo dele; mínimo 40 mm")
    return width, height, corner


def text_rectangle(definicao: Definition, *, verso: bool = False) -> Rectangle:
    """Return the text area of a front or back."""
    frente = definicao.texto
    return frente.mirrored(definicao.pagina.largura) if verso and definicao.margens.espelhadas else frente


def check_geometry(definicao: Definition) -> None:
    """Raise `ValueError` (Portuguese) if a part leaves the page or overlaps another, on front or back."""
    if definicao.texto.largura < MIN_TEXT_SIDE or definicao.texto.altura < MIN_TEXT_SIDE:
        raise ValueError(
            "margens: sobra uma área de texto de"
            f" {definicao.texto.largura:.1f} × {definicao.texto.altura:.1f} mm; o mínimo é 40 × 40 mm"
        )
    if definicao.bloco.onde == "fim" and definicao.block_width > definicao.texto.largura + 0.01:
        raise ValueError(
            f"bloco.largura: {definicao.block_width} mm não cabe na área do texto, de {definicao.texto.largura:.1f} mm"
        )
    if definicao.bloco.no_texto:
        block_place(definicao)
    if definicao.takes_page_images:
        _check_image_sheet(definicao)
    for verso in (False, True) if definicao.margens.espelhadas or definicao.areas else (False,):
        for paginas in ("primeira", "demais"):
            _check_parts(definicao, _parts(definicao, paginas, verso=verso), "verso" if verso else "frente")


def _check_image_sheet(definicao: Definition) -> None:
    """Raise `ValueError` if a sheet of a page image has no frame, or a pre-printed area in it (C16)."""
    frame = definicao.image_frame
    if frame.largura < MIN_TEXT_SIDE or frame.altura < MIN_TEXT_SIDE:
        raise ValueError(f"imagens: sobra um quadro de {frame.largura:.1f} × {frame.altura:.1f} mm; mínimo 40 × 40 mm")
    if frame.y < definicao.image_head:
        raise ValueError("imagens.superior: falta lugar para a matrícula e o número da página acima do quadro")
    fields = [field_rectangle(definicao, field) for field in definicao.image_fields]
    for area in map(_of_area, definicao.areas):
        if any(area.overlaps(part) for part in (frame, *fields)):
            raise ValueError(f"imagens: o quadro das imagens, ou a linha acima dele, fica sobre a {area.nome}")


def _parts(definicao: Definition, paginas: str, *, verso: bool) -> list[Rectangle]:
    """Return the parts of one kind of page: the first, or one of the others."""
    side = "verso" if verso else "frente"
    parts = [text_rectangle(definicao, verso=verso)]
    parts += [
        replace(_of_area(area), path=f"areas.{n}")
        for n, area in enumerate(definicao.areas)
        if area.lado in (side, "ambos")
    ]
    parts += [
        replace(field_rectangle(definicao, field, verso=verso), path=f"campos.{n}")
        for n, field in enumerate(definicao.campos)
        if field.paginas in (paginas, "todas", "ultima")
    ]
    if definicao.bloco.onde != "fim" and not definicao.bloco.no_texto:
        parts.append(replace(fixed_block_rectangle(definicao, verso=verso), path="bloco"))
    return parts


def _check_parts(definicao: Definition, parts: list[Rectangle], side: str) -> None:
    page = definicao.pagina
    for part in parts:
        outside = part.x < -0.01 or part.y < -0.01
        if outside or part.x + part.largura > page.largura + 0.01 or part.y + part.altura > page.altura + 0.01:
            raise Misplaced(f"{part.nome}: sai da página de {page.largura} × {page.altura} mm ({side})", part.path)
    if par := first_overlap(parts):
        text = f"{par[1].nome}: fica sobre {par[0].nome} ({side}); mude a posição ou aumente a margem"
        raise Misplaced(text, par[1].path)


def _of_area(area: Area) -> Rectangle:
    return Rectangle(f'área pré-impressa "{area.nome}"', area.x, area.y, area.largura, area.altura)
