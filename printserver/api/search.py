"""The calls that look through the seals: find, add up, export, and hold them beside the court's list (T5)."""

from typing import Any

from apiflask import APIBlueprint
from flask import Response

from printserver import search
from printserver.api import examples, schemas
from printserver.api.auth import author
from printserver.api.context import needs, office
from printserver.api.documented import SECURITY, body, refusals
from printserver.api.problems import json_response
from printserver.api.queries import ExportQuery, NoQuery, SealsQuery, TotalsQuery

blueprint = APIBlueprint("search", __name__, url_prefix="/api/v1", tag="looking through the seals")


@blueprint.get("/selos")
@needs("consultar")
@blueprint.input(SealsQuery, location="query", arg_name="query")
@blueprint.output(schemas.Seals, description="A page of seals.")
@blueprint.doc(responses=refusals(), security=SECURITY)
def list_seals(query: SealsQuery) -> Response:
    """Find seals, those of the newest act first (T5)."""
    return json_response(search.list_all(office(), query.filters(), query.pagina))


@blueprint.get("/selos/totais")
@needs("consultar")
@blueprint.input(TotalsQuery, location="query", arg_name="query")
@blueprint.output(schemas.Totals, description="The sums.")
@blueprint.doc(responses=refusals(), security=SECURITY)
def add_up(query: TotalsQuery) -> Response:
    """Add up what a search finds: by act, by day, by component of the fee; only what is valid unless all is asked."""
    return json_response(search.compute_totals(office(), query.filters()))


@blueprint.get("/selos/exportacao")
@needs("consultar")
@blueprint.input(ExportQuery, location="query", arg_name="query")
@blueprint.doc(
    responses=refusals()
    | {200: {"description": "The table.", "content": {kind: {"schema": {}} for kind in search.FORMATS.values()}}},
    security=SECURITY,
)
def export(query: ExportQuery) -> Response:
    """Export all that a search finds, as CSV or XLSX; that it was done goes on record."""
    return exported(search.export_seals(office(), author(), query.filters(), query.formato))


def exported(made: search.Export) -> Response:
    """Return a table as a download, sent as it is made."""
    response = Response(made.pieces, content_type=made.tipo)
    response.headers["Content-Disposition"] = f'attachment; filename="{made.file}"'
    response.headers["Cache-Control"] = "no-store"
    return response


@blueprint.post("/selos/comparacao")
@needs("selos")
@blueprint.input(NoQuery, location="query", arg_name="query")
@blueprint.input(body(search.Pedido), arg_name="data", examples=examples.COMPARISON)
@blueprint.output(schemas.Comparison, description="What does not conform.")
@blueprint.doc(responses=refusals(("json-invalido", "corpo-grande-demais", "tribunal-nao-responde")), security=SECURITY)
def compare(query: NoQuery, data: Any) -> Response:  # noqa: ARG001
    """Hold the seals of a period beside the court's list, asked for or given."""
    return json_response(search.compare_lists(office(), author(), data).as_json())
