"""A real office with its engine and its whole application, a person of each role, and a real browser over it."""

import threading
from collections.abc import Iterator
from itertools import count

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, sync_playwright
from web_house import PESSOAS, SENHA, Clock, House, Person, enter
from werkzeug.serving import make_server

from printserver import instance, people
from printserver.app import create_app
from printserver.engine import Engine
from printserver.jobs.office import Office

CHROMIUM = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
_addresses = count(1)


@pytest.fixture(scope="session")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def house(tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> Iterator[House]:
    folder = tmp_path_factory.mktemp("web") / "serventia"
    instance.criar(folder, clock())
    office = Office.abrir(folder, clock)
    with office.db.write() as conn:
        for usuario, (nome, papel) in PESSOAS.items():
            people.criar_pessoa(conn, office.serventia_id, usuario, nome, papel, SENHA, clock())
        key = people.chave(conn, people.criar_chave(conn, office.serventia_id, "legado", people.DIREITOS, clock()))
    assert key is not None
    yield House(office, clock, Engine(office), people.autor_da_chave(key, None))
    office.fechar()


@pytest.fixture(scope="session")
def app(house: House) -> Flask:
    return create_app(house.office)


@pytest.fixture
def stranger(app: Flask) -> Person:
    """Somebody who has not logged in, at an address of their own."""
    client = app.test_client()
    client.environ_base["REMOTE_ADDR"] = f"10.0.0.{next(_addresses)}"
    return Person(client)


@pytest.fixture
def maria(stranger: Person) -> Person:
    """An escrevente who has logged in."""
    assert stranger.login("maria").status_code == 303
    return stranger


@pytest.fixture(scope="session")
def url(app: Flask) -> Iterator[str]:
    """The address of the running server."""
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.fixture(scope="session")
def browser(chromium_path: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        chromium = playwright.chromium.launch(executable_path=chromium_path, args=list(CHROMIUM))
        yield chromium
        chromium.close()


@pytest.fixture
def page(browser: Browser, url: str) -> Iterator[Page]:
    """A window of a browser of its own, over the running server, where nobody has logged in."""
    context = browser.new_context(base_url=url, viewport={"width": 1280, "height": 900}, locale="pt-BR")
    context.set_default_timeout(10_000)
    yield context.new_page()
    context.close()


@pytest.fixture
def desk(page: Page) -> Page:
    """The same, where maria has logged in."""
    return enter(page, "maria")
