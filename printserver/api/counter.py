"""The calls of the counter: acts with paper seals, their load, void numbers, the control report; daily seals."""

from datetime import date
from typing import Any

from apiflask import APIBlueprint
from flask import Response

from printserver import jobs
from printserver.api import examples, schemas
from printserver.api.auth import author
from printserver.api.context import needs, office
from printserver.api.documented import SECURITY, body, refusals
from printserver.api.jobs import idempotency_key
from printserver.api.problems import json_response
from printserver.api.queries import CounterQuery, DayQuery, NoQuery, PeriodQuery
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


@blueprint.post("/atos-de-balcao")
@needs("selos")
@blueprint.input(NoQuery, location="query", arg_name="query")
@blueprint.input(body(acts.AtoDeBalcao), arg_name="data", examples=examples.COUNTER_ATO)
@blueprint.output(schemas.CounterAct, status_code=201, description="The act: it waits for the day's load.")
@blueprint.doc(responses=refusals((*MAKE, "hibrido-ja-comunicado")), security=SECURITY)
def record_act(query: NoQuery, data: Any) -> Response:  # noqa: ARG001
    """Record an act at the counter with its paper seal (H1)."""
    found, repeated = acts.register(office(), author(), data, idempotency_key())
    return json_response(found, 201, replayed(repeated))


@blueprint.post("/atos-de-balcao/<number>/estorno")
@needs("selos")
@blueprint.input(NoQuery, location="query", arg_name="query")
@blueprint.input(body(acts.Estorno), arg_name="data", examples=examples.REVERSAL)
@blueprint.output(schemas.CounterAct, description="The act, reversed.")
@blueprint.doc(responses=refusals((*MAKE, "nao-encontrado", "estado-nao-permite")), security=SECURITY)
def reverse_act(number: str, query: NoQuery, data: Any) -> Response:  # noqa: ARG001
    """Reverse an act that waits: it is left out of the load, and its paper seal is void (H2)."""
    found, repeated = acts.reverse(office(), author(), number, data, idempotency_key())
    return json_response(found, 200, replayed(repeated))


@blueprint.get("/atos-de-balcao")
@needs("consultar")
@blueprint.input(CounterQuery, location="query", arg_name="query")
@blueprint.output(schemas.CounterActs, description="A page of acts.")
@blueprint.doc(responses=refusals(), security=SECURITY)
def list_acts(query: CounterQuery) -> Response:
    """List acts at the counter, newest first."""
    day = date.fromisoformat(query.data) if query.data else None
    return json_response(acts.list_all(office(), day, query.estado, query.pagina))


@blueprint.post("/hibridos/carga")
@needs("selos")
@blueprint.input(NoQuery, location="query", arg_name="query")
@blueprint.input(body(load.Carga), arg_name="data", examples=examples.LOAD)
@blueprint.output(schemas.MadeSeals, status_code=201, description="The seals, in the order of the paper seals.")
@blueprint.doc(responses=refusals((*MAKE, "estado-nao-permite")), security=SECURITY)
def load_day(query: NoQuery, data: Any) -> Response:  # noqa: ARG001
    """Make the seals of every act of a day that waits (H2)."""
    codes, repeated = load.load(office(), author(), data, idempotency_key())
    return json_response({"selos": codes}, 201, replayed(repeated))


@blueprint.post("/hibridos")
@needs("selos")
@blueprint.input(NoQuery, location="query", arg_name="query")
@blueprint.input(body(load.FaixaDePapel), arg_name="data", examples=examples.HIBRIDOS)
@blueprint.output(schemas.MadeSeals, status_code=201, description="The seals, in the order of the paper seals.")
@blueprint.doc(responses=refusals((*MAKE, "hibrido-ja-comunicado", "limite-de-hibridos")), security=SECURITY)
def make_range(query: NoQuery, data: Any) -> Response:  # noqa: ARG001
    """Make the seals of a range of paper seals, at most 500, all or none (H3)."""
    codes, repeated = load.by_range(office(), author(), data, idempotency_key())
    return json_response({"selos": codes}, 201, replayed(repeated))


