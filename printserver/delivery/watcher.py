"""The watcher: follows what was handed over, one thread a print server, one call for all its jobs. Releases nothing.

1. Keep a line open to the server, whose end says that the server died (docs/decisions/14).
2. Hold the watch: of many engines one looks.
3. Ask for all open tries at once; write what changed; end what has come to an end (see `verdict`).
4. What was given up but may still be at the queue is taken off it there.
5. Now and then, look for what somebody had the server print again from its own history (see `reprints`).
"""

import contextlib
import re
import threading
import time
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

import sqlalchemy as sa
import structlog
from sqlalchemy.engine import Connection

from printserver import db
from printserver.db import insert_or_ignore
from printserver.delivery import (
    attempts,
    claims,
    foreign_reprints,
    passes,
    queues,
)
from printserver.delivery.handoff import cups_dict, ours
from printserver.delivery.verdict import Verdict, judge
from printserver.ledger import CUPS_ENDS, HANDED_OFF, PRINTED, UNCERTAIN, ask_about_sheets
from printserver.office import LogEntry, Office, audit
from printserver.printing import CupsQueue, IdleConnection, QueueRefused, QueueUnavailable, State

_log = structlog.get_logger()

TICK_S: Final = 0.25  # never more often than that
CLOSELY_S: Final = 0.4  # between two looks, while something was released a short while ago
CLOSELY_FOR: Final = timedelta(seconds=20)
LATER_S: Final = 4.0
IDLE_S: Final = 30.0  # nothing is open: a ring wakes it
REPRINTS_S: Final = 30.0  # between two looks at what the server remembers
GRACE_S: Final = 3.0  # a server that died and is not back by then leaves what it had in doubt
_ROWS_AT_ONCE: Final = 50

_JOB = ("n", "estado", "encerrado", "documento_id", "paginas", "copias", "faces", "cups")


