"""Answers about acts of the counter, paper seals and the check of the day."""

from typing import Literal

from pydantic import AwareDatetime

from printserver.api.schemas.common import Answer
from printserver.common.data import JsonObject


class CounterAct(Answer):
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
    estorno: JsonObject | None


class CounterActs(Answer):
    """A page of acts."""

    itens: list[CounterAct]
    pagina: int
    total: int


class PaperRange(Answer):
    """Paper seals that are void, or were reported by another program."""

    ato: str
    serie: str
    de: int
    ate: int
    data: str
    motivo: str


class ControlLine(Answer):
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


class Control(Answer):
    """The control report."""

    itens: list[ControlLine]
    pagina: int
    total: int


class CheckSum(Answer):
    """Number of acts, and their total."""

    quantidade: int
    total_centavos: int


class CheckByType(CheckSum):
    """Number and total of one type of act."""

    ato: str
    descricao: str
    isentos: int


class CheckByPerson(CheckSum):
    """Number and total of one person."""

    escrevente: str
    isentos: int


class CheckByRange(CheckSum):
    """Number and total of one type of act, made by ranges (H3)."""

    ato: str
    descricao: str


class Check(Answer):
    """A day of the counter, for the cash check (H2)."""

    data: str
    por_ato: list[CheckByType]
    por_escrevente: list[CheckByPerson]
    por_faixa: list[CheckByRange]
    aguardando: CheckSum
    carregados: CheckSum
    estornados: CheckSum
    total_centavos: int
    numeros: list[ControlLine]
