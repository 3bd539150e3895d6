"""Resend a print to its queue."""

from sqlalchemy.engine import Connection

from printserver.delivery import (
    new_attempt,
    passes,
)
from printserver.documents import read
from printserver.errors import Recusa
from printserver.jobs.accept import Acceptance, acted
from printserver.jobs.paper_rows import (
    BUSY,
    close_question,
    destination,
    locked,
    require_live,
    said_pages,
    send_again,
)
from printserver.jobs.requests import Reenvio
from printserver.ledger import ACCEPTED, FAILED, HANDED_OFF, RENDERED, UNCERTAIN, Call, Job, Outcome, do_once, jobs
from printserver.office import Author, Office, acting, acting_author, people


def resend(office: Office, author: Author, job_id: str, data: object, key: str | None = None) -> Acceptance:
    """Resend a print of which no page was printed.

    Raises `Recusa` `diga-as-folhas`, `estado-nao-permite`, or as `destination`.
    """
    people.require_right(author, "imprimir")

    def do(call: Call) -> Outcome:
        answer, now = read(Reenvio, data), office.clock()
        with office.db.read() as conn:
            before = jobs.get_job(conn, office.serventia_id, job_id)
        queue, bandeja = destination(office, before, answer.fila, answer.bandeja)
        content = passes.again(office, before.as_row(), queue) if before.pdf_sha256 is not None else None
        with acting(office, author, now) as act:
            act.who = acting_author(act.conn, office, author, answer.escrevente, "imprimir")
            job = locked(act, job_id)
            require_resendable(act.conn, job)
            state = RENDERED if content is not None else ACCEPTED
            if content is not None:
                new_attempt(act.conn, job.as_row(), now, content, queue=queue)
            send_again(act, job, state, queue, bandeja)
            close_question(act, job_id, answer)
            what = {"reenviado": "nenhuma página saiu", "motivo": answer.motivo, "fila": queue, "bandeja": bandeja}
            jobs.log_job(act, job_id, state, what, fila=queue, bandeja=bandeja)
            return call.done(act, job_id)

    _, repeated = do_once(office, author, f"POST /api/v1/jobs/{job_id}/reenviar", data, key, do, BUSY)
    return acted(office, job_id, repeated=repeated)


def require_resendable(conn: Connection, job: Job) -> None:
    """Raise unless the complete job may be resent: `Recusa` `diga-as-folhas`, `estado-nao-permite`."""
    require_live(job)
    cups = job.queue_state
    ended = job.estado == HANDED_OFF and cups.get("estado") in ("canceled", "aborted")
    if job.estado not in (FAILED, UNCERTAIN) and not ended:
        raise Recusa(
            "estado-nao-permite",
            f"O trabalho está {job.estado}: só se reenvia o que falhou, é incerto, ou foi cancelado na fila.",
        )
    if cups.get("folhas") or cups.get("impressoes") or said_pages(conn, job):
        raise Recusa(
            "diga-as-folhas",
            "Já há folhas contadas ou julgadas deste trabalho: informe, página por página, o que saiu (folhas).",
        )