class Watch:
    """The watch of one print server by one engine. `look` is one round; threads must not share it."""

    def __init__(self, office: Office, cups_server: str | None, owner: str) -> None:
        self._office = office
        self._server = cups_server
        self._owner = owner
        self._line: IdleConnection | None = None
        self._held_until: datetime | None = None
        self._died_at: datetime | None = None  # by the office's clock, as the rows' times are
        self._gone_since: float | None = None  # since when there is no line, if the server is known to be dead
        self._begun: dict[int, tuple[int, float]] = {}  # try → beginning of its printing, and when we first saw it
        self._died_mono = 0.0
        self._history_due = 0.0

    def run(self, stop: threading.Event) -> None:
        """Look again and again until `stop`."""
        while not stop.is_set():
            seen, pause = self._office.bell.rings, 1.0
            try:
                pause = self.look()
            except Exception:
                _log.exception("watch failed", servidor=self._server)
            due = time.monotonic() + pause
            while not stop.is_set():
                if self._tick(stop) or time.monotonic() >= due or self._office.bell.rings != seen:
                    break
        self.close()

    def close(self) -> None:
        """Close the line."""
        if self._line is not None:
            self._line.close()
            self._line = None

    def look(self) -> float:
        """Look once; return after how many seconds to look again."""
        with self._office.db.read() as conn:
            queue_rows = self._queues(conn)
            if not queue_rows:
                self.close()
                return IDLE_S
        queue = queues.open_queue(self._office, next(iter(queue_rows.values())))
        assert isinstance(queue, CupsQueue)
        self._hold_line(queue)
        with self._office.db.read() as conn:
            rows = self._open(conn, list(queue_rows))
        history_due = self._line is not None and time.monotonic() >= self._history_due
        if not (rows or history_due) or not self._mine():
            return IDLE_S if not rows else LATER_S
        if history_due:
            self._look_back(queue, queue_rows)
        if not rows:
            return IDLE_S
        found = self._ask(queue, rows)
        if found is None:
            return 1.0
        changes = [each for row in rows if (each := self._compare(row, queue, found, queue_rows)) is not None]
        for first in range(0, len(changes), _ROWS_AT_ONCE):
            self._write(changes[first : first + _ROWS_AT_ONCE])
        if changes:
            self._office.bell.ring()
        now = self._office.clock()
        recent = any(row["liberada_em"] is None or now - row["liberada_em"] < CLOSELY_FOR for row in rows)
        return CLOSELY_S if recent else LATER_S

    def _look_back(self, queue: CupsQueue, queue_rows: Mapping[str, Mapping[Any, Any]]) -> None:
        self._history_due = time.monotonic() + REPRINTS_S
        with contextlib.suppress(QueueUnavailable, QueueRefused):  # the next look tells
            foreign_reprints.check(self._office, queue, queue_rows)

    # -- the line -----------------------------------------------------------------------------------------------------

    def _tick(self, stop: threading.Event) -> bool:
        """Wait a moment; return whether the server died in it."""
        if self._line is None:
            stop.wait(TICK_S)
            return False
        if self._line.died(TICK_S):
            self._death()
            return True
        return False

    def _hold_line(self, queue: CupsQueue) -> None:
        if self._line is not None and self._line.died():
            self._death()
        if self._line is None:
            try:
                self._line = queue.connection()
                self._gone_since = None
            except QueueUnavailable as error:
                refused = isinstance(error.__cause__, ConnectionRefusedError | FileNotFoundError)
                if refused and self._gone_since is None:
                    self._death()

    def _death(self) -> None:
        _log.warning("print server died", servidor=self._server)
        self.close()
        self._died_at = self._office.clock()
        self._died_mono = self._gone_since = time.monotonic()

    def _died_since(self, row: Mapping[Any, Any]) -> bool:
        """Whether the server died after the release of this try was asked for."""
        if row["vida"] is not None and self._line is not None and self._line.vida is not None:
            return bool(row["vida"] != self._line.vida)
        return self._died_at is not None and row["liberada_em"] <= self._died_at

    # -- who looks ----------------------------------------------------------------------------------------------------

    def _mine(self) -> bool:
        """Take or keep the watch of this server; return whether it is ours."""
        office, table, now = self._office, db.vigia, self._office.clock()
        lease = timedelta(seconds=office.settings.motor.posse_s)
        if self._held_until is not None and lease / 2 < self._held_until - now <= lease:
            return True
        key = (table.c.serventia_id == office.serventia_id, table.c.servidor == (self._server or ""))
        with office.db.read() as conn:
            holder = conn.execute(sa.select(table).where(*key)).mappings().one_or_none()
        dead = holder is not None and claims.is_dead(holder["dono"])
        # a watch that ends later than one can was taken before the clock was put back: it is over
        held = holder is not None and now < holder["posse_ate"] <= now + 2 * lease
        if holder is not None and holder["dono"] != self._owner and held and not dead:
            self._held_until = None
            return False
        until = now + lease
        mine = {"dono": self._owner, "posse_ate": until}
        with office.db.write() as conn:
            new = {"serventia_id": office.serventia_id, "servidor": self._server or ""}
            insert_or_ignore(conn, table, new | mine)
            free = sa.or_(
                table.c.dono == (holder["dono"] if dead and holder else self._owner),
                claims.lease_over(office, table.c.posse_ate, now),
            )
            free = sa.or_(free, table.c.dono == self._owner)
            taken = conn.execute(sa.update(table).where(*key, free).values(**mine)).rowcount
        self._held_until = until if taken else None
        return bool(taken)

    # -- rows ---------------------------------------------------------------------------------------------------------

    def _queues(self, conn: Connection) -> dict[str, sa.RowMapping]:
        table = db.fila
        query = sa.select(table).where(
            table.c.serventia_id == self._office.serventia_id,
            table.c.tipo == "cups",
            table.c.servidor.is_(None) if self._server is None else table.c.servidor == self._server,
        )
        return {row["nome"]: row for row in conn.execute(query).mappings()}

    def _open(self, conn: Connection, queue_rows: Sequence[str]) -> list[sa.RowMapping]:
        """Return the tries that may be at this server, with what matters of their jobs."""
        table, job = db.tentativa, db.job
        newest = (
            sa.select(sa.func.max(_later.c.numero))
            .where(_later.c.serventia_id == table.c.serventia_id, _later.c.job_id == table.c.job_id)
            .scalar_subquery()
        )
        query = (
            sa.select(table, *(job.c[name].label(f"job_{name}") for name in _JOB), newest.label("newest"))
            .join(job, (job.c.serventia_id == table.c.serventia_id) & (job.c.id == table.c.job_id))
            .where(
                table.c.serventia_id == self._office.serventia_id,
                table.c.fim_em.is_(None),
                table.c.cups_id.is_not(None),
                table.c.fila.in_(queue_rows),
                # A hand-off under way is the engine's that does it.
                sa.or_(job.c.estado == HANDED_OFF, job.c.encerrado, table.c.numero < newest),
            )
            .order_by(table.c.id)
        )
        return list(conn.execute(query).mappings())

    def _ask(self, queue: CupsQueue, rows: Sequence[Mapping[Any, Any]]) -> dict[int, State | None] | None:
        """Return what the server says of each try, by the try's id; None if it says nothing now.

        A server that died and is not back is waited for a moment; then it is taken to know none of them.
        """
        try:
            if self._line is None:
                raise QueueUnavailable("no line")
            states = queue.states([row["cups_id"] for row in rows])
        except QueueUnavailable:
            if self._gone_since is None or time.monotonic() - self._gone_since < GRACE_S:
                return None
            return {}
        return {row["id"]: ours(states.get(row["cups_id"]), dict(row)) for row in rows}

    def _compare(
        self,
        row: Mapping[Any, Any],
        queue: CupsQueue,
        found: Mapping[int, State | None],
        queue_rows: Mapping[str, Mapping[Any, Any]],
    ) -> "_Change | None":
        followed = row["job_estado"] == HANDED_OFF and not row["job_encerrado"] and row["numero"] == row["newest"]
        away, state = row["id"] not in found, found.get(row["id"])
        cups = cups_dict(queue, row["cups_id"], state)
        if not followed:
            return None if away else self._take_off(row, queue, state, cups)
        if state is not None and state.estado == "pending":
            # Of a job that waits CUPS does not say that its queue is paused.
            cups["fila"] = queues.current_state(self._office, queue_rows[row["fila"]])
        if away:
            if not self._died_since(row):
                return None
            text = "o servidor de impressão parou enquanto o trabalho estava com ele, e ainda não voltou"
            return _Change(row, (row["job_cups"] or {}) | {"mensagem": text}, Verdict(UNCERTAIN, text), over=False)
        verdict = judge(
            state,
            row["job_cups"] or {},
            expected=attempts.expected_pages({"paginas": row["job_paginas"]}, row),
            tally=(queue_rows[row["fila"]]["prova"] or {}).get("conta_folhas"),
            died=self._died_since(row),
            seen_begun=self._seen_before_death(row, state),
        )
        if verdict is None and cups == row["job_cups"]:
            return None
        return _Change(row, cups, verdict, over=state is None or state.estado in CUPS_ENDS)

    def _seen_before_death(self, row: Mapping[Any, Any], state: State | None) -> bool:
        """Note when the printing was first seen; return whether that was long enough before the server's death.

        CUPS tells its beginning in whole seconds: one that began anew in the same second would look the same.
        """
        if state is None or state.inicio is None:
            return False
        began, seen = self._begun.setdefault(row["id"], (state.inicio, time.monotonic()))
        return began == state.inicio and self._died_mono - seen > 1.5

    def _take_off(
        self, row: Mapping[Any, Any], queue: CupsQueue, state: State | None, cups: dict[str, Any]
    ) -> "_Change | None":
        """What was given up is cancelled at its queue, until it has ended there."""
        if state is not None and state.estado not in CUPS_ENDS:
            queue.cancel(row["cups_id"])
            return None
        return _Change(row, cups if row["numero"] == row["newest"] else row["job_cups"], None, over=True)

    def _write(self, changes: Sequence["_Change"]) -> None:
        office, now, job = self._office, self._office.clock(), db.job
        with office.db.write() as conn:
            entries: list[LogEntry] = []
            for each in changes:
                row = each.row
                as_read = (
                    job.c.n == row["job_n"],
                    job.c.estado == row["job_estado"],
                    job.c.encerrado == row["job_encerrado"],
                    # Another try took its place meanwhile: nothing of this one is written into the job.
                    sa.select(sa.func.max(_later.c.numero))
                    .where(_later.c.serventia_id == job.c.serventia_id, _later.c.job_id == job.c.id)
                    .scalar_subquery()
                    == row["newest"],
                )
                over = _end(row, each.verdict, now) if each.verdict else {}
                changed = conn.execute(sa.update(job).where(*as_read).values(cups=each.cups, **over)).rowcount
                if each.over:
                    attempts.end(conn, row, now, (each.cups or {}).get("estado") or "desconhecido")
                    self._begun.pop(row["id"], None)
                elif each.verdict:
                    attempts.give_up(conn, row, now, each.verdict.estado)
                if changed and each.verdict and each.verdict.estado == PRINTED:
                    passes.give_back(conn, row)
                if changed:
                    entries += _entries(conn, office, each, now)
            audit.write(conn, office.serventia_id, now, entries)


