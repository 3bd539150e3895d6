"""Prepare a layout's cached file for stamping: balanced content streams and the stamp's fonts embedded."""

from functools import cache
from importlib import resources
from io import BytesIO
from typing import Final

import pikepdf
from pikepdf import Array, Dictionary, Name, Pdf

from printserver.formats import FontName, Format
from printserver.rendering import pdf_fonts

_OWN: Final = ("/Names", "/Outlines", "/OpenAction", "/AcroForm", "/PageLabels", "/Dests", "/Metadata")


COMPRESSION: Final = 3
"""zlib level for cached pages: WeasyPrint's default 9 costs a tenth of a layout's time and saves a few bytes."""


def warm_up() -> None:
    """Build the font subsets."""
    pikepdf.settings.set_flate_compression_level(COMPRESSION)
    pdf = Pdf.new()
    pdf_fonts.add_fonts(pdf, pdf_fonts.BASE_FONTS)


def format_fonts(page_format: Format) -> tuple[FontName, ...]:
    """Return the fonts that a stamp of this format uses."""
    fields = (*page_format.campos, *(page_format.image_fields if page_format.takes_page_images else ()))
    return (*pdf_fonts.BASE_FONTS, *(field.fonte for field in fields))


def prepare(pdf: bytes, page_format: Format) -> bytes:
    """Return `pdf` ready for stamping: each page's content between q and Q, the fonts in its resources.

    Removes names, outlines, forms and metadata; the stamp writes its own metadata.
    """
    with pikepdf.open(BytesIO(pdf)) as document:
        for key in _OWN:
            if key in document.Root:
                del document.Root[key]
        document.Root.Lang = pikepdf.String("pt-BR")
        if "/OutputIntents" not in document.Root:
            document.Root.OutputIntents = Array([_output_intent(document)])
        for key in list(document.docinfo.keys()):
            del document.docinfo[key]
        font_objects = pdf_fonts.add_fonts(document, format_fonts(page_format))
        opening, close = document.make_stream(b"q\n"), document.make_stream(b"\nQ\n")
        for page in document.pages:
            contents = page.obj.get("/Contents", Array())
            parts = list(contents) if isinstance(contents, Array) else [contents]
            page.obj.Contents = Array([opening, *parts, close])
            _put_fonts(document, page.obj, font_objects)
        output = BytesIO()
        document.save(output, deterministic_id=True, object_stream_mode=pikepdf.ObjectStreamMode.generate)
    return output.getvalue()


def _put_fonts(document: Pdf, page: pikepdf.Object, font_objects: dict[str, pikepdf.Object]) -> None:
    if "/Resources" not in page:
        page.Resources = document.make_indirect(Dictionary())
    if "/Font" not in page.Resources:
        page.Resources.Font = Dictionary()
    for name, item in font_objects.items():
        page.Resources.Font[Name("/" + name)] = item


@cache
def _colour_profile() -> bytes:
    return (resources.files("weasyprint") / "pdf" / "sRGB2014.icc").read_bytes()


def _output_intent(document: Pdf) -> pikepdf.Object:
    profile = document.make_stream(_colour_profile())
    profile.N = 3
    name = pikepdf.String("sRGB2014.icc")
    return document.make_indirect(
        Dictionary(
            Type=Name.OutputIntent,
            S=Name.GTS_PDFA1,
            OutputConditionIdentifier=name,
            Info=name,
            DestOutputProfile=profile,
        )
    )
