"""Calls about jobs: post one, look it up, answer its question, act on it, fetch its PDF.

The package `jobs` does the work; this module maps requests and answers.
"""

from time import monotonic

from apiflask import APIBlueprint
from flask import Response, request, url_for

from printserver import jobs
from printserver.api import examples, schemas
from printserver.api.auth import author
from printserver.api.call import call
from printserver.api.context import office
from printserver.api.documented import returns
from printserver.api.problems import json_response, problem
from printserver.api.queries import ActQuery, JobQuery, JobsQuery, PdfQuery, PostQuery
from printserver.api.waiting import hold_if_early
from printserver.documents import Pedido
from printserver.errors import ErrorWord, invalid_input
from printserver.jobs import requests
from printserver.office import people

KEY_HEADER = "Idempotency-Key"
KEY_LIMIT = 255
_REPLAY = {"Idempotent-Replay": "true"}
_ACCEPT: tuple[ErrorWord, ...] = (
    "json-invalido",
    "corpo-grande-demais",
    "reimpressao-exige-xa",
    "prazo-xa-encerrado",
    "selo-facultativo",
    "impressao-em-andamento",
    "livro-nao-impresso",
    "folha-ocupada",
    "assinaturas-pendentes",
    "em-processamento",
    "instrumento-desconhecido",
    "formato-desconhecido",
    "fila-desconhecida",
    "escrevente-desconhecido",
    "chave-reutilizada",
    "difere-do-livro",
    "copia-de-documento-selado",
    "folhas-insuficientes",
    "corpo-invalido",
    "variavel-sem-valor",
    "modelo-desconhecido",
    "modelo-recusado",
    "bloco-sem-lugar",
    "servico-a-confirmar",
    "bandeja-desconhecida",
    "papel-incompativel",
    "papel-ja-usado",
    "data-do-ato",
    # of Registro Civil
    "primeira-via-ja-expedida",
    "assento-nao-impresso",
    "matricula-invalida",
    "matricula-nao-combina",
    "ato-gratuito",
    "averbacoes-em-certidao-isenta",
    "averbacoes-a-mais",
    "fundamento-obrigatorio",
    "modelo-incompleto",
    "imagem-nao-cabe",
    "negativa-sem-consulta",
    "habilitacao-desta-serventia",
    "edital-proprio-nao-sela",
    "removido",
)
_ACT: tuple[ErrorWord, ...] = (
    "json-invalido",
    "corpo-grande-demais",
    "nao-encontrado",
    "escrevente-desconhecido",
    "estado-nao-permite",
    "em-processamento",
    "chave-reutilizada",
)
_ELSEWHERE: tuple[ErrorWord, ...] = ("fila-desconhecida", "bandeja-desconhecida", "papel-incompativel", "removido")
_ANSWER: tuple[ErrorWord, ...] = (*_ACT, "pergunta-respondida", "pergunta-mudou")

blueprint = APIBlueprint("prints", __name__, url_prefix="/api/v1", tag="jobs")


def idempotency_key() -> str | None:
    """Return the request's `Idempotency-Key`, None if absent.

    Raises `Recusa` `entrada-invalida` unless it is 1 to 255 printable characters.
    """
    raw = request.headers.get(KEY_HEADER)
    if raw is None:
        return None
    try:  # WSGI decodes headers as Latin-1; callers send UTF-8, and later look the key up by URL, in UTF-8
        key = raw.encode("latin-1").decode("utf-8").strip()
    except (UnicodeDecodeError, UnicodeEncodeError):
        key = raw.strip()
    if not 1 <= len(key) <= KEY_LIMIT or not key.isprintable():
        raise invalid_input(KEY_HEADER, f"use de 1 a {KEY_LIMIT} caracteres visíveis")
    return key


def _acted(query: ActQuery, done: jobs.Acceptance) -> Response:
    """Return the job after an answer or an action, waiting up to `espera` seconds."""
    job = jobs.wait(office(), done.job["id"], query.espera) if query.espera else done.job
    return json_response(job, headers=dict(_REPLAY) if done.repeated else {})


@call(
    blueprint,
    "POST /jobs",
    right="imprimir",
    query=PostQuery,
    body=(Pedido, examples.POSTS),
    answer=(202, schemas.Job, "Taken: sealed, and on its way."),
    refuses=_ACCEPT,
)
def post_job(query: PostQuery, data: object) -> Response:
    """Print a document: it is laid out, sealed and accepted, or refused with nothing sealed.

    The header `Idempotency-Key` (up to 255 characters, never expires) makes a retry safe.
    """
    taken = jobs.accept(office(), author(), data, idempotency_key())
    headers = dict(_REPLAY) if taken.repeated else {}
    if taken.refusal is not None:
        return problem(taken.refusal, extra={"job": taken.job}, headers=headers)
    job = taken.job
    if query.espera:
        job = jobs.wait(office(), job["id"], query.espera, None)
    headers["Location"] = url_for("prints.get_job", job_id=job["id"])
    return json_response(job, 202, headers)


@call(
    blueprint,
    "GET /jobs/<job_id>",
    query=JobQuery,
    answer=(200, schemas.Job, "The job as it stands."),
    refuses=("nao-encontrado",),
)
def get_job(job_id: str, query: JobQuery) -> Response:
    """Get a job, at once or after its next change of state.

    With `espera` the answer waits until the state is not `desde`; without `desde`, until it is `entregue` or final.
    """
    if query.espera:
        began = monotonic()
        job = jobs.wait(office(), job_id, query.espera, query.desde)
        moved = job["estado"] != (query.desde or job["estado"]) or job["estado"] == "entregue" or job["encerrado"]
        hold_if_early(began, query.espera, moved)
        return json_response(job)
    return json_response(jobs.look_up(office(), job_id))


