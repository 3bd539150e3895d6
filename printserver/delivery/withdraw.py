"""Takes a print off its way to paper, and says whether anything may have come out. Nothing is sent anywhere here."""

import time
from typing import Any, Final

import sqlalchemy as sa

from printserver import db
from printserver.delivery import attempts as tries
from printserver.delivery import queues
from printserver.delivery.handoff import ours
from printserver.errors import Recusa
from printserver.ledger import CUPS_ENDS, FAILED, UNCERTAIN, ask_about_sheets, jobs, on_its_way
from printserver.office import Author, LogEntry, Office, audit
from printserver.printing import CupsQueue, QueueRefused, QueueUnavailable, State

WAIT_S: Final = 8.0  # for a queue to say that a job it was told to cancel is gone


def withdraw_from_queue(office: Office, row: Any, who: Author, why: str) -> None:
    """Take the job off its queue: `falhou` if nothing came out, else `incerto`; its seals stay live.

    Of a job at rest only what may still be at a queue is taken off it. Raises `Recusa` `impressao-em-andamento` where
    it cannot be taken off now.
    """
    with office.db.read() as conn:
        row = jobs.job_by_id(conn, office.serventia_id, row["id"])
        attempts = tries.at_queue(conn, row)
    clean = True
    for attempt in attempts:  # every one is taken off, also after one that was not clean
        clean = _off_cups(office, row, attempt) and clean
    if on_its_way(row):
        _close(office, row, who, why, FAILED if clean else UNCERTAIN)
    elif attempts:
        now = office.clock()
        with office.db.write() as conn:
            for attempt in attempts:
                tries.end(conn, attempt, now, "cancelada")


def _off_cups(office: Office, row: Any, attempt: dict[str, Any]) -> bool:
    """Cancel the CUPS job and wait until it is gone. Return True if surely nothing was printed."""
    try:
        queue = queues.by_name(office, attempt["fila"])
        if not isinstance(queue, CupsQueue):
            return True
        before = ours(queue.state(attempt["cups_id"]), attempt)
        if before is not None and before.estado not in CUPS_ENDS:
            queue.cancel(attempt["cups_id"])
        after = _wait_until_gone(queue, attempt)
    except (QueueUnavailable, QueueRefused) as error:
        raise _still_on_its_way(row, f"a fila não responde ({error})") from error
    if after is not None and after.estado not in CUPS_ENDS:
        raise _still_on_its_way(row, "a impressora ainda trabalha nele")
    if before is None or after is None:
        return attempt["liberada_em"] is None
    return before.inicio is None and after.inicio is None


def _wait_until_gone(queue: CupsQueue, attempt: dict[str, Any]) -> State | None:
    deadline = time.monotonic() + WAIT_S
    while True:
        state = ours(queue.state(attempt["cups_id"]), attempt)
        if state is None or state.estado in CUPS_ENDS or time.monotonic() > deadline:
            return state
        time.sleep(0.1)


def _close(office: Office, row: Any, who: Author, why: str, state: str) -> None:
    """Write the end, unless an engine holds the job or moved it in this moment."""
    now, job = office.clock(), db.job
    with office.db.write() as conn:
        mine = (
            job.c.n == row["n"],
            job.c.estado == row["estado"],
            sa.or_(job.c.dono.is_(None), job.c.posse_ate <= now),
        )
        over = {"estado": state, "encerrado": True, "vence_em": None, "dono": None, "posse_ate": None}
        if not conn.execute(sa.update(job).where(*mine).values(**over)).rowcount:
            raise _still_on_its_way(row, "está sendo entregue à fila neste instante")
        attempts = db.tentativa
        conn.execute(
            sa.update(attempts)
            .where(
                attempts.c.serventia_id == row["serventia_id"],
                attempts.c.job_id == row["id"],
                attempts.c.fim_em.is_(None),
            )
            .values(fim_em=now, resultado="cancelada", dono=None)
        )
        entries = [LogEntry("job", row["id"], state, who.pessoa, who.sistema, who.endereco, {"texto": why})]
        if state == UNCERTAIN:
            entries += ask_about_sheets(conn, office, row, why, now)
        audit.write(conn, office.serventia_id, now, entries)
    office.bell.ring()


def _still_on_its_way(row: Any, why: str) -> Recusa:
    return Recusa(
        "impressao-em-andamento",
        f"O documento está a caminho do papel e não pôde ser tirado da fila: {why}. Tente de novo em um instante.",
        extra={"anterior": jobs.previous(row)},
        retry_after=2,
    )
