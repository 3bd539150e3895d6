"""The value of an act as people type it: a service of the table, the eight components, or the reason why it is free."""

import re
from collections.abc import Mapping
from typing import Any

from printserver.errors import entrada_invalida
from printserver.selo import COMPONENTES, ROTULOS, formatar_reais
from printserver.web.context import office
from printserver.web.forms import digitado

NOTAS = 1
COMO_SE_ESCREVE = "escreva o valor em reais, como 4,10"
_VIRGULA = re.compile(r"(\d{1,3}(?:\.\d{3})+|\d{1,9})(?:,(\d{1,2}))?", re.ASCII)
_PONTO = re.compile(r"(\d{1,9})\.(\d{2})", re.ASCII)


def em_reais(texto: str) -> str | None:
    """Return money as a person types it (`R$ 1.234,5`, `95`) as requests write it (`1234.50`); None: it is no money."""
    texto = re.sub(r"R\$|\s", "", texto)
    lido = _PONTO.fullmatch(texto) or _VIRGULA.fullmatch(texto)
    return f"{lido[1].replace('.', '')}.{(lido[2] or '').ljust(2, '0')}" if lido else None


def dinheiro(nome: str) -> str:
    """Return what was typed into a field of money, nothing as `0.00`. Raises `Recusa` `entrada-invalida`."""
    lido = em_reais(digitado(nome) or "0")
    if lido is None:
        raise entrada_invalida(nome, COMO_SE_ESCREVE)
    return lido


def valor_digitado() -> dict[str, Any]:
    """Return the VALUE that the form holds: a reason makes the act free, else the service counts, else the components.

    Raises `Recusa` `entrada-invalida` for what is no money.
    """
    if digitado("motivo_isencao"):
        return {"isento": True, "motivo_isencao": digitado("motivo_isencao")}
    if digitado("servico"):
        return {"servico": digitado("servico")}
    return {"emolumentos": {nome: dinheiro(nome) for nome in COMPONENTES}}


def servicos() -> dict[str, str]:
    """Return the services of Notas that the office may use now, by name, with what each costs."""
    here = office()
    found = {}
    for nome in here.servicos.nomes():
        each = here.servicos.get(nome)
        if each is None or each.natureza != NOTAS or each.emolumentos is None:
            continue
        if not each.a_confirmar or here.settings.serventia.demonstracao:
            found[nome] = f"{each.descricao}: {formatar_reais(each.emolumentos.total)}"
    return found


def como_se_digita(emolumentos: Mapping[str, int]) -> dict[str, str]:
    """Return the fields that give these components (centavos): the service that costs just so, else themselves."""
    for nome in servicos():
        each = office().servicos.get(nome)
        if each is not None and each.emolumentos is not None and each.emolumentos.to_centavos() == dict(emolumentos):
            return {"servico": nome}
    return {nome: f"{valor // 100},{valor % 100:02}" for nome, valor in emolumentos.items()}


def para_a_tela() -> dict[str, Any]:
    """Return what the fields of a value need in a template."""
    return {"servicos": servicos(), "componentes": ROTULOS}