@call(blueprint, "GET /jobs", query=JobsQuery, answer=(200, schemas.Jobs, "A page of jobs."))
def list_jobs(query: JobsQuery) -> Response:
    """Find jobs; `chave` finds the job of an Idempotency-Key, also for a key without the right `consultar`."""
    if query.chave is None:
        people.require_right(author(), people.CONSULTAR)
    return json_response(jobs.list_all(office(), query.filters(), query.pagina, author().chave_id))


@call(
    blueprint,
    "GET /jobs/<job_id>/pdf",
    query=PdfQuery,
    answer=returns("application/pdf", "The PDF.", type="string", format="binary"),
    refuses=("nao-encontrado", "pdf-ainda-nao", "removido"),
)
def get_pdf(job_id: str, query: PdfQuery) -> Response:
    """Get the exact bytes that were printed, with a key that has the right `original`; else the marked copy (X9)."""
    caller = author()
    copia = query.copia == "1" or "original" not in caller.direitos
    if copia:
        people.require_right(caller, people.CONSULTAR)
    pdf = jobs.pdf(office(), caller, job_id, copia)
    name = f"{job_id}-copia.pdf" if copia else f"{job_id}.pdf"
    return Response(
        pdf,
        content_type="application/pdf",
        headers={
            "Content-Disposition": f'inline; filename="{name}"',
            "Cache-Control": "no-store",
            "X-Content-Type-Options": "nosniff",
        },
    )


@call(
    blueprint,
    "POST /jobs/<job_id>/xa",
    right="responder",
    query=ActQuery,
    body=(requests.RespostaXa, examples.XA),
    answer=(200, schemas.Job, "The job, answered."),
    refuses=(
        *_ANSWER,
        *("impressao-em-andamento", "prazo-xa-encerrado", "folha-ocupada", "papel-ja-usado", "removido"),
    ),
)
def answer_xa(job_id: str, query: ActQuery, data: object) -> Response:
    """Answer the XA question: yes excludes the live seals and prints again, no changes nothing (X2, X3)."""
    return _acted(query, jobs.answer_xa(office(), author(), job_id, data, idempotency_key()))


@call(
    blueprint,
    "POST /jobs/<job_id>/selo",
    right="responder",
    query=ActQuery,
    body=(requests.RespostaSelo, examples.SELO),
    answer=(200, schemas.Job, "The job, answered."),
    refuses=_ANSWER,
)
def answer_selo(job_id: str, query: ActQuery, data: object) -> Response:
    """Answer whether a ficha de abertura gets a seal (N9)."""
    return _acted(query, jobs.answer_selo(office(), author(), job_id, data, idempotency_key()))


@call(
    blueprint,
    "POST /jobs/<job_id>/folhas",
    right="responder",
    query=ActQuery,
    body=(requests.Folhas, examples.FOLHAS),
    answer=(200, schemas.Job, "The job as it stands."),
    refuses=(*_ACT, *_ELSEWHERE, "impressao-em-andamento", "papel-ja-usado"),
)
def say_sheets(job_id: str, query: ActQuery, data: object) -> Response:
    """Report page by page what came out, and print some pages again with the same seals (X5)."""
    return _acted(query, jobs.report_pages(office(), author(), job_id, data, idempotency_key()))


@call(
    blueprint,
    "POST /jobs/<job_id>/reenviar",
    right="imprimir",
    query=ActQuery,
    body=(requests.Reenvio, examples.RESEND),
    answer=(200, schemas.Job, "The job, on its way again."),
    refuses=(*_ACT, *_ELSEWHERE, "diga-as-folhas", "impressao-em-andamento"),
)
def send_again(job_id: str, query: ActQuery, data: object) -> Response:
    """Send all pages again after a person confirms that none came out: same bytes, same seals (X5)."""
    return _acted(query, jobs.resend(office(), author(), job_id, data, idempotency_key()))


@call(
    blueprint,
    "POST /jobs/<job_id>/cancelar",
    right="imprimir",
    query=ActQuery,
    body=(requests.Cancelamento, examples.CANCEL),
    answer=(200, schemas.Job, "The job as it stands."),
    refuses=(*_ACT, "impressao-em-andamento"),
)
def cancel(job_id: str, query: ActQuery, data: object) -> Response:
    """Cancel a held job, or remove a sealed one from its queue: its seals stay live."""
    return _acted(query, jobs.cancel(office(), author(), job_id, data, idempotency_key()))


@call(
    blueprint,
    "POST /jobs/<job_id>/excluir",
    right="responder",
    query=ActQuery,
    body=(requests.Exclusao, examples.EXCLUDE),
    answer=(200, schemas.Job, "The job as it stands."),
    refuses=(*_ACT, "impressao-em-andamento", "prazo-xa-encerrado"),
)
def exclude(job_id: str, query: ActQuery, data: object) -> Response:
    """Exclude every live seal of the job's document by XA; nothing is printed (X2, X4, X6)."""
    return _acted(query, jobs.exclude(office(), author(), job_id, data, idempotency_key()))
