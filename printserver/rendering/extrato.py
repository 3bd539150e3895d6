"""Part of a finished print: pages of the stored bytes, made the same way each time, nothing drawn anew (X5)."""

from collections.abc import Sequence
from io import BytesIO

import pikepdf


def extrair(pdf: bytes, paginas: Sequence[int]) -> bytes:
    """Return a PDF with the pages of `pdf` at the positions `paginas` (from 0), in that order.

    The same input gives the same bytes. Raises IndexError for a page that is not there.
    """
    with pikepdf.open(BytesIO(pdf)) as documento:
        escolhidas = [documento.pages[pagina] for pagina in paginas]
        del documento.pages[:]
        documento.pages.extend(escolhidas)
        documento.remove_unreferenced_resources()
        saida = BytesIO()
        modo = pikepdf.ObjectStreamMode.generate
        documento.save(saida, deterministic_id=True, object_stream_mode=modo, fix_metadata_version=False)
    return saida.getvalue()
