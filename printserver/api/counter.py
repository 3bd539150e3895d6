"""Calls of the counter: acts with paper seals, their load, void numbers, the control report, daily seals."""

from datetime import date

from apiflask import APIBlueprint
from flask import Response

from printserver import jobs
from printserver.api import examples, schemas
from printserver.api.auth import author
from printserver.api.call import call
from printserver.api.context import office
from printserver.api.jobs import idempotency_key
from printserver.api.problems import json_response, one_page
from printserver.api.queries import CounterQuery, DayQuery, PeriodQuery
from printserver.api.seals import MAKE, made, replayed
from printserver.counter import (
    acts,
    load,
)
from printserver.counter import (
    check as counter_check,
)
from printserver.counter import (
    daily as diarios,
)

blueprint = APIBlueprint("counter", __name__, url_prefix="/api/v1", tag="the counter")


@call(
    blueprint,
    "POST /atos-de-balcao",
    right="selos",
    body=(acts.AtoDeBalcao, examples.COUNTER_ATO),
    answer=(201, schemas.CounterAct, "The act: it waits for the day's load."),
    refuses=(*MAKE, "hibrido-ja-comunicado"),
)
def record_act(data: object) -> Response:
    """Record an act at the counter with its paper seal (H1)."""
    found, repeated = acts.register(office(), author(), data, idempotency_key())
    return json_response(found, 201, replayed(repeated))


@call(
    blueprint,
    "POST /atos-de-balcao/<number>/estorno",
    right="selos",
    body=(acts.Estorno, examples.REVERSAL),
    answer=(200, schemas.CounterAct, "The act, reversed."),
    refuses=(*MAKE, "nao-encontrado", "estado-nao-permite"),
)
def reverse_act(number: str, data: object) -> Response:
    """Reverse an act that waits: it is left out of the load, and its paper seal may become void (H2)."""
    found, repeated = acts.reverse(office(), author(), number, data, idempotency_key())
    return json_response(found, 200, replayed(repeated))


@call(
    blueprint,
    "GET /atos-de-balcao",
    right="consultar",
    query=CounterQuery,
    answer=(200, schemas.CounterActs, "A page of acts."),
)
def list_acts(query: CounterQuery) -> Response:
    """List acts at the counter, newest first."""
    day = date.fromisoformat(query.data) if query.data else None
    return json_response(acts.list_all(office(), day, query.estado, query.pagina))


@call(
    blueprint,
    "POST /hibridos/carga",
    right="selos",
    body=(load.Carga, examples.LOAD),
    answer=(201, schemas.MadeSeals, "The seals, in the order of the paper seals."),
    refuses=(*MAKE, "estado-nao-permite"),
)
def load_day(data: object) -> Response:
    """Make the seals of all waiting acts of a day (H2)."""
    codes, repeated = load.load(office(), author(), data, idempotency_key())
    return json_response({"selos": codes}, 201, replayed(repeated))


@call(
    blueprint,
    "POST /hibridos",
    right="selos",
    body=(load.FaixaDePapel, examples.HIBRIDOS),
    answer=(201, schemas.MadeSeals, "The seals, in the order of the paper seals."),
    refuses=(*MAKE, "hibrido-ja-comunicado", "limite-de-hibridos"),
)
def make_range(data: object) -> Response:
    """Make the seals of a range of paper seals, at most 500, all or none (H3)."""
    codes, repeated = load.by_range(office(), author(), data, idempotency_key())
    return json_response({"selos": codes}, 201, replayed(repeated))


@call(
    blueprint,
    "POST /hibridos/inutilizados",
    right="selos",
    body=(load.FaixaSemSelo, examples.SPOILED),
    answer=(201, schemas.PaperRange, "The void range."),
    refuses=(*MAKE, "hibrido-ja-comunicado", "limite-de-hibridos"),
)
def void_range(data: object) -> Response:
    """Record that paper seals are void: they are never reported (H2)."""
    found, repeated = load.spoil(office(), author(), data, idempotency_key())
    return json_response(found, 201, replayed(repeated))


@call(
    blueprint,
    "POST /hibridos/comunicados",
    right="selos",
    body=(load.FaixaSemSelo, examples.REPORTED),
    answer=(201, schemas.PaperRange, "The range."),
    refuses=(*MAKE, "hibrido-ja-comunicado", "limite-de-hibridos"),
)
def reported_elsewhere(data: object) -> Response:
    """Record that another program reported paper seals: their numbers are never used here (S4)."""
    found, repeated = load.mark_reported(office(), author(), data, idempotency_key())
    return json_response(found, 201, replayed(repeated))


@call(
    blueprint,
    "GET /hibridos/conferencia",
    right="consultar",
    query=DayQuery,
    answer=(200, schemas.Check, "The day, as it is checked against the till."),
)
def check(query: DayQuery) -> Response:
    """Get a day's acts by type and by person, its numbers, and the acts that wait for the load (H2)."""
    return json_response(counter_check.day_check(office(), query.day(office())))


@call(
    blueprint,
    "GET /hibridos/relatorio",
    right="consultar",
    query=PeriodQuery,
    answer=(200, schemas.Control, "The control of paper seals."),
)
def control(query: PeriodQuery) -> Response:
    """Get by day, type and série the first, last, used, void and missing paper seals (H2)."""
    return one_page(counter_check.control_report(office(), *query.days(office())))


@call(
    blueprint,
    "GET /diarios",
    right="consultar",
    query=DayQuery,
    answer=(200, schemas.Seals, "The newest seal of each type that the day has."),
)
def dailies(query: DayQuery) -> Response:
    """Get the daily seals of a day, each with its chain (D1, D2)."""
    found = [code for code in diarios.of_day(office(), query.day(office())).values() if code is not None]
    seals = [jobs.selo(office(), code) for code in found]
    return json_response({"itens": seals, "pagina": 1, "total": len(seals), "total_exato": True})


@call(
    blueprint,
    "POST /diarios",
    right="selos",
    body=(diarios.Diario, examples.DIARIO),
    answer=(201, schemas.Seal, "The day's newest seal."),
    refuses=(*MAKE, "ja-excluido"),
)
def daily(data: object) -> Response:
    """Report the day's total so far of fotocópias or of digital autenticações: one seal a day (D1, D2)."""
    return made(*diarios.enter_total(office(), author(), data, idempotency_key()))
