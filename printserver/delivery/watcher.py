"""The watcher: follows released prints, one thread per print server, one request for all its jobs. Releases nothing.

1. Keep a connection open to the server, to detect its death (see `server_life`).
2. Hold the lease on the server: only one engine watches it.
3. Request the states of all open attempts at once; write the changes; close ended attempts (see `verdict`).
4. Cancel given-up attempts that may still be in the queue.
5. Periodically search for jobs that the server reprinted from its history (see `foreign_reprints`).
"""

import contextlib
import re
import threading
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
import structlog
from sqlalchemy.engine import Connection

from printserver import db
from printserver.delivery import attempts, foreign_reprints, passes, queues
from printserver.delivery.handoff import cups_state, ours
from printserver.delivery.server_life import ServerLife
from printserver.delivery.verdict import Verdict, judge
from printserver.ledger import CUPS_ENDS, HANDED_OFF, PRINTED, UNCERTAIN, Attempt, CupsState, Queue, ask_about_sheets
from printserver.office import Act, Duty, Lease, Office, acting
from printserver.printing import CupsQueue, QueueRefused, QueueUnavailable, State

_log = structlog.get_logger()

CLOSELY_S: Final = 0.4  # polling interval while something was released recently
CLOSELY_FOR: Final = timedelta(seconds=20)
LATER_S: Final = 4.0
IDLE_S: Final = 30.0  # nothing is open; the bell ends the wait
REPRINTS_S: Final = 30.0  # polling interval of the server's history
GRACE_S: Final = 3.0  # after this outage the jobs of a dead server are in doubt
_ROWS_AT_ONCE: Final = 50

_later = db.tentativa.alias("later")


@dataclass(frozen=True, slots=True)
class _Open:
    """An attempt that may be at a server, with columns of its job. `newest`: number of the job's newest attempt."""

    attempt: Attempt
    cups_id: int
    newest: int
    job_n: int
    estado: str
    encerrado: bool
    documento_id: int
    paginas: int
    copias: int
    faces: str | None
    cups: CupsState | None

    @property
    def is_newest(self) -> bool:
        """Whether the job has no later attempt."""
        return self.attempt.numero == self.newest

    @property
    def is_followed(self) -> bool:
        """Whether the job waits for the end of this attempt; otherwise it was given up."""
        return self.estado == HANDED_OFF and not self.encerrado and self.is_newest


@dataclass(frozen=True, slots=True)
class _Change:
    """Changes to write for one attempt: the job's `cups`, the verdict; `over`: it is no longer in the queue."""

    of: _Open
    cups: CupsState | None
    verdict: Verdict | None
    over: bool


