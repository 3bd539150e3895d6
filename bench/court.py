"""Measures the court's part: a load of 500 paper seals over HTTP, and a day's backlog reported to the simulator.

The program makes the seals in loads of 500, each signed. 200 offices of one server are 200 rows of one database with
one sender each in one process. `serve` supports only one office, so this module creates the senders, each with one
request at a time. They share a certificate; real offices would not.
"""

import os
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path

import sqlalchemy as sa

from bench import office as offices
from bench import postgres
from bench.client import Client
from bench.court_process import Running, court
from bench.server import serve
from printserver import db
from printserver.clock import local_date, system_clock
from printserver.counter import load
from printserver.court import HttpTransport, Sender
from printserver.office import Author, Office, audit
from printserver.office.people import RIGHTS
from printserver.selo import COMPONENTS

A_LOAD = 500  # H3
LOADS = 8
MANY = 200
OUTAGE = timedelta(hours=25)
WITH_LIMIT_S = 15.0  # duration of the run with the default limit: a day's backlog would take half an hour
LIMIT_S = 3600.0
_VALUE = dict.fromkeys(COMPONENTS, "0.00") | {"tabeliao": "4.00", "iss": "0.10"}


@dataclass(frozen=True, slots=True)
class Loads:
    """Seconds per load of 500, over HTTP."""

    database: str
    times: list[float]


@dataclass(frozen=True, slots=True)
class Sent:
    """Reporting of `waiting` seals. `limit`: seals per second and office (0: none); times in seconds."""

    database: str
    offices: int
    waiting: int
    limit: float
    reported: int
    seconds: float
    sender_cpu: float
    court_cpu: float


@dataclass(frozen=True, slots=True)
class Court:
    """All results. `signatures`: RSA-2048 signatures per second on one core in this run."""

    signatures: float
    loads: list[Loads]
    sent: list[Sent]


def measure(backlog: int) -> Court:
    """Measure with `backlog` waiting seals, on each database, for one office and for `MANY`."""
    loads, sent, signatures = [], [], 0.0
    for name, running in (("SQLite", nullcontext("")), ("PostgreSQL", postgres.database())):
        with running as url, tempfile.TemporaryDirectory(prefix="bench-") as folder:
            loads.append(Loads(name, _loads(offices.make(Path(folder) / "load", url))))
        for many in (1, MANY):
            running = postgres.database() if url else nullcontext("")
            with (
                running as url,
                tempfile.TemporaryDirectory(prefix="bench-") as folder,
                _opened(offices.make(Path(folder) / "o", url, clock=_before_the_outage), many) as (group, at_court),
            ):
                signatures = signatures or _signatures(group[0])
                _arrears(group, backlog)
                for limit in (group[0].settings.tribunal.selos_por_segundo, 0.0):
                    if _waiting(group[0]):
                        sent.append(_report(name, group, at_court, limit))
    return Court(signatures, loads, sent)


# -- a load -----------------------------------------------------------------------------------------------------------


def _loads(made: offices.MeasuredOffice) -> list[float]:
    times = []
    with serve(made) as server:
        client = Client(server)
        for n in range(LOADS + 1):
            times.append(client.post(_load(n, local_date(system_clock()).isoformat()), "/api/v1/hibridos", 201) / 1000)
        client.close()
    return times[1:]  # the first is the warm-up


def _load(n: int, day: str) -> dict[str, object]:
    first = n * A_LOAD + 1
    span = {"ato": "AU", "serie": "0371AJ", "de": first, "ate": first + A_LOAD - 1, "data": day}
    return span | {"emolumentos": _VALUE, "escrevente": offices.CLERK}


def _signatures(office: Office) -> float:
    start = time.process_time()
    for n in range(1000):
        office.certificado.sign(f"{n:0120}")
    return 1000 / (time.process_time() - start)


# -- a day's arrears --------------------------------------------------------------------------------------------------


def _before_the_outage() -> datetime:
    return system_clock() - OUTAGE


@contextmanager
def _opened(made: offices.MeasuredOffice, many: int) -> Iterator[tuple[list[Office], Running]]:
    """Open the office, `many` offices in its database, and a court for all of them."""
    saved = {name: os.environ.get(name) for name in made.environment}
    os.environ.update(made.environment)
    try:
        first = Office.open_folder(made.folder, _before_the_outage)
    finally:
        for name, value in saved.items():
            os.environ.pop(name) if value is None else os.environ.update({name: value})
    try:
        group = [first, *(_another(first, number) for number in range(2, many + 1))]
        with court(made.folder, [each.cns for each in group]) as running:
            yield group, running
    finally:  # PostgreSQL does not stop while a connection is open
        first.close()


def _another(office: Office, number: int) -> Office:
    cns = f"{number:06}"
    with office.db.write() as conn:
        people = conn.execute(sa.select(db.pessoa).where(db.pessoa.c.serventia_id == 1)).mappings().all()
        same = [{name: each[name] for name in each if name != "id"} | {"serventia_id": number} for each in people]
        made = {"id": number, "cns": cns, "instancia": cns, "criada_em": system_clock()}
        conn.execute(sa.insert(db.serventia).values(**made))
        conn.execute(sa.insert(db.cadeia).values(serventia_id=number, n=0, evento=0, hash=audit.GENESIS))
        conn.execute(sa.insert(db.pessoa), same)
    return replace(office, serventia_id=number, cns=cns)


def _arrears(group: list[Office], backlog: int) -> None:
    """Make the seals of the previous day, in loads, distributed over the offices."""
    day = local_date(group[0].clock()).isoformat()
    for n in range(backlog // A_LOAD):
        office = group[n % len(group)]
        author = Author(office.serventia_id, None, "bench", None, None, frozenset(RIGHTS), None)
        load.by_range(office, author, _load(n, day))


def _report(name: str, group: list[Office], at_court: Running, limit: float) -> Sent:
    """Send with a limit for `WITH_LIMIT_S`, or without one until nothing waits."""
    stop = threading.Event()
    # 200 times four concurrent requests exceed what one process answers within an office's timeout of 10 seconds.
    at_once = group[0].settings.tribunal.em_paralelo if len(group) == 1 else 1
    crew = [_sender(office, at_court, limit, at_once) for office in group]
    senders = [threading.Thread(target=each.run, args=(stop, 0.5)) for each in crew]
    before, waiting = (time.perf_counter(), time.process_time(), at_court.cpu()), _waiting(group[0])
    for sender in senders:
        sender.start()
    end = before[0] + (WITH_LIMIT_S if limit else LIMIT_S)
    while time.perf_counter() < end and _waiting(group[0]):
        time.sleep(0.2)
    spent = (time.perf_counter() - before[0], time.process_time() - before[1], at_court.cpu() - before[2])
    left = _waiting(group[0])
    stop.set()
    for sender in senders:
        sender.join()
    return Sent(name, len(group), waiting, limit, waiting - left, *spent)


def _sender(office: Office, at_court: Running, limit: float, at_once: int) -> Sender:
    update = {"url": at_court.url, "selos_por_segundo": limit, "em_paralelo": at_once}
    settings = office.settings.tribunal.model_copy(update=update)
    transport = HttpTransport(settings, office.certificado, office.instance)
    return Sender(office.db, system_clock, office.serventia_id, settings, transport, f"bench:{os.getpid()}:0")


def _waiting(office: Office) -> int:
    with office.db.read() as conn:
        query = sa.select(sa.func.count()).select_from(db.outbox).where(db.outbox.c.fim_em.is_(None))
        return int(conn.execute(query).scalar_one())
