"""A real office in a temporary folder, opened once for all tests of the API, and callers with keys."""

from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
from callers import Caller
from flask import Flask
from flask.testing import FlaskClient

from printserver.api import new_app, register
from printserver.office import Office, create, people


@pytest.fixture(scope="session")
def new_office(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Office, str]]:
    folder = tmp_path_factory.mktemp("api") / "serventia"
    made = create.create_office(folder, datetime.now(UTC))
    office = Office.open_folder(folder)
    yield office, made.chave
    office.close()


@pytest.fixture(scope="session")
def office(new_office: tuple[Office, str]) -> Office:
    return new_office[0]


@pytest.fixture(scope="session")
def app(office: Office) -> Flask:
    application = new_app("api-under-test")
    register(application, office)
    return application


@pytest.fixture
def client(app: Flask) -> FlaskClient:
    return app.test_client()


@pytest.fixture
def caller(client: FlaskClient, new_office: tuple[Office, str]) -> Caller:
    """A caller with all rights."""
    return Caller(client, new_office[1])


@pytest.fixture(scope="session")
def keys(office: Office) -> dict[str, str]:
    """One key for each right, by the right's name, that has this right only."""
    with office.db.write() as conn:
        return {
            right: people.create_key(conn, office.serventia_id, f"so-{right}", [right], office.clock())
            for right in people.RIGHTS
        }
