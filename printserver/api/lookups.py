"""The calls about one seal, events, formats and queues: to look them up, and to go on with numbered paper."""

from time import monotonic
from typing import Any

from apiflask import APIBlueprint
from flask import Response

from printserver import jobs
from printserver.api import examples, schemas
from printserver.api.auth import author
from printserver.api.context import needs, office
from printserver.api.documented import SECURITY, body, refusals
from printserver.api.problems import json_response
from printserver.api.queries import EventsQuery, NoQuery
from printserver.api.waiting import hold_if_early
from printserver.jobs import requests as forms

blueprint = APIBlueprint("lookups", __name__, url_prefix="/api/v1", tag="seals, events, formats and queues")


@blueprint.get("/selos/<codigo>")
@needs("consultar")
@blueprint.input(NoQuery, location="query", arg_name="query")
@blueprint.output(schemas.Seal, description="The seal, its registro, its chain and its links.")
@blueprint.doc(responses=refusals(("nao-encontrado",)), security=SECURITY)
def get_seal(codigo: str, query: NoQuery) -> Response:  # noqa: ARG001
    """Look up a seal by its code (T5)."""
    return json_response(jobs.selo(office(), codigo))


@blueprint.get("/eventos")
@needs("consultar")
@blueprint.input(EventsQuery, location="query", arg_name="query")
@blueprint.output(schemas.Events, description="What changed after number `depois`.")
@blueprint.doc(responses=refusals(), security=SECURITY)
def get_events(query: EventsQuery) -> Response:
    """Follow everything that changes, numbered without gaps; `espera` waits for the next change."""
    began = monotonic()
    events = jobs.eventos(office(), query.depois, query.espera)
    hold_if_early(began, query.espera, bool(events["itens"]))
    return json_response(events)


@blueprint.get("/formatos")
@blueprint.input(NoQuery, location="query", arg_name="query")
@blueprint.output(schemas.Formats, description="All formats of the office.")
@blueprint.doc(responses=refusals(), security=SECURITY)
def list_formats(query: NoQuery) -> Response:  # noqa: ARG001
    """List the formats."""
    formats = office().formatos
    return _all([formats.descrever(name) for name in formats.nomes()])


@blueprint.get("/formatos/<nome>")
@blueprint.input(NoQuery, location="query", arg_name="query")
@blueprint.output(schemas.Format, description="The format.")
@blueprint.doc(responses=refusals(("formato-desconhecido",)), security=SECURITY)
def get_format(nome: str, query: NoQuery) -> Response:  # noqa: ARG001
    """Look at a format: page, margins and seal block in mm, what it writes besides the body, the marks it knows."""
    return json_response(office().formatos.descrever(nome))


@blueprint.get("/filas")
@blueprint.input(NoQuery, location="query", arg_name="query")
@blueprint.output(schemas.Queues, description="All queues of the office.")
@blueprint.doc(responses=refusals(), security=SECURITY)
def list_queues(query: NoQuery) -> Response:  # noqa: ARG001
    """List the queues, with what each said last."""
    return _all(jobs.filas(office()))


@blueprint.post("/filas/<path:nome>/papel")
@needs("responder")
@blueprint.input(NoQuery, location="query", arg_name="query")
@blueprint.input(body(forms.PapelDaFila), arg_name="data", examples=examples.PAPEL)
@blueprint.output(schemas.Queue, description="The queue.")
@blueprint.doc(
    responses=refusals(
        ("json-invalido", "corpo-grande-demais", "fila-desconhecida", "escrevente-desconhecido", "papel-ja-usado")
    ),
    security=SECURITY,
)
def go_on_with_paper(nome: str, query: NoQuery, data: Any) -> Response:  # noqa: ARG001
    """Tell a queue with numbered paper which sheet is next, and which were spoiled (P5)."""
    return json_response(jobs.papel_da_fila(office(), author(), nome, data))


@blueprint.post("/filas/<path:nome>/papel/lotes")
@needs("responder")
@blueprint.input(NoQuery, location="query", arg_name="query")
@blueprint.input(body(forms.LoteDePapel), arg_name="data", examples=examples.LOTES)
@blueprint.output(schemas.Queue, status_code=201, description="The queue, with the paper that it has now.")
@blueprint.doc(
    responses=refusals(
        ("json-invalido", "corpo-grande-demais", "fila-desconhecida", "escrevente-desconhecido", "papel-ja-usado")
    ),
    security=SECURITY,
)
def receive_paper(nome: str, query: NoQuery, data: Any) -> Response:  # noqa: ARG001
    """Register a lot of numbered paper as received for a queue (P5); a number is received once."""
    return json_response(jobs.receber_papel(office(), author(), nome, data), 201)


def _all(items: list[dict[str, Any]]) -> Response:
    """Return a list that has one page only."""
    return json_response({"itens": items, "pagina": 1, "total": len(items)})
