"""Common helpers of acts on a closed job: lock, destination, reported pages, question."""

from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.delivery import (
    printout,
    queues,
)
from printserver.documents import RequestModel, parse_pages
from printserver.errors import Recusa
from printserver.ledger import Changed, Job, change_state, due_at, jobs, questions
from printserver.office import Act, Office

BUSY: Final = "O trabalho muda a cada tentativa: mande de novo."


def destination(office: Office, job: Job, queue: str | None, bandeja: str | None) -> tuple[str, str | None]:
    """Return the queue and tray of a resend, checked as at acceptance if they changed.

    The original tray is kept: a print does not move to other paper without a request. It is dropped on a CUPS queue
    that lists no trays. Raises `Recusa` `fila-desconhecida`, `bandeja-desconhecida`, `papel-incompativel`,
    `servidor-ocupado`.
    """
    with office.db.read() as conn:
        there = queues.choose(conn, office, queue or job.fila, job.tipo)
    tray = bandeja or job.bandeja
    folder = there.tipo == "pasta"
    if tray is not None and bandeja is None and not folder and not queues.has_trays(office, there):
        tray = None
    if (there.nome, tray) != (job.fila, job.bandeja):
        page = printout.job_format(office, job.as_row()).pagina
        asked = bandeja if folder else tray  # the original tray does not matter in a folder
        queues.check(office, there, asked, job.faces or "", (float(page.largura), float(page.altura)))
    return there.nome, tray


def require_live(job: Job) -> None:
    """Raise `Recusa` `estado-nao-permite` for a print with excluded seals or a replaced one (X2, X6, X8)."""
    if (job.sealed and not job.viva) or job.substituido_por is not None:
        raise Recusa(
            "estado-nao-permite",
            "Os selos desta impressão foram excluídos, ou ela foi substituída: imprima o documento de novo.",
        )
    if job.desatualizado:
        raise Recusa(
            "estado-nao-permite",
            "Esta impressão mostra o selo de um livro que foi excluído: exclua o selo dela e imprima-a de novo.",
        )


def said_pages(conn: Connection, job: Job) -> dict[int, tuple[str, int]]:
    """Return the last verdict on each page, with the number of its attempt."""
    table = db.pagina
    query = (
        sa.select(table.c.pagina, table.c.estado, table.c.tentativa)
        .where(table.c.serventia_id == job.serventia_id, table.c.job_id == job.id)
        .order_by(table.c.id)
    )
    return {each.pagina: (each.estado, each.tentativa) for each in conn.execute(query)}


def newest_attempts(conn: Connection, job: Job) -> dict[int, int]:
    """Return the number of the newest attempt of each page."""
    table = db.tentativa
    query = (
        sa.select(table.c.numero, table.c.paginas)
        .where(table.c.serventia_id == job.serventia_id, table.c.job_id == job.id)
        .order_by(table.c.numero)
    )
    every = range(1, job.paginas + 1)
    return {
        page: each.numero
        for each in conn.execute(query)
        for page in (every if each.paginas is None else _selected_pages(each.paginas, job.paginas))
    }


def _selected_pages(paginas: str, total: int) -> tuple[int, ...]:
    return (parse_pages(paginas, total) or ()) if paginas else ()


def locked(act: Act, job_id: str) -> Job:
    """Return the job with its row locked. Raises `Recusa` `impressao-em-andamento` while it may still come out."""
    conn, sid, table = act.conn, act.office.serventia_id, db.job
    conn.execute(sa.select(table.c.n).where(table.c.serventia_id == sid, table.c.id == job_id).with_for_update())
    job = jobs.get_job(conn, sid, job_id)
    if job.on_its_way:
        raise Recusa(
            "impressao-em-andamento",
            "O trabalho está a caminho do papel: espere que termine, ou cancele-o.",
            extra={"anterior": jobs.previous(job)},
            retry_after=2,
        )
    return job


def send_again(act: Act, job: Job, state: str, queue: str, bandeja: str | None) -> None:
    """Make a locked job due again in `state`, for a queue and tray; the last queue's state is dropped."""
    columns = due_at(act.now) | {"falhas": 0, "cups": None, "fila": queue, "bandeja": bandeja}
    if not change_state(act.conn, job.serventia_id, job.n, job.estado, state, columns):
        raise Changed


def close_question(act: Act, job_id: str, answer: RequestModel) -> None:
    """Close the job's open question, if any, with a person's answer."""
    question = questions.do_job(act.conn, act.office, job_id)
    if question is not None and question["estado"] == "aberta":
        act.add(questions.end(act.conn, question, "respondida", answer.model_dump(mode="json"), act.who))
