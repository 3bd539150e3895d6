"""Calls that search seals: find, add up, export, and compare with the court's list (T5)."""

from apiflask import APIBlueprint
from flask import Response

from printserver import search
from printserver.api import examples, schemas
from printserver.api.auth import author
from printserver.api.call import call
from printserver.api.context import office
from printserver.api.documented import refusals
from printserver.api.problems import json_response
from printserver.api.queries import ExportQuery, SealsQuery, TotalsQuery

blueprint = APIBlueprint("search", __name__, url_prefix="/api/v1", tag="looking through the seals")


@call(blueprint, "GET /selos", right="consultar", query=SealsQuery, answer=(200, schemas.Seals, "A page of seals."))
def list_seals(query: SealsQuery) -> Response:
    """Find seals, newest act first (T5)."""
    return json_response(search.list_all(office(), query.filters(), query.pagina))


@call(blueprint, "GET /selos/totais", right="consultar", query=TotalsQuery, answer=(200, schemas.Totals, "The sums."))
def add_up(query: TotalsQuery) -> Response:
    """Add up the seals of a search by act, day and fee component; only valid seals unless `validos` is 0."""
    return json_response(search.compute_totals(office(), query.filters()))


@call(
    blueprint,
    "GET /selos/exportacao",
    right="consultar",
    query=ExportQuery,
    answer=refusals()
    | {200: {"description": "The table.", "content": {kind: {"schema": {}} for kind in search.FORMATS.values()}}},
)
def export(query: ExportQuery) -> Response:
    """Export all seals of a search as CSV or XLSX; the export is logged."""
    return exported(search.export_seals(office(), author(), query.filters(), query.formato))


def exported(made: search.Export) -> Response:
    """Return a table as a download, streamed."""
    response = Response(made.pieces, content_type=made.tipo)
    response.headers["Content-Disposition"] = f'attachment; filename="{made.file}"'
    response.headers["Cache-Control"] = "no-store"
    return response


@call(
    blueprint,
    "POST /selos/comparacao",
    right="selos",
    body=(search.Pedido, examples.COMPARISON),
    answer=(200, schemas.Comparison, "What does not conform."),
    refuses=("json-invalido", "corpo-grande-demais", "tribunal-nao-responde"),
)
def compare(data: object) -> Response:
    """Compare the seals of a period with the court's list, fetched or given."""
    return json_response(search.compare_lists(office(), author(), data).as_json())
