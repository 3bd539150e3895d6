"""The simulated court's HTTP service for offices. Injected faults apply here."""

from collections.abc import Callable
from datetime import date
from typing import Any, Final

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue
from pydantic import TypeAdapter, ValidationError

from printserver.common.data import JsonObject
from printserver.simulator.context import close_connection, court_settings, outage
from printserver.simulator.faults import BEFORE, State
from printserver.simulator.links import Pair
from printserver.simulator.rules import Sending

PER_REQUEST: Final = 50

_SENDINGS: Final = TypeAdapter(list[Sending])
_PAIRS: Final = TypeAdapter(list[Pair])

servico = Blueprint("servico", __name__)
servico.before_request(outage)


class InvalidRequest(Exception):
    """A malformed request: 400, nothing is stored or counted. The text is Portuguese."""


@servico.errorhandler(InvalidRequest)
def _invalid(error: InvalidRequest) -> ResponseReturnValue:
    return jsonify(codigo="pedido-invalido", mensagem=str(error)), 400


@servico.post("/selos")
def selos() -> ResponseReturnValue:
    """Accept at most 50 seals; the answer has one element per seal, in the same order."""
    sendings = _parse_items(_SENDINGS)
    records = court_settings().records
    state = court_settings().falhas.take(_applies({envio.selo for envio in sendings}))
    return _handle(
        state,
        lambda: records.describe_selos(sendings),
        lambda: records.receive(sendings, court_settings().now(), state.objects_to),
    )


@servico.post("/vinculos")
def vinculos() -> ResponseReturnValue:
    """Accept at most 50 links; the answer has one element per link, in the same order."""
    pairs = _parse_items(_PAIRS)
    records = court_settings().records
    state = court_settings().falhas.take(_applies({par.vinculado for par in pairs}))
    return _handle(state, lambda: records.describe_vinculos(pairs), lambda: records.link_selos(pairs, state.objects_to))


@servico.get("/selos/<codigo>")
def selo(codigo: str) -> ResponseReturnValue:
    """Return the court's record of a code."""
    found_row = court_settings().records.look_up(codigo)
    if found_row is None:
        return jsonify(codigo="nao-consta", mensagem=f"O selo {codigo} não consta no tribunal."), 404
    return jsonify(found_row)


@servico.get("/selos")
def listing() -> ResponseReturnValue:
    """List the stored seals with an act date in the period."""
    de, ate = _day("de"), _day("ate")
    page = request.args.get("pagina", "1")
    if not (page.isascii() and page.isdigit() and 1 <= int(page) <= 10**6):
        raise InvalidRequest("pagina: um número inteiro, 1 ou mais")
    return jsonify(court_settings().records.list_all(de, ate, int(page)))


def _day(nome: str) -> date:
    try:
        return date.fromisoformat(request.args.get(nome, ""))
    except ValueError:
        raise InvalidRequest(f"{nome}: uma data, como 2026-11-20") from None


def _parse_items(kind: TypeAdapter[list[Any]]) -> list[Any]:
    try:
        itens = kind.validate_json(request.get_data())
    except ValidationError as error:
        where = "; ".join(".".join(map(str, each["loc"])) or "corpo" for each in error.errors())
        raise InvalidRequest(f"o pedido não tem a forma esperada: {where}") from None
    if len(itens) > PER_REQUEST:
        raise InvalidRequest(f"no máximo {PER_REQUEST} por pedido; vieram {len(itens)}")
    return itens


def _applies(codigos: set[str]) -> Callable[[State], bool]:
    def matches(state: State) -> bool:
        return state.selos is None or not codigos.isdisjoint(state.selos)

    return matches


def _handle(state: State, count: Callable[[], None], store: Callable[[], list[JsonObject]]) -> ResponseReturnValue:
    """Store and answer, applying the fault of `state`."""
    if state.falha in BEFORE:
        count()
        return _without_storing(state.falha)
    if state.falha == "lento-antes":
        court_settings().wait(state.segundos)
    answers_given = store()
    if state.falha == "lento":
        court_settings().wait(state.segundos)
    if state.falha == "fecha-depois":
        return close_connection()
    if state.falha == "500-depois":
        return _broken()
    if state.falha == "resposta-errada":
        return Response("<html><body>Serviço em manutenção</body></html>", mimetype="text/html")
    if state.falha == "resposta-trocada":
        answers_given = [{"selo": "0" * 25, "totalErros": 0, "erros": []} for _ in answers_given]
    return jsonify(answers_given)


def _without_storing(falha: str | None) -> ResponseReturnValue:
    if falha == "fecha-antes":
        return close_connection()
    if falha == "429":
        return jsonify(codigo="muitos-pedidos", mensagem="Pedidos demais: espere."), 429, {"Retry-After": "1"}
    if falha == "403":
        return jsonify(codigo="certificado-recusado", mensagem="O certificado da serventia foi recusado."), 403
    return _broken()


def _broken() -> ResponseReturnValue:
    return jsonify(codigo="erro-interno", mensagem="Erro interno do tribunal."), 500
