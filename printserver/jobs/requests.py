"""Request bodies of answers to questions and acts on jobs, validated strictly, as in the contract."""

from typing import Annotated, Literal

from pydantic import Field

from printserver.documents import (
    Boolean,
    CodigoDoSelo,
    Data,
    Folha,
    Identifier,
    Integer,
    Pages,
    Reason,
    RequestModel,
    Text,
)


class RespostaXa(RequestModel):
    """`POST /jobs/{id}/xa` (X2, X3)."""

    confirma: Boolean
    escrevente: Text
    motivo: Reason | None = None
    papel_em_maos: Boolean = False
    selos: Annotated[tuple[CodigoDoSelo, ...], Field(max_length=1000)] | None = None
    folha_inicial: Folha | None = None
    folha_final: Folha | None = None
    fora_do_prazo: Boolean = False  # in addition to the contract: the term may end while the question waits (X4)


class RespostaSelo(RequestModel):
    """`POST /jobs/{id}/selo` (N9)."""

    gerar: Boolean
    escrevente: Text


class FolhaDita(RequestModel):
    """A person's verdict on one page (X5)."""

    pagina: Annotated[Integer, Field(ge=1, le=9999)]
    estado: Literal["boa", "inutilizada", "nao_saiu"]
    papel: Identifier | None = None


class Folhas(RequestModel):
    """`POST /jobs/{id}/folhas` (X5)."""

    escrevente: Text
    motivo: Reason
    paginas: Annotated[tuple[FolhaDita, ...], Field(max_length=1000)]
    imprimir: Pages | None = None
    versos: Boolean = False  # the turned sheets are in the tray: print their backs (frente-depois-verso)
    fila: Text | None = None
    bandeja: Text | None = None


class Reenvio(RequestModel):
    """`POST /jobs/{id}/reenviar` (X5)."""

    escrevente: Text
    motivo: Reason
    fila: Text | None = None
    bandeja: Text | None = None


class Cancelamento(RequestModel):
    """`POST /jobs/{id}/cancelar`."""

    escrevente: Text
    motivo: Reason


class DestinoDaCertidao(RequestModel):
    """`POST /certidoes/{id}/destino` (C24)."""

    destino: Literal["retirada", "descartada", "a_retirar"]
    dia: Data | None = None
    por: Text | None = None
    motivo: Reason | None = None
    escrevente: Text


class Exclusao(RequestModel):
    """`POST /jobs/{id}/excluir` (X2, X4)."""

    escrevente: Text
    motivo: Reason
    papel_em_maos: Boolean = False
    fora_do_prazo: Boolean = False
