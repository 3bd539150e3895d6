"""The value of an act (S9): the request's VALUE, or what a rule makes of it. Computes no component from another."""

from dataclasses import dataclass

from printserver.documents.model import Valor
from printserver.documents.plano import NATUREZA, Contexto, Custas
from printserver.errors import Recusa, entrada_invalida
from printserver.selo.fees import Emolumentos

# What a certidão of Notas costs, and a traslado from the second on (N4).
SERVICO_DA_CERTIDAO = "certidao-notas"


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


def do_pedido(valor: Valor, contexto: Contexto, campo: str) -> ValorDoAto | None:
    """Return the VALUE given in the object at `campo`, or None if none was given. Raises as `do_servico`."""
    if valor.emolumentos is not None:
        return ValorDoAto(valor.emolumentos.emolumentos)
    if valor.servico is not None:
        return do_servico(valor.servico, contexto, f"{campo}.servico")
    return isento(valor.motivo_isencao) if valor.isento and valor.motivo_isencao else None


def recusar_cobranca(valor: Valor, campo: str, porque: str) -> None:
    """Raise Recusa `entrada-invalida` if the object at `campo` charges where a rule makes the value zero."""
    if (dado := _campo_cobrado(valor)) is not None:
        raise entrada_invalida(f"{campo}.{dado}", f"{porque}: não mande valor, ou mande isento")


def falta_valor(campo: str) -> Recusa:
    """Return the refusal of an object at `campo` that needs a VALUE and has none."""
    return entrada_invalida(f"{campo}.emolumentos", "falta o valor: emolumentos, servico, ou isento com motivo_isencao")


def _campo_cobrado(valor: Valor) -> str | None:
    if valor.emolumentos is not None:
        return "emolumentos"
    return "servico" if valor.servico is not None else None
