"""The value of an act as people type it: a service of the table, the eight components, or the reason why it is free."""

import re
from collections.abc import Mapping
from typing import Any

from flask import request

from printserver.errors import entrada_invalida
from printserver.selo import COMPONENTES, ROTULOS, formatar_reais
from printserver.web.context import office
from printserver.web.forms import digitado, erros_de

NOTAS = 1
CAMPOS = ("servico", *COMPONENTES, "motivo_isencao")
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


def valor_digitado(antes: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Return the VALUE that the form holds: a service, the components, or a reason that makes the act free.

    `antes` is what stood in the fields when the form was shown. The one that a person changed is the choice; what stood
    there and was left alone is none. Raises `Recusa` `entrada-invalida` where two were typed, and for what is no money.
    """
    parcelas, cheias, mudadas = _ler(antes or {})
    escolhas = [nome for nome in cheias if nome in mudadas] or cheias
    if len(escolhas) > 1:
        text = "há mais de um valor: deixe só as parcelas, só o serviço, ou só o motivo da isenção"
        raise erros_de(dict.fromkeys(escolhas, text), text)
    match escolhas:
        case ["motivo_isencao"]:
            return {"isento": True, "motivo_isencao": _texto("motivo_isencao", antes or {})}
        case ["servico"]:
            return {"servico": _texto("servico", antes or {})}
        case _:
            return {"emolumentos": parcelas}


def valor_mudado(antes: Mapping[str, str]) -> dict[str, Any]:
    """Return the VALUE that the form holds, as `valor_digitado`; nothing where a person left it as it stood."""
    return valor_digitado(antes) if _ler(antes)[2] else {}


def _ler(antes: Mapping[str, str]) -> tuple[dict[str, str], list[str], set[str]]:
    """Return the components typed, which of the three ways to a value hold something, and which were changed."""
    parcelas = {nome: dinheiro(nome) if nome in request.form else _antiga(nome, antes) for nome in COMPONENTES}
    textos = {nome: _texto(nome, antes) for nome in ("servico", "motivo_isencao")}
    cheias = ["emolumentos"] if any(valor != "0.00" for valor in parcelas.values()) else []
    cheias += [nome for nome, texto in textos.items() if texto]
    mudadas = {nome for nome, texto in textos.items() if texto != antes.get(nome, "")}
    if any(valor != _antiga(nome, antes) for nome, valor in parcelas.items()):
        mudadas.add("emolumentos")
    return parcelas, cheias, mudadas


def _texto(nome: str, antes: Mapping[str, str]) -> str:
    return digitado(nome) if nome in request.form else antes.get(nome, "")


def _antiga(nome: str, antes: Mapping[str, str]) -> str:
    return em_reais(antes.get(nome) or "0") or "0.00"


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
    return em_campos(emolumentos)


def em_campos(valores: Mapping[str, int]) -> dict[str, str]:
    """Return amounts (centavos) as they stand in fields of money: `1234,56`."""
    return {nome: f"{valor // 100},{valor % 100:02}" for nome, valor in valores.items()}


def para_a_tela() -> dict[str, Any]:
    """Return what the fields of a value need in a template."""
    return {"servicos": servicos(), "componentes": ROTULOS}
