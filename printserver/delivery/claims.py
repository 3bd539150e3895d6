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
    length = lease(office).length
    here = {
        "serventia": office.serventia_id,
        "mais": most + len(busy),  # those are left out below: a list in the statement would change its text each time
        **times("vence", now, LONGEST_STEP),
        **times("posse", now, length),
    }
    with office.db.read() as conn:
        if set(conn.execute(_free(), here).scalars()) <= set(busy):
            return []
    if office.mirror.blocks(office.settings.espelho) is not None:
        return []
    with office.db.write() as conn:
        due = [n for n in conn.execute(_free_and_locked(), here).scalars() if n not in busy][:most]
        taken = {"serventia": office.serventia_id, "posse": now + length, "por": owner}
        return [dict(conn.execute(_take(), taken | {"numero": n}).mappings().one()) for n in due]


@cache
def _free() -> sa.Select[Any]:
    """Return the query for the numbers of the jobs that are due and free; of none in an office that is not released.

    Built once: each ring of the bell asks it.
    """
    table = db.job
    return (
        sa.select(table.c.n)
        .where(
            table.c.serventia_id == sa.bindparam("serventia"),
            reached_at(table.c.vence_em, "vence"),
            sa.or_(table.c.dono.is_(None), table.c.posse_ate.is_(None), reached_at(table.c.posse_ate, "posse")),
            table.c.n.in_(turns.may_be_due(sa.bindparam("serventia", type_=sa.Integer))),
            ~restored.open_in(sa.bindparam("serventia")),
        )
        .order_by(table.c.n)
        .limit(sa.bindparam("mais", type_=sa.Integer))
    )


@cache
def _free_and_locked() -> sa.Select[Any]:
    return _free().with_for_update(skip_locked=True)


@cache
def _take() -> sa.UpdateBase:
    table = db.job
    this = (table.c.serventia_id == sa.bindparam("serventia"), table.c.n == sa.bindparam("numero"))
    return (
        sa.update(table).where(*this).values(dono=sa.bindparam("por"), posse_ate=sa.bindparam("posse")).returning(table)
    )


def owned(row: JobRow, owner: str) -> Columns:
    """Return the columns that select the row of every step's UPDATE: in the state that was read, held by `owner`."""
    return {"serventia_id": row["serventia_id"], "n": row["n"], "estado": row["estado"], "dono": owner}


def free_the_dead(office: Office, conn: Connection, now: datetime) -> int:
    """Release claims held by dead engines on this machine. Return the number of released jobs."""
    return lease(office).release_dead(conn, now, db.job.c.serventia_id == office.serventia_id)
