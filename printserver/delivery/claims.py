"""Who works on a due row: claimed before anything is done, given back after, taken over when its owner died.

The race it defends against: two engines that both see the same due job. Only one UPDATE finds the row as it was read.
"""

import os
import socket
from collections.abc import Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.delivery import turns
from printserver.office import Office

BATCH = 8
LONGEST_STEP: Final = timedelta(minutes=1)  # from a failed step to the next try


def owner_name() -> str:
    """Return this process's name as an owner: machine, process number and when it started (numbers are reused)."""
    return f"{socket.gethostname()}:{os.getpid()}:{_start_ticks(os.getpid())}"


def _start_ticks(pid: int) -> str:
    """Return the kernel's start time of a process; empty where there is none."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("ascii", errors="replace")
    except OSError:
        return ""
    return stat.rpartition(")")[2].split()[19]


def claim_due(
    office: Office, owner: str, now: datetime, most: int = BATCH, busy: Sequence[int] = ()
) -> list[dict[str, Any]]:
    """Claim up to `most` due jobs that nobody owns (or whose owner's lease ended), in the order of acceptance.

    One that is rendered is not claimed before its turn at its queue (see `order`), and none of those named in `busy`.
    """
    table = db.job
    free = (
        sa.select(table.c.n)
        .where(
            table.c.serventia_id == office.serventia_id,
            # What is due later than any step lies ahead was written before the clock was put back: it is due.
            sa.or_(table.c.vence_em <= now, table.c.vence_em > now + 2 * LONGEST_STEP),
            sa.or_(table.c.posse_ate.is_(None), lease_over(office, table.c.posse_ate, now)),
            table.c.n.not_in(busy),
            turns.turn(),
        )
        .order_by(table.c.n)
        .limit(most)
    )
    with office.db.read() as conn:
        if conn.execute(free).first() is None:
            return []
    with office.db.write() as conn:
        due = conn.execute(free.with_for_update(skip_locked=True)).scalars().all()
        if not due:
            return []
        lease = now + timedelta(seconds=office.settings.motor.posse_s)
        conn.execute(sa.update(table).where(table.c.n.in_(due)).values(dono=owner, posse_ate=lease))
        rows = conn.execute(sa.select(table).where(table.c.n.in_(due)).order_by(table.c.n)).mappings()
        return [dict(row) for row in rows]


def lease_over(office: Office, until: sa.ColumnElement[datetime], now: datetime) -> sa.ColumnElement[bool]:
    """Return the condition that a lease ended: also one that ends later than one can (the clock was put back)."""
    return sa.or_(until <= now, until > now + 2 * timedelta(seconds=office.settings.motor.posse_s))


def owned(row: dict[str, Any], owner: str) -> Sequence[sa.ColumnElement[bool]]:
    """Return the conditions of every step's UPDATE: this job, still in the state that was read, still ours."""
    table = db.job
    return (table.c.n == row["n"], table.c.estado == row["estado"], table.c.dono == owner)


def free_the_dead(office: Office, conn: Connection, now: datetime) -> int:
    """End the leases of owners that were processes of this machine and are no more. Return how many jobs that freed.

    Who sent to the court and is dead is followed at once too.
    """
    freed = 0
    for table in (db.job, db.remetente):
        mine = table.c.serventia_id == office.serventia_id
        query = sa.select(table.c.dono).where(mine, table.c.dono.is_not(None), table.c.posse_ate > now).distinct()
        dead = [name for name in conn.execute(query).scalars() if is_dead(name)]
        if dead:
            gone = conn.execute(sa.update(table).where(mine, table.c.dono.in_(dead)).values(dono=None, posse_ate=None))
            freed += gone.rowcount if table is db.job else 0
    return freed


def is_dead(name: str) -> bool:
    """Return whether an owner was a process of this machine that is no more."""
    machine, pid, ticks = name.rsplit(":", 2)
    return machine == socket.gethostname() and _start_ticks(int(pid)) != ticks
