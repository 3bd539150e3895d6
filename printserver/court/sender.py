"""The sender: reports the rows of the outbox to the court (T1, T2). One at a time per office, over all engines.

1. Take or renew the office's lease (`remetente`); without it do nothing.
2. While the breaker is open do nothing.
3. Look up every row without an answer at the court, before it is sent again.
4. Commit that a batch is sent, send it, commit the answers. Batches go in parallel, the rows of one seal in order.

A crash at any point loses nothing and repeats nothing: the next sender looks up what had begun.
"""

import threading
import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, wait
from datetime import UTC, datetime, timedelta
from datetime import time as clock_time
from functools import partial
from typing import Final

import sqlalchemy as sa
import structlog

from printserver import db
from printserver.clock import SAO_PAULO, Clock, local
from printserver.court import outbox, outcome
from printserver.court.answers import (
    CourtAnswer,
    from_lookup,
    from_sending,
    general_failure,
    request_refusal,
    senseless,
)
from printserver.court.client import Exchange, Transport, encode_body
from printserver.court.outbox import OutboxEntry
from printserver.db import Database
from printserver.office import CourtSettings, Duty, Lease, audit, backoff, restored

_log = structlog.get_logger()

LEASE_S: Final = 30.0  # seconds; a batch waits 10 seconds for the court
AT_ONCE: Final = 1000  # rows read at a time
FAILURES_BEFORE_OPEN: Final = 3  # consecutive failed exchanges that open the breaker
FIRST_OPEN: Final = timedelta(seconds=10)
LONGEST_OPEN: Final = timedelta(minutes=5)

_row = db.remetente


