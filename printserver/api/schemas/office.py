"""Answers about the office: formats, queues, health, the court."""

from typing import Any, Literal

from pydantic import AwareDatetime

from printserver.api.schemas.common import Answer
from printserver.common.data import JsonObject


class PageSize(Answer):
    """In mm."""

    largura: float
    altura: float


class Margins(Answer):
    """In mm."""

    esquerda: float
    direita: float
    superior: float
    inferior: float


class Block(Answer):
    """The seal block: position and size, in mm."""

    onde: str
    x: float | None
    y: float | None
    largura: float
    altura: float | None
    qr: str


class Variable(Answer):
    """A variable of plain text."""

    nome: str
    exemplo: str


class Format(Answer):
    """A format: page, margins, block, fixed content."""

    nome: str
    tipo: str
    versao: str
    pagina: PageSize
    margens: Margins
    bloco: Block
    imprime: list[str]
    variaveis: list[Variable]


class Formats(Answer):
    """All formats."""

    itens: list[Format]
    pagina: int
    total: int


class Queue(Answer):
    """A queue and its last reported status."""

    nome: str
    padrao: bool
    estado: str
    motivos: list[str]
    bandejas: list[Any]
    papeis: list[Any]
    faces: list[str]
    papel_numerado: bool
    situacao: str
    o_que_fazer: str
    parada: bool
    alertas: list[str]
    reserva: str | None
    deslocamentos: dict[str, list[float]]
    prova: JsonObject | None
    papel_proximo: str | None
    papel: dict[str, int] | None
    espera_por: str | None


class Queues(Answer):
    """All queues."""

    itens: list[Queue]
    pagina: int
    total: int


class Health(Answer):
    """The health of the process."""

    estado: Literal["ok"]
    instancia: str
    demonstracao: bool
    versao: str
    banco: str


class Readiness(Answer):
    """The conditions for work."""

    pronto: bool
    banco: bool
    escrita: bool
    disco: bool
    spool: bool
    render: bool
    relogio: bool
    restauracao: bool
    espelho: bool


class Waiting(Answer):
    """Number of pending reports."""

    pendentes: int


class Standing(Answer):
    """The office's status with the court; `falta_s` is the time left of the most urgent seal, in seconds."""

    ligado: bool
    modo: Literal["continuo", "horarios", "manual"]
    pendentes: int
    vinculos_pendentes: int
    atrasados: int
    urgentes: int
    a_vencer: int
    primeiro_prazo: AwareDatetime | None
    falta_s: float | None
    recusados: int
    parado_ate: AwareDatetime | None
    vinculos_recusados: int
    sem_carga: int
    sem_carga_atrasados: int
    sem_carga_urgentes: int
    sem_carga_desde: str | None
    ultima_falha: str | None
    falha_do_dia: JsonObject | None
    ultimo_sucesso: AwareDatetime | None
    certificado_titular: str
    certificado_de: AwareDatetime
    certificado_ate: AwareDatetime
    certificado_futuro: bool
    certificado_aviso: bool
    certificado_vencido: bool


class Pending(Answer):
    """A seal or link that waits for the court or was refused by it; `falta_s` in seconds."""

    selo: str
    ato: str
    descricao: str
    job: str | None
    tipo: Literal["ato", "retificacao", "xa", "vinculo"]
    alvo: str | None
    estado: str
    envio: Literal["pendente", "enviando", "duvida", "objetado", "impossivel"]
    tentativas: int
    prazo: AwareDatetime
    falta_s: int
    urgencia: Literal["atrasado", "4h", "12h", "em-dia"] | None
    erros: list[dict[str, str]]
    recusado_em: AwareDatetime | None


class Pendings(Answer):
    """A page of pending reports."""

    itens: list[Pending]
    pagina: int
    total: int


class PaperCount(Answer):
    """The sheets of a queue's series in a month; `fila` null: the numbers came with requests, and have no stock."""

    fila: str | None
    serie: str
    estoque_anterior: int | None
    recebidos: int
    usados: int
    inutilizados: int
    usados_inutilizados: int
    estoque: int | None


class PaperMonth(Answer):
    """The numbered paper of a month (C24)."""

    mes: str
    itens: list[PaperCount]


class OfficeNotice(Answer):
    """A notice to people; `email`: sent, to be sent, or (null) never sent."""

    quando: AwareDatetime
    tipo: str
    assunto: str
    texto: str
    email: Literal["enviado", "a enviar"] | None
    enviado_em: AwareDatetime | None
    tentativas: int
    falha: str | None


class Notices(Answer):
    """A page of notices."""

    itens: list[OfficeNotice]
    pagina: int
    total: int
