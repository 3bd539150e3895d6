"""Calls of Registro Civil: the seals of a record (C21) and the free acts of a month (C24)."""

from apiflask import APIBlueprint
from flask import Response

from printserver import search
from printserver.api import examples, schemas
from printserver.api.auth import author
from printserver.api.call import call
from printserver.api.context import office
from printserver.api.jobs import idempotency_key
from printserver.api.problems import json_response
from printserver.api.queries import MonthQuery
from printserver.api.seals import replayed
from printserver.seal_actions import records

blueprint = APIBlueprint("civil", __name__, url_prefix="/api/v1", tag="Registro Civil")


@call(
    blueprint,
    "GET /registros/<record_id>/selos",
    right="consultar",
    answer=(200, schemas.RecordSeals, "Every seal of the record."),
    refuses=("nao-encontrado",),
)
def record_seals(record_id: str) -> Response:
    """List every seal of a record of Registro Civil, of all its documents (C21)."""
    return json_response(records.list_seals(office(), record_id))


@call(
    blueprint,
    "POST /registros/<record_id>/selos/excluir",
    right="responder",
    body=(records.ExclusaoDoRegistro, examples.RECORD_EXCLUSION),
    answer=(200, schemas.RecordSeals, "The record's seals, as they are now."),
    refuses=(
        "json-invalido",
        "corpo-grande-demais",
        "escrevente-desconhecido",
        "em-processamento",
        "chave-reutilizada",
        "nao-encontrado",
        "selo-de-outro-registro",
        "ja-excluido",
        "prazo-xa-encerrado",
        "impressao-em-andamento",
    ),
)
def exclude_marked(record_id: str, data: object) -> Response:
    """Exclude the marked seals of a record, all or none; nothing is printed (C21)."""
    found, repeated = records.exclude_marked(office(), author(), record_id, data, idempotency_key())
    return json_response(found, 200, replayed(repeated))


@call(
    blueprint,
    "GET /gratuidades",
    right="consultar",
    query=MonthQuery,
    answer=(200, schemas.FreeActs, "The free acts of the month."),
)
def free_acts(query: MonthQuery) -> Response:
    """Count the free acts of a month by fundamento and ato, as JSON or CSV (C24)."""
    found = search.free_acts(office(), query.mes)
    if query.formato == "csv":
        response = Response(search.free_acts_csv(found), content_type="text/csv; charset=utf-8")
        response.headers["Content-Disposition"] = f'attachment; filename="gratuidades-{query.mes}.csv"'
        response.headers["Cache-Control"] = "no-store"
        return response
    return json_response(found)
