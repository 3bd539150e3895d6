"""The calls about jobs: to post one, to look at it, to answer its question, to act on it, and its PDF.

What a job is and what may be done with it is said in `jobs`; here stand only the ways in and out.
"""

from time import monotonic
from typing import Any

from apiflask import APIBlueprint
from flask import Response, request, url_for

from printserver import jobs
from printserver.api import examples, schemas
from printserver.api.auth import author
from printserver.api.context import needs, office
from printserver.api.documented import SECURITY, body, refusals, returns
from printserver.api.problems import json_response, problem
from printserver.api.queries import ActQuery, JobQuery, JobsQuery, PdfQuery, PostQuery
from printserver.api.waiting import hold_if_early
from printserver.documents import Pedido
from printserver.errors import ErrorWord, invalid_input
from printserver.jobs import requests as forms
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
    "corpo-nao-suportado",
    "bloco-sem-lugar",
    "servico-a-confirmar",
    "bandeja-desconhecida",
    "papel-incompativel",
    "papel-ja-usado",
    "data-do-ato",
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
_ELSEWHERE: tuple[ErrorWord, ...] = ("fila-desconhecida", "bandeja-desconhecida", "papel-incompativel")
_ANSWER: tuple[ErrorWord, ...] = (*_ACT, "pergunta-respondida", "pergunta-mudou")

blueprint = APIBlueprint("prints", __name__, url_prefix="/api/v1", tag="jobs")


def idempotency_key() -> str | None:
    """Return the request's `Idempotency-Key`, None where none was sent.

    Raises `Recusa` `entrada-invalida` unless it is 1 to 255 printable characters.
    """
    raw = request.headers.get(KEY_HEADER)
    if raw is None:
        return None
    try:  # WSGI hands headers on as Latin-1; callers write UTF-8, and find the key again by the URL, which is UTF-8
        key = raw.encode("latin-1").decode("utf-8").strip()
    except (UnicodeDecodeError, UnicodeEncodeError):
        key = raw.strip()
    if not 1 <= len(key) <= KEY_LIMIT or not key.isprintable():
        raise invalid_input(KEY_HEADER, f"use de 1 a {KEY_LIMIT} caracteres visíveis")
    return key


def _acted(query: ActQuery, done: jobs.Acceptance) -> Response:
    """Return the job that an answer or an action left behind, as it stands after `espera` at the latest."""
    job = jobs.wait(office(), done.job["id"], query.espera) if query.espera else done.job
    return json_response(job, headers=dict(_REPLAY) if done.repeated else {})


