"""Measures a day's mix of documents through the whole server until every PDF is in its queue, and the memory."""

import tempfile
import time
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from bench import deed as deeds
from bench import office, requests
from bench.client import Client, together
from bench.deed import Deed
from bench.server import Server, Usage, serve

A_DEED = 5  # documents: minuta, livro, traslados 1 and 2, certidão
CLIENTS = 8
MARKS = (100, 500, 1000)


@dataclass(frozen=True, slots=True)
class Day:
    """Result of a day's mix: times, CPU seconds per document by task, and memory by number of documents."""

    documents: int
    seconds: float
    answers: list[float]
    cpu: dict[str, float]
    memory: dict[int, dict[str, float]]

    @property
    def rate(self) -> float:
        """Documents per second."""
        return self.documents / self.seconds


def measure(marks: tuple[int, ...] = MARKS) -> Day:
    """Print the mix up to the last of `marks`; each deed has new text, its documents are printed in sequence."""
    with tempfile.TemporaryDirectory(prefix="bench-") as folder, serve(office.make(Path(folder) / "o")) as server:
        numbers = count(1)
        _print(server, [deeds.make(next(numbers)) for _ in range(4)])
        memory: dict[int, dict[str, float]] = {}
        done = 4 * A_DEED
        documents, seconds, answers = 0, 0.0, []
        before = server.usage()
        for mark in marks:
            work = [deeds.make(next(numbers)) for _ in range((mark - done) // A_DEED)]
            start = time.perf_counter()
            answers += _print(server, work)
            seconds += time.perf_counter() - start
            documents += len(work) * A_DEED
            done += len(work) * A_DEED
            memory[done] = server.usage().memory
        return Day(documents, seconds, answers, _spent(before, server.usage(), documents), memory)


def _print(server: Server, work: list[Deed]) -> list[float]:
    before = server.delivered()
    answers = together(server, CLIENTS, work, a_deed)
    server.wait_delivered(before + len(work) * A_DEED)
    return answers


def a_deed(client: Client, deed: Deed) -> list[float]:
    """Print the documents of a deed one after the other; return the time to each answer."""
    bodies = (
        requests.minuta(deed),
        requests.livro(deed),
        requests.traslado(deed, 1),
        requests.traslado(deed, 2),
        requests.certidao(deed),
    )
    return [client.post(body) for body in bodies]


def _spent(before: Usage, after: Usage, documents: int) -> dict[str, float]:
    """Return CPU seconds per document by task."""
    return {task: (spent - before.cpu.get(task, 0)) / documents for task, spent in after.cpu.items()}
