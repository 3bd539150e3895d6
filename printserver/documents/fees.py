"""The value of an act (S9): the request's VALUE, or what a rule makes of it. Computes no component from another."""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from printserver.documents.model import Valor
from printserver.documents.plan import NATUREZA, Contexto, Custas
from printserver.errors import Recusa, entrada_invalida
from printserver.selo.fees import Emolumentos
from printserver.selo.services import TabelaDeServicos

# What a certidão of Notas costs, and a traslado from the second on (N4).
SERVICO_DA_CERTIDAO = "certidao-notas"
# Far above any act; a registro do ato has room for it (S6).
MAIOR_TOTAL: Final = Decimal("999999999.99")


@dataclass(frozen=True, slots=True)
class ValorDoAto:
    """A value resolved to its eight components; an isento one is zero and has its reason."""

    emolumentos: Emolumentos
    isento: bool = False
    motivo: str | None = None

    def custas(self, ato: str, descricao: str, *, principal: bool = True) -> Custas:
        """Return the fee line of an ato with this value (P4)."""
        return Custas(descricao, self.emolumentos, self.isento, self.motivo, ato, principal)


def isento(motivo: str) -> ValorDoAto:
    """Return the value zero with the reason for it."""
    return ValorDoAto(Emolumentos.zero(), True, motivo)


def do_servico(nome: str, contexto: Contexto, campo: str) -> ValorDoAto:
    """Return the value of a service of Notas; `campo` is the dotted path of the field that names it.

    Raises Recusa `entrada-invalida` (unknown) or `servico-a-confirmar` (S9).
    """
    demonstracao = contexto.regras.demonstracao
    return ValorDoAto(contexto.servicos.resolver(nome, demonstracao=demonstracao, campo=campo, natureza=NATUREZA))


def somar_servicos(
    valor: Valor, servicos: TabelaDeServicos, *, demonstracao: bool, natureza: int, campo: str
) -> Emolumentos | None:
    """Return what the services cost that a VALUE names, added up (D3); None if it names none.

    `campo` goes before the names of its fields, with its point. Raises as `do_servico`.
    """
    named = [(f"{campo}servico", valor.servico, 1)] if valor.servico is not None else []
    for n, each in enumerate(valor.servicos or ()):
        named.append((f"{campo}servicos.{n}.servico", each.servico, each.quantidade))
    if not named:
        return None
    soma = Emolumentos.zero()
    for path, nome, quantidade in named:
        soma += servicos.resolver(nome, demonstracao=demonstracao, campo=path, natureza=natureza).vezes(quantidade)
    if soma.total > MAIOR_TOTAL:
        raise entrada_invalida(named[-1][0], "a soma dos serviços passa de um bilhão de reais")
    return soma


def do_pedido(valor: Valor, contexto: Contexto, campo: str) -> ValorDoAto | None:
    """Return the VALUE given in the object at `campo`, or None if none was given. Raises as `do_servico`."""
    if valor.emolumentos is not None:
        return ValorDoAto(valor.emolumentos.emolumentos)
    if valor.isento and valor.motivo_isencao:
        return isento(valor.motivo_isencao)
    demonstracao = contexto.regras.demonstracao
    soma = somar_servicos(valor, contexto.servicos, demonstracao=demonstracao, natureza=NATUREZA, campo=f"{campo}.")
    return None if soma is None else ValorDoAto(soma)


def recusar_cobranca(valor: Valor, campo: str, porque: str) -> None:
    """Raise Recusa `entrada-invalida` if the object at `campo` charges where a rule makes the value zero."""
    if valor.cobrado is not None:
        raise entrada_invalida(f"{campo}.{valor.cobrado}", f"{porque}: não mande valor, ou mande isento")


def falta_valor(campo: str) -> Recusa:
    """Return the refusal of an object at `campo` that needs a VALUE and has none."""
    text = "falta o valor: emolumentos, servico, servicos, ou isento com motivo_isencao"
    return entrada_invalida(f"{campo}.emolumentos", text)
