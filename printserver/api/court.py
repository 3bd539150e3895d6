"""The calls about the court: send what waits now, and how the office stands with it (T1, T2)."""

from apiflask import APIBlueprint
from flask import Response

from printserver.api import examples, schemas
from printserver.api.auth import author
from printserver.api.call import call
from printserver.api.context import office
from printserver.api.problems import json_response
from printserver.api.queries import PageQuery, PendingQuery
from printserver.court import notices as court_notices
from printserver.court import pending as pending_reports
from printserver.court import standing as court_standing

blueprint = APIBlueprint("court", __name__, url_prefix="/api/v1", tag="the court")


@call(
    blueprint,
    "POST /comunicacoes",
    right="selos",
    body=(court_standing.Comunicacao, examples.REPORTS),
    answer=(202, schemas.Waiting, "Asked for: how much waits for the court."),
    refuses=("json-invalido", "corpo-grande-demais", "escrevente-desconhecido"),
)
def report_now(data: object) -> Response:
    """Report what waits now; back-off and breaker begin anew. `selos` names refused ones that are to go again."""
    return json_response(court_standing.report(office(), author(), data), 202)


@call(
    blueprint,
    "GET /comunicacoes",
    right="consultar",
    answer=(200, schemas.Standing, "How the office stands with the court."),
)
def standing() -> Response:
    """See what waits for the court, how long it has, what was refused, and whether the line works."""
    return json_response(court_standing.as_json(court_standing.status(office())))


@call(
    blueprint,
    "GET /comunicacoes/pendencias",
    right="consultar",
    query=PendingQuery,
    answer=(200, schemas.Pendings, "A page of what waits or was refused."),
)
def pending(query: PendingQuery) -> Response:
    """List what waits (the most urgent first), what was refused with the court's words, or the links (R5)."""
    return json_response(pending_reports.list_all(office(), query.quais, query.pagina))


@call(
    blueprint,
    "GET /avisos",
    right="consultar",
    query=PageQuery,
    answer=(200, schemas.Notices, "A page of the notices, the newest first."),
)
def notices(query: PageQuery) -> Response:
    """List what people were told: ends of sendings, terms that run out, refusals, the certificate's end."""
    return json_response(court_notices.list_all(office(), query.pagina))