class Watch:
    """The watch of one print server by one engine. `look` is one round. Not thread-safe."""

    def __init__(self, office: Office, cups_server: str | None, owner: str) -> None:
        self._office = office
        self._server = cups_server
        self._life = ServerLife(cups_server, office.clock)
        lease = Lease(db.vigia, timedelta(seconds=office.settings.motor.posse_s))
        key = {"serventia_id": office.serventia_id, "servidor": cups_server or ""}
        self._duty = Duty(office.db, office.clock, lease, key, owner)
        self._history_due = 0.0

    def run(self, stop: threading.Event) -> None:
        """Repeat `look` until `stop`."""
        while not stop.is_set():
            seen, pause = self._office.bell.rings, 1.0
            try:
                pause = self.look()
            except Exception:
                _log.exception("watch failed", servidor=self._server)
            due = time.monotonic() + pause
            while not stop.is_set():
                if self._life.wait(stop) or time.monotonic() >= due or self._office.bell.rings != seen:
                    break
        self._life.close()

    def look(self) -> float:
        """Run one round; return the seconds until the next."""
        with self._office.db.read() as conn:
            here = self._queues(conn)
        if not here:
            self._life.close()
            return IDLE_S
        queue = queues.open_queue(self._office, next(iter(here.values())))
        assert isinstance(queue, CupsQueue)
        self._life.connect(queue)
        with self._office.db.read() as conn:
            open_attempts = self._open(conn, list(here))
        history_due = self._life.connection is not None and time.monotonic() >= self._history_due
        if not (open_attempts or history_due) or not self._duty.hold():
            return IDLE_S if not open_attempts else LATER_S
        if history_due:
            self._look_back(queue, here)
        if not open_attempts:
            return IDLE_S
        found = self._ask(queue, open_attempts)
        if found is None:
            return 1.0
        changes = [each for of in open_attempts if (each := self._compare(of, queue, found, here)) is not None]
        for first in range(0, len(changes), _ROWS_AT_ONCE):
            self._write(changes[first : first + _ROWS_AT_ONCE])
        now = self._office.clock()
        released = [of.attempt.liberada_em for of in open_attempts]
        recent = any(moment is None or now - moment < CLOSELY_FOR for moment in released)
        return CLOSELY_S if recent else LATER_S

    def _look_back(self, queue: CupsQueue, here: Mapping[str, Queue]) -> None:
        self._history_due = time.monotonic() + REPRINTS_S
        with contextlib.suppress(QueueUnavailable, QueueRefused):  # retried in a later round
            foreign_reprints.check(self._office, queue, here)

    # -- rows ---------------------------------------------------------------------------------------------------------

    def _queues(self, conn: Connection) -> dict[str, Queue]:
        table = db.fila
        query = sa.select(table).where(
            table.c.serventia_id == self._office.serventia_id,
            table.c.tipo == "cups",
            table.c.servidor.is_(None) if self._server is None else table.c.servidor == self._server,
        )
        return {row["nome"]: Queue.from_row(row) for row in conn.execute(query).mappings()}

    def _open(self, conn: Connection, queue_names: Sequence[str]) -> list[_Open]:
        """Return the attempts that may be at this server."""
        table, job = db.tentativa, db.job
        newest = (
            sa.select(sa.func.max(_later.c.numero))
            .where(_later.c.serventia_id == table.c.serventia_id, _later.c.job_id == table.c.job_id)
            .scalar_subquery()
        )
        names = ("n", "estado", "encerrado", "documento_id", "paginas", "copias", "faces", "cups")
        query = (
            sa.select(table, newest.label("newest"), *(job.c[name].label(f"job_{name}") for name in names))
            .join(job, (job.c.serventia_id == table.c.serventia_id) & (job.c.id == table.c.job_id))
            .where(
                table.c.serventia_id == self._office.serventia_id,
                table.c.fim_em.is_(None),
                table.c.cups_id.is_not(None),
                table.c.fila.in_(queue_names),
                # A hand-off in progress belongs to its engine.
                sa.or_(job.c.estado == HANDED_OFF, job.c.encerrado, table.c.numero < newest),
            )
            .order_by(table.c.id)
        )
        return [
            _Open(Attempt.from_row(row), row["cups_id"], row["newest"], *(row[f"job_{name}"] for name in names))
            for row in conn.execute(query).mappings()
        ]

    def _ask(self, queue: CupsQueue, open_attempts: Sequence[_Open]) -> dict[int, State | None] | None:
        """Return the server's state of each attempt, by the attempt's id; None if the server is unavailable.

        After `GRACE_S` without the server, it is assumed to know none of them.
        """
        try:
            if self._life.connection is None:
                raise QueueUnavailable("no connection")
            states = queue.states([of.cups_id for of in open_attempts])
        except QueueUnavailable:
            return {} if self._life.is_gone_for(GRACE_S) else None
        return {of.attempt.id: ours(states.get(of.cups_id), of.attempt) for of in open_attempts}

    def _compare(
        self, of: _Open, queue: CupsQueue, found: Mapping[int, State | None], here: Mapping[str, Queue]
    ) -> _Change | None:
        attempt, before = of.attempt, of.cups or {}
        away, state = attempt.id not in found, found.get(attempt.id)
        cups = cups_state(queue, of.cups_id, state)
        if not of.is_followed:
            return None if away else _take_off(of, queue, state, cups)
        at = here[attempt.fila]
        if state is not None and state.estado == "pending":
            # CUPS does not report in a waiting job that its queue is paused.
            cups["fila"] = queues.current_state(self._office, at)
        died = self._life.died_since(attempt)
        if away:
            if not died:
                return None
            text = "o servidor de impressão parou enquanto o trabalho estava com ele, e ainda não voltou"
            return _Change(of, {**before, "mensagem": text}, Verdict(UNCERTAIN, text), over=False)
        verdict = judge(
            state,
            before,
            expected=attempts.expected_pages(attempt, of.paginas),
            tally=(at.prova or {}).get("conta_folhas"),
            died=died,
            seen_begun=self._life.saw_begin(attempt, state),
        )
        if verdict is None and cups == of.cups:
            return None
        return _Change(of, cups, verdict, over=state is None or state.estado in CUPS_ENDS)

    def _write(self, changes: Sequence[_Change]) -> None:
        with acting(self._office.current()) as act:
            for each in changes:
                _write_one(act, each)
        for each in changes:
            if each.over:
                self._life.forget(each.of.attempt)


