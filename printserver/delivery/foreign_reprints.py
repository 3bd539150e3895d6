"""Prints that somebody had CUPS do again, from its own history: cut short, and shown (X5). Nothing is sent here.

CUPS can do it only where it keeps the files of what it printed (`PreserveJobFiles`). Looked for now and then, in one
call a print server: a job that is over for us, and prints, or has begun to print at another moment than the one on
record.
"""

from collections.abc import Mapping
from typing import Any

import sqlalchemy as sa
import structlog

from printserver import db
from printserver.clock import local
from printserver.delivery import attempts
from printserver.delivery.handoff import cups_dict, ours
from printserver.ledger import CUPS_ENDS
from printserver.office import LogEntry, Office, audit, proof
from printserver.printing import CupsQueue, State

_log = structlog.get_logger()


def check(office: Office, queue: CupsQueue, queue_rows: Mapping[str, Mapping[Any, Any]]) -> None:
    """Look at all our jobs that the server of `queue` knows; record what it printed again. Raises QueueUnavailable.

    `filas` are the rows of the office's queues there, by name.
    """
    states = queue.history()
    for row in _ended_attempts(office, list(states), list(queue_rows)):
        if not _is_printed_again(row, states[row["cups_id"]]):
            continue
        # Asked once more: it may have been closed between the two looks.
        state = ours(queue.state(row["cups_id"]), row)
        if state is None or not _is_printed_again(row, state):
            continue
        if state.estado not in CUPS_ENDS:
            queue.cancel(row["cups_id"])
        _show(office, row, cups_dict(queue, row["cups_id"], state), queue_rows[row["fila"]])


def _ended_attempts(office: Office, cups_ids: list[int], queue_rows: list[str]) -> list[dict[str, Any]]:
    """Return the tries that are over and were printed under these CUPS ids, with what matters of their jobs."""
    table, job = db.tentativa, db.job
    query = (
        sa.select(table, job.c.estado.label("job_estado"), job.c.cups.label("job_cups"), job.c.avisos)
        .join(job, (job.c.serventia_id == table.c.serventia_id) & (job.c.id == table.c.job_id))
        .where(
            table.c.serventia_id == office.serventia_id,
            table.c.fim_em.is_not(None),
            table.c.cups_id.in_(cups_ids),
            table.c.fila.in_(queue_rows),
        )
    )
    with office.db.read() as conn:
        return [dict(row) for row in conn.execute(query).mappings()]


def _is_printed_again(row: Mapping[str, Any], state: State) -> bool:
    """Whether a try that is over prints, or printed, once more."""
    if state.job_id != attempts.cups_name(row):
        return False
    if state.estado not in CUPS_ENDS:
        return True
    known = row["job_cups"] or {}
    began = known.get("inicio") if known.get("id") == row["cups_id"] else None
    return began is not None and state.inicio not in (None, began)


def _show(office: Office, row: Mapping[str, Any], cups: dict[str, Any], queue: Mapping[Any, Any]) -> None:
    now = office.clock()
    text = (
        "Alguém mandou o CUPS imprimir de novo este trabalho, pelo histórico dele "
        f"(visto em {local(now):%d/%m/%Y, %H:%M}). "
        "Foi cancelado na fila, mas pode ter saído outra via, no todo ou em parte: ache-a e inutilize-a."
    )
    _log.warning("printed again by the print server", job=row["job_id"], cups_id=row["cups_id"])
    job, table = db.job, db.fila
    mine = (job.c.serventia_id == office.serventia_id, job.c.id == row["job_id"])
    with office.db.write() as conn:
        told = [*row["avisos"], {"campo": "cups", "mensagem": text}]
        newest = (row["job_cups"] or {}).get("id") == row["cups_id"]
        change = sa.update(job).where(*mine).values(avisos=told, **({"cups": cups} if newest else {}))
        state = conn.execute(change.returning(job.c.estado)).scalar_one()  # a person may have moved it in this moment
        evidence = (queue["prova"] or {}) | {"guarda_arquivos": True, "reimpresso": row["job_id"]}
        stop = f"o CUPS imprimiu de novo o trabalho {row['job_id']}. Diga qual é o próximo número na bandeja."
        stopped = {"papel_parada": stop} if queue["papel_numerado"] else {}
        conn.execute(sa.update(table).where(table.c.id == queue["id"]).values(prova=evidence, **stopped))
        kept = proof.evidence(proof.JOB, {"avisos": told}, "avisos")
        entries = [LogEntry("job", row["job_id"], state, detalhe={"texto": text}, prova=kept)]
        audit.write(conn, office.serventia_id, now, entries)
    office.bell.ring()
