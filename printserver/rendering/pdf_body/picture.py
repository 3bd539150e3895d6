"""Pages of a PDF as images, drawn by PDFium as for printing: with fields, annotations, layers.

Used to analyse pages, to show them at the screens, and to print page images that may not stand in PDF/A-2b as they are
(C16).
"""

from collections.abc import Iterator
from contextlib import contextmanager
from ctypes import c_float, c_ushort
from typing import Any, Final

import pypdfium2
import pypdfium2.raw as pdfium
from PIL import Image

Unreadable = pypdfium2.PdfiumError

_FLAGS: Final = pdfium.FPDF_ANNOT | pdfium.FPDF_PRINTING
_MM: Final = 72 / 25.4
_STAMP: Final = (c_ushort * 6)(*b"Stamp", 0)


@contextmanager
def opened(data: bytes) -> Iterator[Any]:
    """Open a PDF; its length is its page count. Raises `Unreadable`."""
    document = pypdfium2.PdfDocument(data)
    try:
        yield document
    finally:
        document.close()


@contextmanager
def loaded(document: Any, number: int) -> Iterator[Any]:
    """Open page `number` (from 1) of an opened PDF. Raises `Unreadable`.

    Form fields are turned into stamps: PDFium draws fields only within a form environment.
    """
    page = document[number - 1]
    try:
        for place in range(pdfium.FPDFPage_GetAnnotCount(page)):
            annotation = pdfium.FPDFPage_GetAnnot(page, place)
            if pdfium.FPDFAnnot_GetSubtype(annotation) == pdfium.FPDF_ANNOT_WIDGET:
                pdfium.FPDFAnnot_SetStringValue(annotation, b"Subtype", _STAMP)
            pdfium.FPDFPage_CloseAnnot(annotation)
        yield page
    finally:
        page.close()


def draw(
    page: Any, size_mm: tuple[float, float], dpi: float, *, unit: float = 1.0, shift: float = 0.0, smooth: bool = False
) -> Image.Image:
    """Return a loaded page in grey, on white, within `size_mm` (width, height) of its upper left corner.

    `unit` is the page's UserUnit; `shift` moves the content right and down by a fraction of a pixel. Text is aligned to
    whole pixels unless `smooth`.
    """
    width, height = (round(side / 25.4 * dpi) for side in size_mm)
    scale = unit * dpi / 72
    # PDFium positions glyphs at subpixels only on a transparent bitmap
    bitmap = pypdfium2.PdfBitmap.new_native(width, height, pdfium.FPDFBitmap_BGRA if smooth else pdfium.FPDFBitmap_Gray)
    try:
        bitmap.fill_rect((255, 255, 255, 255), 0, 0, width, height)
        matrix = pdfium.FS_MATRIX(scale, 0, 0, scale, shift, shift)
        clip = pdfium.FS_RECTF(0, 0, c_float(width), c_float(height))
        pdfium.FPDF_RenderPageBitmapWithMatrix(bitmap, page, matrix, clip, _FLAGS)
        image: Image.Image = bitmap.to_pil().convert("L")
        return image.copy()  # a grey bitmap's image still refers to PDFium's memory
    finally:
        bitmap.close()


def draw_in_colour(page: Any, size_mm: tuple[float, float], dpi: int) -> Image.Image:
    """Return a loaded page in RGB, on white, within `size_mm` (width, height) of its upper left corner."""
    width, height = (round(side / 25.4 * dpi) for side in size_mm)
    bitmap = pypdfium2.PdfBitmap.new_native(width, height, pdfium.FPDFBitmap_BGRx)
    try:
        bitmap.fill_rect((255, 255, 255, 255), 0, 0, width, height)
        matrix = pdfium.FS_MATRIX(width / (size_mm[0] * _MM), 0, 0, height / (size_mm[1] * _MM), 0, 0)
        clip = pdfium.FS_RECTF(0, 0, c_float(width), c_float(height))
        pdfium.FPDF_RenderPageBitmapWithMatrix(bitmap, page, matrix, clip, _FLAGS)
        image: Image.Image = bitmap.to_pil().convert("RGB")
        return image.copy()  # the bitmap's image still refers to PDFium's memory
    finally:
        bitmap.close()