_later = db.tentativa.alias("later")


class _Change:
    """What is written of one try: the job's `cups`, its end if it has come, whether the queue is done with the try."""

    def __init__(
        self, row: Mapping[Any, Any], cups: dict[str, Any] | None, verdict: Verdict | None, *, over: bool
    ) -> None:
        self.row = row
        self.cups = cups
        self.verdict = verdict
        self.over = over


def _end(row: Mapping[Any, Any], verdict: Verdict, now: datetime) -> dict[str, Any]:
    """Return the changes of a job whose try came to its end; some prints have another pass to come."""
    return passes.end_values({"copias": row["job_copias"], "faces": row["job_faces"]}, verdict.estado, now)


def _entries(conn: Connection, office: Office, each: _Change, now: datetime) -> list[LogEntry]:
    """Return the log's lines: an end, or what changed for people; a moving percentage or counter is no news."""
    row, cups, job_id = each.row, each.cups or {}, each.row["job_id"]
    if each.verdict is not None:
        text = each.verdict.texto
        detail = {"texto": text} if text else {"cups": cups.get("estado")}
        state = _end(row, each.verdict, now)["estado"]  # of one pass of several it is not the print's end
        entries = [LogEntry("job", job_id, state, detalhe=detail)]
        if each.verdict.estado == UNCERTAIN:
            of = {"id": job_id, "documento_id": row["job_documento_id"]}
            entries += ask_about_sheets(conn, office, of, text or "", now)
        return entries
    if _news(cups) == _news(row["job_cups"] or {}):
        return []
    detail = {"cups": cups.get("estado"), "motivos": cups.get("motivos"), "mensagem": cups.get("mensagem")}
    return [LogEntry("job", job_id, row["job_estado"], detalhe={k: v for k, v in detail.items() if v})]


