"""Request bodies about numbered paper."""

from typing import Annotated

from pydantic import Field

from printserver.documents import Identifier, RequestModel, Text


class PapelDaFila(RequestModel):
    """`POST /filas/{nome}/papel` (P5)."""

    proximo: Identifier
    inutilizados: Annotated[tuple[Identifier, ...], Field(max_length=10_000)] = ()
    escrevente: Text


class LoteDePapel(RequestModel):
    """`POST /filas/{nome}/papel/lotes` (P5)."""

    de: Identifier
    ate: Identifier
    escrevente: Text
