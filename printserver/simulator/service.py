"""The simulated court's service over HTTP: what an office's client speaks to. It misbehaves as the control says."""

from collections.abc import Callable
from datetime import date
from typing import Any, Final

from flask import Blueprint, Response, jsonify, request
from flask.typing import ResponseReturnValue
from pydantic import TypeAdapter, ValidationError

from printserver.simulator.context import fechar_conexao, outage, tribunal
from printserver.simulator.faults import ANTES, State
from printserver.simulator.links import Par
from printserver.simulator.rules import Envio

POR_PEDIDO: Final = 50

_ENVIOS: Final = TypeAdapter(list[Envio])
_PARES: Final = TypeAdapter(list[Par])

servico = Blueprint("servico", __name__)
servico.before_request(outage)


class PedidoInvalido(Exception):
    """A request that is wrong as a whole: 400, and nothing is stored or counted. The text is Portuguese."""


@servico.errorhandler(PedidoInvalido)
def _invalido(error: PedidoInvalido) -> ResponseReturnValue:
    return jsonify(codigo="pedido-invalido", mensagem=str(error)), 400


@servico.post("/selos")
def selos() -> ResponseReturnValue:
    """Take at most 50 seals; the answer has one element a seal, in their order."""
    envios = _parse_items(_ENVIOS)
    records = tribunal().records
    state = tribunal().falhas.take(_atinge({envio.selo for envio in envios}))
    return _atender(
        state,
        lambda: records.contar_selos(envios),
        lambda: records.receber(envios, tribunal().agora(), state.objeta),
    )


@servico.post("/vinculos")
def vinculos() -> ResponseReturnValue:
    """Take at most 50 links; the answer has one element a link, in their order."""
    pairs = _parse_items(_PARES)
    records = tribunal().records
    state = tribunal().falhas.take(_atinge({par.vinculado for par in pairs}))
    return _atender(state, lambda: records.contar_vinculos(pairs), lambda: records.vincular(pairs, state.objeta))


@servico.get("/selos/<codigo>")
def selo(codigo: str) -> ResponseReturnValue:
    """Say what the court has of a code."""
    achado = tribunal().records.consultar(codigo)
    if achado is None:
        return jsonify(codigo="nao-consta", mensagem=f"O selo {codigo} não consta no tribunal."), 404
    return jsonify(achado)


@servico.get("/selos")
def listing() -> ResponseReturnValue:
    """List the seals stored whose act is of these days."""
    de, ate = _day("de"), _day("ate")
    page = request.args.get("pagina", "1")
    if not (page.isascii() and page.isdigit() and 1 <= int(page) <= 10**6):
        raise PedidoInvalido("pagina: um número inteiro, 1 ou mais")
    return jsonify(tribunal().records.listar(de, ate, int(page)))


def _day(nome: str) -> date:
    try:
        return date.fromisoformat(request.args.get(nome, ""))
    except ValueError:
        raise PedidoInvalido(f"{nome}: uma data, como 2026-11-20") from None


def _parse_items(kind: TypeAdapter[list[Any]]) -> list[Any]:
    try:
        itens = kind.validate_json(request.get_data())
    except ValidationError as error:
        where = "; ".join(".".join(map(str, each["loc"])) or "corpo" for each in error.errors())
        raise PedidoInvalido(f"o pedido não tem a forma esperada: {where}") from None
    if len(itens) > POR_PEDIDO:
        raise PedidoInvalido(f"no máximo {POR_PEDIDO} por pedido; vieram {len(itens)}")
    return itens


def _atinge(codigos: set[str]) -> Callable[[State], bool]:
    def acerta(state: State) -> bool:
        return state.selos is None or not codigos.isdisjoint(state.selos)

    return acerta


def _atender(state: State, count: Callable[[], None], store: Callable[[], list[dict[str, Any]]]) -> ResponseReturnValue:
    """Store and answer, going wrong on the way as `estado` says."""
    if state.falha in ANTES:
        count()
        return _sem_guardar(state.falha)
    if state.falha == "lento-antes":
        tribunal().esperar(state.segundos)
    respostas = store()
    if state.falha == "lento":
        tribunal().esperar(state.segundos)
    if state.falha == "fecha-depois":
        return fechar_conexao()
    if state.falha == "500-depois":
        return _quebrado()
    if state.falha == "resposta-errada":
        return Response("<html><body>Serviço em manutenção</body></html>", mimetype="text/html")
    if state.falha == "resposta-trocada":
        respostas = [{"selo": "0" * 25, "totalErros": 0, "erros": []} for _ in respostas]
    return jsonify(respostas)


def _sem_guardar(falha: str | None) -> ResponseReturnValue:
    if falha == "fecha-antes":
        return fechar_conexao()
    if falha == "429":
        return jsonify(codigo="muitos-pedidos", mensagem="Pedidos demais: espere."), 429, {"Retry-After": "1"}
    if falha == "403":
        return jsonify(codigo="certificado-recusado", mensagem="O certificado da serventia foi recusado."), 403
    return _quebrado()


def _quebrado() -> ResponseReturnValue:
    return jsonify(codigo="erro-interno", mensagem="Erro interno do tribunal."), 500
