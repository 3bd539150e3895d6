"""What a second HTTP process and a second engine bring: `python -m bench.scale [--documents 300]`, on PostgreSQL.

A machine of two cores stands for one of four: first everything (server, PostgreSQL, clients) is pinned to one core with
one server; then two servers of the same office, each pinned to a core of its own, and the rest free on both. So each
server has in both cases one core, and twice the cores are there for twice the processes. The aim is 1.8 times the
documents a second.
"""

import argparse
import os
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from itertools import count
from pathlib import Path
from typing import Final

from bench import day, office, postgres
from bench import deed as deeds
from bench.client import together
from bench.deed import Deed
from bench.report import table
from bench.server import Server, serve

AIM: Final = 1.8
_CLIENTS: Final = 4
"""Of each server."""
_WARM: Final = 4
_numbers = count(1)


def main() -> int:
    """Measure and show the table; the exit status is 1 if the aim was missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.scale", description=__doc__)
    parser.add_argument("--documents", type=int, default=300, help="of each line")
    asked = parser.parse_args()
    processors = sorted(os.sched_getaffinity(0))[:2]
    if len(processors) < 2:
        sys.exit("two cores are needed")
    one = _rate(processors[:1], asked.documents)
    two = _rate(processors, asked.documents)
    held = two >= AIM * one
    lines = [("one core, one server", f"{one:.1f}", ""), ("two cores, two servers", f"{two:.1f}", f"{two / one:.2f}")]
    print(table(("PostgreSQL", "documents a second", "times"), lines))
    print(f"aim ≥ {AIM} times: {'held' if held else 'missed'}")
    return 0 if held else 1


def _rate(processors: Sequence[int], documents: int) -> float:
    """Return documents a second with a server on each of `processors`, and everything else on them too."""
    with ExitStack() as stack:
        stack.enter_context(_pinned(processors))
        folder = stack.enter_context(tempfile.TemporaryDirectory(prefix="bench-"))
        made = office.make(Path(folder) / "o", stack.enter_context(postgres.database()))
        servers = []
        for processor in processors:
            with _pinned([processor]):  # its processes inherit it
                servers.append(stack.enter_context(serve(made)))
        _print(servers, _WARM * len(servers))
        start = time.perf_counter()
        printed = _print(servers, documents // day.A_DEED)
        return printed / (time.perf_counter() - start)


@contextmanager
def _pinned(processors: Sequence[int]) -> Iterator[None]:
    """Pin this process to some processors; what it starts meanwhile stays there."""
    before = os.sched_getaffinity(0)
    os.sched_setaffinity(0, processors)
    try:
        yield
    finally:
        os.sched_setaffinity(0, before)


def _print(servers: Sequence[Server], amount: int) -> int:
    """Print all documents of that many deeds, shared out among the servers; return how many came out."""
    before = servers[0].delivered()
    shares: list[list[Deed]] = [[] for _ in servers]
    for at in range(amount):
        shares[at % len(servers)].append(deeds.make(next(_numbers)))
    threads = [
        threading.Thread(target=together, args=(server, _CLIENTS, share, day.a_deed))
        for server, share in zip(servers, shares, strict=True)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    servers[0].wait_delivered(before + amount * day.A_DEED)
    return amount * day.A_DEED


if __name__ == "__main__":
    sys.exit(main())
