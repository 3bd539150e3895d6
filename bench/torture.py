"""Prints continuously while processes are killed every few seconds, then counts the output of every print.

`python -m bench.torture --minutes 15 --seed N`: a server and two more engines on PostgreSQL, a real cupsd, both killed
with SIGKILL. Exits with 1 if a sheet is missing or duplicated without notice (X5). The seed determines the kills and
their times.
"""

import argparse
import contextlib
import http.client
import os
import random
import signal
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import cups

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "end_to_end"))


import deeds

from support.cups import PrivateCups
from support.postgres import PrivatePostgres
from support.process import wait_until
from support.server import Client, PrintServer

QUEUES = ("papel-a", "papel-b", "papel-c", "papel-d")
CLIENTS = 8
LEASE_S = 3.0
SHOWN = 20  # violations
UNFINISHED = ("canceled", "aborted")  # CUPS states of an unprinted job, shown in the job

# A CUPS backend that records the start and the end of each print. A running backend is not killed with cupsd.
_PAPER = """\
#!/bin/sh
[ $# -eq 0 ] && { echo 'direct paper "Unknown" "Writes down what comes out"'; exit 0; }
folder="${DEVICE_URI#paper:}"
name="${3%% *}"
echo "begun $name" >> "$folder/runs"
if [ $# -ge 6 ]; then cat "$6"; else cat; fi > "$folder/.$1.$$"
sleep 0.05
sum=$(sha256sum "$folder/.$1.$$"); rm -f "$folder/.$1.$$"
echo "whole $name ${sum%% *}" >> "$folder/runs"
"""


@dataclass
class Count:
    """Result of all prints: counts by outcome, and violations in words."""

    seed: int
    accepted: int = 0
    seconds: float = 0.0
    kills: Counter[str] = field(default_factory=Counter)
    ends: Counter[str] = field(default_factory=Counter)
    violations: list[str] = field(default_factory=list)

    def __str__(self) -> str:
        killed = ", ".join(f"{what} {times}" for what, times in sorted(self.kills.items()))
        lines = [f"seed {self.seed}: {self.accepted} prints in {self.seconds:.0f} s; killed: {killed}"]
        lines.append(f"{len(self.violations)} violations")
        lines += [f"  {times:6d}  {end}" for end, times in sorted(self.ends.items())]
        return "\n".join([*lines, *(f"VIOLATION: {each}" for each in self.violations[:SHOWN])])


class Clients:
    """Clients that print continuously and repeat each print with its idempotency key until they get an answer."""

    def __init__(self, client: Client, queues: tuple[str, ...]) -> None:
        self.told: dict[str, str] = {}  # job by key
        self._queues = queues
        self.refused: list[str] = []
        self._client = client
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._sent = 0
        self._crew = [threading.Thread(target=self._work, daemon=True) for _ in range(CLIENTS)]
        for one in self._crew:
            one.start()

    def stop(self, limit_s: float) -> None:
        """Stop the clients after their last answer."""
        self._over.set()
        end = time.monotonic() + limit_s
        for one in self._crew:
            one.join(max(0.0, end - time.monotonic()))
        if any(one.is_alive() for one in self._crew):
            self.refused.append("a client never got its answer")

    def _work(self) -> None:
        while not self._over.is_set():
            with self._lock:
                number, self._sent = self._sent, self._sent + 1
                body = _a_print(number, self._queues[number % 7 % len(self._queues)])
            self._insist(f"tortura-{number}", body)

    def _insist(self, key: str, body: dict[str, Any]) -> None:
        while True:
            try:
                answer = self._client.print(body, key=key, wait=5)
            except (OSError, http.client.HTTPException):
                time.sleep(0.1)
                continue
            if answer.status == 202:
                self.told[key] = answer.job["id"]
                return
            if answer.status == 503 or answer.word == "em-processamento":
                time.sleep(0.2)
                continue
            self.refused.append(f"{key}: {answer.status} {answer.content.decode()[:500]}")
            return


def _a_print(number: int, queue: str) -> dict[str, Any]:
    kinds: tuple[Callable[..., dict[str, Any]], ...] = (
        deeds.ficha,
        deeds.certidao,
        deeds.ficha,
        lambda **more: deeds.livro(deeds.instrumento(atos=2), **more),
    )
    return kinds[number % len(kinds)](fila=queue)


