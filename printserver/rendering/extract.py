"""Extract pages from a finished print: deterministic, without redrawing (X5)."""

from collections.abc import Sequence
from io import BytesIO

import pikepdf
from pikepdf import Array, Dictionary, Name


def extract_pages(pdf: bytes, pages: Sequence[int | None]) -> bytes:
    """Return a PDF of the pages of `pdf` at the indexes `pages` (from 0; None: an empty side), in that order.

    The same input gives the same bytes. Raises IndexError for a missing page.
    """
    with pikepdf.open(BytesIO(pdf)) as document:
        size = [float(side) for side in document.pages[0].mediabox]
        chosen = [_empty_page(document, size) if page is None else document.pages[page] for page in pages]
        del document.pages[:]
        document.pages.extend(chosen)
        document.remove_unreferenced_resources()
        output = BytesIO()
        mode = pikepdf.ObjectStreamMode.generate
        document.save(output, deterministic_id=True, object_stream_mode=mode, fix_metadata_version=False)
    return output.getvalue()


def _empty_page(document: pikepdf.Pdf, size: list[float]) -> pikepdf.Page:
    page = Dictionary(Type=Name.Page, MediaBox=Array(size), Resources=Dictionary(), Contents=Array())
    return pikepdf.Page(document.make_indirect(page))
