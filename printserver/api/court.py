"""Calls about the court: report now, and the office's status with the court (T1, T2)."""

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
    """Report what is pending now, resetting back-off and breaker. `selos` names refused ones to send again."""
    return json_response(court_standing.report(office(), author(), data), 202)


@call(
    blueprint,
    "GET /comunicacoes",
    right="consultar",
    answer=(200, schemas.Standing, "How the office stands with the court."),
)
def standing() -> Response:
    """Get what is pending for the court, its terms, the refusals, and the state of the connection."""
    return json_response(court_standing.as_json(court_standing.status(office())))


@call(
    blueprint,
    "GET /comunicacoes/pendencias",
    right="consultar",
    query=PendingQuery,
    answer=(200, schemas.Pendings, "A page of what waits or was refused."),
)
def pending(query: PendingQuery) -> Response:
    """List pending reports (most urgent first), refusals with the court's words, or links (R5)."""
    return json_response(pending_reports.list_all(office(), query.quais, query.pagina))


@call(
    blueprint,
    "GET /avisos",
    right="consultar",
    query=PageQuery,
    answer=(200, schemas.Notices, "A page of the notices, the newest first."),
)
def notices(query: PageQuery) -> Response:
    """List the notices to people: results of sending, terms about to end, refusals, expiry of the certificate."""
    return json_response(court_notices.list_all(office(), query.pagina))
