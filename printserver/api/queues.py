"""Calls about queues and their numbered paper."""

from typing import Any

from apiflask import APIBlueprint
from flask import Response

from printserver import jobs
from printserver.api import examples, schemas
from printserver.api.auth import author
from printserver.api.context import needs, office
from printserver.api.documented import SECURITY, body, refusals
from printserver.api.problems import json_response, one_page
from printserver.api.queries import NoQuery
from printserver.delivery import requests

blueprint = APIBlueprint("queues", __name__, url_prefix="/api/v1", tag="seals, events, formats and queues")


@blueprint.get("/filas")
@blueprint.input(NoQuery, location="query", arg_name="query")
@blueprint.output(schemas.Queues, description="All queues of the office.")
@blueprint.doc(responses=refusals(), security=SECURITY)
def list_queues(query: NoQuery) -> Response:  # noqa: ARG001
    """List the queues, with what each said last."""
    return one_page(jobs.all_queues(office()))


@blueprint.post("/filas/<path:nome>/papel")
@needs("responder")
@blueprint.input(NoQuery, location="query", arg_name="query")
@blueprint.input(body(requests.PapelDaFila), arg_name="data", examples=examples.PAPER)
@blueprint.output(schemas.Queue, description="The queue.")
@blueprint.doc(
    responses=refusals(
        ("json-invalido", "corpo-grande-demais", "fila-desconhecida", "escrevente-desconhecido", "papel-ja-usado")
    ),
    security=SECURITY,
)
def go_on_with_paper(nome: str, query: NoQuery, data: Any) -> Response:  # noqa: ARG001
    """Tell a queue with numbered paper which sheet is next, and which were spoiled (P5)."""
    return json_response(jobs.report_queue_paper(office(), author(), nome, data))


@blueprint.post("/filas/<path:nome>/papel/lotes")
@needs("responder")
@blueprint.input(NoQuery, location="query", arg_name="query")
@blueprint.input(body(requests.LoteDePapel), arg_name="data", examples=examples.LOTS)
@blueprint.output(schemas.Queue, status_code=201, description="The queue, with the paper that it has now.")
@blueprint.doc(
    responses=refusals(
        ("json-invalido", "corpo-grande-demais", "fila-desconhecida", "escrevente-desconhecido", "papel-ja-usado")
    ),
    security=SECURITY,
)
def receive_paper(nome: str, query: NoQuery, data: Any) -> Response:  # noqa: ARG001
    """Register a lot of numbered paper as received for a queue (P5); a number is received once."""
    return json_response(jobs.receive_paper(office(), author(), nome, data), 201)
