"""One server for all tests that leave it running; what kills or starves a server has one of its own."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from support.postgres import PrivatePostgres
from support.server import Client, PrintServer

# A body may take this long to be laid out, so that the hostile ones end soon; an ordinary one takes a tenth of it.
LAYOUT_LIMIT_S = 10


@pytest.fixture(scope="session")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrintServer]:
    """A demonstration office on SQLite."""
    environment = {"PRINTSERVER_RENDER_TEMPO_LIMITE_S": str(LAYOUT_LIMIT_S)}
    with PrintServer(tmp_path_factory.mktemp("servidor"), environment) as running:
        yield running


@pytest.fixture
def client(server: PrintServer) -> Client:
    return server.client


@contextmanager
def _database(request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    if request.param == "sqlite":
        yield {}
        return
    cluster: PrivatePostgres = request.getfixturevalue("postgres_server")
    url = cluster.create()
    yield {"PRINTSERVER_BANCO_URL": url}
    cluster.drop(url)


@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def module_database(request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    """The environment of an office on each database, for all tests of a module."""
    with _database(request) as environment:
        yield environment


@pytest.fixture(params=["sqlite", "postgresql"])
def database(request: pytest.FixtureRequest) -> Iterator[dict[str, str]]:
    """The environment of an office on each database, for one test."""
    with _database(request) as environment:
        yield environment


@pytest.fixture
def new_server(tmp_path: Path) -> Iterator[Callable[..., PrintServer]]:
    """Make servers of this test alone, not started yet; they end with it."""
    made: list[PrintServer] = []

    def make(environment: dict[str, str] | None = None, *init_options: str) -> PrintServer:
        made.append(PrintServer(tmp_path / f"servidor-{len(made)}", environment or {}, init_options))
        return made[-1]

    yield make
    for one in made:
        one.destroy()
