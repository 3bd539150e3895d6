"""Calls that look up a seal, events and formats."""

from time import monotonic

from apiflask import APIBlueprint
from flask import Response

from printserver import jobs
from printserver.api import schemas
from printserver.api.call import call
from printserver.api.context import office
from printserver.api.problems import json_response, one_page
from printserver.api.queries import EventsQuery
from printserver.api.waiting import hold_if_early

blueprint = APIBlueprint("lookups", __name__, url_prefix="/api/v1", tag="seals, events and formats")


@call(
    blueprint,
    "GET /selos/<codigo>",
    right="consultar",
    answer=(200, schemas.Seal, "The seal, its registro, its chain and its links."),
    refuses=("nao-encontrado",),
)
def get_seal(codigo: str) -> Response:
    """Look up a seal by its code (T5)."""
    return json_response(jobs.selo(office(), codigo))


@call(
    blueprint,
    "GET /eventos",
    right="consultar",
    query=EventsQuery,
    answer=(200, schemas.Events, "What changed after number `depois`."),
)
def get_events(query: EventsQuery) -> Response:
    """Get all changes of jobs and seals, numbered without gaps; `espera` waits for the next one."""
    began = monotonic()
    events = jobs.events(office(), query.depois, query.espera)
    hold_if_early(began, query.espera, bool(events["itens"]))
    return json_response(events)


@call(blueprint, "GET /formatos", answer=(200, schemas.Formats, "All formats of the office."))
def list_formats() -> Response:
    """List the formats."""
    formats = office().formatos
    return one_page([formats.describe(name) for name in formats.names()])


@call(blueprint, "GET /formatos/<nome>", answer=(200, schemas.Format, "The format."), refuses=("formato-desconhecido",))
def get_format(nome: str) -> Response:
    """Get a format: page, margins and seal block in mm, its fixed content, its variables."""
    return json_response(office().formatos.describe(nome))
