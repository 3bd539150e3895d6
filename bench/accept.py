"""Measures the acceptance of a livro with two atos over HTTP: layout, seals, commit, answer."""

import tempfile
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

MANY = 16


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table: times in ms."""

    database: str
    layout: str
    clients: int
    times: list[float]


def measure(presses: int) -> list[Row]:
    """Return the times of `presses` acceptances per database, cached layout or new text, one client or sixteen.

    The engine runs meanwhile, as in an office.
    """
    rows = []
    for name, running in (("SQLite", nullcontext("")), ("PostgreSQL", postgres.database())):
        with running as url, _server(url) as server:
            numbers = count(1)
            _warm_up(server, numbers)
            for clients in (1, MANY):
                kept = [deeds.make(next(numbers)) for _ in range(presses)]
                _settle(server, kept)
                rows.append(Row(name, "kept layout", clients, _press(server, clients, kept)))
                new = [deeds.make(next(numbers)) for _ in range(presses)]
                rows.append(Row(name, "new text", clients, _press(server, clients, new)))
    return rows


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
