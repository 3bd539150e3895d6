"""The value of an act of Registro Civil: free by law, isento for a fundamento, or of the table (C4, C5, C13)."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from printserver.documents import by_rule, fees
from printserver.documents.assento import NATUREZA
from printserver.documents.civil_documents import CivilCertidao, CivilValue, Fundamento
from printserver.documents.fees import AtoValue
from printserver.documents.plan import CivilPrice, Context
from printserver.errors import BadField, ErrorWord, Recusa
from printserver.selo import Emolumentos, centavos

FREE_BY_LAW: Final = frozenset({"nascimento", "obito", "natimorto"})
"""The especies whose assento and first certidão are free for all (C13)."""
AVERBACAO_SERVICE: Final = "averbacao-na-certidao"
_FIELD = "documento"
_REASONS: Final[dict[Fundamento, str]] = {
    "lei": by_rule.BY_LAW,
    "declaracao": "declaração da pessoa",
    "justica-gratuita": "justiça gratuita",
    "crianca-adolescente": "Estatuto da Criança e do Adolescente",
    "paternidade": "averbação de paternidade",
    "erro-do-oficio": "erro do ofício",
    "cpf": "averbação de CPF",
    "requisicao-oficial": "requisição de autoridade",
    "troca": "troca de certidão",
}


@dataclass(frozen=True, slots=True)
class CivilFee:
    """The value of an act, with the fundamento of an isento, and how it was made up (the job's `valor`)."""

    value: AtoValue
    fundamento: Fundamento | None
    price: CivilPrice


def free(fundamento: Fundamento, reason: str | None = None) -> CivilFee:
    """Return the zero of a rule or of a fundamento (C13)."""
    return CivilFee(fees.isento(reason or _REASONS[fundamento]), fundamento, CivilPrice(None, 0, 0, 0))


def zero(reason: str) -> CivilFee:
    """Return the zero that a rule sets without a fundamento: the fee is in another seal (C18)."""
    return CivilFee(fees.isento(reason), None, CivilPrice(None, 0, 0, 0))


def free_by_law(document: CivilValue) -> CivilFee:
    """Return the zero of an act that is free for all. Raises Recusa `ato-gratuito` where a value is charged (C13)."""
    if document.charged is not None:
        raise _refusal("ato-gratuito", document.charged, "este ato é gratuito por lei: não mande valor")
    return free("lei")


def fee(document: CivilValue, context: Context, day: date) -> CivilFee:
    """Return the value that the document gives, at the prices of `day` (C5).

    Raises Recusa `fundamento-obrigatorio`, `entrada-invalida`, `servico-a-confirmar`.
    """
    if document.isento:
        return _isento(document)
    if document.emolumentos is not None:
        emolumentos = document.emolumentos.emolumentos
    else:
        found = fees.add_up_services(
            document,
            context.servicos,
            demonstracao=context.rules.demonstracao,
            natureza=NATUREZA,
            field=f"{_FIELD}.",
            day=day,
        )
        if found is None:
            raise fees.missing_value(_FIELD)
        emolumentos = found
    total = centavos(emolumentos.total)
    return CivilFee(AtoValue(emolumentos), None, CivilPrice(document.servico, 0, total, total))


def certidao_fee(document: CivilCertidao, context: Context, day: date, shown: int | None) -> CivilFee:
    """Return the value of a certidão with its charged averbações, one by one of the table (C4, C5).

    `shown` is how many marginal notes it shows, None where they are part of a text. Raises Recusa
    `averbacoes-em-certidao-isenta`, `averbacoes-a-mais`, and as `fee`.
    """
    count = document.averbacoes
    if shown is not None and count > shown:
        raise _refusal(
            "averbacoes-a-mais",
            "averbacoes",
            f"a certidão mostra {shown} averbações ou anotações: não se cobram {count}",
        )
    base = fee(document, context, day)
    if count == 0:
        return base
    if base.value.isento:
        raise _refusal(
            "averbacoes-em-certidao-isenta", "averbacoes", "a certidão é isenta: não se cobram averbações, mande 0"
        )
    each = averbacao_price(context, day)
    emolumentos = base.value.emolumentos + each.times(count)
    price = CivilPrice(document.servico, count, base.price.unitario_centavos, centavos(emolumentos.total))
    return CivilFee(AtoValue(emolumentos), None, price)


def averbacao_price(context: Context, day: date) -> Emolumentos:
    """Return what each charged averbação adds (C5)."""
    return context.servicos.resolve(
        AVERBACAO_SERVICE,
        demonstracao=context.rules.demonstracao,
        field=f"{_FIELD}.averbacoes",
        natureza=NATUREZA,
        day=day,
    )


def _isento(document: CivilValue) -> CivilFee:
    if document.fundamento is None:
        raise _refusal(
            "fundamento-obrigatorio", "fundamento", f"o ato isento precisa do fundamento: {', '.join(_REASONS)}"
        )
    return free(document.fundamento, document.motivo_isencao)


def _refusal(word: ErrorWord, field: str, mensagem: str) -> Recusa:
    path = f"{_FIELD}.{field}"
    return Recusa(word, f"{path}: {mensagem}.", errors=[BadField(path, mensagem)])
