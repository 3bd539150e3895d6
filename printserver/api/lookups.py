"""Calls that look up one seal, events and formats."""

from time import monotonic

from apiflask import APIBlueprint
from flask import Response

from printserver import jobs
from printserver.api import schemas
from printserver.api.context import needs, office
from printserver.api.documented import SECURITY, refusals
from printserver.api.problems import json_response, one_page
from printserver.api.queries import EventsQuery, NoQuery
from printserver.api.waiting import hold_if_early

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
    events = jobs.events(office(), query.depois, query.espera)
    hold_if_early(began, query.espera, bool(events["itens"]))
    return json_response(events)


@blueprint.get("/formatos")
@blueprint.input(NoQuery, location="query", arg_name="query")
@blueprint.output(schemas.Formats, description="All formats of the office.")
@blueprint.doc(responses=refusals(), security=SECURITY)
def list_formats(query: NoQuery) -> Response:  # noqa: ARG001
    """List the formats."""
    formats = office().formatos
    return one_page([formats.describe(name) for name in formats.names()])


@blueprint.get("/formatos/<nome>")
@blueprint.input(NoQuery, location="query", arg_name="query")
@blueprint.output(schemas.Format, description="The format.")
@blueprint.doc(responses=refusals(("formato-desconhecido",)), security=SECURITY)
def get_format(nome: str, query: NoQuery) -> Response:  # noqa: ARG001
    """Look at a format: page, margins and seal block in mm, what it writes besides the body, the marks it knows."""
    return json_response(office().formatos.describe(nome))
