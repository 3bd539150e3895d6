"""Layout of the seal block: positions of lines and QR, and its height. Geometry only, in mm.

The layout reserves a box of this size; the stamp draws the lines into it. Codes are set in the mono font, so
placeholders of 25 characters have the width of the real codes.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from printserver.common.text import capitalized
from printserver.formats import fonts
from printserver.formats.block import BlockValues, SeloValues
from printserver.formats.fonts import LINE_HEIGHT, POINTS_PER_MM, FontName
from printserver.formats.model import Block, Definition

PORTAL: Final = "https://selodigital.tjsp.jus.br"
PADDING: Final = 2.0
"""mm between the frame and its content, and between text and QR."""
MIN_TEXT_WIDTH: Final = 40.0
"""mm; minimum width of the text next to the QR."""

CODE_PT: Final = 6.6
"""Size of the code under the QR."""
_INVITATION_PT: Final = 6.2
_QR_COLUMN_WIDTH: Final = 25 * 0.6002 * CODE_PT / POINTS_PER_MM  # the 25 characters under it (P6)


def narrowest(block: Block) -> float:
    """Return the smallest width in mm, to a tenth, of a block with its lines above its QR."""
    return _round_up(max(block.lado, _QR_COLUMN_WIDTH) + 2 * PADDING)


@dataclass(frozen=True, slots=True)
class Text:
    """A piece of a line: its left end and baseline in mm from the block's upper left corner; `tamanho` in points."""

    x: float
    y: float
    fonte: FontName
    tamanho: float
    texto: str


@dataclass(frozen=True, slots=True)
class QrPlace:
    """The square of the QR, quiet zone included, in mm from the block's upper left corner."""

    x: float
    y: float
    lado: float


@dataclass(frozen=True, slots=True)
class ComposedBlock:
    """A block with its positions; `altura` is 0 if it shows nothing."""

    largura: float
    altura: float
    texts: tuple[Text, ...]
    qr: QrPlace | None


@dataclass(frozen=True, slots=True)
class Columns:
    """The columns of a block: x and width in mm of the text and of the QR."""

    text_x: float
    text_width: float
    qr_x: float
    qr_width: float


def has_qr(definicao: Definition, values: BlockValues) -> bool:
    """Return whether a QR is drawn: the document has one and the format shows it (N7)."""
    return definicao.bloco.qr != "nenhum" and values.qr_codigo is not None


def columns_of(definicao: Definition, *, with_qr: bool = True) -> Columns:
    """Return the block's columns. Raises `ValueError` (Portuguese) if the format's block is too narrow for them."""
    block = definicao.bloco
    inner_width = definicao.block_width - 2 * PADDING
    if block.qr == "nenhum" or not with_qr:
        return Columns(PADDING, inner_width, PADDING, 0)
    column = max(block.lado, _QR_COLUMN_WIDTH)
    minimum = column if block.lado_qr == "abaixo" else column + PADDING + MIN_TEXT_WIDTH
    if inner_width < minimum - 0.01:
        raise ValueError(
            f"bloco.largura: {definicao.block_width:.1f} mm não comporta texto e QR;"
            f' no mínimo {minimum + 2 * PADDING:.1f} mm (com lado_qr = "abaixo", {column + 2 * PADDING:.1f} mm)'
        )
    if block.lado_qr == "abaixo":
        return Columns(PADDING, inner_width, PADDING + (inner_width - column) / 2, column)
    width = inner_width - column - PADDING
    if block.lado_qr == "esquerda":
        return Columns(PADDING + column + PADDING, width, PADDING, column)
    return Columns(PADDING, width, PADDING + width + PADDING, column)


def compose(definicao: Definition, values: BlockValues | None) -> ComposedBlock:
    """Return the layout of the block of `definicao` for `values`; None for a document without a seal."""
    width = definicao.block_width
    if values is None:
        return ComposedBlock(width, 0, (), None)
    with_qr = has_qr(definicao, values)
    if not (values.selos or values.custas or values.citados or with_qr):
        return ComposedBlock(width, 0, (), None)
    columns = columns_of(definicao, with_qr=with_qr)
    texts, y = _text_column(definicao, values, columns)
    if not with_qr:
        return ComposedBlock(width, _round_up(y + PADDING), tuple(texts), None)
    top = y + PADDING if definicao.bloco.lado_qr == "abaixo" and texts else PADDING
    qr, captions, end = _qr_column(definicao, values, columns, top)
    return ComposedBlock(width, _round_up(max(y, end) + PADDING), (*texts, *captions), qr)


