"""Cancel a job."""

import sqlalchemy as sa

from printserver import db
from printserver.delivery import withdraw_from_queue
from printserver.documents import read
from printserver.errors import Recusa
from printserver.jobs.accept import Acceptance
from printserver.jobs.once import do_once
from printserver.jobs.paper_rows import close_question, log_entry
from printserver.jobs.requests import Cancelamento
from printserver.ledger import CANCELLED, HELD, Outcome, idempotency, jobs, on_its_way
from printserver.office import Author, Office, acting_person, audit, people


def cancel(office: Office, author: Author, job_id: str, data: object, key: str | None = None) -> Acceptance:
    """Cancel a held job, or take a print off its queue; its seals stay live. Raises `Recusa` `estado-nao-permite`."""
    people.require_right(author, "imprimir")

    def do(digest: str) -> None:
        answer = read(Cancelamento, data)
        with office.db.read() as conn:
            who = people.on_behalf_of(author, acting_person(conn, office, answer.escrevente))
            row = jobs.job_by_id(conn, office.serventia_id, job_id)
        if row["estado"] in HELD:
            _cancel_held(office, row, who, answer)
        elif on_its_way(row):
            withdraw_from_queue(office, row, who, f"cancelado: {answer.motivo}")
        else:
            raise Recusa("estado-nao-permite", f"O trabalho está {row['estado']}: nada há a cancelar.")
        with office.db.write() as conn:
            idempotency.register(conn, office, author, key, digest, Outcome(job_id, None), office.clock())
        office.bell.ring()

    return do_once(office, author, f"POST /api/v1/jobs/{job_id}/cancelar", job_id, data, key, do)


def _cancel_held(office: Office, row: sa.RowMapping, who: Author, answer: Cancelamento) -> None:
    now = office.clock()
    with office.db.write() as conn:
        entries = close_question(conn, office, row["id"], answer.model_dump(mode="json"), who)
        table = db.job
        mine = (table.c.n == row["n"], table.c.estado == row["estado"])
        over = {"estado": CANCELLED, "encerrado": True, "vence_em": None}
        if not conn.execute(sa.update(table).where(*mine).values(**over)).rowcount:
            raise Recusa("estado-nao-permite", "O trabalho mudou neste instante: veja como está.")
        entries.append(log_entry(row["id"], CANCELLED, who, {"motivo": answer.motivo}))
        audit.write(conn, office.serventia_id, now, entries)
