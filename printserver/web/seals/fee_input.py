"""The value of an act in a form: a service of the table, the eight components, or the reason for no charge."""

import re
from collections.abc import Mapping

from flask import request

from printserver.clock import local_date
from printserver.errors import invalid_input
from printserver.selo import COMPONENTS, LABELS, Emolumentos, Service, format_reais
from printserver.web.context import now, office
from printserver.web.forms import field_errors, typed_text

NOTAS = 1
FIELDS = ("servico", *COMPONENTS, "motivo_isencao")
MONEY_HINT = "escreva o valor em reais, como 4,10"
_COMMA = re.compile(r"(\d{1,3}(?:\.\d{3})+|\d{1,9})(?:,(\d{1,2}))?", re.ASCII)
_POINT = re.compile(r"(\d{1,9})\.(\d{2})", re.ASCII)


def as_reais(text: str) -> str | None:
    """Convert money as typed (`R$ 1.234,5`, `95`) to the form of requests (`1234.50`); None if it is not money."""
    text = re.sub(r"R\$|\s", "", text)
    scanned = _POINT.fullmatch(text) or _COMMA.fullmatch(text)
    return f"{scanned[1].replace('.', '')}.{(scanned[2] or '').ljust(2, '0')}" if scanned else None


def typed_money(nome: str) -> str:
    """Return the amount typed into a field, `0.00` if blank. Raises `Recusa` `entrada-invalida`."""
    scanned = as_reais(typed_text(nome) or "0")
    if scanned is None:
        raise invalid_input(nome, MONEY_HINT)
    return scanned


def typed_value(before: Mapping[str, str] | None = None) -> dict[str, object]:
    """Return the VALUE that the form holds: a service, the components, or a reason for no charge.

    `before` is the content of the fields when the form was shown. The changed field is the choice; unchanged fields are
    ignored. Raises `Recusa` `entrada-invalida` if two were changed, or for an invalid amount.
    """
    components, filled, changed = _read(before or {})
    choices = [nome for nome in filled if nome in changed] or filled
    if len(choices) > 1:
        text = "há mais de um valor: deixe só as parcelas, só o serviço, ou só o motivo da isenção"
        raise field_errors(dict.fromkeys(choices, text), text)
    match choices:
        case ["motivo_isencao"]:
            return {"isento": True, "motivo_isencao": _text("motivo_isencao", before or {})}
        case ["servico"]:
            return {"servico": _text("servico", before or {})}
        case _:
            return {"emolumentos": components}


def changed_value(before: Mapping[str, str]) -> dict[str, object]:
    """Return the VALUE that the form holds, as `typed_value`; empty if it is unchanged."""
    return typed_value(before) if _read(before)[2] else {}


def _read(before: Mapping[str, str]) -> tuple[dict[str, str], list[str], set[str]]:
    """Return the typed components, the kinds of value that are filled, and the kinds that were changed."""
    components = {nome: typed_money(nome) if nome in request.form else _old_value(nome, before) for nome in COMPONENTS}
    texts = {nome: _text(nome, before) for nome in ("servico", "motivo_isencao")}
    filled = ["emolumentos"] if any(value != "0.00" for value in components.values()) else []
    filled += [nome for nome, text in texts.items() if text]
    changed = {nome for nome, text in texts.items() if text != before.get(nome, "")}
    if any(value != _old_value(nome, before) for nome, value in components.items()):
        changed.add("emolumentos")
    return components, filled, changed


def _text(nome: str, before: Mapping[str, str]) -> str:
    return typed_text(nome) if nome in request.form else before.get(nome, "")


def _old_value(nome: str, before: Mapping[str, str]) -> str:
    return as_reais(before.get(nome) or "0") or "0.00"


def services() -> dict[str, str]:
    """Return the services of Notas that the office may use now, by name, with what each costs."""
    return {service.nome: f"{service.descricao}: {format_reais(fee.total)}" for service, fee in _usable()}


def as_typed(emolumentos: Mapping[str, int]) -> dict[str, str]:
    """Return the fields that give these components (centavos): the service that costs just so, else themselves."""
    for service, fee in _usable():
        if fee.to_centavos() == dict(emolumentos):
            return {"servico": service.nome}
    return as_fields(emolumentos)


def as_fields(values: Mapping[str, int]) -> dict[str, str]:
    """Return amounts (centavos) as money fields show them: `1234,56`."""
    return {nome: f"{value // 100},{value % 100:02}" for nome, value in values.items()}


def template_context() -> dict[str, object]:
    """Return the template variables of the value fields."""
    return {"servicos": services(), "componentes": LABELS}


def _usable() -> list[tuple[Service, Emolumentos]]:
    here = office()
    return here.servicos.usable(NOTAS, local_date(now()), demonstracao=here.demonstracao)
