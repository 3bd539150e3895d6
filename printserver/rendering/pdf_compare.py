"""Holds the prepared pages against the PDF that came, as another program draws both (P2a, S12).

It knows nothing of what can go wrong in a PDF: a word, picture or line that one shows and the other does not is found
whatever the cause. PDFium draws as a viewer does when it prints: with fields, annotations and layers.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from ctypes import c_float, c_ushort
from typing import Any, Final

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image, ImageChops

from printserver.rendering.caracteres import recusar

_DPI: Final = 36
_NOISE: Final = 24
"""Grey levels of 255 by which a pixel may differ. Both drawings are of one program, and mostly the same to the bit."""
_WAYS: Final = ((pdfium.FPDFBitmap_Gray, 0.37), (pdfium.FPDFBitmap_BGRA, 0.37), (pdfium.FPDFBitmap_BGRA, 0.12))
"""How pages are drawn until they agree: the kind of bitmap, and the part of a pixel by which both are moved.

Text goes from whole pixel to whole pixel on an opaque bitmap, but not within a transparency group, nor on a bitmap that
is transparent. Pictures always do: one that begins within a rounding error of a pixel's edge may come out a pixel
larger, but not at two places.
"""
_STAMP: Final = (c_ushort * 6)(*b"Stamp", 0)
_FLAGS: Final = pdfium.FPDF_ANNOT | pdfium.FPDF_PRINTING


def compare(received: bytes, prepared: bytes, size_mm: tuple[float, float], pages: Sequence[tuple[int, float]]) -> None:
    """Refuse `prepared` where a page of it does not show what the page of `received` does.

    `pages` are the numbers of those to compare, with how much larger (UserUnit) the received one is than its points
    say. Pages are looked at from the upper left corner, to `size_mm` (width, height). Raises `Recusa` `corpo-invalido`.
    """
    try:
        with _opened(received) as before, _opened(prepared) as after:
            if len(before) != len(after):
                raise recusar("O PDF está corrompido: suas páginas não são as que ele conta. Gere-o de novo.")
            for number, unit in pages:
                with _loaded(before, number) as page, _loaded(after, number) as fresh:
                    if not _agree(page, fresh, size_mm, unit):
                        raise recusar(
                            f"A página {number} do PDF não aparece igual em todos os programas: parte dela se perderia"
                            " na impressão. Gere-o de novo, de outro modo."
                        )
    except pypdfium2.PdfiumError as error:
        raise recusar("O PDF está corrompido ou incompleto. Gere-o de novo.") from error


@contextmanager
def _opened(data: bytes) -> Iterator[Any]:
    document = pypdfium2.PdfDocument(data)
    try:
        yield document
    finally:
        document.close()


@contextmanager
def _loaded(document: Any, number: int) -> Iterator[Any]:
    """Open a page, its form fields taken for stamps: PDFium draws fields only with a form of its own around them."""
    page = document[number - 1]
    for place in range(pdfium.FPDFPage_GetAnnotCount(page)):
        annotation = pdfium.FPDFPage_GetAnnot(page, place)
        if pdfium.FPDFAnnot_GetSubtype(annotation) == pdfium.FPDF_ANNOT_WIDGET:
            pdfium.FPDFAnnot_SetStringValue(annotation, b"Subtype", _STAMP)
        pdfium.FPDFPage_CloseAnnot(annotation)
    try:
        yield page
    finally:
        page.close()


def _agree(page: Any, fresh: Any, size_mm: tuple[float, float], unit: float) -> bool:
    for kind, shift in _WAYS:
        before, after = (_drawn(each, size_mm, scale, kind, shift) for each, scale in ((page, unit), (fresh, 1.0)))
        if before == after or not any(ImageChops.difference(before, after).histogram()[_NOISE + 1 :]):
            return True
    return False


def _drawn(page: Any, size_mm: tuple[float, float], unit: float, kind: int, shift: float) -> Image.Image:
    """Return a page in grey, on white, as large as `size_mm` says whatever its own size is."""
    width, height = (round(side / 25.4 * _DPI) for side in size_mm)
    scale = unit * _DPI / 72
    bitmap = pypdfium2.PdfBitmap.new_native(width, height, kind)
    try:
        bitmap.fill_rect((255, 255, 255, 255), 0, 0, width, height)
        matrix = pdfium.FS_MATRIX(scale, 0, 0, scale, shift, shift)
        clip = pdfium.FS_RECTF(0, 0, c_float(width), c_float(height))
        pdfium.FPDF_RenderPageBitmapWithMatrix(bitmap, page, matrix, clip, _FLAGS)
        image: Image.Image = bitmap.to_pil().convert("L")
        return image
    finally:
        bitmap.close()
