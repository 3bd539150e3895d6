"""The test page of a queue: millimetre grid, margin marks, the QR at several sizes, the cross of P7.

It has no seal; the text of its QR codes says so.
"""

from dataclasses import dataclass
from io import BytesIO
from typing import Final

import pikepdf
from pikepdf import Name, Pdf

from printserver.formats import FontName
from printserver.rendering import pdf_fonts
from printserver.rendering.canvas import Canvas, pt
from printserver.rendering.qr import (
    Level,
    fit,
    matrix,
    min_side,
    modules_path,
)

CROSS_MM: Final = (50.0, 50.0)
"""Position of the offset cross: mm from the left and the upper edge of the sheet."""
_LIGHT, _MEDIUM, _DARK = "0.85", "0.65", "0.35"
_TITLE: Final[FontName] = "serifa-negrito"
_TEXT: Final[FontName] = "serifa"
# The sizes of S5, one dot more per module, and one too small: they show the limits of the printer.
_QRS: Final[tuple[tuple[Level, float], ...]] = (
    ("M", min_side("M")),
    ("L", min_side("L")),
    ("M", min_side("M") * 5 / 4),
    ("L", min_side("L") * 5 / 4),
    ("M", 25.0),
)
_QR_LENGTH: Final = 440  # the maximum of a seal (S5)
_GAP: Final = 4.0
_WIDE: Final = 160.0  # from this width on the text is next to the cross


@dataclass(frozen=True, slots=True)
class QueueTestPage:
    """Data printed on the page, in mm; `offset` is the offset that the queue already applies, right and down."""

    fila: str
    bandeja: str | None
    largura: float
    altura: float
    offset: tuple[float, float]
    momento: str
    duplex: bool = False


def draw(page: QueueTestPage) -> bytes:
    """Return the page as a PDF (two pages if `duplex`). The same input gives the same bytes."""
    with Pdf.new() as pdf:
        font_objects = pdf_fonts.add_fonts(pdf, pdf_fonts.BASE_FONTS)
        for face in ("frente", "verso") if page.duplex else ("frente",):
            blank = pdf.add_blank_page(page_size=(_points(page.largura), _points(page.altura)))
            blank.obj.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary())
            for name, font_object in font_objects.items():
                blank.obj.Resources.Font[Name("/" + name)] = font_object
            blank.obj.Contents = pdf.make_stream(_operators(page, face))
        output = BytesIO()
        pdf.save(output, deterministic_id=True, compress_streams=True)
    return output.getvalue()


def _operators(page: QueueTestPage, face: str) -> bytes:
    canvas = Canvas(page.altura)
    _draw_grid(canvas, page.largura, page.altura)
    _draw_margins(canvas, page.largura, page.altura)
    _draw_cross(canvas)
    y = _write_words(canvas, page, face)
    _qrs(canvas, page, y)
    return canvas.operators()


def _draw_grid(canvas: Canvas, width: float, height: float) -> None:
    """Draw a line every millimetre, a stronger one every 5 and 10, numbered along the upper and left edges."""
    for step, grey, thickness in ((1, _LIGHT, 0.1), (5, _MEDIUM, 0.15), (10, _DARK, 0.25)):
        for mm in range(0, int(width) + 1, step):
            _draw_line(canvas, (mm, 0), (mm, height), grey, thickness)
        for mm in range(0, int(height) + 1, step):
            _draw_line(canvas, (0, mm), (width, mm), grey, thickness)
    for mm in range(20, int(width) - 5, 10):
        canvas.text(mm + 0.4, 9.4, _TEXT, 6, str(mm))
    for mm in range(20, int(height) - 5, 10):
        canvas.text(6.0, mm - 0.4, _TEXT, 6, str(mm))


def _draw_margins(canvas: Canvas, width: float, height: float) -> None:
    """Draw frames 3, 5 and 10 mm from the edges: the complete frames show the printer's margin."""
    for inset, thickness in ((3.0, 0.8), (5.0, 0.8), (10.0, 1.2)):
        corner = f"{pt(inset)} {pt(inset)} {pt(width - 2 * inset)} {pt(height - 2 * inset)} re"
        canvas.raw(f"q 0 G {thickness} w {corner} S Q".encode())
    for inset in (3, 5, 10):
        _draw_label(canvas, width / 2 - 6 + inset, height - inset - 0.6, 6, f"{inset} mm")


