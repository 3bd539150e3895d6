"""Answers about Registro Civil: the seals of a record, the free acts of a month."""

from pydantic import AwareDatetime

from printserver.api.schemas.common import Answer, SealFields
from printserver.documents import DocumentFields


class RecordSeal(SealFields):
    """A seal of a record, with its document and until when it can be excluded (C21)."""

    atual: str | None
    atual_centavos: int | None
    excluido_por: str | None
    vivo: bool
    job: str
    documento: DocumentFields
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
