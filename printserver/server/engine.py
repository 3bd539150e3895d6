"""The engine: a loop over due rows. Stamps, hands off, follows the queues, closes questions, reports to the court.

1. Release claims held by dead engines on this machine.
2. Close the questions that have expired (X1). In the first round of a day store the log's head (A6)
   and forget names, and remove texts and PDFs whose term is over (LGPD, A3).
3. Claim due jobs, in the order of acceptance, and advance each as far as possible.
4. Wait for the bell, or a moment, and repeat. Meanwhile each print server has a watcher (`delivery.watcher`), the court
   a sender (`court.sender`), and notices go by e-mail (`court.mail`).

Any number of engines may run, on any number of machines: the claim decides which one acts.
"""

import sys
import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack
from datetime import date
from pathlib import Path
from typing import Final

import structlog

from printserver import copies, retention
from printserver.clock import local_date
from printserver.common import faults
from printserver.court import mail
from printserver.delivery import Watches, claims
from printserver.delivery.advance import advance
from printserver.errors import ConfigError, Recusa
from printserver.ledger import JobRow, close_expired, names
from printserver.office import Bell, HeadDiffers, Office, engine_mark, owner_name, proof, registry
from printserver.server.life_signs import beat
from printserver.server.logs import configure_logs
from printserver.server.processes import Pipes, call_at_stop, enter
from printserver.server.reporting import Reporting

_log = structlog.get_logger()

WORKERS: Final = 4  # hand-offs wait for queues; a slow one must not block the others
HOUSEKEEPING_S: Final = 5.0
LONG_WRITE_S: Final = 1.0


class Engine:
    """One engine over one office."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._owner = owner_name()
        self._stop = threading.Event()
        self._pool = ThreadPoolExecutor(WORKERS, thread_name_prefix="advance")
        self._watches = Watches(office, self._owner)
        self._reporting = Reporting(office, self._owner)
        self._working: dict[Future[None], int] = {}  # the `n` of the job of each running step
        self._logged: str | None = None  # why the last round failed
        self._kept: date | None = None  # the office's day for which a log head was stored
        self._closed = False
        self._next_cleaning = 0.0
        self._not_before = 0.0
        self._mailing = threading.Thread(target=mail.run, args=(office, self._stop), name="notices", daemon=True)
        self._watching = threading.Thread(target=copies.watch, args=(office, self._stop), name="copies", daemon=True)

    def stop(self) -> None:
        """Ask the loop to end after the current round."""
        self._stop.set()
        self._office.bell.ring()

    def run(self) -> None:
        """Work until `stop`."""
        self.begin()
        pause = self._office.settings.motor.espera_s
        while not self._stop.is_set():
            seen = self._office.bell.rings
            self.round()
            self._office.bell.wait(seen, pause)
        self.finish()

    def begin(self) -> None:
        """Start what works beside the rounds."""
        _log.info("engine started", owner=self._owner, serventia=self._office.cns)
        self._mailing.start()
        self._watching.start()

    def round(self) -> None:
        """Do what is due, and give each free worker a job. What is due after it rings the bell.

        A round that fails is logged, and nothing is tried again before the engine's pause is over.
        """
        now = time.monotonic()
        if now < self._not_before:
            return
        try:
            self._clean()
            if self._closed:  # it works elsewhere: neither paper nor court hears of it from here (S3)
                self._reporting.stop()
                return
            self._reporting.follow(self._office.current(), self._office.settings.motor.espera_s)
            self._claim()
        except Exception as error:
            self._cannot(error)
            self._not_before = now + self._office.settings.motor.espera_s
            return
        self._logged = None

    def _clean(self) -> None:
        now = self._office.clock().timestamp()
        if now >= self._next_cleaning or now < self._next_cleaning - 2 * HOUSEKEEPING_S:  # the clock may be set back
            with self._office.db.read() as conn:
                self._closed = registry.moved_at(conn, self._office.serventia_id) is not None
            if not self._closed:
                self.housekeeping()
            self._watches.start(self._stop)
            self._next_cleaning = now + HOUSEKEEPING_S

    def finish(self) -> None:
        """End what was begun; running steps end first."""
        self._pool.shutdown(wait=True)
        self._watches.join()
        self._reporting.stop()
        self._mailing.join(5.0)  # do not wait for a mail server that does not answer
        self._watching.join(5.0)  # nor for a disk
        self._keep_head()
        _log.info("engine stopped", serventia=self._office.cns)

    def _cannot(self, error: Exception) -> None:
        """Log why a round failed: temporary reasons once each, unexpected ones with their traceback."""
        reason = error.detail if isinstance(error, Recusa) else faults.passing(error)
        if reason is None:
            _log.exception("engine round failed")
        elif reason != self._logged:
            _log.error("the engine cannot work now", why=reason)
        self._logged = reason

    def run_once(self) -> int:
        """Run all due steps in this thread, then look at the queues; return the number of steps.

        For tests and tools.
        """
        steps = 0
        office = self._office.current()
        while due := claims.claim_due(office, self._owner, office.clock()):
            for row in due:
                advance(office, row, self._owner)
                office.bell.ring()
                steps += 1
        self._watches.look()
        self._reporting.renew(office)
        while self._reporting.sender is not None and self._reporting.sender.run_once():
            steps += 1
        self._begin_day()
        copies.observe(office)
        mail.look(office)
        return steps

    def housekeeping(self) -> None:
        """Release dead claims and close expired questions."""
        office = self._office.current()
        now = office.clock()
        with office.db.write() as conn:
            freed = claims.free_the_dead(office, conn, now)
        if freed:
            _log.warning("took over the work of a dead engine", jobs=freed)
        close_expired(office, now)
        self._begin_day()

    def _begin_day(self) -> None:
        """In the first round of an office day: store the log's head outside the database (A6), forget names (LGPD)."""
        day = local_date(self._office.clock())
        if day != self._kept:
            self._kept = day
            if not proof.of_day(self._office.instance, self._office.clock()).exists():
                self._keep_head()
            self._forget_names()
            self._remove_expired()

    def _keep_head(self) -> None:
        """Sign the log's head and store it. A failure is only logged, so that printing continues."""
        office = self._office.current()
        try:
            proof.store(office.db, office.serventia_id, office.instance, office.certificado, office.clock())
        except HeadDiffers as error:
            _log.error("the log differs from a head that was kept", why=str(error))
        except Exception as error:
            reason = error.detail if isinstance(error, Recusa) else faults.passing(error)
            _log.error("the head of the log cannot be kept", why=reason, exc_info=reason is None)

    def _forget_names(self) -> None:
        """Take away the names whose term is over. A failure is only logged: the next day does it again."""
        try:
            if over := names.forget(self._office.current()):
                _log.info("names taken away after their term", documents=over)
        except Exception as error:
            _log.error("the names cannot be taken away", why=faults.passing(error), exc_info=True)

    def _remove_expired(self) -> None:
        """Remove texts and PDFs whose term is over (A3). A failure is only logged: the next day does it again."""
        try:
            made = retention.remove_expired(self._office.current())
            if made.jobs:
                _log.info("removed after their term", prints=made.jobs, texts=made.texts, files=made.files)
        except Exception as error:
            _log.error("what is over its term cannot be removed", why=faults.passing(error), exc_info=True)

    def _claim(self) -> None:
        """Claim one job for each free worker.

        It never waits for a worker: that would hold up the other offices. One that ends rings the bell.
        """
        self._working = {future: n for future, n in self._working.items() if not future.done()}
        free = WORKERS - len(self._working)
        # Jobs of running threads are not claimed again: their lease may be over or just released, and a job claimed
        # without a thread would wait until the lease ends.
        busy = list(self._working.values())
        due = claims.claim_due(self._office, self._owner, self._office.clock(), free, busy) if free else []
        for row in due:
            future = self._pool.submit(self._advance, row)
            self._working[future] = row["n"]
            # Only now: the job may be claimed again, the worker is free, and the next print of its queue has its turn.
            future.add_done_callback(lambda _done: self._office.bell.ring())

    def _advance(self, row: JobRow) -> None:
        try:
            advance(self._office.current(), row, self._owner)
        except Exception as error:
            reason = error.detail if isinstance(error, Recusa) else faults.passing(error)
            _log.error("job left as it is", job=row["id"], why=reason, exc_info=reason is None)


