"""Control of the simulated court: fault injection, and a report of what was sent. For tests and demonstrations."""

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from pydantic import ValidationError

from printserver.clock import rfc3339
from printserver.simulator.context import court_settings
from printserver.simulator.faults import FAULTS, Command
from printserver.simulator.openapi import describe

control = Blueprint("controle", __name__)


@control.post("/_controle")
def order_faults() -> ResponseReturnValue:
    """Set the injected fault; return the current state."""
    try:
        command = Command.model_validate_json(request.get_data())
    except ValidationError as error:
        where = "; ".join(".".join(map(str, each["loc"])) or "corpo" for each in error.errors())
        text = f"valor não aceito: {where}; falha é null ou uma de: {', '.join(FAULTS)}"
        return jsonify(codigo="pedido-invalido", mensagem=text), 400
    court_settings().falhas.change(command)
    return jsonify(_state())


@control.get("/_controle")
def count() -> ResponseReturnValue:
    """Return what was sent and stored; `?selo=` selects codes, `?resumo=1` returns the counts only."""
    records = court_settings().records
    told = _state() | {"resumo": records.summary()}
    if request.args.get("resumo") != "1":
        told |= {"registros": records.registros(request.args.getlist("selo")), "vinculos": records.pairs()}
    return jsonify(told)


@control.get("/_controle/openapi.json")
def description() -> ResponseReturnValue:
    """Describe the court's calls."""
    return jsonify(describe())


def _state() -> dict[str, object]:
    state = court_settings().falhas.estado
    return {
        "falha": state.falha,
        "vezes": state.vezes,
        "selos": state.selos,
        "segundos": state.segundos,
        "relogio_s": state.relogio_s,
        "agora": rfc3339(court_settings().now()),
    }
