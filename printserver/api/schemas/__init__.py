"""The answers of the API as Pydantic models, for the OpenAPI page and for the tests that hold real answers against it.

The answers themselves are the plain dicts of `jobs`: an answer may have more fields than stand here, never fewer.
"""

from typing import Any, Literal

from pydantic import AwareDatetime, BaseModel, ConfigDict

from printserver.api.queries import Estado, Tipo

Repetir = Literal["mesma-chave", "corrigir", "perguntar", "nao"]


class _Answer(BaseModel):
    model_config = ConfigDict(extra="allow", strict=False)


class FieldError(_Answer):
    """One bad field."""

    campo: str
    mensagem: str


class FieldWords(_Answer):
    """An objection of the court, in its words."""

    codigo: str
    mensagem: str


class Problem(_Answer):
    """A refusal, as `application/problem+json`; `type` ends in the word."""

    type: str
    title: str
    status: int
    detail: str
    repetir: Repetir
    errors: list[FieldError] = []


class DocumentFields(_Answer):
    """What the document is: the fields that its type does not have are null."""

    tipo: Tipo
    numero: int | None
    instrumento: str | None
    livro: str | None
    folha_inicial: str | None
    folha_final: str | None
    pedido: str | None
    via: int | None
    ficha: str | None


class _Seal(_Answer):
    codigo: str
    ato: str
    descricao: str
    principal: bool
    vinculador: str | None
    isento: bool
    total_centavos: int
    iss_centavos: int
    estado: str
    retifica: str | None
    retificado_por: str | None


class JobSeal(_Seal):
    """A seal printed with a job, and what became of it: the live one of its chain and its total, or the XA of it."""

    vivo: bool
    atual: str | None
    atual_centavos: int | None
    excluido_por: str | None


class Qr(_Answer):
    """What is printed as QR: whose seal, and its content."""

    selo: str
    url: str


class Cups(_Answer):
    """How far the queue got, in IPP's words."""

    servidor: str | None
    id: int
    estado: str | None
    motivos: list[str]
    folhas: int | None


class Notice(_Answer):
    """What was changed in form, never in text."""

    campo: str
    mensagem: str


class Alternative(_Answer):
    """What would be right instead."""

    acao: str
    texto: str


class Question(_Answer):
    """A question that holds a job."""

    tipo: Literal["xa", "selo", "folhas"]
    texto: str
    selos: list[str]
    atinge: list[dict[str, Any]]
    xa_ate: AwareDatetime | None
    alternativas: list[Alternative]


class Step(_Answer):
    """One line of a job's history."""

    estado: str
    quando: AwareDatetime
    quem: str | None
    sistema: str | None
    detalhe: Any


class Job(_Answer):
    """A job as it stands."""

    id: str
    estado: Estado
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
    pergunta: Question | None
    historico: list[Step]
    situacao: str | None
    o_que_fazer: str | None
    espera_por: str | None
    substitui: str | None
    substituido_por: str | None
    desatualizado: bool
    links: dict[str, str]


class HeldProblem(Problem):
    """A refusal that may hold the job (`job`) or name what stands in the way (`anterior`)."""

    job: Job | None = None
    anterior: dict[str, Any] | None = None
    alternativas: list[Alternative] = []


class Jobs(_Answer):
    """A page of jobs."""

    itens: list[Job]
    pagina: int
    total: int


class Told(_Answer):
    """Something the court is told of a seal, and its words where it objected (T3, R5)."""

    tipo: Literal["ato", "retificacao", "xa", "vinculo"]
    alvo: str | None
    estado: Literal["pendente", "enviando", "duvida", "aceito", "objetado", "impossivel"]
    prazo: AwareDatetime
    tentativas: int
    fim: AwareDatetime | None
    erros: list[FieldWords]


class _Placed(_Seal):
    natureza: int
    data: str
    identificador: str
    livro: str | None
    folha_inicial: str | None
    termo: str | None
    matricula: str | None
    escrevente: str
    origem: str
    vivo: bool
    job: str | None