def _news(cups: Mapping[str, Any]) -> tuple[Any, ...]:
    return cups.get("estado"), cups.get("motivos"), re.sub(r"\d+", "#", cups.get("mensagem") or "")


class Watches:
    """The watches of an engine: one for each print server that the office's queues name."""

    def __init__(self, office: Office, owner: str) -> None:
        self._office = office
        self._owner = owner
        self._all: dict[str | None, Watch] = {}
        self._threads: dict[str | None, threading.Thread] = {}

    def look(self) -> None:
        """Look once at every server, in this thread."""
        self._find()
        for watch in self._all.values():
            watch.look()

    def start(self, stop: threading.Event) -> None:
        """Have each server watched by a thread of its own until `stop`, also those that were added since."""
        self._find()
        for cups_server, watch in self._all.items():
            if cups_server not in self._threads:
                thread = threading.Thread(target=watch.run, args=(stop,), name="watch", daemon=True)
                self._threads[cups_server] = thread
                thread.start()

    def join(self) -> None:
        """Wait for the threads, after `stop`."""
        for thread in self._threads.values():
            thread.join()

    def _find(self) -> None:
        table = db.fila
        query = sa.select(table.c.servidor).distinct()
        query = query.where(table.c.serventia_id == self._office.serventia_id, table.c.tipo == "cups")
        with self._office.db.read() as conn:
            for cups_server in conn.execute(query).scalars():
                if cups_server not in self._all:
                    self._all[cups_server] = Watch(self._office, cups_server, self._owner)
