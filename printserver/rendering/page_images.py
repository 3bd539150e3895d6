"""Page images of a certidão em inteiro teor: each page of a PDF whole on a sheet of our own (C16).

A page is never enlarged, reduced only where it must be and never under 85 %. It stands upright; one that fits only when
turned lies on its left side. What may not be in PDF/A-2b is drawn as an image, so that the result is.
"""

import io
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import pikepdf
from pikepdf import Array, Dictionary, Matrix, Name, Pdf, Stream
from PIL import Image, ImageChops

from printserver.errors import Recusa
from printserver.formats import Format, Rectangle
from printserver.rendering.body.characters import refuse
from printserver.rendering.pdf_body.archivable import is_archivable
from printserver.rendering.pdf_body.picture import draw, draw_in_colour, loaded, opened
from printserver.rendering.pdf_body.prepare import PreparedPdf, Size, prepare_pages

MIN_SCALE: Final = 0.85
_MM: Final = 72 / 25.4
_MIN_SIDE: Final = 20.0
"""mm below which a side is a wrong resolution, not that of a page of a book."""
_DPI: Final = 300
_BLANK_DPI: Final = 72
_JPEG_OVER: Final = 2_000_000
"""Bytes without loss from which a drawn page is a JPEG: text is below, a photograph above."""
_JPEG_QUALITY: Final = 90


@dataclass(frozen=True, slots=True)
class _Fit:
    """How a page lies in the frame: its scale, and whether it is turned a quarter to the left."""

    scale: float
    turned: bool


def prepare(content_base64: str, page_format: Format) -> PreparedPdf:
    """Return the pages of the body, each of its own size.

    Raises `Recusa` `imagem-nao-cabe` for a page that does not fit the frame of `page_format` at 85 % of its size,
    `corpo-invalido` if one is too small to be a page or all are blank, else as `prepare_pdf`.
    """

    def sizing(number: int, size: Size) -> Size:
        if min(size) < _MIN_SIDE:
            raise refuse(
                f"A página {number} do PDF mede {_mm(size[0])} × {_mm(size[1])} mm: não é o tamanho de uma página do"
                " livro. Gere-o de novo, no tamanho real."
            )
        if _fit(size, page_format.image_frame) is None:
            raise _too_large(number, size, page_format)
        return size

    prepared = prepare_pages(content_base64, sizing)
    if _is_blank(prepared):
        raise refuse("O PDF não mostra nada: todas as páginas estão em branco. Digitalize de novo as páginas do livro.")
    return prepared


def certifying_texts(count: int, *, on_back: bool) -> Iterator[str]:
    """Yield what page 1 certifies of its images, the best first; the last holds wherever they begin.

    `on_back`: the page after the first is the back of its sheet.
    """
    one = count == 1
    what = "a imagem" if one else f"as {count} imagens"
    end = "é a reprodução integral" if one else "são a reprodução integral"
    end = f"{end} e fiel do assento a que se refere esta certidão, com tudo o que nele consta."
    if on_back:
        where = "no verso desta folha" if one else "a partir do verso desta folha"
        yield f"CERTIFICO que {what} que se segue{'' if one else 'm'}, {where}, {end}"
    yield f"CERTIFICO que {what} que se segue{'' if one else 'm'} a este texto {end}"


def append(base: bytes, images: PreparedPdf, page_format: Format) -> bytes:
    """Return the pages of `base` (PDF/A-2b) and after them a sheet for each page of `images`."""
    page, frame = page_format.pagina, page_format.image_frame
    with pikepdf.open(io.BytesIO(base)) as document, pikepdf.open(io.BytesIO(images.pdf)) as source:
        for number, original in enumerate(source.pages, 1):
            size = _size(original)
            fit = _fit(size, frame)
            assert fit is not None  # by `prepare`
            form = document.copy_foreign(_form(source, original, images.pdf, number, size))
            sheet = document.add_blank_page(page_size=(page.largura * _MM, page.altura * _MM))
            sheet.add_resource(form, Name.XObject, Name.Imagem)
            matrix = _place(size, fit, frame, page.altura)
            sheet.contents_add(b"q %b cm /Imagem Do Q" % matrix.encode())
        output = io.BytesIO()
        document.save(output, deterministic_id=True)
    return output.getvalue()


