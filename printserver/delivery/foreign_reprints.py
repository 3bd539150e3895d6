"""Jobs that CUPS reprinted from its history: cancelled and reported (X5). This module sends nothing.

CUPS can reprint only if it keeps the files of printed jobs (`PreserveJobFiles`). Checked periodically, with one request
per print server: an ended attempt is printing, or its printing began at another moment than recorded.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
import structlog

from printserver import db
from printserver.clock import local
from printserver.delivery import attempts
from printserver.delivery.handoff import cups_state, ours
from printserver.ledger import CUPS_ENDS, Attempt, CupsState, Queue, QueueProof
from printserver.office import Office, acting, proof
from printserver.printing import CupsQueue, State

_log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class _Ended:
    """An attempt that has ended, with `cups` and `avisos` of its job."""

    attempt: Attempt
    cups_id: int
    cups: CupsState | None
    avisos: Sequence[Mapping[str, str]]


def check(office: Office, queue: CupsQueue, office_queues: Mapping[str, Queue]) -> None:
    """Check all jobs of this program that the server of `queue` knows, and report reprinted ones.

    `office_queues`: the office's queues at that server, by name. Raises `QueueUnavailable`.
    """
    states = queue.history()
    for ended in _ended_attempts(office, list(states), list(office_queues)):
        if not _is_printed_again(ended, states[ended.cups_id]):
            continue
        # Check again: the attempt may have ended between the two requests.
        state = ours(queue.state(ended.cups_id), ended.attempt)
        if state is None or not _is_printed_again(ended, state):
            continue
        if state.estado not in CUPS_ENDS:
            queue.cancel(ended.cups_id)
        _report(office, ended, cups_state(queue, ended.cups_id, state), office_queues[ended.attempt.fila])


def _ended_attempts(office: Office, cups_ids: list[int], queue_names: list[str]) -> list[_Ended]:
    """Return the ended attempts that were printed under these CUPS ids."""
    table, job = db.tentativa, db.job
    query = (
        sa.select(table, job.c.cups.label("job_cups"), job.c.avisos)
        .join(job, (job.c.serventia_id == table.c.serventia_id) & (job.c.id == table.c.job_id))
        .where(
            table.c.serventia_id == office.serventia_id,
            table.c.fim_em.is_not(None),
            table.c.cups_id.in_(cups_ids),
            table.c.fila.in_(queue_names),
        )
    )
    with office.db.read() as conn:
        return [
            _Ended(Attempt.from_row(row), row["cups_id"], row["job_cups"], row["avisos"])
            for row in conn.execute(query).mappings()
        ]


def _is_printed_again(ended: _Ended, state: State) -> bool:
    """Return whether an ended attempt is printing, or has printed, again."""
    if state.job_id != attempts.cups_name(ended.attempt):
        return False
    if state.estado not in CUPS_ENDS:
        return True
    known = ended.cups or {}
    began = known.get("inicio") if known.get("id") == ended.cups_id else None
    return began is not None and state.inicio not in (None, began)


def _report(office: Office, ended: _Ended, cups: CupsState, queue: Queue) -> None:
    job_id = ended.attempt.job_id
    _log.warning("printed again by the print server", job=job_id, cups_id=ended.cups_id)
    job, table = db.job, db.fila
    mine = (job.c.serventia_id == office.serventia_id, job.c.id == job_id)
    with acting(office) as act:
        text = (
            "Alguém mandou o CUPS imprimir de novo este trabalho, pelo histórico dele "
            f"(visto em {local(act.now):%d/%m/%Y, %H:%M}). "
            "Foi cancelado na fila, mas pode ter saído outra via, no todo ou em parte: ache-a e inutilize-a."
        )
        notices = [*ended.avisos, {"campo": "cups", "mensagem": text}]
        newest = (ended.cups or {}).get("id") == ended.cups_id
        change = sa.update(job).where(*mine).values(avisos=notices, **({"cups": cups} if newest else {}))
        state = act.conn.execute(change.returning(job.c.estado)).scalar_one()  # a person may have just changed it
        evidence: QueueProof = {**(queue.prova or {}), "guarda_arquivos": True, "reimpresso": job_id}
        stop = f"o CUPS imprimiu de novo o trabalho {job_id}. Informe qual é o próximo número na bandeja."
        stopped = {"papel_parada": stop} if queue.papel_numerado else {}
        act.conn.execute(
            sa.update(table).where(db.this_row(table, queue.serventia_id, queue.id)).values(prova=evidence, **stopped)
        )
        kept = proof.evidence(proof.JOB, {"avisos": notices}, "avisos")
        act.log("job", job_id, state, {"texto": text}, kept)