class Killer:
    """Kills random processes, and restarts those that are not restarted automatically."""

    def __init__(self, server: PrintServer, printer: PrivateCups, chance: random.Random) -> None:
        self.kills: Counter[str] = Counter()
        self._server = server
        self._printer = printer
        self._chance = chance
        self._workers = [server.worker(), server.worker()]
        self._deeds: tuple[tuple[str, Callable[[], None]], ...] = (
            ("engine", self._engine),
            ("http", self._http),
            ("worker", self._worker),
            ("all engines", self._engines),
            ("cupsd", self._cupsd),
            ("cupsd for a while", lambda: self._cupsd(self._chance.uniform(1, 5))),
            ("engine and cupsd", self._both),
            ("stalled worker", self._stall),
        )

    def run(self, seconds: float, every_s: float) -> None:
        """Kill for `seconds`, on average every `every_s` seconds."""
        end = time.monotonic() + seconds
        while (left := end - time.monotonic()) > 0:
            time.sleep(min(left, self._chance.uniform(0.3 * every_s, 1.7 * every_s)))
            name, deed = self._chance.choice(self._deeds)
            _say(f"kill: {name}")
            deed()
            self.kills[name] += 1

    def _kill(self, pid: int) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.kill(pid, signal.SIGKILL)

    def _child(self, name: str) -> None:
        with contextlib.suppress(LookupError):  # it was killed before and has not restarted yet
            self._kill(self._server.child(name))

    def _engine(self) -> None:
        self._child("engine")

    def _http(self) -> None:
        self._child("http")

    def _worker(self) -> None:
        self._kill(self._workers.pop(self._chance.randrange(len(self._workers))))
        self._workers.append(self._server.worker())

    def _engines(self) -> None:
        for pid in self._workers:
            self._kill(pid)
        self._engine()
        self._workers = [self._server.worker() for _ in self._workers]

    def _cupsd(self, pause_s: float = 0.0) -> None:
        self._printer.stop(signal.SIGKILL)
        time.sleep(pause_s)
        self._printer.start()

    def _both(self) -> None:
        self._engine()
        self._cupsd(self._chance.uniform(0, 1))

    def _stall(self) -> None:
        """Stop a worker for about its lease, so that another one may take over its jobs."""
        pid = self._chance.choice(self._workers)
        os.kill(pid, signal.SIGSTOP)
        time.sleep(LEASE_S * self._chance.uniform(0.5, 1.5))
        os.kill(pid, signal.SIGCONT)


def torture(
    seed: int,
    seconds: float,
    *,
    every_s: float = 4.0,
    drain_s: float = 240.0,
    queues: int = 4,
    cluster: PrivatePostgres | None = None,
) -> Count:
    """Print and kill for `seconds`, wait until all jobs end, and count. `cluster`: a running PostgreSQL."""
    count, names = Count(seed), QUEUES[:queues]
    with (
        tempfile.TemporaryDirectory(prefix="tortura-") as folder,
        contextlib.nullcontext(cluster) if cluster is not None else PrivatePostgres() as database,
        PrivateCups() as printer,
    ):
        runs = _queues(printer, names)
        environment = {"PRINTSERVER_BANCO_URL": database.create(), "PRINTSERVER_MOTOR_POSSE_S": f"{LEASE_S:g}"}
        server = PrintServer(Path(folder) / "servidor", environment)
        for name in names:
            server.run(f"fila {name}", "--cups", name, "--servidor", str(printer.socket))
        with server:
            began = time.monotonic()
            clients = Clients(server.client, names)
            wait_until(lambda: len(clients.told) >= CLIENTS, "the first prints", limit_s=drain_s)
            killer = Killer(server, printer, random.Random(seed))
            killer.run(seconds, every_s)
            clients.stop(drain_s)
            count.seconds, count.kills, count.accepted = time.monotonic() - began, killer.kills, len(clients.told)
            count.violations += clients.refused
            _say("killing is over")
            jobs = _at_rest(server, printer, clients, drain_s, count)
            _say("all is at rest")
            _judge(jobs, clients, runs, count)
            server.verified()
            if count.violations:
                kept = Path(tempfile.gettempdir()) / f"tortura-{seed}.log"
                kept.write_bytes(server.log.read_bytes())
                count.violations.append(f"the server's log is kept in {kept}")
    return count


def _say(what: str) -> None:
    print(f"{time.strftime('%H:%M:%S')} {what}", file=sys.stderr, flush=True)


