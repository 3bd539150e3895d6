"""Typed records of rows: frozen, with the columns that code reads; values of JSON columns stay JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import date, datetime
from typing import Self, TypedDict

from printserver.common.data import Columns, JsonView, Row
from printserver.ledger.states import HANDED_OFF, HELD, MOVING
from printserver.selo import Emolumentos, parse_registro

JobRow = Row
"""A job by column, as the engine uses it: may include columns of its document."""


class QueueState(TypedDict):
    """State of a queue in IPP's words: its state, its state reasons without `none`, the printer's own message."""

    estado: str
    motivos: list[str]
    mensagem: str | None


class CupsState(TypedDict, total=False):
    """The JSON column `cups` of a job: last known state of its CUPS job, in IPP's words. Null: unknown.

    `folhas` and `impressoes` are the counted sheets and printed sides, `inicio` the Unix time at which printing began.
    `fila` is the state of the queue, recorded while the CUPS job is pending.
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
    """The JSON column `prova` of a queue: results of its test page, and the last job that CUPS reprinted itself.

    `conta_folhas`: CUPS counts printed sides. `guarda_arquivos`: CUPS keeps the files and can reprint them.
    """

    conta_folhas: bool | None
    guarda_arquivos: bool | None
    quando: str
    reimpresso: str


class _Record:
    """A dataclass with the column names of its table as fields."""

    __slots__ = ()

    @classmethod
    def from_row(cls, row: Row) -> Self:
        """Return the record of a row that has at least these columns."""
        return cls(**{each.name: row[each.name] for each in fields(cls)})  # type: ignore[arg-type]  # subclasses are dataclasses


@dataclass(frozen=True, slots=True)
class Attempt(_Record):
    """A print attempt (`tentativa`).

    `paginas`: the pages of a partial print (`2-3`); None: all. `passada`: the index of its pass; None: pages that are
    printed again. `enviado_sha256`: hash of the sent bytes, if they were shifted for the tray (P7). `vida`: identity of
    the print server's process at the release. `liberada_em`: when the release was requested. `fim_em`: since when the
    queue has no job of it.
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
    CUPS of this machine. `papel_proximo`, `papel_tentativa`, `papel_parada`: the next sheet's number, the attempt that
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


@dataclass(frozen=True, slots=True)
class Job:
    """A job (`job`)."""

    n: int
    id: str
    serventia_id: int
    documento_id: int
    instrumento_id: int | None
    tipo: str
    estado: str
    encerrado: bool
    viva: bool
    imprimir: bool
    desatualizado: bool
    pedido: JsonView
    campos: Columns
    escrevente: str
    subscritor: str | None
    chave_id: int | None
    sistema: str | None
    resumo: str
    formato: str
    formato_versao: str
    composicao: JsonView
    carimbo: JsonView | None
    layout: str
    paginas: int
    pdf_sha256: str | None
    instrumento_fixado: JsonView | None
    valor: JsonView | None
    qr_selo: str | None
    qr_url: str | None
    avisos: Sequence[JsonView]
    substitui: str | None
    substituido_por: str | None
    livro: str | None
    folha: str | None
    fila: str
    copias: int
    bandeja: str | None
    faces: str | None
    cups: JsonView | None
    vence_em: datetime | None
    dono: str | None
    posse_ate: datetime | None
    falhas: int
    criado_em: datetime
    removido_em: datetime | None

    @classmethod
    def from_row(cls, row: Row) -> Self:
        """Return the record of a row that has at least the columns of `job`."""
        return cls(**{each.name: row[each.name] for each in fields(cls)})

    def as_row(self) -> Columns:
        """Return the columns by name, for code that reads a mapping."""
        return {each.name: getattr(self, each.name) for each in fields(self)}

    @property
    def held(self) -> bool:
        """Whether the job waits for a person's answer."""
        return self.estado in HELD

    @property
    def on_its_way(self) -> bool:
        """Whether the job may still be printed without another act of a person."""
        return not self.encerrado and self.estado in MOVING

    @property
    def settled(self) -> bool:
        """Whether a waiting caller can stop waiting: handed over, closed, or held for a person."""
        return self.encerrado or self.estado in (HANDED_OFF, *HELD)

    @property
    def sealed(self) -> bool:
        """Whether the print was stamped with a seal."""
        values = self.carimbo["valores"] if self.carimbo is not None else None
        return values is not None and bool(values["selos"])

    @property
    def queue_state(self) -> JsonView:
        """The last reported state of its CUPS job (`cups`); empty if unknown."""
        return self.cups or {}


@dataclass(frozen=True, slots=True)
class Seal:
    """A seal (`selo`). `emolumentos` are the components in centavos."""

    id: int
    serventia_id: int
    codigo: str
    natureza: int
    ato: str
    descricao: str
    job_id: str | None
    documento_id: int | None
    instrumento_id: int | None
    ordem: int
    principal: bool
    externo: bool
    vivo: bool
    vinculador: str | None
    retifica: str | None
    retificado_por: str | None
    origem: str
    estado: str
    comunicado_em: datetime | None
    identificador: str
    momento: datetime
    dia: date
    isento: bool
    motivo_isencao: str | None
    fundamento: str | None
    emolumentos: Mapping[str, int]
    total_centavos: int
    iss_centavos: int
    registro: str
    assinatura: str
    qr_url: str
    escrevente: str
    sistema: str | None
    motivo: str | None
    livro: str | None
    folha_inicial: str | None
    termo: str | None
    matricula: str | None
    criado_em: datetime

    @classmethod
    def from_row(cls, row: Row) -> Self:
        """Return the record of a row that has at least the columns of `selo`."""
        return cls(**{each.name: row[each.name] for each in fields(cls)})

    @property
    def fees(self) -> Emolumentos:
        """The components of the fee."""
        return Emolumentos.from_centavos(self.emolumentos)

    @property
    def iss_a_parte(self) -> bool:
        """Whether the ISS is reported apart from the total (D1)."""
        return self.total_centavos != sum(self.emolumentos.values())

    @property
    def parties(self) -> tuple[str, ...]:
        """Placeholders for the parties' names with the same initials: the names are not in the seal (A3).

        Each placeholder word has two letters: a single E would be read as the particle.
        """
        if not self.registro:
            return ()
        initials = parse_registro(self.registro, iss_a_parte=self.iss_a_parte).party_initials
        return tuple(" ".join(f"{letter}x" for letter in each.split(".")) for each in initials.split(";") if each)