class Sender:
    """One sender for one office."""

    def __init__(
        self,
        database: Database,
        clock: Clock,
        serventia_id: int,
        settings: CourtSettings,
        transport: Transport,
        dono: str,
        changed: Callable[[], None] = lambda: None,
    ) -> None:
        """`dono` is this sender's name; `changed` is called when seals have changed their state."""
        self._db = database
        self._clock = clock
        self._office = serventia_id
        self._settings = settings
        self._court = transport
        self._owner = dono
        lease = Lease(_row, timedelta(seconds=LEASE_S))
        self._duty = Duty(database, clock, lease, {"serventia_id": serventia_id}, dono)
        self._changed = changed
        self._failures = 0  # consecutive, of this process
        self._guard = threading.Lock()
        self._opened = threading.Event()  # the breaker, in this round
        self._was_open = False
        self._pace = _Pace(settings.selos_por_segundo)
        self._pool = ThreadPoolExecutor(settings.em_paralelo, thread_name_prefix="court")

    def run(self, stop: threading.Event, pause_s: float) -> None:
        """Send until `stop`, with a pause of `pause_s` seconds when idle. Internal errors are logged and retried."""
        try:
            while not stop.is_set():
                try:
                    worked = self.run_once(stop)
                except Exception:
                    _log.exception("round of the sender failed")
                    worked = False
                if not worked:
                    stop.wait(pause_s)
        finally:
            self._pool.shutdown(wait=True)
            self._duty.release()
            self._court.close()

    def run_once(self, stop: threading.Event | None = None) -> bool:
        """Run one round; return whether anything was sent or looked up."""
        stop = stop or threading.Event()
        if not self._claim():
            return False
        now = self._clock()
        with self._db.read() as conn:
            if restored.is_open(conn, self._office):  # what it holds may be older than what the court has
                return False
            state = conn.execute(sa.select(_row).where(_row.c.serventia_id == self._office)).mappings().one()
            if state["aberto_ate"] is not None and now < state["aberto_ate"] <= now + LONGEST_OPEN:
                return False
            doubts = outbox.doubtful_entries(conn, self._office, now, AT_ONCE)
            until = send_until(self._settings, state["pedido_em"], now)
            before = next_hour(self._settings, now)
            ready = outbox.ready_entries(conn, self._office, now, until, before, AT_ONCE)
        self._opened.clear()
        if self._was_open and not state["falhas"]:  # a person closed the breaker
            self._was_open, self._failures = False, 0
        asks: list[Callable[[], bool]] = [partial(self._ask, linha) for linha in doubts]
        sends: list[Callable[[], bool]] = [partial(self._send, lote) for lote in self._batches(ready)]
        # After a failure one exchange of each kind tests the court before the others are sent.
        for work in (asks, sends):
            if state["falhas"] and work and not self._all_of([work.pop(0)], stop):
                return True
            self._all_of(work, stop)
        return bool(doubts or ready)

    def _all_of(self, work: Sequence[Callable[[], bool]], stop: threading.Event) -> bool:
        """Run in parallel; nothing starts once the breaker is open, the lease is lost or `stop` is set.

        The lease is renewed while answers are awaited. Return whether all succeeded.
        """

        def one(do: Callable[[], bool]) -> bool:
            return not stop.is_set() and not self._opened.is_set() and self._claim() and do()

        results = [self._pool.submit(one, do) for do in work]
        waiting = set(results)
        while waiting:
            _done, waiting = wait(waiting, timeout=LEASE_S / 3)
            if waiting:
                self._claim()
        outcomes = [result.result() for result in results]
        return all(outcomes)

    def _batches(self, linhas: Sequence[OutboxEntry]) -> list[list[OutboxEntry]]:
        rate = self._settings.selos_por_segundo
        size = min(self._settings.lote, max(1, int(rate))) if rate else self._settings.lote
        lots = []
        for links in (False, True):
            kind = [linha for linha in linhas if (linha.tipo == "vinculo") is links]
            lots += [kind[start : start + size] for start in range(0, len(kind), size)]
        return lots

    # -- one exchange ------------------------------------------------------------------------------------------

    def _send(self, linhas: Sequence[OutboxEntry]) -> bool:
        """Send one batch; return whether the court answered."""
        self._pace.wait(len(linhas))
        links = linhas[0].tipo == "vinculo"
        with self._db.write() as conn:
            # Renewed here: a frozen process may have lost the lease, and the next holder must find the marked rows.
            if not self._duty.confirm(conn):
                return False
            items = [linha.item for linha in linhas]
            number, taken = outbox.begin(
                conn,
                self._office,
                linhas,
                self._owner,
                "vincular" if links else "enviar",
                encode_body(items),
                self._clock(),
            )
        if not taken:
            return True
        items = [linha.item for linha in taken]
        exchange = self._court.link_selos(items) if links else self._court.send(items)
        refused = request_refusal(exchange)
        if refused is not None and len(taken) > 1:
            return self._one_by_one(number, exchange, taken)
        answers = from_sending(exchange, [linha.codigo for linha in taken])
        fault = general_failure(exchange)
        if refused is not None:  # a single row, which is the cause
            answers, fault = {taken[0].codigo: CourtAnswer("impossivel", (refused,))}, None
        elif fault is None and senseless(answers):
            fault = "o tribunal respondeu sem sentido a um envio"
        self._settle(number, exchange, [(linha, answers[linha.codigo]) for linha in taken], fault)
        return fault is None

    def _one_by_one(self, number: int, exchange: Exchange, linhas: Sequence[OutboxEntry]) -> bool:
        """Send the rows of a refused batch one by one, so that one row cannot block the others."""
        self._settle(number, exchange, [(linha, CourtAnswer("repetir")) for linha in linhas], tally=False)
        return all(self._send([linha]) for linha in linhas)

    def _ask(self, linha: OutboxEntry) -> bool:
        """Look up a seal without an answer at the court; return whether it answered."""
        self._pace.wait(1)
        with self._db.write() as conn:
            if not self._duty.confirm(conn):
                return False
            number = outbox.open_exchange(conn, self._office, "consultar", linha.codigo, self._clock())
            outbox.adopt(conn, self._office, linha, self._owner)
        exchange = self._court.look_up(linha.codigo)
        has = from_lookup(exchange, linha.codigo)
        if has is None:
            answer = CourtAnswer("duvida")
        elif linha.tipo == "vinculo":
            answer = CourtAnswer("aceito" if has.vinculador == linha.alvo else "repetir")
        elif has.situacao is None:
            answer = CourtAnswer("repetir")
        elif has.situacao == "objetado":
            answer = CourtAnswer("objetado", has.erros)
        elif has.registro == linha.registro:
            answer = CourtAnswer("aceito")
        else:
            text = "O tribunal já tem outro registro com este código, diferente do que foi enviado."
            answer = CourtAnswer("impossivel", ({"codigo": "registro-diferente", "mensagem": text},))
        # A successful look-up says nothing about sending: the breaker does not count it.
        fault = (
            None if has is not None else general_failure(exchange) or "o tribunal respondeu sem sentido a uma consulta"
        )
        self._settle(number, exchange, [(linha, answer)], fault, tally=has is None)
        return has is not None

    def _settle(
        self,
        number: int,
        exchange: Exchange,
        pairs: Sequence[tuple[OutboxEntry, CourtAnswer]],
        fault: str | None = None,
        *,
        tally: bool = True,
    ) -> None:
        """Write an exchange's result. `fault` (Portuguese): why the court failed; `tally`: count it for the breaker."""
        now, failures = self._clock(), 0
        if tally:
            with self._guard:  # never inside a transaction: `_claim` renews the lease in one while it holds the guard
                self._failures = 0 if fault is None else self._failures + 1
                failures = self._failures
        with self._db.write() as conn:
            outbox.close_exchange(conn, self._office, number, exchange.status, exchange.resposta, exchange.falha, now)
            if tally:  # before the outbox: see `outbox.hurry`
                self._tell_breaker(conn, exchange.status, fault, failures, now)
            log = outcome.settle(conn, self._office, pairs, self._owner, number, now, self._settings.erros_sem_conserto)
            audit.write(conn, self._office, now, log)
        self._changed()

    def _tell_breaker(
        self, conn: sa.Connection, status: int | None, fault: str | None, failures: int, now: datetime
    ) -> None:
        """Update the breaker after an exchange; `failures`: consecutive failed exchanges."""
        mine = sa.update(_row).where(_row.c.serventia_id == self._office)
        if fault is None:
            conn.execute(mine.values(falhas=0, aberto_ate=None, ultimo_sucesso=now))
            return
        times = conn.execute(sa.select(_row.c.falhas).where(_row.c.serventia_id == self._office)).scalar_one()
        conn.execute(mine.values(ultima_falha=fault))
        # The office's access is refused, or the court is still down: the other batches would fail too.
        if failures >= FAILURES_BEFORE_OPEN or status in (401, 403) or times:
            pause = backoff(times, LONGEST_OPEN, FIRST_OPEN)
            conn.execute(mine.values(falhas=times + 1, aberto_ate=now + pause))
            self._was_open = True
            self._opened.set()
            _log.warning("the court fails: nothing is sent for a while", seconds=pause.total_seconds(), why=fault)

    def _claim(self) -> bool:
        """Take or renew the office's lease; return whether this sender holds it."""
        with self._guard:
            return self._duty.hold()


