"""Send a print to its queue again."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver.delivery import (
    new_attempt,
    passes,
)
from printserver.documents import read
from printserver.errors import Recusa
from printserver.jobs.accept import Acceptance
from printserver.jobs.once import do_once
from printserver.jobs.paper_rows import (
    close_question,
    destination,
    locked,
    log_entry,
    require_live,
    said_pages,
    send_again,
)
from printserver.jobs.requests import Reenvio
from printserver.ledger import ACCEPTED, FAILED, HANDED_OFF, RENDERED, UNCERTAIN, Outcome, idempotency, jobs
from printserver.office import Author, Office, acting_person, audit, people


def resend(office: Office, author: Author, job_id: str, data: object, key: str | None = None) -> Acceptance:
    """Print all again, as no page came out.

    Raises `Recusa` `diga-as-folhas`, `estado-nao-permite`, or as `destination`.
    """
    people.require_right(author, "imprimir")

    def do(digest: str) -> None:
        answer, now = read(Reenvio, data), office.clock()
        with office.db.read() as conn:
            before = jobs.job_by_id(conn, office.serventia_id, job_id)
        queue, bandeja = destination(office, before, answer.fila, answer.bandeja)
        content = passes.again(office, before, queue) if before["pdf_sha256"] is not None else None
        with office.db.write() as conn:
            who = people.on_behalf_of(author, acting_person(conn, office, answer.escrevente))
            row = locked(conn, office, job_id)
            _require_resendable(conn, row)
            if content is not None:
                state = RENDERED
                new_attempt(conn, row, now, content, queue=queue)
            else:
                state = ACCEPTED
            send_again(conn, row, now, {"estado": state, "fila": queue, "bandeja": bandeja})
            entries = close_question(conn, office, job_id, answer.model_dump(mode="json"), who)
            idempotency.register(conn, office, author, key, digest, Outcome(job_id, None), now)
            what = {"reenviado": "nenhuma página saiu", "motivo": answer.motivo, "fila": queue, "bandeja": bandeja}
            moved = log_entry(job_id, state, who, what, fila=queue, bandeja=bandeja)
            audit.write(conn, office.serventia_id, now, [*entries, moved])
        office.bell.ring()

    return do_once(office, author, f"POST /api/v1/jobs/{job_id}/reenviar", job_id, data, key, do)


def _require_resendable(conn: Connection, row: sa.RowMapping) -> None:
    require_live(row)
    cups = row["cups"] or {}
    ended = row["estado"] == HANDED_OFF and cups.get("estado") in ("canceled", "aborted")
    if row["estado"] not in (FAILED, UNCERTAIN) and not ended:
        raise Recusa(
            "estado-nao-permite",
            f"O trabalho está {row['estado']}: só se reenvia o que falhou, é incerto, ou foi cancelado na fila.",
        )
    if cups.get("folhas") or cups.get("impressoes") or said_pages(conn, row):
        raise Recusa(
            "diga-as-folhas",
            "Já há folhas contadas ou julgadas deste trabalho: diga, página por página, o que saiu (folhas).",
        )
