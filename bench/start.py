"""Measures how soon a server is ready, its memory when new, and a livro of 300 pages: time and memory."""

import dataclasses
import tempfile
import threading
import time
from dataclasses import dataclass
from pathlib import Path

from bench import deed as deeds
from bench import office, requests
from bench.client import Client
from bench.server import Server, serve

STARTS = 5
A_LONG_LIVRO = 300
"""Pages, at least. A deed of the bench has two, of which the seal block takes a part."""
_DEEDS = 240
_LOOK_S = 0.05
_PATIENT = {"PRINTSERVER_RENDER_TEMPO_LIMITE_S": "120"}  # by default a layout of more than 20 s is refused


@dataclass(frozen=True, slots=True)
class Start:
    """Seconds from the command to ready, memory of a new server in MB, and the long livro."""

    ready: list[float]
    memory: dict[str, float]
    pages: int
    answer_s: float
    printed_s: float
    process_mb: float
    """The most that one process of the pool had, as its share of shared pages (PSS)."""


def measure() -> Start:
    """Start a server several times; print the long livro with the last one."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        made = office.make(Path(folder) / "o")
        made = dataclasses.replace(made, environment=made.environment | _PATIENT)
        ready = []
        for number in range(STARTS):
            began = time.perf_counter()
            with serve(made) as server:
                ready.append(time.perf_counter() - began)
                if number < STARTS - 1:
                    continue
                memory = server.usage().memory
                return Start(ready, memory, *_long_livro(server))
    raise AssertionError("unreachable")


def _long_livro(server: Server) -> tuple[int, float, float, float]:
    deed = deeds.make(1)
    more = tuple(part for number in range(2, _DEEDS) for part in deeds.make(number).paragraphs)
    body = requests.livro(dataclasses.replace(deed, paragraphs=deed.paragraphs + more))
    peak, over = [0.0], threading.Event()

    def watch() -> None:
        while not over.wait(_LOOK_S):
            peak[0] = max([peak[0], *server.shares("pool")])

    watcher = threading.Thread(target=watch)
    watcher.start()
    client = Client(server)
    began = time.perf_counter()
    try:
        client.post(body)
        answered = time.perf_counter()
        server.wait_delivered(1)
    finally:
        over.set()
        watcher.join()
        client.close()
    printed = time.perf_counter()
    return server.pages(), answered - began, printed - began, peak[0]