def _log_long_write(seconds: float) -> None:
    """Log a transaction that blocked all other writers noticeably (the HTTP process has a metric)."""
    if seconds > LONG_WRITE_S:
        _log.warning("a transaction was long", seconds=round(seconds, 3))


class Rounds:
    """The engines of a machine's offices in one process, round by round: each office gets its turn, none waits for
    another's jobs.

    An office has its own workers, and in a round it gets at most as many jobs as it has free workers. A thousand jobs
    of one office, or a queue that hangs, hold up no other.
    """

    def __init__(
        self, engines: Sequence[Engine], bell: Bell, pause: float, signs: Sequence[Callable[[], None]] = ()
    ) -> None:
        self._engines = list(engines)
        self._bell = bell
        self._pause = pause
        self._signs = signs  # of life, given in each round
        self._stop = threading.Event()

    def stop(self) -> None:
        """Ask all engines to end after the current round."""
        self._stop.set()
        for engine in self._engines:
            engine.stop()

    def run(self) -> None:
        """Work until `stop`."""
        for engine in self._engines:
            engine.begin()
        while not self._stop.is_set():
            seen = self._bell.rings
            for sign in self._signs:
                sign()
            for engine in self._engines:
                engine.round()
            self._bell.wait(seen, self._pause)
        for engine in self._engines:
            engine.finish()


def run_engine(instances: Sequence[Path], pipes: Pipes = Pipes()) -> None:  # noqa: B008  # frozen
    """Run one engine over each of the offices in `instances` until SIGTERM or SIGINT.

    An office that cannot be opened is left out and logged, unless it is the only one. Raises ConfigError.
    """
    configure_logs()
    bell = pipes.bell()
    offices = []
    for instance in instances:
        try:
            offices.append(Office.open_folder(instance, bell=bell, waits=True))
        except ConfigError as error:
            if len(instances) == 1:
                raise
            _log.error("an office is left out", folder=str(instance), why=str(error))
    if not offices:
        raise ConfigError("nenhuma serventia pôde ser aberta")
    for office in offices:
        office.db.observe_write = _log_long_write
    pause = min(office.settings.motor.espera_s for office in offices)
    signs = [beat(pipes.beat.fileno() if pipes.beat is not None else None)]
    rounds = Rounds([Engine(office) for office in offices], bell, pause, signs)
    call_at_stop(rounds.stop)
    try:
        with ExitStack() as marks:
            signs += [marks.enter_context(engine_mark.marked(office.instance)) for office in offices]
            rounds.run()
    finally:
        for office in offices:
            office.close()


def run(instances: Sequence[Path], pipes: Pipes) -> None:
    """Run the process as the supervisor starts it."""
    enter("engine")
    try:
        run_engine(instances, pipes)
    except ConfigError as error:
        _log.error("the engine cannot start", why=str(error))
        sys.exit(1)