@blueprint.post("/jobs")
@needs("imprimir")
@blueprint.input(PostQuery, location="query", arg_name="query")
@blueprint.input(body(Pedido), arg_name="data", examples=examples.POSTS)
@blueprint.output(schemas.Job, status_code=202, description="Taken: sealed, and on its way.")
@blueprint.doc(responses=refusals(_ACCEPT), security=SECURITY)
def post_job(query: PostQuery, data: Any) -> Response:
    """Print a document: it is laid out, sealed and taken, or refused with nothing sealed.

    The header `Idempotency-Key` (to 255 characters, kept for ever) makes it safe to send the same again.
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


@blueprint.get("/jobs/<job_id>")
@blueprint.input(JobQuery, location="query", arg_name="query")
@blueprint.output(schemas.Job, description="The job as it stands.")
@blueprint.doc(responses=refusals(("nao-encontrado",)), security=SECURITY)
def get_job(job_id: str, query: JobQuery) -> Response:
    """Look at a job, at once or as soon as its state is another.

    With `espera` the answer waits until the state is not `desde`; without `desde`, until it is `entregue` or at an end.
    """
    if query.espera:
        began = monotonic()
        job = jobs.wait(office(), job_id, query.espera, query.desde)
        moved = job["estado"] != (query.desde or job["estado"]) or job["estado"] == "entregue" or job["encerrado"]
        hold_if_early(began, query.espera, moved)
        return json_response(job)
    return json_response(jobs.look_up(office(), job_id))


@blueprint.get("/jobs")
@blueprint.input(JobsQuery, location="query", arg_name="query")
@blueprint.output(schemas.Jobs, description="A page of jobs.")
@blueprint.doc(responses=refusals(), security=SECURITY)
def list_jobs(query: JobsQuery) -> Response:
    """Find jobs; `chave` finds the one that an Idempotency-Key made, for a key without the right `look_up` too."""
    if query.chave is None:
        people.require_right(author(), people.CONSULTAR)
    return json_response(jobs.list_all(office(), query.filters(), query.pagina, author().chave_id))


@blueprint.get("/jobs/<job_id>/pdf")
@blueprint.input(PdfQuery, location="query", arg_name="query")
@blueprint.doc(
    responses=returns("application/pdf", "The PDF.", type="string", format="binary")
    | refusals(("nao-encontrado", "pdf-ainda-nao")),
    security=SECURITY,
)
def get_pdf(job_id: str, query: PdfQuery) -> Response:
    """Get the very bytes that were printed, for a key with the right `original`; others get the marked copy (X9)."""
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


@blueprint.post("/jobs/<job_id>/xa")
@needs("responder")
@blueprint.input(ActQuery, location="query", arg_name="query")
@blueprint.input(body(forms.RespostaXa), arg_name="data", examples=examples.XA)
@blueprint.output(schemas.Job, description="The job, answered.")
@blueprint.doc(
    responses=refusals((*_ANSWER, "impressao-em-andamento", "prazo-xa-encerrado", "folha-ocupada", "papel-ja-usado")),
    security=SECURITY,
)
def answer_xa(job_id: str, query: ActQuery, data: Any) -> Response:
    """Answer the XA question: yes excludes the live seals and prints anew, no leaves all as it is (X2, X3)."""
    return _acted(query, jobs.answer_xa(office(), author(), job_id, data, idempotency_key()))


@blueprint.post("/jobs/<job_id>/selo")
@needs("responder")
@blueprint.input(ActQuery, location="query", arg_name="query")
@blueprint.input(body(forms.RespostaSelo), arg_name="data", examples=examples.SELO)
@blueprint.output(schemas.Job, description="The job, answered.")
@blueprint.doc(responses=refusals(_ANSWER), security=SECURITY)
def answer_selo(job_id: str, query: ActQuery, data: Any) -> Response:
    """Answer whether a ficha de abertura gets a seal (N9)."""
    return _acted(query, jobs.answer_selo(office(), author(), job_id, data, idempotency_key()))


@blueprint.post("/jobs/<job_id>/folhas")
@needs("responder")
@blueprint.input(ActQuery, location="query", arg_name="query")
@blueprint.input(body(forms.Folhas), arg_name="data", examples=examples.FOLHAS)
@blueprint.output(schemas.Job, description="The job as it stands.")
@blueprint.doc(
    responses=refusals((*_ACT, *_ELSEWHERE, "impressao-em-andamento", "papel-ja-usado")),
    security=SECURITY,
)
def say_sheets(job_id: str, query: ActQuery, data: Any) -> Response:
    """Say page by page what came out, and print some of them again with the same seals (X5)."""
    return _acted(query, jobs.report_pages(office(), author(), job_id, data, idempotency_key()))


@blueprint.post("/jobs/<job_id>/reenviar")
@needs("imprimir")
@blueprint.input(ActQuery, location="query", arg_name="query")
@blueprint.input(body(forms.Reenvio), arg_name="data", examples=examples.RESEND)
@blueprint.output(schemas.Job, description="The job, on its way again.")
@blueprint.doc(responses=refusals((*_ACT, *_ELSEWHERE, "diga-as-folhas", "impressao-em-andamento")), security=SECURITY)
def send_again(job_id: str, query: ActQuery, data: Any) -> Response:
    """Send all pages again, on a person's word that none came out: same bytes, same seals (X5)."""
    return _acted(query, jobs.resend(office(), author(), job_id, data, idempotency_key()))


@blueprint.post("/jobs/<job_id>/cancelar")
@needs("imprimir")
@blueprint.input(ActQuery, location="query", arg_name="query")
@blueprint.input(body(forms.Cancelamento), arg_name="data", examples=examples.CANCEL)
@blueprint.output(schemas.Job, description="The job as it stands.")
@blueprint.doc(responses=refusals((*_ACT, "impressao-em-andamento")), security=SECURITY)
def cancel(job_id: str, query: ActQuery, data: Any) -> Response:
    """Cancel a held job, or take a sealed one off its queue: its seals stay live."""
    return _acted(query, jobs.cancel(office(), author(), job_id, data, idempotency_key()))


@blueprint.post("/jobs/<job_id>/excluir")
@needs("responder")
@blueprint.input(ActQuery, location="query", arg_name="query")
@blueprint.input(body(forms.Exclusao), arg_name="data", examples=examples.EXCLUDE)
@blueprint.output(schemas.Job, description="The job as it stands.")
@blueprint.doc(responses=refusals((*_ACT, "impressao-em-andamento", "prazo-xa-encerrado")), security=SECURITY)
def exclude(job_id: str, query: ActQuery, data: Any) -> Response:
    """Exclude every live seal of the job's document by XA; nothing is printed (X2, X4, X6)."""
    return _acted(query, jobs.exclude(office(), author(), job_id, data, idempotency_key()))
