"""Calls about queues and their numbered paper."""

from apiflask import APIBlueprint
from flask import Response

from printserver import jobs, search
from printserver.api import examples, schemas
from printserver.api.auth import author
from printserver.api.call import call
from printserver.api.context import office
from printserver.api.documented import OR_CSV
from printserver.api.problems import csv_response, json_response, one_page
from printserver.api.queries import MonthQuery
from printserver.clock import local_date
from printserver.delivery import requests

blueprint = APIBlueprint("queues", __name__, url_prefix="/api/v1", tag="queues and paper")


@call(blueprint, "GET /filas", answer=(200, schemas.Queues, "All queues of the office."))
def list_queues() -> Response:
    """List the queues, each with its last reported status."""
    return one_page(jobs.all_queues(office()))


@call(
    blueprint,
    "POST /filas/<path:nome>/papel",
    right="responder",
    body=(requests.PapelDaFila, examples.PAPER),
    answer=(200, schemas.Queue, "The queue."),
    refuses=("json-invalido", "corpo-grande-demais", "fila-desconhecida", "escrevente-desconhecido", "papel-ja-usado"),
)
def go_on_with_paper(nome: str, data: object) -> Response:
    """Report the next sheet of a queue with numbered paper, and the spoiled sheets (P5)."""
    return json_response(jobs.report_queue_paper(office(), author(), nome, data))


@call(
    blueprint,
    "POST /filas/<path:nome>/papel/lotes",
    right="responder",
    body=(requests.LoteDePapel, examples.LOTS),
    answer=(201, schemas.Queue, "The queue, with the paper that it has now."),
    refuses=("json-invalido", "corpo-grande-demais", "fila-desconhecida", "escrevente-desconhecido", "papel-ja-usado"),
)
def receive_paper(nome: str, data: object) -> Response:
    """Register a lot of numbered paper as received for a queue (P5); a number is received once."""
    return json_response(jobs.receive_paper(office(), author(), nome, data), 201)


@call(
    blueprint,
    "GET /papel",
    right="consultar",
    query=MonthQuery,
    answer=(200, schemas.PaperMonth, "The numbered paper of the month."),
    also=OR_CSV,
)
def paper_month(query: MonthQuery) -> Response:
    """Count the sheets of a month by queue and series: received, used, spoiled, in stock; as JSON or CSV (C24)."""
    month = query.mes or f"{local_date(office().clock()):%Y-%m}"
    found = search.paper_month(office(), month)
    if query.formato == "csv":
        return csv_response(search.paper_month_csv(found), f"papel-{month}.csv")
    return json_response(found)
