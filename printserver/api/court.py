"""The calls about the court: send what waits now, and how the office stands with it (T1, T2)."""

from typing import Any

from apiflask import APIBlueprint
from flask import Response

from printserver.api import examples, schemas
from printserver.api.auth import author
from printserver.api.context import needs, office
from printserver.api.documented import SECURITY, body, refusals
from printserver.api.problems import json_response
from printserver.api.queries import NoQuery, PageQuery, PendingQuery
from printserver.court import notices as avisos
from printserver.court import pending as pending_reports
from printserver.court import standing as comunicacao

blueprint = APIBlueprint("court", __name__, url_prefix="/api/v1", tag="the court")


@blueprint.post("/comunicacoes")
@needs("selos")
@blueprint.input(NoQuery, location="query", arg_name="query")
@blueprint.input(body(comunicacao.Comunicacao), arg_name="data", examples=examples.REPORTS)
@blueprint.output(schemas.Waiting, status_code=202, description="Asked for: how much waits for the court.")
@blueprint.doc(
    responses=refusals(("json-invalido", "corpo-grande-demais", "escrevente-desconhecido")), security=SECURITY
)
def report_now(query: NoQuery, data: Any) -> Response:  # noqa: ARG001
    """Report what waits now; back-off and breaker begin anew. `selos` names refused ones that are to go again."""
    return json_response(comunicacao.report(office(), author(), data), 202)


@blueprint.get("/comunicacoes")
@needs("consultar")
@blueprint.input(NoQuery, location="query", arg_name="query")
@blueprint.output(schemas.Standing, description="How the office stands with the court.")
@blueprint.doc(responses=refusals(), security=SECURITY)
def standing(query: NoQuery) -> Response:  # noqa: ARG001
    """See what waits for the court, how long it has, what was refused, and whether the line works."""
    return json_response(comunicacao.as_json(comunicacao.status(office())))


@blueprint.get("/comunicacoes/pendencias")
@needs("consultar")
@blueprint.input(PendingQuery, location="query", arg_name="query")
@blueprint.output(schemas.Pendings, description="A page of what waits or was refused.")
@blueprint.doc(responses=refusals(), security=SECURITY)
def pending(query: PendingQuery) -> Response:
    """List what waits (the most urgent first), what was refused with the court's words, or the links (R5)."""
    return json_response(pending_reports.list_all(office(), query.quais, query.pagina))


@blueprint.get("/avisos")
@needs("consultar")
@blueprint.input(PageQuery, location="query", arg_name="query")
@blueprint.output(schemas.Notices, description="A page of the notices, the newest first.")
@blueprint.doc(responses=refusals(), security=SECURITY)
def notices(query: PageQuery) -> Response:
    """List what people were told: ends of sendings, terms that run out, refusals, the certificate's end."""
    return json_response(avisos.list_all(office(), query.pagina))
