"""What an answer of the court means (T2): accepted, there already, objected to, impossible, passing fault, unknown."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal

from printserver.court.client import Troca

# `repetir`: the court does not have it, so it goes again at once; `passageira`: it goes again after a while.
Classe = Literal["aceito", "ja-recebido", "objetado", "impossivel", "passageira", "repetir", "duvida"]

JA_RECEBIDO: Final = "ja-recebido"
# Where the court is at fault, or asks for patience, before it looked at anything.
_PASSING: Final = (408, 425, 429, 503)
# The request as a whole is refused: nothing of it was stored, and the seals are not at fault.
_BARRED: Final = range(400, 500)


@dataclass(frozen=True, slots=True)
class Resposta:
    """What the court said of one seal or link. `erros` are its words: dicts of `codigo` and `mensagem`."""

    classe: Classe
    erros: tuple[dict[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Consta:
    """What the court has of a code: nothing (`situacao` None), or the registro it stored or objected to."""

    situacao: str | None
    registro: str | None = None
    vinculador: str | None = None
    erros: tuple[dict[str, str], ...] = ()


@dataclass(frozen=True, slots=True)
class Lista:
    """A page of the court's list: each item with the code at `selo`; `total` is of all pages."""

    itens: tuple[Mapping[str, Any], ...]
    total: int


def falha_geral(troca: Troca) -> str | None:
    """Return why the exchange as a whole went wrong (Portuguese), None if it was answered."""
    if troca.status is None:
        return troca.falha or "sem resposta"
    if troca.status in (401, 403):
        return f"o tribunal recusou o acesso ({troca.status}): confira o certificado e o cadastro da serventia"
    if troca.status != 200:
        return f"o tribunal respondeu {troca.status}{_mensagem(troca)}"
    return None


def recusa_do_pedido(troca: Troca) -> dict[str, str] | None:
    """Return the court's words where it refuses a request as a whole for what stands in it; else None.

    A proxy before the court also answers 400 (to a certificate that it does not take, say): that tells nothing of the
    seals. The court's own words are JSON with a `codigo`.
    """
    item = _json(troca.resposta) if troca.status in (400, 413, 422) else None
    if not isinstance(item, dict) or not item.get("codigo"):
        return None
    return {"codigo": str(item["codigo"])[:100], "mensagem": str(item.get("mensagem", ""))[:500]}


def de_envio(troca: Troca, codigos: Sequence[str]) -> dict[str, Resposta]:
    """Return what each of `codigos` was answered; whoever is not named in the answer is in doubt."""
    if troca.status is None:
        return dict.fromkeys(codigos, Resposta("duvida" if troca.partiu else "passageira"))
    if troca.status in _PASSING or troca.status in _BARRED:
        return dict.fromkeys(codigos, Resposta("passageira"))
    answered = _por_selo(troca.resposta) if troca.status == 200 else {}
    return {codigo: answered.get(codigo, Resposta("duvida")) for codigo in codigos}


def sem_sentido(respostas: Mapping[str, Resposta]) -> bool:
    """Whether an answer told nothing of anything that was sent."""
    return all(resposta.classe == "duvida" for resposta in respostas.values())


def de_consulta(troca: Troca, codigo: str) -> Consta | None:
    """Return what the court has of `codigo`; None where it did not say."""
    item = _json(troca.resposta)
    if troca.status == 404 and isinstance(item, dict) and item.get("codigo", "nao-consta") == "nao-consta":
        return Consta(None)
    if troca.status != 200 or not isinstance(item, dict) or item.get("selo") != codigo:
        return None
    status, registro = item.get("situacao"), item.get("registro")
    if status not in ("recebido", "objetado"):
        return None
    return Consta(
        status,
        registro if isinstance(registro, str) else None,
        item.get("vinculador") if isinstance(item.get("vinculador"), str) else None,
        _erros(item.get("erros")),
    )


def de_lista(troca: Troca) -> Lista | None:
    """Return a page of the list; None where the answer is none."""
    answer = _json(troca.resposta)
    if troca.status != 200 or not isinstance(answer, Mapping):
        return None
    itens, total = answer.get("itens"), answer.get("total")
    if not isinstance(itens, list) or type(total) is not int:
        return None
    if not all(isinstance(item, Mapping) and isinstance(item.get("selo"), str) for item in itens):
        return None
    return Lista(tuple(itens), total)


def _por_selo(text: str | None) -> dict[str, Resposta]:
    items = _json(text)
    if not isinstance(items, list):
        return {}
    found = {}
    for item in items:
        if isinstance(item, Mapping) and isinstance(item.get("selo"), str):
            found[item["selo"]] = _resposta(item)
    return found


def _resposta(item: Mapping[str, Any]) -> Resposta:
    total, erros = item.get("totalErros"), _erros(item.get("erros"))
    if total == 0 and not erros:
        return Resposta("aceito")
    if any(error["codigo"] == JA_RECEBIDO for error in erros):
        return Resposta("ja-recebido", erros)
    if not erros:
        return Resposta("duvida")  # errors are counted and none is named: nothing can be shown to a person
    return Resposta("objetado", erros)


def _erros(value: Any) -> tuple[dict[str, str], ...]:
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


def _mensagem(troca: Troca) -> str:
    item = _json(troca.resposta)
    return f": {item['mensagem']}" if isinstance(item, dict) and item.get("mensagem") else ""
