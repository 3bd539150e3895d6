"""Answers about Registro Civil: the seals of a record, the free acts of a month."""

from datetime import date
from typing import Any, Literal

from pydantic import AwareDatetime, Field

from printserver.api.schemas.common import Answer, SealFields
from printserver.api.schemas.jobs import DocumentFields, Qr


class RecordSeal(SealFields):
    """A seal of a record, with its document and until when it can be excluded (C21)."""

    atual: str | None
    atual_centavos: int | None
    excluido_por: str | None
    vivo: bool
    job: str | None
    documento: DocumentFields | None
    desatualizado: bool
    momento: AwareDatetime
    xa_ate: AwareDatetime


class RecordPerson(Answer):
    """What is known of the record's assento."""

    especie: str
    matricula: str | None
    registrados: list[str]


class RecordSeals(Answer):
    """Every seal of a record (C21)."""

    id: str
    registro: RecordPerson | None
    itens: list[RecordSeal]


class FreeAct(Answer):
    """How many acts of one ato were free for one fundamento."""

    fundamento: str
    ato: str
    descricao: str
    quantidade: int


class UsedPapers(Answer):
    """Sheets of security paper used and spoiled."""

    usados: int
    inutilizados: int


class FreeActs(Answer):
    """The free acts of a month (C24)."""

    mes: str
    itens: list[FreeAct]
    total: int
    papeis: UsedPapers


class Destination(Answer):
    """What became of a certidão: `quem` recorded it."""

    destino: Literal["retirada", "descartada"]
    dia: date
    por: str | None
    motivo: str | None
    quem: str
    quando: AwareDatetime


class CertidaoOnPaper(Answer):
    """A certidão of Registro Civil on paper; without `destino` it waits to be collected (C24)."""

    job: str
    documento: dict[str, object]
    registrados: list[str]
    selos: list[str]
    escrevente: str
    impressa_em: date
    retirar_ate: date
    vencida: bool
    destino: Destination | None


class CertidoesOnPaper(Answer):
    """A page of certidões (C24)."""

    situacao: str
    dias: int
    itens: list[CertidaoOnPaper]
    pagina: int
    total: int


class ExchangeFields(Answer):
    """The seal's fields as the exchange names them (C9)."""

    num_selo: str
    cod_selo: str
    desc_selo: str
    valor_adicional: str


class ExchangeFiles(Answer):
    """Where the files of a request are."""

    xml: str
    texto: str


class Exchanged(Answer):
    """A certidão sealed for the national exchange (C22)."""

    previa: bool
    codigo_hash: str
    canal: str
    num_pedido: str | None
    selo: str
    qr: Qr
    ato: str
    total_centavos: int
    vivo: bool
    valor_adicional: str
    campos: ExchangeFields
    arquivos: ExchangeFiles | None
    estado: str
    retorno: str | None
    escrevente: str
    criado_em: AwareDatetime
    mudou_em: AwareDatetime


class ExchangedList(Answer):
    """The newest requests of the exchange."""

    itens: list[Exchanged]


class NationalField(Answer):
    """A field of a national model."""

    nome: str
    rotulo: str
    obrigatorio: bool
    exemplo: Any


class ModelVariable(Answer):
    """A variable of a model of the office; one that is not `obrigatorio` is filled by the server."""

    nome: str
    rotulo: str
    obrigatorio: bool
    exemplo: str


class AnyModel(Answer):
    """A model: a national one of certidão has `campos` (C14), one of the office, in RTF, `variaveis`.

    `formato` is null for a model of the office that cannot be printed.
    """

    nome: str
    origem: Literal["nacional", "serventia"]
    tipo: str
    versao: str
    estado: Literal["pronto", "conferir", "recusado"]
    motivos: list[str]
    formato: str | None
    campos: list[NationalField] = Field(default_factory=list)
    variaveis: list[ModelVariable] = Field(default_factory=list)


class AnyModels(Answer):
    """All models."""

    itens: list[AnyModel]
