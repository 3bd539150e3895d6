"""A real office with its engine and its whole application, a person of each role, and a real browser over it."""

from collections.abc import Iterator
from itertools import count

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page, StorageState, ViewportSize
from web_rig import Clock, Person, Rig, enter, open_office, served

from printserver.server.app import create_app

WRONG_PASSWORDS = 3  # a minute
_addresses = count(1)


@pytest.fixture(scope="session")
def clock() -> Clock:
    return Clock()


@pytest.fixture(scope="session")
def rig(tmp_path_factory: pytest.TempPathFactory, clock: Clock) -> Iterator[Rig]:
    settings = f"\n[http]\nsenhas_erradas_por_minuto = {WRONG_PASSWORDS}\n"
    # One office for all: what a test put forward is put back for the next.
    settings += f"\n[selo]\ntolerancia_do_relogio_s = {366 * 86_400}\n"
    with open_office(tmp_path_factory.mktemp("web") / "serventia", clock, settings) as opened:
        yield opened


@pytest.fixture(scope="session")
def app(rig: Rig) -> Flask:
    return create_app(rig.office)


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
    with served(app) as address:
        yield address


@pytest.fixture(scope="module")
def session_of_maria(browser: Browser, url: str) -> StorageState:
    """The cookies of a browser where maria has logged in. Of one module: tests of another may end her sessions."""
    context = browser.new_context(base_url=url)
    enter(context.new_page(), "maria")
    state = context.storage_state()
    context.close()
    return state


@pytest.fixture
def page(browser: Browser, url: str) -> Iterator[Page]:
    """A new browser window on the running server, without a login."""
    yield from _window(browser, url, None)


@pytest.fixture
def desk(browser: Browser, url: str, session_of_maria: StorageState) -> Iterator[Page]:
    """The same, where maria has logged in."""
    yield from _window(browser, url, session_of_maria)


def _window(browser: Browser, url: str, state: StorageState | None) -> Iterator[Page]:
    """Open a window; at its end, no script has failed and the content policy has refused nothing."""
    size: ViewportSize = {"width": 1280, "height": 900}
    context = browser.new_context(base_url=url, viewport=size, locale="pt-BR", storage_state=state)
    context.set_default_timeout(60_000)
    page, wrong = context.new_page(), list[str]()
    page.on("pageerror", lambda error: wrong.append(str(error)))
    page.on("console", lambda line: wrong.append(line.text) if "Content Security Policy" in line.text else None)
    yield page
    context.close()
    assert wrong == []
