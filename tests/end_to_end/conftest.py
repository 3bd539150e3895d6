"""One server on each database for all tests: a start costs seconds. What starves or reconfigures one has its own."""

from collections.abc import Callable, Iterator

import pytest
from served_office import PAPER, Office

from support.cups import PrivateCups
from support.postgres import PrivatePostgres
from support.server import Client, PrintServer

# A body may take this long to be laid out, so that the hostile ones end soon; an ordinary one takes a tenth of it.
LAYOUT_LIMIT_S = 8
# A lease ends soon, so that the tests need not wait long for the work of a stalled engine.
LEASE_S = 3
# What an engine locked that a test stopped is free again soon.
_IMPATIENT = "&options=-c%20idle_in_transaction_session_timeout%3D5s"


@pytest.fixture(scope="session")
def offices(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, cups_server: PrivateCups
) -> Iterator[Callable[[str], Office]]:
    """Give the office on a database, made when the first test asks for it; running, also after one that killed it."""
    made: dict[str, Office] = {}

    def office(database: str) -> Office:
        if database not in made:
            environment = {
                "PRINTSERVER_RENDER_PROCESSOS": "2",
                "PRINTSERVER_RENDER_TEMPO_LIMITE_S": str(LAYOUT_LIMIT_S),
                "PRINTSERVER_MOTOR_POSSE_S": str(LEASE_S),
            }
            if database == "postgresql":
                cluster: PrivatePostgres = request.getfixturevalue("postgres_server")
                environment["PRINTSERVER_BANCO_URL"] = cluster.create() + _IMPATIENT
            server = PrintServer(tmp_path_factory.mktemp(database), environment)
            queue = cups_server.keeping_queue()
            server.run(f"fila {PAPER}", "--cups", queue.name, "--servidor", str(cups_server.socket))
            made[database] = Office(server, queue)
        found = made[database]
        if not (found.server.port and found.server.ready()):
            found.server.kill()
            found.server.start()
        return found

    yield office
    for one in made.values():
        one.server.destroy()


@pytest.fixture(params=["sqlite", "postgresql"])
def office(request: pytest.FixtureRequest, offices: Callable[[str], Office]) -> Office:
    """The office on each of the two databases."""
    return offices(request.param)


@pytest.fixture
def small_office(offices: Callable[[str], Office]) -> Office:
    """The office on SQLite, where the database makes no difference."""
    return offices("sqlite")


@pytest.fixture
def server(small_office: Office) -> PrintServer:
    return small_office.server


@pytest.fixture
def client(small_office: Office) -> Client:
    return small_office.client