def _round_up(height: float) -> float:
    """Round up to a tenth of a mm."""
    return int(height * 10 + 0.999) / 10


def _text_column(definicao: Definition, values: BlockValues, columns: Columns) -> tuple[list[Text], float]:
    tamanho = definicao.bloco.tamanho
    step = tamanho * LINE_HEIGHT / POINTS_PER_MM
    texts: list[Text] = []
    y = PADDING
    for label, font, text in _entries(definicao, values):
        x = columns.text_x
        inicio = fonts.width(label, "serifa-negrito", tamanho) / POINTS_PER_MM if label else 0.0
        total = inicio + fonts.width(text, font, tamanho) / POINTS_PER_MM
        if label:
            texts.append(Text(x, y + step * 0.8, "serifa-negrito", tamanho, label))
            if total > columns.text_width:
                y, inicio = y + step, 0.0
        available = (columns.text_width - inicio) * POINTS_PER_MM
        for linha in fonts.wrap(text, font, tamanho, available):
            texts.append(Text(x + inicio, y + step * 0.8, font, tamanho, linha))
            y += step
    return texts, y


def _entries(definicao: Definition, values: BlockValues) -> Iterator[tuple[str, FontName, str]]:
    """Yield (label, font of the text, text) in the order of the block."""
    linhas = definicao.bloco.linhas
    several = len(values.selos) > 1
    if several:
        yield "", "serifa-negrito", f"{capitalized(values.rotulo)}:"
    for selo in values.selos:
        yield "" if several else f"{capitalized(values.rotulo)}: ", "mono-negrito", selo.codigo
        if "descricao" in linhas and selo.descricao:
            yield "", "serifa", _description(selo, several)
        said = "custas" in linhas and any(custas.endswith(selo.custas) for custas in values.custas)
        if "isencao" in linhas and selo.isento and not said:
            yield "", "serifa", f"Isento: {selo.motivo}." if selo.motivo else "Isento."
    if "custas" in linhas:
        for linha in values.custas:
            yield "", "serifa", linha.replace("R$ ", "R$\u00a0")
    if "selo_livro" in linhas and values.selo_livro:
        yield "Selo do livro: ", "mono", values.selo_livro
    for name, codigo in values.citados:
        yield f"{name}: ", "mono", codigo
    if values.externo:
        yield "", "serifa", "O selo do livro foi emitido por outro sistema desta serventia."
    if "consulta" in linhas and not has_qr(definicao, values):
        yield "", "serifa", f"Confira a autenticidade do selo em {PORTAL}"
    if values.demonstracao:
        yield "", "serifa-negrito", "DEMONSTRAÇÃO: SELO SEM VALOR LEGAL"


def _description(selo: SeloValues, several: bool) -> str:
    principal = ", ato principal" if several and selo.principal else ""
    return f"{selo.ato} – {selo.descricao}{principal}"


def _qr_column(
    definicao: Definition, values: BlockValues, columns: Columns, top: float
) -> tuple[QrPlace, list[Text], float]:
    """Return the QR and its captions (name and code of its seal, invitation to check it) and the y below (P6, N3)."""
    side = definicao.bloco.lado
    qr = QrPlace(columns.qr_x + (columns.qr_width - side) / 2, top, side)
    captions: list[Text] = []
    y = top + side
    linhas: list[tuple[FontName, float, str]] = [
        ("serifa-negrito", _INVITATION_PT + 0.6, capitalized(values.qr_rotulo)),
        ("mono-negrito", CODE_PT, values.qr_codigo or ""),
        ("serifa", _INVITATION_PT, "Confira em"),
        ("serifa", _INVITATION_PT, PORTAL),
    ]
    for font, tamanho, text in linhas:
        step = tamanho * LINE_HEIGHT / POINTS_PER_MM
        for linha in fonts.wrap(text, font, tamanho, (columns.qr_width + 0.1) * POINTS_PER_MM):
            indent = (columns.qr_width - fonts.width(linha, font, tamanho) / POINTS_PER_MM) / 2
            captions.append(Text(columns.qr_x + indent, y + step * 0.8, font, tamanho, linha))
            y += step
    return qr, captions, y