@blueprint.post("/hibridos/inutilizados")
@needs("selos")
@blueprint.input(NoQuery, location="query", arg_name="query")
@blueprint.input(body(load.FaixaSemSelo), arg_name="data", examples=examples.SPOILED)
@blueprint.output(schemas.PaperRange, status_code=201, description="The void range.")
@blueprint.doc(responses=refusals((*MAKE, "hibrido-ja-comunicado", "limite-de-hibridos")), security=SECURITY)
def void_range(query: NoQuery, data: Any) -> Response:  # noqa: ARG001
    """Write that paper seals are void: they are never reported (H2)."""
    found, repeated = load.spoil(office(), author(), data, idempotency_key())
    return json_response(found, 201, replayed(repeated))


@blueprint.post("/hibridos/comunicados")
@needs("selos")
@blueprint.input(NoQuery, location="query", arg_name="query")
@blueprint.input(body(load.FaixaSemSelo), arg_name="data", examples=examples.REPORTED)
@blueprint.output(schemas.PaperRange, status_code=201, description="The range.")
@blueprint.doc(responses=refusals((*MAKE, "hibrido-ja-comunicado", "limite-de-hibridos")), security=SECURITY)
def reported_elsewhere(query: NoQuery, data: Any) -> Response:  # noqa: ARG001
    """Write that another program reported paper seals: their numbers are never used here (S4)."""
    found, repeated = load.mark_reported(office(), author(), data, idempotency_key())
    return json_response(found, 201, replayed(repeated))


@blueprint.get("/hibridos/conferencia")
@needs("consultar")
@blueprint.input(DayQuery, location="query", arg_name="query")
@blueprint.output(schemas.Check, description="The day, as it is checked against the till.")
@blueprint.doc(responses=refusals(), security=SECURITY)
def check(query: DayQuery) -> Response:
    """See a day's acts by type and by person, its numbers, and what waits for the load (H2)."""
    return json_response(counter_check.day_check(office(), query.day(office())))


@blueprint.get("/hibridos/relatorio")
@needs("consultar")
@blueprint.input(PeriodQuery, location="query", arg_name="query")
@blueprint.output(schemas.Control, description="The control of paper seals.")
@blueprint.doc(responses=refusals(), security=SECURITY)
def control(query: PeriodQuery) -> Response:
    """See by day, type and série the first, last, used, void and missing paper seals (H2)."""
    found = counter_check.control_report(office(), *query.days(office()))
    return json_response({"itens": found, "pagina": 1, "total": len(found)})


@blueprint.get("/diarios")
@needs("consultar")
@blueprint.input(DayQuery, location="query", arg_name="query")
@blueprint.output(schemas.Seals, description="The newest seal of each type that the day has.")
@blueprint.doc(responses=refusals(), security=SECURITY)
def dailies(query: DayQuery) -> Response:
    """See the daily seals of a day, each with its chain (D1, D2)."""
    found = [code for code in diarios.of_day(office(), query.day(office())).values() if code is not None]
    seals = [jobs.selo(office(), code) for code in found]
    return json_response({"itens": seals, "pagina": 1, "total": len(seals), "total_exato": True})


@blueprint.post("/diarios")
@needs("selos")
@blueprint.input(NoQuery, location="query", arg_name="query")
@blueprint.input(body(diarios.Diario), arg_name="data", examples=examples.DIARIO)
@blueprint.output(schemas.Seal, status_code=201, description="The day's newest seal.")
@blueprint.doc(responses=refusals((*MAKE, "ja-excluido")), security=SECURITY)
def daily(query: NoQuery, data: Any) -> Response:  # noqa: ARG001
    """Report the day's total so far of fotocópias or of digital autenticações: one seal a day (D1, D2)."""
    return made(*diarios.enter_total(office(), author(), data, idempotency_key()))
