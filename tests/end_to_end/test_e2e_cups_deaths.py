"""The whole server and a real CUPS, killed with a sealed print between them: out once, or a person is asked."""

import os
import signal
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import escrituras
import pytest

from support.cups import KeptQueue, PrivateCups
from support.process import wait_until
from support.server import PrintServer


@pytest.fixture
def cups_alone() -> Iterator[PrivateCups]:
    """A print server of this test alone: it is killed."""
    with PrivateCups() as started:
        yield started


@pytest.fixture
def queue(cups_alone: PrivateCups) -> KeptQueue:
    return cups_alone.keeping_queue()


@pytest.fixture
def office(tmp_path: Path, cups_alone: PrivateCups, queue: KeptQueue) -> Iterator[PrintServer]:
    made = PrintServer(tmp_path / "servidor", {"PRINTSERVER_MOTOR_POSSE_S": "3"})
    made.run("fila papel", "--cups", queue.name, "--servidor", str(cups_alone.socket))
    yield made
    made.destroy()


def printing(office: PrintServer, queue: KeptQueue) -> dict[str, Any]:
    """Send a print, and return its job when it is in the printer, which stands still."""
    queue.fault("waits")
    answer = office.start().client.print(escrituras.certidao(fila="papel"), key="uma")
    assert answer.status == 202, answer.content
    job = answer.job
    wait_until(lambda: cups_state(office, job["id"]) == "processing", "the printer at work")
    return job


def cups_state(office: PrintServer, job_id: str) -> str | None:
    return (office.client.get(f"/api/v1/jobs/{job_id}").job["cups"] or {}).get("estado")


def ended(office: PrintServer, job_id: str) -> dict[str, Any]:
    wait_until(lambda: office.client.get(f"/api/v1/jobs/{job_id}").job["encerrado"], "the job's end", limit_s=30)
    return office.client.get(f"/api/v1/jobs/{job_id}").job


def test_x5_an_engine_killed_while_the_printer_prints_changes_nothing(office: PrintServer, queue: KeptQueue) -> None:
    job = printing(office, queue)
    os.kill(office.child("engine"), signal.SIGKILL)
    queue.fault(None)
    assert (ended(office, job["id"])["estado"], len(queue.runs())) == ("entregue", 1)


def test_x5_after_a_power_failure_while_printing_a_person_is_asked_and_nothing_more_comes_out(
    office: PrintServer, queue: KeptQueue, cups_alone: PrivateCups
) -> None:
    job = printing(office, queue)
    office.kill()
    cups_alone.stop(signal.SIGKILL)
    cups_alone.start()
    office.start()
    done = ended(office, job["id"])
    assert (done["estado"], done["pergunta"]["tipo"]) == ("incerto", "folhas")
    wait_until(lambda: job["id"] not in cups_alone.run("lpstat", "-o"), "the old print off its queue")
    queue.fault(None)
    told = {"escrevente": "admin", "motivo": "a luz caiu"}
    office.client.post(f"/api/v1/jobs/{job['id']}/reenviar", told)
    assert ended(office, job["id"])["estado"] in ("entregue", "incerto")
    office.verified()
