"""Measures the cost of watching many open jobs: `python -m bench.watch [--jobs 500]`. Private cupsd, paused queue.

Shows the time of a watcher's round (one CUPS request for all jobs, one query), its CPU time in cupsd and this process,
and the time to record the end of all jobs.
"""

import argparse
import os
import statistics
import sys
import tempfile
import time
from pathlib import Path

import cups

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))

from printserver import db
from printserver.delivery.watcher import Watch
from support.cups import PrivateCups
from support.office import Rig, open_rig

TICKS = os.sysconf("SC_CLK_TCK")


def main() -> None:
    """Measure and print the results."""
    parser = argparse.ArgumentParser(prog="python -m bench.watch", description=__doc__)
    parser.add_argument("--jobs", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=40)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, PrivateCups() as server:
        queue = server.keeping_queue()
        server.run("cupsdisable", queue.name)
        with open_rig(Path(folder) / "serventia") as rig:
            with rig.office.db.write() as conn:
                where = {"tipo": "cups", "destino": queue.name, "servidor": str(server.socket)}
                conn.execute(db.fila.update().values(**where))
            _hand_over(rig, asked.jobs)
            watch = Watch(rig.office, str(server.socket), "bench:1:1")
            watch.look()
            _rounds(watch, server.pid, asked.jobs, asked.rounds)
            _ends(rig, watch, server, queue.name)


def _hand_over(rig: Rig, jobs: int) -> None:
    for _ in range(jobs):
        rig.taken(rig.ficha(gerar_selo=False))
    start = time.perf_counter()
    rig.engine.run_once()
    each = (time.perf_counter() - start) / jobs * 1000
    print(f"{jobs} jobs stamped and handed over, one after another: {each:.1f} ms each")
    with rig.office.db.write() as conn:
        conn.execute(db.vigia.delete())


def _rounds(watch: Watch, cupsd: int, jobs: int, rounds: int) -> None:
    before, mine, times = _cpu(cupsd), time.process_time(), []
    for _ in range(rounds):
        start = time.perf_counter()
        watch.look()
        times.append((time.perf_counter() - start) * 1000)
    cups_ms = (_cpu(cupsd) - before) / rounds * 1000
    mine_ms = (time.process_time() - mine) / rounds * 1000
    times.sort()
    print(f"a round over {jobs} open jobs: {statistics.median(times):.1f} ms (p95 {times[int(rounds * 0.95)]:.1f})")
    print(f"processor time a round: cupsd {cups_ms:.1f} ms, this process {mine_ms:.1f} ms (its helper not counted)")


def _ends(rig: Rig, watch: Watch, server: PrivateCups, queue: str) -> None:
    server.run("cupsenable", queue)
    connection = cups.Connection(host=str(server.socket))
    while connection.getJobs(which_jobs="not-completed"):
        time.sleep(0.1)
    start = time.perf_counter()
    while rig.rows(db.job, ~db.job.c.encerrado):
        watch.look()
    print(f"the end of all of them seen and written: {time.perf_counter() - start:.2f} s")


def _cpu(pid: int) -> float:
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / TICKS


if __name__ == "__main__":
    main()