class Seal(_Placed):
    """A seal with all that is kept of it."""

    atual: str | None
    atual_centavos: int | None
    excluido_por: str | None
    qr: Any
    registro: str
    cadeia: list[Any]
    vinculos: Any
    andamentos: list[Any]
    comunicacoes: list[Told]
    comunicado_em: AwareDatetime | None
    momento: AwareDatetime
    xa_ate: AwareDatetime
    emolumentos_centavos: dict[str, int]
    motivo_isencao: str | None
    sistema: str | None
    motivo: str | None


class FoundSeal(_Placed):
    """A seal in a list."""


class Seals(_Answer):
    """A page of seals. `total` is exact where `total_exato` says so; else there are more than that."""

    itens: list[FoundSeal]
    pagina: int
    total: int
    total_exato: bool


class Sums(_Answer):
    """What seals come to."""

    quantidade: int
    isentos: int
    total_centavos: int
    iss_centavos: int


class SumsOfAct(Sums):
    """By act."""

    ato: str
    descricao: str


class SumsOfDay(Sums):
    """By day."""

    data: str


class Totals(Sums):
    """What the seals of a search come to."""

    emolumentos_centavos: dict[str, int]
    por_ato: list[SumsOfAct]
    por_dia: list[SumsOfDay]


class SideBySide(_Answer):
    """A field that differs: ours, and the list's."""

    campo: str
    aqui: str
    la: str


class Compared(_Answer):
    """A seal that does not conform."""

    codigo: str
    resultado: Literal["difere", "nao-consta-la", "nao-consta-aqui", "pendente", "recusado"]
    estado: str | None
    data: str | None
    campos: list[SideBySide]


class Comparison(_Answer):
    """Our seals beside the court's list."""

    de: str
    ate: str
    fonte: Literal["tribunal", "arquivo"]
    resumo: dict[str, int]
    itens: list[Compared]
    nao_mostrados: int
    colunas_ignoradas: list[str]


class Event(_Answer):
    """One change of a job or a seal."""

    n: int
    quando: AwareDatetime
    tipo: Literal["job", "selo"]
    id: str
    estado: str


class Events(_Answer):
    """The changes after a number."""

    itens: list[Event]


class PageSize(_Answer):
    """In mm."""

    largura: float
    altura: float


class Margins(_Answer):
    """In mm."""

    esquerda: float
    direita: float
    superior: float
    inferior: float


class Block(_Answer):
    """The seal block: where it stands and its size, in mm."""

    onde: str
    x: float | None
    y: float | None
    largura: float
    altura: float | None
    qr: str


class Variable(_Answer):
    """A mark that becomes plain text."""

    nome: str
    exemplo: str


class Format(_Answer):
    """A format: page, margins, block, what it writes besides the body."""

    nome: str
    tipo: str
    versao: str
    pagina: PageSize
    margens: Margins
    bloco: Block
    imprime: list[str]
    variaveis: list[Variable]


class Formats(_Answer):
    """All formats."""

    itens: list[Format]
    pagina: int
    total: int


class Queue(_Answer):
    """A queue and what it said last."""

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
    prova: dict[str, Any] | None
    papel_proximo: str | None
    papel: dict[str, int] | None
    espera_por: str | None


class Queues(_Answer):
    """All queues."""

    itens: list[Queue]
    pagina: int
    total: int


class Health(_Answer):
    """The process answers."""

    estado: Literal["ok"]
    instancia: str
    demonstracao: bool
    versao: str
    banco: str


class Readiness(_Answer):
    """What work needs is there."""

    pronto: bool
    banco: bool
    escrita: bool
    disco: bool
    spool: bool
    render: bool
    relogio: bool


class Waiting(_Answer):
    """How much waits for the court."""

    pendentes: int


class Standing(_Answer):
    """How the office stands with the court; `falta_s` is what the most urgent seal has left, in seconds."""

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
    falha_do_dia: dict[str, Any] | None
    ultimo_sucesso: AwareDatetime | None
    certificado_titular: str
    certificado_ate: AwareDatetime
    certificado_aviso: bool
    certificado_vencido: bool


