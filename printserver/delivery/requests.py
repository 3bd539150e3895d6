"""What a request says about numbered paper."""

from typing import Annotated

from pydantic import Field

from printserver.documents.fields import (
    Identificador,
    Modelo,
    Texto,
)


class PapelDaFila(Modelo):
    """`POST /filas/{nome}/papel` (P5)."""

    proximo: Identificador
    inutilizados: Annotated[tuple[Identificador, ...], Field(max_length=10_000)] = ()
    escrevente: Texto


class LoteDePapel(Modelo):
    """`POST /filas/{nome}/papel/lotes` (P5)."""

    de: Identificador
    ate: Identificador
    escrevente: Texto
