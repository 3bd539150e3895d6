"""Prepares a body that is a finished PDF: checks it and places its pages as Form XObjects on new pages.

Only visible content is kept: no annotation, action, attachment or signature, and no rotation or unbalanced state that
could hide the stamp. Annotations that print (form fields, stamps) are flattened first.
Does not stamp and does not convert to PDF/A: profile, fonts and colours stay unchanged.
"""

import base64
import binascii
import io
import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Final

import pikepdf
from pikepdf import Name, Pdf

from printserver.rendering.body.characters import BodyNotice, Notices, refuse
from printserver.rendering.pdf_body import annotations, checks, compare, streams
from printserver.rendering.pdf_body.commands import read_content
from printserver.rendering.pdf_body.layers import Layers
from printserver.rendering.pdf_body.streams import Defect
from printserver.rendering.pdf_body.use import Use

MAX_BYTES: Final = 16 * 1024 * 1024
"""Maximum bytes of the PDF, before base64."""
MAX_PAGES: Final = 300

_HEADER: Final = re.compile(rb"((?:\xef\xbb\xbf|\xfe\xff|\xff\xfe)?[\s\0]*)(%PDF-\d\.\d)")
_START: Final = re.compile(rb"startxref\s+(\d{1,10})\s")
_TABLE: Final = re.compile(rb"\s*(?:xref|\d+\s+\d+\s+obj)")
_BLANKS: Final = str.maketrans("", "", " \t\r\n")
_MM: Final = 72 / 25.4
# exceptions of pikepdf for a value of a wrong PDF type
_WRONG_TYPES: Final = (TypeError, ValueError, KeyError, AttributeError, IndexError, OverflowError, NotImplementedError)

Size = tuple[float, float]
"""Width and height in mm."""
Sizing = Callable[[int, Size], Size]
"""Returns the size of the new page from a page's number (from 1) and visible size, or raises `Recusa`."""


@dataclass(frozen=True)
class PreparedPdf:
    """A PDF body ready to be stamped: its bytes, page count, and notices for its sender."""

    pdf: bytes
    paginas: int
    avisos: tuple[BodyNotice, ...] = ()


def prepare_pdf(content_base64: str, width_mm: float, height_mm: float) -> PreparedPdf:
    """Return the complete PDF body in `content_base64` on new pages of exactly `width_mm` × `height_mm` (P2a).

    The same body gives the same bytes. Raises `Recusa` `corpo-invalido` with its reason: not base64, over 16 MB or 300
    pages, damage in an object that a page needs, encrypted, signed, a page of another size (by more than a
    millimetre), a used font not embedded, a form without appearances, layers not visible everywhere, or a page drawn
    differently.
    """

    def of_the_format(number: int, size: Size) -> Size:
        if abs(size[0] - width_mm) > 1 or abs(size[1] - height_mm) > 1:
            raise refuse(
                f"A página {number} do PDF mede {size[0]:.1f} × {size[1]:.1f} mm e o formato,"
                f" {width_mm:g} × {height_mm:g} mm."
            )
        return width_mm, height_mm

    return prepare_pages(content_base64, of_the_format)


def prepare_pages(content_base64: str, sizing: Sizing) -> PreparedPdf:
    """Return the PDF body on new pages of the sizes that `sizing` gives; else as `prepare_pdf`."""
    data = _decode(content_base64)
    notices = Notices()
    try:
        with (
            Pdf.open(io.BytesIO(data), attempt_recovery=False, suppress_warnings=True) as source,
            Pdf.new() as fresh,
        ):
            return _prepare(data, source, fresh, sizing, notices)
    except pikepdf.PasswordError as error:
        raise refuse("O PDF está cifrado (pede senha). Envie-o sem proteção.") from error
    except pikepdf.PikepdfError as error:
        raise refuse("O PDF está corrompido ou incompleto. Gere-o de novo.") from error
    except Defect as defect:
        raise refuse(f"O PDF está corrompido ou incompleto: {defect}. Gere-o de novo.") from defect
    except _WRONG_TYPES as error:
        raise refuse("O PDF tem uma estrutura inválida. Gere-o de novo.") from error


def _decode(content_base64: str) -> bytes:
    if not content_base64.isascii():  # translating non-ASCII text is slow, and base64 has none
        raise refuse("O conteúdo não está em base64 válido.")
    coded = content_base64.translate(_BLANKS)
    if len(coded) > (MAX_BYTES + 2) // 3 * 4:
        raise refuse(f"O PDF tem mais de {MAX_BYTES // 1024 // 1024} MB.")
    try:
        data = base64.b64decode(coded, validate=True)
    except (binascii.Error, ValueError) as error:
        raise refuse("O conteúdo não está em base64 válido.") from error
    if len(data) > MAX_BYTES:
        raise refuse(f"O PDF tem mais de {MAX_BYTES // 1024 // 1024} MB.")
    return _from_header(data)


