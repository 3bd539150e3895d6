"""Answers about jobs, their questions and events."""

from typing import Any, Literal

from pydantic import AwareDatetime

from printserver import documents
from printserver.api.queries import State
from printserver.api.schemas.common import Answer, Problem, SealFields
from printserver.common.data import JsonObject


class DocumentFields(documents.DocumentFields, Answer):
    """The document; fields that its type does not have are null."""


class JobSeal(SealFields):
    """A seal of a job and its current state: the live seal of its chain with its total, or its XA."""

    vivo: bool
    atual: str | None
    atual_centavos: int | None
    excluido_por: str | None


class Qr(Answer):
    """A printed QR code: its seal and its content."""

    selo: str
    url: str


class Cups(Answer):
    """Progress of the queue, in IPP's words."""

    servidor: str | None
    id: int
    estado: str | None
    motivos: list[str]
    folhas: int | None


class Notice(Answer):
    """A change of form, never of text."""

    campo: str
    mensagem: str


class Alternative(Answer):
    """A correct alternative."""

    acao: str
    texto: str


class Question(Answer):
    """A question that holds a job."""

    tipo: Literal["xa", "selo", "folhas"]
    texto: str
    selos: list[str]
    atinge: list[JsonObject]
    xa_ate: AwareDatetime | None
    alternativas: list[Alternative]


class Step(Answer):
    """One step of a job's history."""

    estado: str
    quando: AwareDatetime
    quem: str | None
    sistema: str | None
    detalhe: Any


class CivilValueParts(Answer):
    """How the value of an act of Registro Civil was made up, in centavos (C4)."""

    servico: str | None
    averbacoes: int
    unitario_centavos: int
    total_centavos: int


class Job(Answer):
    """A job."""

    id: str
    estado: State
    encerrado: bool
    demonstracao: bool
    instancia: str
    documento: DocumentFields
    formato: str
    fila: str
    copias: int
    escrevente: str
    subscritor: str | None
    selos: list[JobSeal]
    qr: Qr | None
    paginas: int
    sha256: str | None
    cups: Cups | None
    avisos: list[Notice]
    valor: CivilValueParts | None
    pergunta: Question | None
    historico: list[Step]
    situacao: str | None
    o_que_fazer: str | None
    espera_por: str | None
    espera_pelo_trabalho: str | None
    fila_parada: bool
    substitui: str | None
    substituido_por: str | None
    desatualizado: bool
    removido_em: str | None
    links: dict[str, str]


class HeldProblem(Problem):
    """A refusal that may hold the job (`job`) or name the earlier one (`anterior`)."""

    job: Job | None = None
    anterior: JsonObject | None = None
    alternativas: list[Alternative] = []  # noqa: RUF012 - Pydantic copies it


class Jobs(Answer):
    """A page of jobs."""

    itens: list[Job]
    pagina: int
    total: int


class Event(Answer):
    """One change of a job or a seal."""

    n: int
    quando: AwareDatetime
    tipo: Literal["job", "selo"]
    id: str
    estado: str


class Events(Answer):
    """The events after a number."""

    itens: list[Event]
