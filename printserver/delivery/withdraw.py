"""Withdrawal of a print in progress, which determines whether anything may have come out."""

import time
from typing import Final

import sqlalchemy as sa

from printserver import db
from printserver.delivery import attempts, claims, queues
from printserver.delivery.handoff import state_of
from printserver.errors import Recusa
from printserver.ledger import CUPS_ENDS, FAILED, UNCERTAIN, Attempt, JobRow, ask_about_sheets, jobs, on_its_way
from printserver.office import Author, Office, acting
from printserver.printing import CupsQueue, QueueRefused, QueueUnavailable, State

WAIT_S: Final = 8.0  # for a queue to confirm that a cancelled job is gone


def withdraw_from_queue(office: Office, row: JobRow, who: Author, why: str) -> None:
    """Cancel the job in its queue: `falhou` if nothing came out, else `incerto`; its seals stay live.

    For an ended job, only attempts that may still be in a queue are cancelled. Raises `Recusa`
    `impressao-em-andamento` if it cannot be cancelled now.
    """
    with office.db.read() as conn:
        job = jobs.job_by_id(conn, office.serventia_id, row["id"])
        at_queue = attempts.at_queue(conn, job)
    clean = True
    for attempt in at_queue:  # every one is cancelled, also after one that may have printed
        clean = _off_cups(office, job, attempt) and clean
    if on_its_way(job):
        _close(office, job, who, why, FAILED if clean else UNCERTAIN)
    elif at_queue:
        now = office.clock()
        with office.db.write() as conn:
            for attempt in at_queue:
                attempts.end(conn, attempt, now, "cancelada")


def _off_cups(office: Office, row: JobRow, attempt: Attempt) -> bool:
    """Cancel the CUPS job and wait until it is gone. Return True if certainly nothing was printed."""
    try:
        queue = queues.by_name(office, attempt.fila)
        if not isinstance(queue, CupsQueue) or attempt.cups_id is None:
            return True
        before = state_of(queue, attempt)
        if before is not None and before.estado not in CUPS_ENDS:
            queue.cancel(attempt.cups_id)
        after = _wait_until_gone(queue, attempt)
    except (QueueUnavailable, QueueRefused) as error:
        raise _still_on_its_way(row, f"a fila não responde ({error})") from error
    if after is not None and after.estado not in CUPS_ENDS:
        raise _still_on_its_way(row, "a impressora ainda trabalha nele")
    if before is None or after is None:
        return attempt.liberada_em is None
    return before.inicio is None and after.inicio is None


def _wait_until_gone(queue: CupsQueue, attempt: Attempt) -> State | None:
    deadline = time.monotonic() + WAIT_S
    while True:
        state = state_of(queue, attempt)
        if state is None or state.estado in CUPS_ENDS or time.monotonic() > deadline:
            return state
        time.sleep(0.1)


def _close(office: Office, row: JobRow, who: Author, why: str, state: str) -> None:
    """Write the end, unless an engine holds the job or has changed it meanwhile."""
    job, tentativa = db.job, db.tentativa
    with acting(office, who) as act:
        mine = (
            db.this_row(job, row["serventia_id"], row["n"]),
            job.c.estado == row["estado"],
            claims.lease(office).is_free(act.now),
        )
        if not act.conn.execute(sa.update(job).where(*mine).values(**attempts.end_values(state))).rowcount:
            raise _still_on_its_way(row, "está sendo entregue à fila neste instante")
        act.conn.execute(
            sa.update(tentativa)
            .where(
                tentativa.c.serventia_id == row["serventia_id"],
                tentativa.c.job_id == row["id"],
                tentativa.c.fim_em.is_(None),
            )
            .values(fim_em=act.now, resultado="cancelada", dono=None)
        )
        act.log("job", row["id"], state, {"texto": why})
        if state == UNCERTAIN:
            act.add(ask_about_sheets(act.conn, office, row, why, act.now))


def _still_on_its_way(row: JobRow, why: str) -> Recusa:
    return Recusa(
        "impressao-em-andamento",
        f"O documento está a caminho do papel e não pôde ser tirado da fila: {why}. Tente de novo em um instante.",
        extra={"anterior": jobs.previous(row)},
        retry_after=2,
    )