def _from_header(data: bytes) -> bytes:
    """Return a PDF without the byte order mark or blanks before its header.

    Its offsets count from the header or from the first byte; blanks inserted after the header keep the latter valid.
    """
    found = _HEADER.match(data)
    if not found:
        raise refuse("O conteúdo não é um PDF.")
    before = found.end(1)
    if not before:
        return data
    starts = _START.findall(data)
    if starts and _TABLE.match(data, int(starts[-1])):
        return found[2] + b" " * (before - 1) + b"\n" + data[found.end() :]
    return data[before:]


def _prepare(data: bytes, source: Pdf, fresh: Pdf, sizing: Sizing, notices: Notices) -> PreparedPdf:
    checks.document(source)
    count = len(source.pages)
    if not 1 <= count <= MAX_PAGES:
        raise refuse(f"O PDF tem {count} páginas: são aceitas de 1 a {MAX_PAGES}.")
    annotations.check_form(source)
    layers = Layers(source)
    annotated = False
    sizes: list[Size] = []
    for number, page in enumerate(source.pages, 1):
        with _named(source, number):
            sizes.append(sizing(number, _visible_size(page)))
            if annotations.select(page, number, layers, notices):
                read_content(source, page)  # balance the content before appearances are added to it
                annotated = True
    if annotated:
        source.flatten_annotations("print")
    use = Use(source, layers)
    units = [checks.user_unit(page) for page in source.pages]
    for number, page in enumerate(source.pages, 1):
        with _named(source, number):
            use.page(page, read_content(source, page))
            _copy(source, page, fresh, *sizes[number - 1])
    if Name.OutputIntents in source.Root:
        fresh.Root.OutputIntents = fresh.copy_foreign(source.make_indirect(source.Root.OutputIntents))
    output = io.BytesIO()
    fresh.save(output, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    for pdf in (source, fresh):
        streams.read_warnings(pdf)
    compare.compare(data, output.getvalue(), sizes, units)
    return PreparedPdf(output.getvalue(), count, notices.all())


@contextmanager
def _named(source: Pdf, number: int) -> Iterator[None]:
    """Refuse defects and library warnings of one page, with its number."""
    try:
        yield
        streams.read_warnings(source)
    except Defect as defect:
        raise refuse(f"O PDF está corrompido ou incompleto na página {number}: {defect}. Gere-o de novo.") from defect
    except pikepdf.PikepdfError as error:
        raise refuse(f"O PDF está corrompido ou incompleto na página {number}. Gere-o de novo.") from error
    except _WRONG_TYPES as error:
        raise refuse(f"A página {number} do PDF tem uma estrutura inválida. Gere-o de novo.") from error


def _visible_size(page: pikepdf.Page) -> Size:
    """Return the size in mm at which viewers show a page: of its crop box, with its rotation and unit."""
    left, bottom, right, top = checks.visible_box(page)
    unit = checks.user_unit(page)
    width, height = (right - left) * unit / _MM, (top - bottom) * unit / _MM
    return (height, width) if checks.rotation(page) % 180 else (width, height)


def _copy(source: Pdf, page: pikepdf.Page, fresh: Pdf, width_mm: float, height_mm: float) -> None:
    """Add a new page that shows the visible area of `page`, aligned at the upper left corner."""
    box = checks.visible_box(page)
    page.obj.TrimBox = pikepdf.Array([round(edge, 4) for edge in box])  # the area of the Form XObject
    form = fresh.copy_foreign(page.as_form_xobject())
    if Name.Group in page.obj:
        form.Group = fresh.copy_foreign(source.make_indirect(page.obj.Group))
    unit = checks.user_unit(page)
    tall = (box[2] - box[0] if checks.rotation(page) % 180 else box[3] - box[1]) * unit
    place = pikepdf.Matrix(form.Matrix) if Name.Matrix in form else pikepdf.Matrix()
    corner = place.transform(pikepdf.Rectangle(*box))
    blank = fresh.add_blank_page(page_size=(round(width_mm * _MM, 4), round(height_mm * _MM, 4)))
    blank.add_resource(form, Name.XObject, Name.Corpo)
    left, bottom = -corner.llx, height_mm * _MM - tall - corner.lly
    blank.contents_add(f"q 1 0 0 1 {left:.4f} {bottom:.4f} cm /Corpo Do Q".encode("ascii"))
