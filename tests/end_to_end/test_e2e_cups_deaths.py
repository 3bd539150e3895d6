"""The whole server and a real CUPS, killed with a sealed print between them: out once, or a person is asked."""

import os
import signal
from collections.abc import Iterator
from typing import Any

import cups
import deeds
import pytest
from served_office import PAPER, Office

from support.cups import KeptQueue, PrivateCups
from support.process import wait_until
from support.server import Client, PrintServer


@pytest.fixture
def cups_alone() -> Iterator[PrivateCups]:
    """A print server of this test alone: it is killed."""
    with PrivateCups() as started:
        yield started


def printing(client: Client, queue_name: str, queue: KeptQueue) -> dict[str, Any]:
    """Send a print, and return its job when it is in the printer, which stands still."""
    queue.fault("waits")
    answer = client.print(deeds.certidao(fila=queue_name))
    assert answer.status == 202, answer.content
    job = answer.job
    wait_until(lambda: (client.job(job["id"])["cups"] or {}).get("estado") == "processing", "the printer at work")
    return client.job(job["id"])


def test_x5_an_engine_killed_while_the_printer_prints_changes_nothing(small_office: Office) -> None:
    client, paper = small_office.client, small_office.paper
    job = printing(client, PAPER, paper)
    os.kill(small_office.server.child("engine"), signal.SIGKILL)
    paper.fault(None)
    done = client.ended(job["id"])
    assert (done["estado"], paper.runs().count(job["cups"]["id"])) == ("entregue", 1)


def test_x5_after_a_power_failure_while_printing_a_person_is_asked_and_nothing_more_comes_out(
    server: PrintServer, cups_alone: PrivateCups
) -> None:
    client, queue = server.client, cups_alone.keeping_queue()
    server.run(f"fila {queue.name}", "--cups", queue.name, "--servidor", str(cups_alone.socket))
    job = printing(client, queue.name, queue)
    server.kill()
    cups_alone.stop(signal.SIGKILL)
    cups_alone.start()
    client = server.start().client
    done = client.ended(job["id"])
    assert (done["estado"], done["pergunta"]["tipo"]) == ("incerto", "folhas")
    told = {"escrevente": "admin", "motivo": "a luz caiu"}
    # Refused (409 `impressao-em-andamento`) as long as the old print may still come out.
    wait_until(lambda: client.post(f"/api/v1/jobs/{job['id']}/reenviar", told).status == 200, "its turn")
    at_cups = cups.Connection(host=str(cups_alone.socket)).getJobAttributes(job["cups"]["id"])
    assert at_cups["job-state"] == cups.IPP_JOB_CANCELED
    queue.fault(None)
    last = client.ended(job["id"])
    assert last["estado"] == "entregue", last["historico"]
    server.verified()
