"""Shift the content of a finished print, for a printer that prints off position (P7). Redraws nothing."""

from io import BytesIO
from typing import Final

import pikepdf
from pikepdf import Array

_POINTS_PER_MM: Final = 72 / 25.4


def shift(pdf: bytes, x_mm: float, y_mm: float) -> bytes:
    """Return `pdf` with the content of every page moved by `x_mm` to the right and `y_mm` down (P7).

    Page sizes and content bytes do not change: the shift is a matrix set before the content. Content beyond the page
    edge is cut off. The same input gives the same bytes.
    """
    with pikepdf.open(BytesIO(pdf)) as document:
        move = f"q 1 0 0 1 {x_mm * _POINTS_PER_MM:.4f} {-y_mm * _POINTS_PER_MM:.4f} cm\n"
        opening, close = document.make_stream(move.encode("ascii")), document.make_stream(b"\nQ\n")
        for page in document.pages:
            contents = page.obj.get("/Contents", Array())
            parts = list(contents) if isinstance(contents, Array) else [contents]
            page.obj.Contents = Array([opening, *parts, close])
        output = BytesIO()
        mode = pikepdf.ObjectStreamMode.generate
        document.save(output, deterministic_id=True, object_stream_mode=mode, fix_metadata_version=False)
    return output.getvalue()
