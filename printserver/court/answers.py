"""Parses the court's answers (T2): accepted, received before, objected to, impossible, transient fault, unknown."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from printserver.common.data import JsonView
from printserver.court.client import Exchange

# `repetir`: the court does not have it, retry at once; `passageira`: retry later.
Category = Literal["aceito", "ja-recebido", "objetado", "impossivel", "passageira", "repetir", "duvida"]

JA_RECEBIDO: Final = "ja-recebido"
# The court failed, or asks to wait, before processing.
_PASSING: Final = (408, 425, 429, 503)
# The whole request is refused: nothing was stored, and the seals are not the cause.
_BARRED: Final = range(400, 500)


@dataclass(frozen=True, slots=True)
class CourtAnswer:
    """The court's answer on one seal or link. `erros` are its errors: dicts of `codigo` and `mensagem`."""

    category: Category
    erros: tuple[dict[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class OnRecord:
    """The court's record of a code: none (`situacao` None), or a registro, stored or objected to."""

    situacao: str | None
    registro: str | None = None
    vinculador: str | None = None
    erros: tuple[dict[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Listing:
    """A page of the court's list: each item with the code at `selo`; `total` is of all pages."""

    itens: tuple[JsonView, ...]
    total: int


def general_failure(exchange: Exchange) -> str | None:
    """Return why the exchange failed as a whole (Portuguese); None if it was answered."""
    if exchange.status is None:
        return exchange.falha or "sem resposta"
    if exchange.status in (401, 403):
        return f"o tribunal recusou o acesso ({exchange.status}): confira o certificado e o cadastro da serventia"
    if exchange.status != 200:
        return f"o tribunal respondeu {exchange.status}{_message(exchange)}"
    return None


def request_refusal(exchange: Exchange) -> dict[str, str] | None:
    """Return the court's error if it refuses a whole request for its content; else None.

    A proxy before the court also answers 400 (e.g. to a certificate that it rejects), which says nothing about the
    seals. The court's own errors are JSON with a `codigo`.
    """
    item = _json(exchange.resposta) if exchange.status in (400, 413, 422) else None
    if not isinstance(item, dict) or not item.get("codigo"):
        return None
    return {"codigo": str(item["codigo"])[:100], "mensagem": str(item.get("mensagem", ""))[:500]}


def from_sending(exchange: Exchange, codigos: Sequence[str]) -> dict[str, CourtAnswer]:
    """Return the answer for each of `codigos`; a code missing from the answer is in doubt."""
    if exchange.status is None:
        return dict.fromkeys(codigos, CourtAnswer("duvida" if exchange.departed else "passageira"))
    if exchange.status in _PASSING or exchange.status in _BARRED:
        return dict.fromkeys(codigos, CourtAnswer("passageira"))
    answered = _by_selo(exchange.resposta) if exchange.status == 200 else {}
    return {codigo: answered.get(codigo, CourtAnswer("duvida")) for codigo in codigos}


def senseless(answers_given: Mapping[str, CourtAnswer]) -> bool:
    """Return whether an answer names none of the seals that were sent."""
    return all(resposta.category == "duvida" for resposta in answers_given.values())


def from_lookup(exchange: Exchange, codigo: str) -> OnRecord | None:
    """Return the court's record of `codigo`; None if the answer is not usable."""
    item = _json(exchange.resposta)
    if exchange.status == 404 and isinstance(item, dict) and item.get("codigo", "nao-consta") == "nao-consta":
        return OnRecord(None)
    if exchange.status != 200 or not isinstance(item, dict) or item.get("selo") != codigo:
        return None
    status, registro = item.get("situacao"), item.get("registro")
    if status not in ("recebido", "objetado"):
        return None
    return OnRecord(
        status,
        registro if isinstance(registro, str) else None,
        item.get("vinculador") if isinstance(item.get("vinculador"), str) else None,
        _errors(item.get("erros")),
    )


def from_listing(exchange: Exchange) -> Listing | None:
    """Return a page of the list; None if the answer is not a list."""
    answer = _json(exchange.resposta)
    if exchange.status != 200 or not isinstance(answer, Mapping):
        return None
    itens, total = answer.get("itens"), answer.get("total")
    if not isinstance(itens, list) or type(total) is not int:
        return None
    if not all(isinstance(item, Mapping) and isinstance(item.get("selo"), str) for item in itens):
        return None
    return Listing(tuple(itens), total)


def _by_selo(text: str | None) -> dict[str, CourtAnswer]:
    items = _json(text)
    if not isinstance(items, list):
        return {}
    found = {}
    for item in items:
        if isinstance(item, Mapping) and isinstance(item.get("selo"), str):
            found[item["selo"]] = _answer_values(item)
    return found


def _answer_values(item: JsonView) -> CourtAnswer:
    total, erros = item.get("totalErros"), _errors(item.get("erros"))
    if total == 0 and not erros:
        return CourtAnswer("aceito")
    if any(error["codigo"] == JA_RECEBIDO for error in erros):
        return CourtAnswer("ja-recebido", erros)
    if not erros:
        return CourtAnswer("duvida")  # errors are counted but not listed, so a person cannot act on them
    return CourtAnswer("objetado", erros)


def _errors(value: object) -> tuple[dict[str, str], ...]:
    if not isinstance(value, list):
        return ()
    return tuple(
        {"codigo": str(item.get("codigo", "")), "mensagem": str(item.get("mensagem", ""))}
        if isinstance(item, Mapping)
        else {"codigo": "", "mensagem": str(item)}
        for item in value
    )


def _json(text: str | None) -> Any:
    try:
        return json.loads(text or "")
    except (ValueError, RecursionError):
        return None


def _message(exchange: Exchange) -> str:
    item = _json(exchange.resposta)
    return f": {item['mensagem']}" if isinstance(item, dict) and item.get("mensagem") else ""
