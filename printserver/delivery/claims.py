"""Claims of due jobs: taken before a step, released after it, taken over when the engine died.

They prevent two engines from processing the same due job: only one UPDATE finds the row as it was read.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.common.data import Columns
from printserver.delivery import turns
from printserver.ledger import JobRow
from printserver.office import Lease, Office, reached_at, restored, times

BATCH = 8
LONGEST_STEP: Final = timedelta(minutes=1)  # from a failed step to the next attempt


def lease(office: Office) -> Lease:
    """Return the lease under which engines hold jobs."""
    return Lease(db.job, timedelta(seconds=office.settings.motor.posse_s))


def claim_due(office: Office, owner: str, now: datetime, most: int = BATCH, busy: Sequence[int] = ()) -> list[JobRow]:
    """Claim up to `most` due jobs without a live lease, in the order of acceptance.

    A rendered job is not claimed before its turn at its queue (see `turns`). Jobs named in `busy` are skipped. None is
    claimed in an office that was restored and not released (B3), or that must have its mirror (B2).
    """
    table, held = db.job, lease(office)
    here = {
        "serventia": office.serventia_id,
        "ocupados": list(busy),
        "mais": most,
        **times("vence", now, LONGEST_STEP),
        **times("posse", now, held.length),
    }
    with office.db.read() as conn:
        if conn.execute(_free(), here).first() is None or restored.is_open(conn, office.serventia_id):
            return []
    if office.mirror.blocks(office.settings.espelho) is not None:
        return []
    with office.db.write() as conn:
        due = conn.execute(_free_and_locked(), here).scalars().all()
        if not due:
            return []
        mine = (table.c.serventia_id == office.serventia_id, table.c.n.in_(due))
        held.take(conn, owner, now, *mine)
        rows = conn.execute(sa.select(table).where(*mine).order_by(table.c.n)).mappings()
        return [dict(row) for row in rows]


@cache
def _free() -> sa.Select[Any]:
    """Return the query for the numbers of the jobs that are due and free. Built once: each ring of the bell asks it."""
    table = db.job
    return (
        sa.select(table.c.n)
        .where(
            table.c.serventia_id == sa.bindparam("serventia"),
            reached_at(table.c.vence_em, "vence"),
            sa.or_(table.c.dono.is_(None), table.c.posse_ate.is_(None), reached_at(table.c.posse_ate, "posse")),
            table.c.n.not_in(sa.bindparam("ocupados", expanding=True)),
            turns.turn(),
        )
        .order_by(table.c.n)
        .limit(sa.bindparam("mais", type_=sa.Integer))
    )


@cache
def _free_and_locked() -> sa.Select[Any]:
    return _free().with_for_update(skip_locked=True)


def owned(row: JobRow, owner: str) -> Columns:
    """Return the columns that select the row of every step's UPDATE: in the state that was read, held by `owner`."""
    return {"serventia_id": row["serventia_id"], "n": row["n"], "estado": row["estado"], "dono": owner}


def free_the_dead(office: Office, conn: Connection, now: datetime) -> int:
    """Release claims held by dead engines on this machine. Return the number of released jobs."""
    return lease(office).release_dead(conn, now, db.job.c.serventia_id == office.serventia_id)