def _take_off(of: _Open, queue: CupsQueue, state: State | None, cups: CupsState) -> _Change | None:
    """Cancel a given-up attempt in its queue; return a change once it has ended there."""
    if state is not None and state.estado not in CUPS_ENDS:
        queue.cancel(of.cups_id)
        return None
    return _Change(of, cups if of.is_newest else of.cups, None, over=True)


def _write_one(act: Act, each: _Change) -> None:
    """Write the change into attempt and job, unless the job has changed since it was read."""
    of, job, conn = each.of, db.job, act.conn
    as_read = (
        db.this_row(job, act.office.serventia_id, of.job_n),
        job.c.estado == of.estado,
        job.c.encerrado == of.encerrado,
        # If there is a later attempt meanwhile, this one changes nothing in the job.
        sa.select(sa.func.max(_later.c.numero))
        .where(_later.c.serventia_id == job.c.serventia_id, _later.c.job_id == job.c.id)
        .scalar_subquery()
        == of.newest,
    )
    over = _end(of, each.verdict, act.now) if each.verdict else {}
    changed = conn.execute(sa.update(job).where(*as_read).values(cups=each.cups, **over)).rowcount
    if each.over:
        attempts.end(conn, of.attempt, act.now, (each.cups or {}).get("estado") or "desconhecido")
    elif each.verdict:
        attempts.give_up(conn, of.attempt, act.now, each.verdict.estado)
    if changed and each.verdict and each.verdict.estado == PRINTED:
        passes.give_back(conn, of.attempt)
    if changed:
        _log_change(act, each)


def _end(of: _Open, verdict: Verdict, now: datetime) -> dict[str, object]:
    """Return the changes of a job whose attempt has ended; some prints have another pass."""
    return passes.end_values(of.copias, of.faces, verdict.estado, now)


def _log_change(act: Act, each: _Change) -> None:
    """Log an end, or a change relevant to people; progress counters are not logged."""
    of, cups, job_id = each.of, each.cups or {}, each.of.attempt.job_id
    if each.verdict is not None:
        text = each.verdict.texto
        state = str(_end(of, each.verdict, act.now)["estado"])  # the end of one pass of several is not the print's end
        act.log("job", job_id, state, {"texto": text} if text else {"cups": cups.get("estado")})
        if each.verdict.estado == UNCERTAIN:
            asked = {"id": job_id, "documento_id": of.documento_id}
            act.add(ask_about_sheets(act.conn, act.office, asked, text or "", act.now))
        return
    if _news(cups) == _news(of.cups or {}):
        return
    detail = {"cups": cups.get("estado"), "motivos": cups.get("motivos"), "mensagem": cups.get("mensagem")}
    act.log("job", job_id, of.estado, {name: value for name, value in detail.items() if value})


def _news(cups: CupsState) -> tuple[object, ...]:
    return cups.get("estado"), cups.get("motivos"), re.sub(r"\d+", "#", cups.get("mensagem") or "")


class Watches:
    """The watches of an engine: one for each print server of the office's queues."""

    def __init__(self, office: Office, owner: str) -> None:
        self._office = office
        self._owner = owner
        self._all: dict[str | None, Watch] = {}
        self._threads: dict[str | None, threading.Thread] = {}

    def look(self) -> None:
        """Run one round for every server, in this thread."""
        self._find()
        for watch in self._all.values():
            watch.look()

    def start(self, stop: threading.Event) -> None:
        """Start a thread, running until `stop`, for each server that has none yet."""
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
