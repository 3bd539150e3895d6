"""Answers about seals: found, added up, compared, linked."""

from typing import Any, Literal

from pydantic import AwareDatetime

from printserver.api.schemas.common import Answer, FieldWords, SealFields


class Told(Answer):
    """Something the court is told of a seal, and its words where it objected (T3, R5)."""

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


class Seals(Answer):
    """A page of seals. `total` is exact where `total_exato` says so; else there are more than that."""

    itens: list[FoundSeal]
    pagina: int
    total: int
    total_exato: bool


class Sums(Answer):
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


class SideBySide(Answer):
    """A field that differs: ours, and the list's."""

    campo: str
    aqui: str
    la: str


class Compared(Answer):
    """A seal that does not conform."""

    codigo: str
    resultado: Literal["difere", "nao-consta-la", "nao-consta-aqui", "pendente", "recusado"]
    estado: str | None
    data: str | None
    campos: list[SideBySide]


class Comparison(Answer):
    """Our seals beside the court's list."""

    de: str
    ate: str
    fonte: Literal["tribunal", "arquivo"]
    resumo: dict[str, int]
    itens: list[Compared]
    nao_mostrados: int
    colunas_ignoradas: list[str]


class Links(Answer):
    """Links made by hand."""

    vinculador: str
    vinculados: list[str]


class RectifiedSeal(Answer):
    """A seal of a livro whose value changes with the signatures; `codigo` is the retificador's, once it is made."""

    retifica: str
    descricao: str
    de_centavos: int
    total_centavos: int
    emolumentos_centavos: dict[str, int]


class Signatures(Answer):
    """How the signatures of an instrumento stand (N11)."""

    instrumento: str
    estado: Literal["pendentes", "completas", "desistencia"]
    valor: Literal["zero", "cheio", "terco"]
    primeira: str | None
    prazo: str | None
    selos: list[RectifiedSeal]


class OpenSignature(Answer):
    """An instrumento whose signatures are incomplete."""

    instrumento: str
    job: str
    livro: str | None
    folha_inicial: str | None
    primeira: str | None
    prazo: str | None
    falta_dias: int | None
    aviso: bool


class OpenSignatures(Answer):
    """A page of them."""

    itens: list[OpenSignature]
    pagina: int
    total: int


class MadeSeals(Answer):
    """The codes of the seals that were made."""

    selos: list[str]
