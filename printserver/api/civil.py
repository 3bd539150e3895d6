"""Calls of Registro Civil: a record's seals (C21), models (C14), the exchange (C9, C22), the month (C24)."""

from apiflask import APIBlueprint
from flask import Response

from printserver import jobs, search
from printserver.api import examples, schemas
from printserver.api.auth import author
from printserver.api.call import call
from printserver.api.context import office
from printserver.api.documented import OR_CSV
from printserver.api.jobs import idempotency_key
from printserver.api.problems import csv_response, json_response
from printserver.api.queries import CertidoesQuery, ExchangeQuery, MonthQuery
from printserver.api.seals import replayed
from printserver.clock import local_date
from printserver.errors import ErrorWord
from printserver.jobs.requests import DestinoDaCertidao
from printserver.seal_actions import exchange, records

blueprint = APIBlueprint("civil", __name__, url_prefix="/api/v1", tag="Registro Civil")


@call(
    blueprint,
    "GET /registros/<path:record_id>/selos",
    right="consultar",
    answer=(200, schemas.RecordSeals, "Every seal of the record."),
    refuses=("nao-encontrado",),
)
def record_seals(record_id: str) -> Response:
    """List every seal of a record of Registro Civil, of all its documents (C21)."""
    return json_response(records.list_seals(office(), record_id))


@call(
    blueprint,
    "POST /registros/<path:record_id>/selos/excluir",
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
    also=OR_CSV,
)
def free_acts(query: MonthQuery) -> Response:
    """Count the free acts of a month by fundamento and ato, as JSON or CSV (C24)."""
    month = query.mes or f"{local_date(office().clock()):%Y-%m}"
    found = search.free_acts(office(), month)
    if query.formato == "csv":
        return csv_response(search.free_acts_csv(found), f"gratuidades-{month}.csv")
    return json_response(found)


@call(
    blueprint,
    "GET /certidoes",
    right="consultar",
    query=CertidoesQuery,
    answer=(200, schemas.CertidoesOnPaper, "A page of certidões."),
    also=OR_CSV,
)
def list_certidoes(query: CertidoesQuery) -> Response:
    """List the certidões on paper that were not collected in time, that wait, or that left, as JSON or CSV (C24)."""
    if query.formato == "csv":
        every = search.list_certidoes(office(), query.situacao, None)
        return csv_response(search.certidoes_csv(every), f"certidoes-{query.situacao}.csv")
    return json_response(search.list_certidoes(office(), query.situacao, query.pagina))


@call(
    blueprint,
    "POST /certidoes/<job_id>/destino",
    right="responder",
    body=(DestinoDaCertidao, examples.DESTINATION),
    answer=(200, schemas.CertidaoOnPaper, "The certidão."),
    refuses=(
        "json-invalido",
        "corpo-grande-demais",
        "nao-encontrado",
        "escrevente-desconhecido",
        "estado-nao-permite",
        "impressao-em-andamento",
        "em-processamento",
        "chave-reutilizada",
    ),
)
def record_destination(job_id: str, data: object) -> Response:
    """Record that a certidão was collected, or discarded after its term; its seals stay (C24)."""
    found, repeated = jobs.record_destination(office(), author(), job_id, data, idempotency_key())
    return json_response(found, 200, replayed(repeated))


_REFUSED: tuple[ErrorWord, ...] = (
    "json-invalido",
    "corpo-grande-demais",
    "escrevente-desconhecido",
    "em-processamento",
    "chave-reutilizada",
    "servico-a-confirmar",
    "servico-obrigatorio",
    "fundamento-obrigatorio",
    "ato-gratuito",
    "averbacoes-a-mais",
    "averbacoes-em-certidao-isenta",
    "modelo-incompleto",
    "matricula-invalida",
    "matricula-nao-combina",
    "instrumento-desconhecido",
    "primeira-via-ja-expedida",
    "assento-nao-impresso",
    "pedido-ja-selado",
)


@call(
    blueprint,
    "POST /crc/certidoes",
    right="selos",
    body=(exchange.ExchangeRequest, examples.EXCHANGE),
    answer=(201, schemas.Exchanged, "The seal; 200 for a preview, and for a request that already has it."),
    refuses=_REFUSED,
    also={200: {"description": "A preview, or the seal that it has.", "content": {"application/json": {"schema": {}}}}},
)
def seal_for_exchange(data: object) -> Response:
    """Seal a certidão for the national exchange; the same `codigo_hash` has the same seal for ever (C9, C22)."""
    found = exchange.request_certidao(office(), author(), data, idempotency_key())
    return json_response(found.content, found.status)


@call(
    blueprint,
    "GET /crc/certidoes",
    right="consultar",
    query=ExchangeQuery,
    answer=(200, schemas.ExchangedList, "The newest requests."),
)
def exchanged(query: ExchangeQuery) -> Response:
    """List the newest requests of the exchange."""
    return json_response({"itens": exchange.list_all(office(), query.estado)})


@call(
    blueprint,
    "GET /crc/certidoes/<codigo_hash>",
    right="consultar",
    answer=(200, schemas.Exchanged, "The request."),
    refuses=("nao-encontrado",),
)
def get_exchanged(codigo_hash: str) -> Response:
    """Show a request of the exchange: its seal, fields, files and state."""
    return json_response(exchange.show(office(), codigo_hash))


@call(
    blueprint,
    "POST /crc/certidoes/<codigo_hash>/entrega",
    right="selos",
    body=(exchange.ExchangeOutcome, examples.EXCHANGE_OUTCOME),
    answer=(200, schemas.Exchanged, "The request."),
    refuses=("json-invalido", "corpo-grande-demais", "escrevente-desconhecido", "nao-encontrado", "chave-reutilizada"),
)
def report_outcome(codigo_hash: str, data: object) -> Response:
    """Record how the delivery of a certidão to the exchange went (C22)."""
    return json_response(exchange.report_outcome(office(), author(), codigo_hash, data, idempotency_key()))


@call(
    blueprint,
    "GET /crc/certidoes/<codigo_hash>/arquivos/<name>",
    right="consultar",
    answer={
        200: {"description": "The file.", "content": {"application/xml": {"schema": {}}, "text/plain": {"schema": {}}}}
    },
    refuses=("nao-encontrado",),
)
def exchange_file(codigo_hash: str, name: str) -> Response:
    """Give a file of a request, byte for byte as it was first written (C22)."""
    kind = "application/xml; charset=ISO-8859-1" if name == "xml" else "text/plain; charset=utf-8"
    response = Response(exchange.file_of(office(), codigo_hash, name), content_type=kind)
    response.headers["Cache-Control"] = "no-store"
    return response