def _draw_cross(canvas: Canvas) -> None:
    """Draw the offset cross with 0.3 pt lines and a tick every 2 mm, in a white box."""
    x, y = CROSS_MM
    canvas.rectangle(x - 16, y - 16, 32, 32, border=True)
    for arm in (-15, 15):
        _draw_line(canvas, (x, y), (x + arm, y), "0", 0.3)
        _draw_line(canvas, (x, y), (x, y + arm), "0", 0.3)
    for tenth in range(-10, 11, 2):
        tick = 2.4 if tenth % 10 == 0 else 1.2
        _draw_line(canvas, (x + tenth, y - tick), (x + tenth, y + tick), "0", 0.3)
        _draw_line(canvas, (x - tick, y + tenth), (x + tick, y + tenth), "0", 0.3)


def _write_words(canvas: Canvas, page: QueueTestPage, face: str) -> float:
    """Write the page's data and instructions; return the y below them."""
    dx, dy = (_mm(value) for value in page.offset)
    at_x, at_y = (_mm(value) for value in CROSS_MM)
    tray = f" --bandeja {page.bandeja}" if page.bandeja else ""
    lines = (
        f"Fila: {page.fila}    Bandeja: {page.bandeja or 'a da fila'}    Face: {face}",
        f"Página: {_mm(page.largura)} × {_mm(page.altura)} mm    {page.momento}",
        f"Deslocamento já aplicado: x {dx} mm, y {dy} mm",
        f"1. Meça da borda esquerda e da borda de cima do papel até a cruz: deve dar {at_x} e {at_y} mm.",
        f"2. Novo x = {dx} + {at_x} - medido. Novo y = {dy} + {at_y} - medido.",
        f"3. printserver filas deslocar {page.fila}{tray} --x X --y Y",
        "4. Cem quadros da malha medem 100 mm: se não, a página saiu reduzida.",
        "5. Leia cada QR com o telefone; do último, menor que o permitido, não se espera.",
    )
    beside = page.largura >= _WIDE
    x, y = (CROSS_MM[0] + 20, CROSS_MM[1] - 16) if beside else (14.0, CROSS_MM[1] + 20)
    width = page.largura - x - 12
    wrapped = [line for text in lines for line in _wrap(text, width - 4)]
    height = 12 + len(wrapped) * 3.6
    canvas.rectangle(x, y, width, height, border=True)
    canvas.text(x + 2, y + 6, _TITLE, 11, "PÁGINA DE TESTE, SEM VALOR, SEM SELO")
    for number, line in enumerate(wrapped):
        canvas.text(x + 2, y + 11.5 + number * 3.6, _TEXT, 8, line)
    return y + height + 4


def _qrs(canvas: Canvas, page: QueueTestPage, y: float) -> None:
    x = left = 14.0
    row_height = 0.0
    for level, side in _QRS:
        if x + side + 12 > page.largura:
            x, y, row_height = left, y + row_height + _GAP, 0.0
        if y + side + 16 > page.altura:
            return
        canvas.rectangle(x, y, side + 1, side + 5, border=False)
        text = f"PAGINA DE TESTE, SEM VALOR. QR NIVEL {level}, {side:.1f} MM. "
        symbol = matrix((text * 20)[:_QR_LENGTH], level)
        at_x, at_y, real = fit(len(symbol), side, x, y)
        corner = f"1 0 0 1 {pt(at_x)} {pt(page.altura - at_y - real)} cm"
        canvas.raw(f"q {corner}".encode() + b"\n" + modules_path(symbol, real) + b"\nQ")
        canvas.text(x + 3, y + side + 3, _TEXT, 7, f"nível {level}, {_mm(side)} mm")
        x += side + _GAP
        row_height = max(row_height, side + 5)


def _draw_line(
    canvas: Canvas, start: tuple[float, float], end: tuple[float, float], grey: str, thickness: float
) -> None:
    points = [f"{pt(x)} {pt(canvas.from_bottom(y))}" for x, y in (start, end)]
    canvas.raw(f"q {grey} G {thickness} w {points[0]} m {points[1]} l S Q".encode())


def _draw_label(canvas: Canvas, x: float, y: float, size: float, text: str) -> None:
    canvas.rectangle(x - 0.3, y - 1.9, len(text) * 1.1 + 0.6, 2.3, border=False)
    canvas.text(x, y, _TEXT, size, text)


def _wrap(text: str, width: float) -> list[str]:
    """Return the text in lines of about `width` mm at 8 points."""
    letters = int(width / 1.38)
    lines = [""]
    for word in text.split(" "):
        if len(lines[-1]) + len(word) + 1 > letters and lines[-1]:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}" if lines[-1] else word
    return lines


def _mm(value: float) -> str:
    return f"{value:.1f}".replace(".", ",")


def _points(mm: float) -> float:
    return round(mm * 72 / 25.4, 3)