_NEVER: Final = datetime.min.replace(tzinfo=UTC)
_ALWAYS: Final = datetime.max.replace(tzinfo=UTC)


def send_until(settings: CourtSettings, pedido_em: datetime | None, now: datetime) -> datetime:
    """Return the time up to which rows are sent now: no limit, or the last scheduled hour or request by a person."""
    if settings.modo == "continuo":
        return _ALWAYS
    return max([pedido_em or _NEVER, *(mark for mark in _hours(settings, now) if mark <= now)])


def next_hour(settings: CourtSettings, now: datetime) -> datetime:
    """Return the next scheduled hour: rows whose deadline is before it are sent now (T1)."""
    return min((mark for mark in _hours(settings, now) if mark > now), default=_NEVER)


def _hours(settings: CourtSettings, now: datetime) -> list[datetime]:
    """Return the scheduled hours of yesterday, today and tomorrow; none in other modes."""
    if settings.modo != "horarios":
        return []
    days = [local(now).date() + timedelta(days=n) for n in (-1, 0, 1)]
    hours = [clock_time.fromisoformat(text) for text in settings.horarios]
    return [datetime.combine(day, hour, SAO_PAULO) for day in days for hour in hours]


class _Pace:
    """Rate limit in seals per second (0: none), by the monotonic clock, with a burst of one second."""

    def __init__(self, per_second: float) -> None:
        self._rate = per_second
        self._guard = threading.Lock()
        self._free_at = 0.0

    def wait(self, selos: int) -> None:
        """Wait until `selos` more seals may be sent."""
        if not self._rate:
            return
        with self._guard:
            start = max(self._free_at, time.monotonic() - 1.0)
            self._free_at = start + selos / self._rate
        time.sleep(max(0.0, start - time.monotonic()))