def _is_blank(prepared: PreparedPdf) -> bool:
    """Return whether no page shows anything."""
    with pikepdf.open(io.BytesIO(prepared.pdf)) as source, opened(prepared.pdf) as document:
        for number, page in enumerate(source.pages, 1):
            with loaded(document, number) as shown:
                if draw(shown, _size(page), _BLANK_DPI).getextrema() != (255, 255):
                    return False
    return True


def _fit(size: Size, frame: Rectangle) -> _Fit | None:
    """Return how a page fits the frame, None if it does not at `MIN_SCALE`."""
    for turned, (width, height) in ((False, size), (True, size[::-1])):
        scale = min(1.0, frame.largura / width, frame.altura / height)
        if scale >= MIN_SCALE:
            return _Fit(scale, turned)
    return None


def _place(size: Size, fit: _Fit, frame: Rectangle, page_height: float) -> Matrix:
    """Return the matrix, in points, that puts a page in the middle of the frame."""
    scaled = size[0] * fit.scale, size[1] * fit.scale
    width, height = scaled[::-1] if fit.turned else scaled
    left = frame.x + (frame.largura - width) / 2
    bottom = page_height - frame.y - (frame.altura + height) / 2
    scale = round(fit.scale, 6)
    if fit.turned:
        return Matrix(0, scale, -scale, 0, round((left + width) * _MM, 4), round(bottom * _MM, 4))
    return Matrix(scale, 0, 0, scale, round(left * _MM, 4), round(bottom * _MM, 4))


def _size(page: pikepdf.Page) -> Size:
    return float(page.mediabox[2]) / _MM, float(page.mediabox[3]) / _MM


def _form(source: Pdf, page: pikepdf.Page, pdf: bytes, number: int, size: Size) -> Stream:
    """Return a page as a Form XObject: as it is where it may stand in PDF/A-2b, else drawn."""
    form = source.make_indirect(page.as_form_xobject())
    assert isinstance(form, Stream)
    if is_archivable(form):
        return form
    with opened(pdf) as document, loaded(document, number) as drawn:
        return _drawn_form(source, draw_in_colour(drawn, size, _DPI), page)


def _drawn_form(source: Pdf, image: Image.Image, page: pikepdf.Page) -> Stream:
    """Return an image as a Form XObject of the page's size."""
    red, green, blue = image.split()
    grey = not any(ImageChops.difference(red, other).getbbox() for other in (green, blue))
    image = red if grey else image
    picture = source.make_stream(
        b"",
        Type=Name.XObject,
        Subtype=Name.Image,
        Width=image.width,
        Height=image.height,
        ColorSpace=Name.DeviceGray if grey else Name.DeviceRGB,
        BitsPerComponent=8,
    )
    data = zlib.compress(image.tobytes(), 1)
    if len(data) <= _JPEG_OVER:
        picture.write(data, filter=Name.FlateDecode)
    else:
        jpeg = io.BytesIO()
        image.save(jpeg, "JPEG", quality=_JPEG_QUALITY, subsampling=0)
        picture.write(jpeg.getvalue(), filter=Name.DCTDecode)
    box = [float(edge) for edge in page.mediabox]
    return source.make_stream(
        b"q %.4f 0 0 %.4f 0 0 cm /Im Do Q" % (box[2], box[3]),
        Type=Name.XObject,
        Subtype=Name.Form,
        BBox=Array(box),
        Resources=Dictionary(XObject=Dictionary(Im=picture)),
    )


def _mm(length: float) -> str:
    return f"{length:.1f}".replace(".", ",")


def _too_large(number: int, size: Size, page_format: Format) -> Recusa:
    frame = page_format.image_frame
    width, height, frame_width, frame_height = map(_mm, (*size, frame.largura, frame.altura))
    return Recusa(
        "imagem-nao-cabe",
        f"A página {number} do PDF mede {width} × {height} mm e o quadro das imagens do formato {page_format.nome},"
        f" {frame_width} × {frame_height} mm: nem reduzida a 85 % ela cabe inteira. Envie a página do livro no tamanho"
        " real, uma por página do PDF, sem a mesa do digitalizador em volta; ou use um formato com quadro maior.",
        extra={
            "pagina": number,
            "largura_mm": round(size[0], 1),
            "altura_mm": round(size[1], 1),
            "quadro_mm": [round(frame.largura, 1), round(frame.altura, 1)],
        },
    )
