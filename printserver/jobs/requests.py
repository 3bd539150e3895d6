"""The bodies of the calls that answer a question or act on a job, strict, as the contract writes them."""

from typing import Annotated, Literal

from pydantic import Field

from printserver.documents.fields import (
    CodigoDoSelo,
    Folha,
    Identificador,
    Inteiro,
    Logico,
    Modelo,
    Motivo,
    Paginas,
    Texto,
)


class RespostaXa(Modelo):
    """`POST /jobs/{id}/xa` (X2, X3)."""

    confirma: Logico
    escrevente: Texto
    motivo: Motivo | None = None
    papel_em_maos: Logico = False
    selos: Annotated[tuple[CodigoDoSelo, ...], Field(max_length=1000)] | None = None
    folha_inicial: Folha | None = None
    folha_final: Folha | None = None
    fora_do_prazo: Logico = False  # beyond the contract's list: the term may end while the question waits (X4)


class RespostaSelo(Modelo):
    """`POST /jobs/{id}/selo` (N9)."""

    gerar: Logico
    escrevente: Texto


class FolhaDita(Modelo):
    """What a person says of one page (X5)."""

    pagina: Annotated[Inteiro, Field(ge=1, le=9999)]
    estado: Literal["boa", "inutilizada", "nao_saiu"]
    papel: Identificador | None = None


class Folhas(Modelo):
    """`POST /jobs/{id}/folhas` (X5)."""

    escrevente: Texto
    motivo: Motivo
    paginas: Annotated[tuple[FolhaDita, ...], Field(max_length=1000)]
    imprimir: Paginas | None = None
    versos: Logico = False  # the sheets lie turned in the tray: print their backs (frente-depois-verso)
    fila: Texto | None = None
    bandeja: Texto | None = None


class Reenvio(Modelo):
    """`POST /jobs/{id}/reenviar` (X5)."""

    escrevente: Texto
    motivo: Motivo
    fila: Texto | None = None
    bandeja: Texto | None = None


class Cancelamento(Modelo):
    """`POST /jobs/{id}/cancelar`."""

    escrevente: Texto
    motivo: Motivo


class Exclusao(Modelo):
    """`POST /jobs/{id}/excluir` (X2, X4)."""

    escrevente: Texto
    motivo: Motivo
    papel_em_maos: Logico = False
    fora_do_prazo: Logico = False
