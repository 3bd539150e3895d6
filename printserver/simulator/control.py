"""The control of the simulated court: how it is to misbehave, and what it was sent. For tests and demonstrations."""

from flask import Blueprint, jsonify, request
from flask.typing import ResponseReturnValue
from pydantic import ValidationError

from printserver.clock import rfc3339
from printserver.simulator.context import tribunal
from printserver.simulator.faults import FALHAS, Comando
from printserver.simulator.openapi import descrever

controle = Blueprint("controle", __name__)


@controle.post("/_controle")
def mandar() -> ResponseReturnValue:
    """Say how the court is to misbehave from now on; answered with the misbehaviour as it stands."""
    try:
        comando = Comando.model_validate_json(request.get_data())
    except ValidationError as error:
        where = "; ".join(".".join(map(str, each["loc"])) or "corpo" for each in error.errors())
        texto = f"valor não aceito: {where}; falha é null ou uma de: {', '.join(FALHAS)}"
        return jsonify(codigo="pedido-invalido", mensagem=texto), 400
    tribunal().falhas.mudar(comando)
    return jsonify(_estado())


@controle.get("/_controle")
def contar() -> ResponseReturnValue:
    """Tell what was sent and what was stored; `?selo=` names some codes, `?resumo=1` gives the counts alone."""
    acervo = tribunal().acervo
    told = _estado() | {"resumo": acervo.resumo()}
    if request.args.get("resumo") != "1":
        told |= {"registros": acervo.registros(request.args.getlist("selo")), "vinculos": acervo.pares()}
    return jsonify(told)


@controle.get("/_controle/openapi.json")
def descricao() -> ResponseReturnValue:
    """Describe the court's calls."""
    return jsonify(descrever())


def _estado() -> dict[str, object]:
    estado = tribunal().falhas.estado
    return {
        "falha": estado.falha,
        "vezes": estado.vezes,
        "selos": estado.selos,
        "segundos": estado.segundos,
        "relogio_s": estado.relogio_s,
        "agora": rfc3339(tribunal().agora()),
    }
