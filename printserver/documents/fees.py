"""The value of an act (S9): the request's VALUE, or the one set by a rule. Computes no component from another."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final

from printserver.clock import local_date
from printserver.documents.plan import NATUREZA, Context, Custas
from printserver.documents.values import Value
from printserver.errors import Recusa, invalid_input
from printserver.selo import Emolumentos, ServiceTable

# The service of a certidão of Notas and of traslados from the second on (N4).
CERTIDAO_SERVICE = "certidao-notas"
# Far above any act; it fits a registro do ato (S6).
LARGEST_TOTAL: Final = Decimal("999999999.99")


@dataclass(frozen=True, slots=True)
class AtoValue:
    """A value resolved to its eight components; an isento one is zero and has its reason."""

    emolumentos: Emolumentos
    isento: bool = False
    motivo: str | None = None

    def custas(self, ato: str, description: str, *, principal: bool = True) -> Custas:
        """Return the fee line of an ato with this value (P4)."""
        return Custas(description, self.emolumentos, self.isento, self.motivo, ato, principal)


def isento(reason: str) -> AtoValue:
    """Return the value zero with its reason."""
    return AtoValue(Emolumentos.zero(), True, reason)


def from_service(nome: str, context: Context, field: str) -> AtoValue:
    """Return the value of a service of Notas; `field` is the dotted path of the field that names it.

    Raises Recusa `entrada-invalida` (unknown) or `servico-a-confirmar` (S9).
    """
    demonstracao, day = context.rules.demonstracao, local_date(context.agora)
    fee = context.servicos.resolve(nome, day=day, demonstracao=demonstracao, field=field, natureza=NATUREZA)
    return AtoValue(fee)


def add_up_services(
    value: Value, services: ServiceTable, *, day: date, demonstracao: bool, natureza: int, field: str
) -> Emolumentos | None:
    """Return what the services cost on `day` that a VALUE names, added up (D3, C5); None if it names none.

    `field` is the prefix of its field names, with the point. Raises as `from_service`.
    """
    named = [(f"{field}servico", value.servico, 1)] if value.servico is not None else []
    for n, each in enumerate(value.servicos or ()):
        named.append((f"{field}servicos.{n}.servico", each.servico, each.quantidade))
    if not named:
        return None
    total_fee = Emolumentos.zero()
    for path, nome, quantidade in named:
        fee = services.resolve(nome, day=day, demonstracao=demonstracao, field=path, natureza=natureza)
        total_fee += fee.times(quantidade)
    if total_fee.total > LARGEST_TOTAL:
        raise invalid_input(named[-1][0], "a soma dos serviços passa de um bilhão de reais")
    return total_fee


def from_request(value: Value, context: Context, field: str) -> AtoValue | None:
    """Return the VALUE given in the object at `field`, or None if none was given. Raises as `from_service`."""
    if value.emolumentos is not None:
        return AtoValue(value.emolumentos.emolumentos)
    if value.isento and value.motivo_isencao:
        return isento(value.motivo_isencao)
    demonstracao, day = context.rules.demonstracao, local_date(context.agora)
    total_fee = add_up_services(
        value, context.servicos, day=day, demonstracao=demonstracao, natureza=NATUREZA, field=f"{field}."
    )
    return None if total_fee is None else AtoValue(total_fee)


def refuse_charge(value: Value, field: str, why: str) -> None:
    """Raise Recusa `entrada-invalida` if the object at `field` charges although a rule sets the value to zero."""
    if value.charged is not None:
        raise invalid_input(f"{field}.{value.charged}", f"{why}: não mande valor, ou mande isento")


def missing_value(field: str) -> Recusa:
    """Return the refusal for an object at `field` without its required VALUE."""
    text = "falta o valor: emolumentos, servico, servicos, ou isento com motivo_isencao"
    return invalid_input(f"{field}.emolumentos", text)