def _queues(printer: PrivateCups, names: tuple[str, ...]) -> list[Path]:
    """Create the queues; return the files in which their backends record the output."""
    device = printer.base / "bin" / "backend" / "paper"
    device.write_text(_PAPER)
    device.chmod(0o755)
    folders = [printer.base / "kept" / name for name in names]
    for name, folder in zip(names, folders, strict=True):
        folder.mkdir()
        folder.chmod(0o777)
        printer.lpadmin("-p", name, "-v", f"paper:{folder}", "-E", "-o", "printer-error-policy=abort-job")
    return [folder / "runs" for folder in folders]


def _at_rest(
    server: PrintServer, printer: PrivateCups, clients: Clients, limit_s: float, count: Count
) -> dict[str, dict[str, Any]]:
    """Wait until every job has ended and CUPS has no open job; return the jobs."""
    ended: dict[str, dict[str, Any]] = {}

    def all_ended() -> bool:
        for job_id in clients.told.values():
            if job_id not in ended:
                try:
                    job = server.client.job(job_id)
                except (OSError, http.client.HTTPException):  # it was killed and is restarting
                    job = {"encerrado": False}
                if not job["encerrado"]:
                    time.sleep(0.2)
                    return False
                ended[job_id] = job
        return True

    def nothing_left() -> bool:
        return not cups.Connection(host=str(printer.socket)).getJobs(which_jobs="not-completed")

    for what, done in (("every job's end", all_ended), ("print jobs taken off their queues", nothing_left)):
        try:
            wait_until(done, what, limit_s=limit_s)
        except TimeoutError:
            count.violations.append(f"not within {limit_s:g} s: {what}")
    time.sleep(0.5)  # a backend orphaned by cupsd ends its print
    return {job_id: server.client.job(job_id) for job_id in clients.told.values()}


def _judge(jobs: dict[str, dict[str, Any]], clients: Clients, runs: list[Path], count: Count) -> None:
    begun: Counter[str] = Counter()
    whole: dict[str, list[str]] = defaultdict(list)
    for line in (line for file in runs if file.exists() for line in file.read_text().splitlines()):
        word, name, *digest = line.split()
        job_id = name.partition("-")[0]
        if word == "begun":
            begun[job_id] += 1
        else:
            whole[job_id] += digest
    for stranger in (begun.keys() | whole.keys()) - jobs.keys():
        count.violations.append(f"something came out of {stranger}, which nobody was told of")
    if len(set(clients.told.values())) != len(clients.told):
        count.violations.append("two prints got one job")
    for job_id, job in jobs.items():
        end, wrong = judged(job, begun[job_id], whole[job_id])
        count.ends[end] += 1
        if wrong:
            steps = "; ".join(f"{s['quando']} {s['estado']} {s.get('texto') or ''}" for s in job["historico"])
            count.violations.append(f"{job_id}: {end} [{steps}] cups: {job['cups']}")


def judged(job: dict[str, Any], begun: int, whole: list[str]) -> tuple[str, bool]:
    """Return a job's outcome in words, and whether it is a violation."""
    said = (job["cups"] or {}).get("estado")
    out = f"begun {begun}, whole {len(whole)}"
    if job["estado"] == "incerto":
        return f"incerto, a person is asked ({out})", False
    if job["estado"] == "falhou":
        return f"falhou, nothing came out ({out})", begun > 0
    if job["encerrado"] and said in UNFINISHED:
        return f"{job['estado']}, the queue says {said} ({out})", begun > 0
    once = job["encerrado"] and begun == 1 and whole == [job["sha256"]]
    return f"{job['estado']} ({out})", not once


def main() -> int:
    """Run, print the counts and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bench.torture", description=__doc__)
    parser.add_argument("--minutes", type=float, default=15)
    parser.add_argument("--seed", type=int, help="what is killed, and when (without it: a new one, shown)")
    parser.add_argument("--every", type=float, default=4, help="seconds from one kill to the next, about")
    asked = parser.parse_args()
    seed = random.SystemRandom().randrange(10**6) if asked.seed is None else asked.seed
    print(f"seed {seed}", flush=True)
    count = torture(seed, asked.minutes * 60, every_s=asked.every)
    print(count)
    return 1 if count.violations else 0


if __name__ == "__main__":
    sys.exit(main())
