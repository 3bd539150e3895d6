"""A finished print moved on its pages, for a queue whose printer prints beside the place (P7). Draws nothing anew."""

from io import BytesIO
from typing import Final

import pikepdf
from pikepdf import Array

_PONTOS_POR_MM: Final = 72 / 25.4


def deslocar(pdf: bytes, x_mm: float, y_mm: float) -> bytes:
    """Return `pdf` with the content of every page moved by `x_mm` to the right and `y_mm` down (P7).

    Size of the pages and bytes of their contents stay as they are: the move is a matrix set before them. What passes
    the edge of a page is cut off by it. The same input gives the same bytes.
    """
    with pikepdf.open(BytesIO(pdf)) as documento:
        mover = f"q 1 0 0 1 {x_mm * _PONTOS_POR_MM:.4f} {-y_mm * _PONTOS_POR_MM:.4f} cm\n"
        abrir, fechar = documento.make_stream(mover.encode("ascii")), documento.make_stream(b"\nQ\n")
        for pagina in documento.pages:
            conteudos = pagina.obj.get("/Contents", Array())
            partes = list(conteudos) if isinstance(conteudos, Array) else [conteudos]
            pagina.obj.Contents = Array([abrir, *partes, fechar])
        saida = BytesIO()
        modo = pikepdf.ObjectStreamMode.generate
        documento.save(saida, deterministic_id=True, object_stream_mode=modo, fix_metadata_version=False)
    return saida.getvalue()