class Pending(_Answer):
    """A seal, or the link of one, that waits for the court or was refused by it; `falta_s` in seconds."""

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


class Pendings(_Answer):
    """A page of them."""

    itens: list[Pending]
    pagina: int
    total: int


class OfficeNotice(_Answer):
    """What people were told; `email`: whether it went, is to go, or (null) does not go."""

    quando: AwareDatetime
    tipo: str
    assunto: str
    texto: str
    email: Literal["enviado", "a enviar"] | None
    enviado_em: AwareDatetime | None
    tentativas: int
    falha: str | None


class Notices(_Answer):
    """A page of them."""

    itens: list[OfficeNotice]
    pagina: int
    total: int


class Links(_Answer):
    """Links made by hand."""

    vinculador: str
    vinculados: list[str]


class RectifiedSeal(_Answer):
    """A seal of a livro whose value changes with the signatures; `codigo` is the retificador's, once it is made."""

    retifica: str
    descricao: str
    de_centavos: int
    total_centavos: int
    emolumentos_centavos: dict[str, int]


class Signatures(_Answer):
    """How the signatures of an instrumento stand (N11)."""

    instrumento: str
    estado: Literal["pendentes", "completas", "desistencia"]
    valor: Literal["zero", "cheio", "terco"]
    primeira: str | None
    prazo: str | None
    selos: list[RectifiedSeal]


class OpenSignature(_Answer):
    """An instrumento whose signatures are incomplete."""

    instrumento: str
    job: str
    livro: str | None
    folha_inicial: str | None
    primeira: str | None
    prazo: str | None
    falta_dias: int | None
    aviso: bool


class OpenSignatures(_Answer):
    """A page of them."""

    itens: list[OpenSignature]
    pagina: int
    total: int


class CounterAct(_Answer):
    """An act at the counter, with its paper seal (H1)."""

    id: int
    ato: str
    papel: str
    data: str
    estado: Literal["aguardando", "carregado", "estornado"]
    isento: bool
    motivo_isencao: str | None
    emolumentos_centavos: dict[str, int]
    total_centavos: int
    selo: str | None
    escrevente: str
    quando: AwareDatetime
    estorno: dict[str, Any] | None


class CounterActs(_Answer):
    """A page of them."""

    itens: list[CounterAct]
    pagina: int
    total: int


class MadeSeals(_Answer):
    """The codes of the seals that were made."""

    selos: list[str]


class PaperRange(_Answer):
    """Paper seals that are void, or were reported by another program."""

    ato: str
    serie: str
    de: int
    ate: int
    data: str
    motivo: str


class ControlLine(_Answer):
    """Paper seals of a day, a type of act and a série."""

    data: str
    ato: str
    serie: str
    primeiro: int
    ultimo: int
    usados: int
    inutilizados: list[int]
    aguardando: int
    faltam: list[int]
    faltam_total: int


class Control(_Answer):
    """The control report."""

    itens: list[ControlLine]
    pagina: int
    total: int


class CheckSum(_Answer):
    """How many acts, and their total."""

    quantidade: int
    total_centavos: int


class CheckByType(CheckSum):
    """The same of one type of act."""

    ato: str
    descricao: str
    isentos: int


class CheckByPerson(CheckSum):
    """The same of one person."""

    escrevente: str
    isentos: int


class CheckByRange(CheckSum):
    """The same of one type of act, made by ranges (H3)."""

    ato: str
    descricao: str


class Check(_Answer):
    """A day of the counter, as it is checked against the till (H2)."""

    data: str
    por_ato: list[CheckByType]
    por_escrevente: list[CheckByPerson]
    por_faixa: list[CheckByRange]
    aguardando: CheckSum
    carregados: CheckSum
    estornados: CheckSum
    total_centavos: int
    numeros: list[ControlLine]
