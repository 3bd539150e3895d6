"""Three machines with one PostgreSQL and one shared folder: kill any, stall any; nothing is lost, nothing out twice.

Another machine is a worker with a host name of its own: nobody here can see whether its process is still there, so
that its work is taken over only when its lease ends.
"""

import os
import signal
import subprocess
from collections.abc import Callable, Iterator

import psycopg
import pytest
from served_office import Office
from test_e2e_crash import Storm, all_there, strike

from support import process
from support.server import PROGRAM, PrintServer

Machine = Callable[[str], int]


@pytest.fixture
def server(offices: Callable[[str], Office]) -> PrintServer:
    return offices("postgresql").server


@pytest.fixture
def machine(server: PrintServer) -> Iterator[Machine]:
    """Start a worker on a machine of that name; return its process id."""
    running: list[subprocess.Popen[bytes]] = []

    def start(name: str) -> int:
        own_name = [process.program("unshare"), "--uts", *([] if os.geteuid() == 0 else ["--user", "--map-root-user"])]
        worker = ["sh", "-c", f'hostname {name} && exec "$@"', "sh", PROGRAM, "worker", "--instance"]
        environment = os.environ | dict(server.environment)
        command = [*own_name, *worker, str(server.instance)]
        running.append(process.start(command, server.base / f"log-{name}", env=environment))
        return running[-1].pid

    yield start
    for one in running:
        one.send_signal(signal.SIGCONT)
        process.stop(one)


def owners(server: PrintServer) -> set[str]:
    """Return the machines that hold jobs at this moment."""
    with psycopg.connect(server.environment["PRINTSERVER_BANCO_URL"].replace("+psycopg", "")) as connection:
        found = connection.execute("SELECT DISTINCT dono FROM job WHERE dono IS NOT NULL").fetchall()
    return {name.split(":")[0] for (name,) in found}


def test_x5_any_of_three_machines_killed_or_stalled_loses_and_doubles_nothing(
    offices: Callable[[str], Office], server: PrintServer, machine: Machine
) -> None:
    office = offices("postgresql")
    first, second = machine("maquina-1"), machine("maquina-2")
    for name in ("maquina-1", "maquina-2"):  # no storm before they are there: each print of it is looked at in the end
        process.wait_until(lambda log=server.base / f"log-{name}": "engine started" in log.read_text(), name)
    storm = Storm(office.client).start()
    strike(server, first, signal.SIGKILL)
    assert "maquina-1" in owners(server)  # its work in hand lies there until the lease ends
    strike(server, server.child("engine"), signal.SIGKILL)
    # The third stalls with work in hand past its lease: it and who takes over both believe that it is theirs.
    strike(server, second, signal.SIGSTOP)
    storm.reach(len(storm.told) + 10)
    storm.stop()
    for job in list(storm.told.values()):
        office.client.ended(job["id"])
    os.kill(second, signal.SIGCONT)
    storm.start()
    strike(server, second, signal.SIGKILL)  # it went on, and took new work
    storm.stop()
    all_there(office, storm)
