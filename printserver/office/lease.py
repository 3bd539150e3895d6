"""Leases: which process works on a row, until when, and when a failed step is retried (docs/decisions/31).

A lease is a pair of columns, `dono` (its holder) and `posse_ate` (its end). It also ends if its holder is a dead
process of this machine, or if its end is further ahead than a lease can last: then the row was written before the
clock was set back.
"""

import os
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver.clock import Clock
from printserver.db import Database, insert_or_ignore


def owner_name() -> str:
    """Return this process's name as a holder: machine, process number and start time (numbers are reused)."""
    return f"{socket.gethostname()}:{os.getpid()}:{_start_ticks(os.getpid())}"


def is_dead(name: str) -> bool:
    """Return whether a holder was a process of this machine that has ended."""
    machine, _, process = name.rpartition(":")[0].rpartition(":")
    if machine != socket.gethostname():
        return False
    return _start_ticks(int(process)) != name.rpartition(":")[2]


def _start_ticks(pid: int) -> str:
    """Return the kernel's start time of a process; empty if there is none."""
    try:
        stat = Path(f"/proc/{pid}/stat").read_text("ascii", errors="replace")
    except OSError:
        return ""
    return stat.rpartition(")")[2].split()[19]


def backoff(failures: int, longest: timedelta, unit: timedelta = timedelta(seconds=1)) -> timedelta:
    """Return the delay before the next retry: `unit` times 2 to the power of `failures`, at most `longest`."""
    return min(unit * (1 << min(failures, 20)), longest)


def reached(moment: sa.ColumnElement[datetime], now: datetime, longest: timedelta) -> sa.ColumnElement[bool]:
    """Return the condition that `moment` is past; it is never set more than `longest` ahead.

    A time more than twice as far ahead was set before the clock was set back: it counts as past.
    """
    return sa.or_(moment <= now, moment > now + 2 * longest)


def reached_at(moment: sa.ColumnElement[datetime], name: str) -> sa.ColumnElement[bool]:
    """Return `reached` for a statement that is built once; its parameters are the `times` of that name."""
    return sa.or_(moment <= sa.bindparam(f"{name}_agora"), moment > sa.bindparam(f"{name}_longe"))


def times(name: str, now: datetime, longest: timedelta) -> dict[str, datetime]:
    """Return the parameters of `reached_at`."""
    return {f"{name}_agora": now, f"{name}_longe": now + 2 * longest}


@dataclass(frozen=True, slots=True)
class Lease:
    """The lease on rows of `table`, of this `length`. `which` in the methods: the conditions that select the rows."""

    table: sa.Table
    length: timedelta

    def is_free(self, now: datetime) -> sa.ColumnElement[bool]:
        """Return the condition that a row has no holder, or that its lease is over."""
        dono, until = self.table.c.dono, self.table.c.posse_ate
        return sa.or_(dono.is_(None), until.is_(None), reached(until, now, self.length))

    def take(self, conn: Connection, owner: str, now: datetime, *which: sa.ColumnElement[bool]) -> int:
        """Give the selected rows to `owner` until the lease's end; return how many they are."""
        change = sa.update(self.table).where(*which).values(dono=owner, posse_ate=now + self.length)
        return conn.execute(change).rowcount

    def keep(self, conn: Connection, owner: str, now: datetime, *which: sa.ColumnElement[bool]) -> bool:
        """Renew the lease if `owner` still holds it; return whether it does."""
        return bool(self.take(conn, owner, now, self.table.c.dono == owner, *which))

    def release(self, conn: Connection, owner: str, *which: sa.ColumnElement[bool]) -> int:
        """End the leases of `owner`; return how many they were."""
        change = sa.update(self.table).where(self.table.c.dono == owner, *which).values(RELEASED)
        return conn.execute(change).rowcount

    def release_dead(self, conn: Connection, now: datetime, *which: sa.ColumnElement[bool]) -> int:
        """End the leases of processes of this machine that have ended; return how many they were."""
        dono = self.table.c.dono
        holders = sa.select(dono).where(*which, dono.is_not(None), self.table.c.posse_ate > now).distinct()
        dead = [name for name in conn.execute(holders).scalars().all() if is_dead(name)]
        return sum(self.release(conn, name, *which) for name in dead)


RELEASED = {"dono": None, "posse_ate": None}
"""Values that release a row."""


class Duty:
    """A task that one process at a time performs: one row, selected by `key`, held under a lease.

    Threads that share it must lock around `hold`.
    """

    def __init__(self, database: Database, clock: Clock, lease: Lease, key: Mapping[str, object], owner: str) -> None:
        """`owner`: the holder's name (see `owner_name`)."""
        self._db = database
        self._clock = clock
        self._lease = lease
        self._key = dict(key)
        self._owner = owner
        self._which = tuple(lease.table.c[name] == value for name, value in key.items())
        self._until: datetime | None = None

    def hold(self) -> bool:
        """Take or renew the lease; return whether `owner` has it. It is renewed after a third of its time."""
        now, lease = self._clock(), self._lease
        if self._until is not None and lease.length * 2 / 3 < self._until - now <= lease.length:
            return True
        self._until = None
        dono = lease.table.c.dono
        with self._db.read() as conn:
            query = sa.select(dono, lease.is_free(now).label("free")).where(*self._which)
            holder = conn.execute(query).one_or_none()
        held_by_other = holder is not None and holder.dono != self._owner and not holder.free
        if holder is not None and held_by_other and not is_dead(holder.dono):
            return False
        free = sa.or_(lease.is_free(now), dono == self._owner)
        if holder is not None and held_by_other:
            free = sa.or_(free, dono == holder.dono)
        until = now + lease.length
        with self._db.write() as conn:
            insert_or_ignore(conn, lease.table, self._key | {"dono": self._owner, "posse_ate": until})
            taken = lease.take(conn, self._owner, now, *self._which, free)
        self._until = until if taken else None
        return bool(taken)

    def confirm(self, conn: Connection) -> bool:
        """Renew the lease in this transaction; return False if another has taken it."""
        return self._lease.keep(conn, self._owner, self._clock(), *self._which)

    def release(self) -> None:
        """End the lease, so that another process can take it at once."""
        self._until = None
        with self._db.write() as conn:
            self._lease.release(conn, self._owner, *self._which)
