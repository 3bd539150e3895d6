"""Nothing taken is lost, and nothing is printed or sealed twice, when the server or one of its engines is killed."""

import hashlib
import http.client
import itertools
import os
import signal
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import deeds
import psycopg
from served_office import PAPER, Office

from printserver.db.sqlite import dbapi as sqlite
from support.frozen import freeze
from support.process import LIMIT_S, wait_until
from support.server import Client, PrintServer

THREADS = 6
_storms = itertools.count(1)


class Storm:
    """Clients that post without a pause, each print with its own key, and record the answers."""

    def __init__(self, client: Client) -> None:
        self.sent: dict[str, dict[str, Any]] = {}
        self.told: dict[str, dict[str, Any]] = {}
        self._client = client
        self._name = f"tempestade-{next(_storms)}"
        self._over = threading.Event()
        self._lock = threading.Lock()
        self._crew: list[threading.Thread] = []

    def start(self) -> "Storm":
        self._over.clear()
        self._crew = [threading.Thread(target=self._post, daemon=True) for _ in range(THREADS)]
        for one in self._crew:
            one.start()
        return self

    def stop(self) -> None:
        self._over.set()
        for one in self._crew:
            one.join()

    def reach(self, answers: int) -> None:
        """Wait until so many prints were taken."""
        wait_until(lambda: len(self.told) >= answers, f"{answers} answers")

    def _post(self) -> None:
        while not self._over.is_set():
            with self._lock:
                number = len(self.sent)
                key = f"{self._name}-{number}"
                self.sent[key] = _a_print(number)
            try:
                answer = self._client.print(self.sent[key], key=key)
            except (OSError, http.client.HTTPException):
                return  # the server is gone: the answer to this print is unknown
            assert answer.status == 202, answer.content
            self.told[key] = answer.job


def _a_print(number: int) -> dict[str, Any]:
    kinds: tuple[Callable[..., dict[str, Any]], ...] = (
        lambda **more: deeds.livro(deeds.instrumento(atos=2), **more),
        deeds.certidao,
        deeds.ficha,
    )
    return kinds[number % len(kinds)](fila=("notas", PAPER)[number % 2])


@contextmanager
def locked(server: PrintServer, patience_s: float = LIMIT_S) -> Iterator[Callable[[str], int]]:
    """Hold the database's writers back; what is given counts the rows of a query. Raises TimeoutError."""
    if url := server.environment.get("PRINTSERVER_BANCO_URL"):
        with psycopg.connect(url.replace("+psycopg", "")) as connection:
            connection.execute(f"SET lock_timeout = '{patience_s}s'")
            try:
                connection.execute("LOCK TABLE job, tentativa, log IN EXCLUSIVE MODE")
            except psycopg.errors.LockNotAvailable as error:
                raise TimeoutError from error
            yield lambda query: len(connection.execute(query).fetchall())
            connection.rollback()
        return
    file = sqlite.connect(server.instance / "printserver.db", isolation_level=None, timeout=patience_s)
    try:
        try:
            file.execute("BEGIN IMMEDIATE")
        except sqlite.OperationalError as error:
            raise TimeoutError from error
        yield lambda query: len(file.execute(query).fetchall())
        file.execute("ROLLBACK")
    finally:
        file.close()


def stop_idle(server: PrintServer, pid: int) -> None:
    """Stop a process where it blocks no other."""
    if "PRINTSERVER_BANCO_URL" not in server.environment:
        freeze(pid, server.instance / "printserver.db")
        return
    while True:
        os.kill(pid, signal.SIGSTOP)
        try:
            with locked(server, 2):
                return
        except TimeoutError:
            os.kill(pid, signal.SIGCONT)
            time.sleep(0.01)


def strike(server: PrintServer, pid: int, sign: signal.Signals) -> None:
    """Send a signal to an engine while it is processing a job."""
    mine = f"SELECT 1 FROM job WHERE dono LIKE '%:{pid}:%' AND posse_ate IS NOT NULL"
    end = time.monotonic() + LIMIT_S
    while time.monotonic() < end:
        with locked(server) as count:
            if count(mine):
                os.kill(pid, sign)
                return
    raise TimeoutError(f"engine {pid} has nothing to do")


def all_there(office: Office, storm: Storm) -> None:
    """Check that every print is one job, its seals number without a gap, and it came out once and whole."""
    client = office.client
    jobs = {}
    for key, body in storm.sent.items():
        found = client.get(f"/api/v1/jobs?chave={key}").json
        assert found["total"] <= 1
        assert found["total"] == 1 or key not in storm.told
        answer = client.print(body, key=key)
        assert answer.status == 202, answer.content
        assert answer.replayed == bool(found["total"])
        jobs[key] = client.ended(answer.job["id"])
    for key, told in storm.told.items():
        assert told["id"] == jobs[key]["id"]
        assert told["selos"] == jobs[key]["selos"]
    numbers = sorted(int(code[9:22]) for code in client.seals())
    assert numbers == list(range(1, len(numbers) + 1))
    each_came_out_once(office, list(jobs.values()))
    office.server.verified()


def each_came_out_once(office: Office, jobs: list[dict[str, Any]]) -> None:
    printed = {cups_id: office.paper.words(cups_id)[0].split()[0] for cups_id in office.paper.printed()}
    assert max(Counter(printed.values()).values()) == 1
    cups_ids = {job_id: cups_id for cups_id, job_id in printed.items()}
    leftovers = [file.name for file in office.server.out.iterdir() if not file.name.endswith(".pdf")]
    assert leftovers == []
    for job in jobs:
        on_paper = job["fila"] == PAPER
        pdf = (
            office.paper.printed()[cups_ids[job["id"]]]
            if on_paper
            else (office.server.out / f"{job['id']}.pdf").read_bytes()
        )
        assert hashlib.sha256(pdf).hexdigest() == job["sha256"]
        steps = Counter(step["estado"] for step in job["historico"])
        assert (steps["aceito"], steps["renderizado"]) == (1, 1), job["historico"]
        assert job["estado"] == ("entregue" if on_paper else "impresso"), job


def test_kill_9_of_all_under_load_loses_nothing_and_prints_nothing_twice(office: Office) -> None:
    storm = Storm(office.client).start()
    storm.reach(40)
    office.server.kill()
    storm.stop()
    office.server.start()
    all_there(office, storm)


def test_kill_9_of_one_of_two_engines_and_a_stall_of_the_other(offices: Callable[[str], Office]) -> None:
    office = offices("postgresql")  # which more than one engine is for
    server, client = office.server, office.client
    own, first, second = server.child("engine"), server.worker(), server.worker()
    stop_idle(server, own)
    storm = Storm(client).start()
    strike(server, first, signal.SIGKILL)
    storm.reach(len(storm.told) + 10)
    storm.stop()
    for job in list(storm.told.values()):
        client.ended(job["id"])
    # Now the other one stalls with work in hand, longer than its lease, and goes on when another has done the work.
    storm.start()
    strike(server, second, signal.SIGSTOP)
    os.kill(own, signal.SIGCONT)
    storm.stop()
    all_there(office, storm)
    os.kill(second, signal.SIGCONT)
    server.end(second)
    all_there(office, storm)
