"""Typed records of rows: frozen, with the columns that code reads."""

from collections.abc import Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Self, TypedDict

JobRow = Mapping[Any, Any]
"""The columns of a job by name."""


class QueueState(TypedDict):
    """State of a queue in IPP's words: its state, its state reasons without `none`, the printer's own message."""

    estado: str
    motivos: list[str]
    mensagem: str | None


class CupsState(TypedDict, total=False):
    """The JSON column `cups` of a job: its CUPS job as last seen, in IPP's words. Null: not known.

    `folhas` and `impressoes` are the counted sheets and printed sides, `inicio` the Unix time at which the printing
    began. `fila` is the state of the queue, noted while the CUPS job is pending.
    """

    servidor: str | None
    id: int
    estado: str | None
    motivos: list[str]
    folhas: int | None
    mensagem: str | None
    impressoes: int | None
    inicio: int | None
    fila: QueueState | None


class QueueProof(TypedDict, total=False):
    """The JSON column `prova` of a queue: what its test page showed, and the last job reprinted by CUPS itself.

    `conta_folhas`: CUPS counts what comes out. `guarda_arquivos`: CUPS keeps the files and can reprint them.
    """

    conta_folhas: bool | None
    guarda_arquivos: bool | None
    quando: str
    reimpresso: str


class _Record:
    """A dataclass whose fields are named like the columns of its table."""

    __slots__ = ()

    @classmethod
    def from_row(cls, row: Mapping[Any, Any]) -> Self:
        """Return the record of a row that has at least these columns."""
        return cls(**{each.name: row[each.name] for each in fields(cls)})  # type: ignore[arg-type]  # subclasses are dataclasses


@dataclass(frozen=True, slots=True)
class Attempt(_Record):
    """An attempt at paper (`tentativa`).

    `paginas`: the pages of an extract (`2-3`); None: all. `passada`: the index of its pass; None: pages that are
    printed again. `enviado_sha256`: the bytes that were sent, if they were moved for the tray (P7). `vida`: identity of
    the print server's process at the release. `liberada_em`: when the release was requested. `fim_em`: since when
    nothing of it is at the queue.
    """

    id: int
    serventia_id: int
    job_id: str
    numero: int
    fila: str
    paginas: str | None
    passada: int | None
    pdf_sha256: str
    enviado_sha256: str | None
    cups_id: int | None
    vida: str | None
    liberada_em: datetime | None
    fim_em: datetime | None


@dataclass(frozen=True, slots=True)
class Queue(_Record):
    """A queue (`fila`).

    `tipo`: `pasta` or `cups`. `destino`: the folder, or the name in CUPS. `servidor`: socket path or HOST:PORT; None:
    the machine's own. `papel_proximo`, `papel_tentativa`, `papel_parada`: the next sheet's number, the attempt that
    holds the queue, and why it has no next number (P5). `deslocamentos`: offsets in mm by tray (P7).
    """

    id: int
    serventia_id: int
    nome: str
    tipo: str
    destino: str
    servidor: str | None
    usuario: str | None
    tls: bool
    certificado: str | None
    padrao: bool
    papel_numerado: bool
    papel_proximo: str | None
    papel_tentativa: int | None
    papel_parada: str | None
    reserva: str | None
    deslocamentos: Mapping[str, tuple[float, float]] | None
    prova: QueueProof | None
