"""Measures the acceptance of a livro with two atos over HTTP: layout, seals, commit, answer."""

import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from bench import deed as deeds
from bench import office, postgres, requests
from bench.client import together
from bench.deed import Deed
from bench.server import Server, serve
from printserver import db

MANY = 16
KEPT, NEW, LIMIT = "kept layout", "new text", "the limit"


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table: times in ms."""

    database: str
    layout: str
    clients: int
    times: list[float]


def measure(presses: int) -> list[Row]:
    """Return the times of `presses` acceptances per database, cached layout or new text, one client or sixteen.

    The engine runs meanwhile, as in an office. Before the first, the limit: what no acceptance can do without.
    """
    rows = []
    for name, running in (("SQLite", nullcontext("")), ("PostgreSQL", postgres.database())):
        with running as url, _server(url) as server:
            numbers = count(1)
            _warm_up(server, numbers)
            rows.append(Row(name, LIMIT, 1, _limit(server.office, presses)))
            for clients in (1, MANY):
                kept = [deeds.make(next(numbers)) for _ in range(presses)]
                _settle(server, kept)
                rows.append(Row(name, KEPT, clients, _press(server, clients, kept)))
                new = [deeds.make(next(numbers)) for _ in range(presses)]
                rows.append(Row(name, NEW, clients, _press(server, clients, new)))
    return rows


def _limit(measured: office.MeasuredOffice, times: int) -> list[float]:
    """Return the times of two signatures (RSA 2048) and one synced commit of the office's database, in ms."""
    found = []
    with office.opened(measured) as here:
        for number in range(times):
            began = time.perf_counter()
            here.certificado.sign(f"{number}|1")
            here.certificado.sign(f"{number}|2")
            with here.db.write() as conn:
                db.update(conn, db.sequencia, {"serventia_id": here.serventia_id, "nome": "selo"}, {"nome": "selo"})
            found.append(1000 * (time.perf_counter() - began))
    return found


@contextmanager
def _server(url: str) -> Iterator[Server]:
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, serve(office.make(Path(folder) / "o", url)) as server:
        yield server


def _press(server: Server, clients: int, work: list[Deed]) -> list[float]:
    """Print the livro of each deed; wait for delivery, so that its load does not affect the next measurement."""
    before = server.delivered()
    times = together(server, clients, [requests.livro(deed) for deed in work], lambda c, body: [c.post(body)])
    server.wait_delivered(before + len(work))
    return times


def _settle(server: Server, work: list[Deed]) -> None:
    """Print the minuta of each deed, to cache its pages."""
    before = server.delivered()
    together(server, 4, [requests.minuta(deed) for deed in work], lambda c, body: [c.post(body)])
    server.wait_delivered(before + len(work))


def _warm_up(server: Server, numbers: Iterator[int]) -> None:
    work = [deeds.make(next(numbers)) for _ in range(10)]
    _settle(server, work)
    _press(server, 4, work)
