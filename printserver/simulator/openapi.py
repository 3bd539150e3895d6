"""OpenAPI 3.1 description of the simulated court: its service, and its control."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any, Final

from pydantic import BaseModel, ConfigDict, TypeAdapter
from pydantic.json_schema import models_json_schema

from printserver import __version__
from printserver.common.data import JsonObject
from printserver.simulator.faults import Command, FaultKind
from printserver.simulator.links import Pair
from printserver.simulator.rules import Sending

_REF: Final = "#/components/schemas/"


class _Answer(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ToldError(_Answer):
    """The reason of a refusal."""

    codigo: str
    mensagem: str


class CourtAnswer(_Answer):
    """The result of one seal or link; without errors it is stored."""

    selo: str
    totalErros: int  # noqa: N815  # wire name
    erros: list[ToldError]


class OnRecord(_Answer):
    """The court's record of a code."""

    selo: str
    situacao: str
    registro: str
    recebidoEm: str | None  # noqa: N815
    atrasado: bool
    retifica: str | None
    retificadoPor: str | None  # noqa: N815
    vinculador: str | None
    erros: list[ToldError]


class Listing(_Answer):
    """A page of stored seals."""

    itens: list[OnRecord]
    pagina: int
    total: int


class State(_Answer):
    """The injected fault and the court's clock."""

    falha: FaultKind | None
    vezes: int | None
    selos: list[str] | None
    segundos: float
    relogio_s: float
    agora: str


class Summary(_Answer):
    """Counts of what was sent; `mais_recebido`: the highest number of sends of one code."""

    selos: int
    recebidos: int
    aceitos: int
    objetados: int
    atrasados: int
    mais_recebido: int
    vinculos: int


class RegistroAnswer(_Answer):
    """A code: how often it was sent (`recebido`) and stored (`aceito`)."""

    codigo: str
    recebido: int
    aceito: int
    linha: str
    situacao: str | None
    atrasado: bool
    erros: list[ToldError]


class VinculoAnswer(_Answer):
    """A link: how often it was sent and stored."""

    vinculador: str
    vinculado: str
    recebido: int
    aceito: int


class CountAnswer(State):
    """What was sent and stored; without the lists for `?resumo=1`."""

    resumo: Summary
    registros: list[RegistroAnswer] = []
    vinculos: list[VinculoAnswer] = []


@dataclass(frozen=True, slots=True)
class _Call:
    method: str
    path: str
    summary: str
    answer: Any
    body: Any = None
    query: Mapping[str, str] = field(default_factory=dict)
    refusals: Mapping[int, str] = field(default_factory=dict)


_WRONG: Final = {400: "pedido-invalido: nothing was stored or counted"}
CALLS: Final = (
    _Call("post", "/selos", "Report at most 50 seals.", list[CourtAnswer], list[Sending], refusals=_WRONG),
    _Call("get", "/selos/{codigo}", "What the court has of a code.", OnRecord, refusals={404: "nao-consta"}),
    _Call(
        "get",
        "/selos",
        "The seals stored, by the days of their acts.",
        Listing,
        query={"de": "the first day", "ate": "the last day", "pagina": "from 1"},
        refusals=_WRONG,
    ),
    _Call("post", "/vinculos", "Report at most 50 links.", list[CourtAnswer], list[Pair], refusals=_WRONG),
    _Call("post", "/_controle", "Say how the court is to misbehave.", State, Command, refusals=_WRONG),
    _Call(
        "get",
        "/_controle",
        "What was sent and what was stored.",
        CountAnswer,
        query={"selo": "a code; may be repeated", "resumo": "1: without the lists"},
    ),
)


@cache
def describe() -> JsonObject:
    """Return the description, made from the models that parse the requests."""
    models: list[type[BaseModel]] = [
        ToldError,
        CourtAnswer,
        OnRecord,
        Listing,
        State,
        CountAnswer,
        Sending,
        Pair,
        Command,
    ]
    _, made = models_json_schema([(model, "validation") for model in models], ref_template=f"{_REF}{{model}}")
    paths: JsonObject = {}
    for call in CALLS:
        paths.setdefault(call.path, {})[call.method] = _operation(call)
    info = {"title": "Tribunal SIMULADO", "version": __version__, "description": "A simulator, of no legal value."}
    return {"openapi": "3.1.0", "info": info, "paths": paths, "components": {"schemas": made["$defs"]}}


def _operation(call: _Call) -> JsonObject:
    responses: JsonObject = {"200": {"description": "As asked.", "content": _json(call.answer)}}
    for status, why in call.refusals.items():
        responses[str(status)] = {"description": why, "content": _json(ToldError)}
    parameters: list[JsonObject] = [
        {"name": name, "in": "query", "required": False, "description": said, "schema": {"type": "string"}}
        for name, said in call.query.items()
    ]
    if "{codigo}" in call.path:
        parameters.append({"name": "codigo", "in": "path", "required": True, "schema": {"type": "string"}})
    operation: JsonObject = {"summary": call.summary, "parameters": parameters, "responses": responses}
    if call.body is not None:
        operation["requestBody"] = {"required": True, "content": _json(call.body)}
    return operation


def _json(kind: Any) -> JsonObject:
    schema = TypeAdapter(kind).json_schema(ref_template=f"{_REF}{{model}}")
    schema.pop("$defs", None)
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        schema = {"$ref": f"{_REF}{kind.__name__}"}
    return {"application/json": {"schema": schema}}
