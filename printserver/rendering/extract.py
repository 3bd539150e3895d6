"""Part of a finished print: pages of the stored bytes, made the same way each time, nothing drawn anew (X5)."""

from collections.abc import Sequence
from io import BytesIO

import pikepdf
from pikepdf import Array, Dictionary, Name


def extrair(pdf: bytes, paginas: Sequence[int | None]) -> bytes:
    """Return a PDF with the pages of `pdf` at the positions `paginas` (from 0; None: an empty side), in that order.

    The same input gives the same bytes. Raises IndexError for a page that is not there.
    """
    with pikepdf.open(BytesIO(pdf)) as documento:
        tamanho = [float(lado) for lado in documento.pages[0].mediabox]
        escolhidas = [_vazia(documento, tamanho) if pagina is None else documento.pages[pagina] for pagina in paginas]
        del documento.pages[:]
        documento.pages.extend(escolhidas)
        documento.remove_unreferenced_resources()
        saida = BytesIO()
        modo = pikepdf.ObjectStreamMode.generate
        documento.save(saida, deterministic_id=True, object_stream_mode=modo, fix_metadata_version=False)
    return saida.getvalue()


def _vazia(documento: pikepdf.Pdf, tamanho: list[float]) -> pikepdf.Page:
    page = Dictionary(Type=Name.Page, MediaBox=Array(tamanho), Resources=Dictionary(), Contents=Array())
    return pikepdf.Page(documento.make_indirect(page))
