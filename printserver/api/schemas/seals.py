"""Answers about seals: found, added up, compared, linked."""

from typing import Any, Literal

from pydantic import AwareDatetime

from printserver.api.schemas.common import Answer, FieldWords, SealFields


class Told(Answer):
    """A report of a seal to the court, with the court's objections (T3, R5)."""

    tipo: Literal["ato", "retificacao", "xa", "vinculo"]
    alvo: str | None
    estado: Literal["pendente", "enviando", "duvida", "aceito", "objetado", "impossivel"]
    prazo: AwareDatetime
    tentativas: int
    fim: AwareDatetime | None
    erros: list[FieldWords]


class _Placed(SealFields):
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
    """A seal with all its data."""

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


class Seals(Answer):
    """A page of seals. `total` is exact if `total_exato` is true; else it is a lower bound."""

    itens: list[FoundSeal]
    pagina: int
    total: int
    total_exato: bool


class Sums(Answer):
    """Sums of seals."""

    quantidade: int
    isentos: int
    total_centavos: int
    iss_centavos: int


class SumsOfAct(Sums):
    """Sums by act."""

    ato: str
    descricao: str


class SumsOfDay(Sums):
    """Sums by day."""

    data: str


class Totals(Sums):
    """Totals of the seals of a search."""

    emolumentos_centavos: dict[str, int]
    por_ato: list[SumsOfAct]
    por_dia: list[SumsOfDay]


class SideBySide(Answer):
    """A field that differs: the value here, and the value of the list."""

    campo: str
    aqui: str
    la: str


class Compared(Answer):
    """A seal that differs."""

    codigo: str
    resultado: Literal["difere", "nao-consta-la", "nao-consta-aqui", "pendente", "recusado"]
    estado: str | None
    data: str | None
    campos: list[SideBySide]


class Comparison(Answer):
    """Comparison of the seals here with the court's list."""

    de: str
    ate: str
    fonte: Literal["tribunal", "arquivo"]
    resumo: dict[str, int]
    itens: list[Compared]
    nao_mostrados: int
    colunas_ignoradas: list[str]


class Links(Answer):
    """Links made by a person."""

    vinculador: str
    vinculados: list[str]


class RectifiedSeal(Answer):
    """A seal of a livro whose value changes with the signatures; `codigo` is the retificador's, once it exists."""

    retifica: str
    descricao: str
    de_centavos: int
    total_centavos: int
    emolumentos_centavos: dict[str, int]


class Signatures(Answer):
    """The state of the signatures of an instrumento (N11)."""

    instrumento: str
    estado: Literal["pendentes", "completas", "desistencia"]
    valor: Literal["zero", "cheio", "terco"]
    primeira: str | None
    prazo: str | None
    selos: list[RectifiedSeal]


class OpenSignature(Answer):
    """An instrumento with incomplete signatures."""

    instrumento: str
    job: str
    livro: str | None
    folha_inicial: str | None
    primeira: str | None
    prazo: str | None
    falta_dias: int | None
    aviso: bool


class OpenSignatures(Answer):
    """A page of instrumentos with incomplete signatures."""

    itens: list[OpenSignature]
    pagina: int
    total: int


class MadeSeals(Answer):
    """The codes of the seals that were made."""

    selos: list[str]
