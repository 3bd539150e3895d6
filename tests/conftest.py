"""What every test stands on: a clean environment, and private servers that start when the first test asks for them."""

import gc
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Any
from unittest.mock import patch

import pytest
from argon2 import PasswordHasher
from hypothesis import settings
from playwright.sync_api import Browser

from printserver.office.people import passwords
from support import browser as browsers
from support import pace
from support.court import Court, rig_with_court
from support.cups import DriverlessPrinter, KeptQueue, PrivateCups
from support.office import Rig, open_rig
from support.postgres import PrivatePostgres

# Settings, servers and databases of the user's environment must not reach the tests; before any module is imported.
for _name in [name for name in os.environ if name.startswith(("PRINTSERVER_", "CUPS_", "PG"))]:
    del os.environ[_name]

# A slow machine is no failure; the same examples on every run of CI, new ones at the desk.
settings.register_profile("tests", deadline=None, database=None, derandomize=bool(os.environ.get("CI")))
settings.load_profile("tests")

gc.disable()  # until all tests are collected: nothing of that is rubbish


def pytest_configure(config: pytest.Config) -> None:
    """Have the processes of a run take the files in the order of collection, not those of most tests first."""
    if hasattr(config.option, "loadscopereorder"):
        config.option.loadscopereorder = False


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    pace.longest_first(items)


def pytest_collection_finish() -> None:
    pace.collect_seldom()


def pytest_runtest_logreport(report: pytest.TestReport) -> None:
    """Name each failure when it happens: a run that is cut off has no summary. Processes of xdist only pass it on."""
    if report.failed and "PYTEST_XDIST_WORKER" not in os.environ:
        reason = getattr(getattr(report.longrepr, "reprcrash", None), "message", report.longreprtext)
        sys.stderr.write(f"\nFAILED in {report.when}: {report.nodeid}: {reason[:500]}\n")


@pytest.fixture(scope="session", autouse=True)
def _cheap_passwords() -> Iterator[None]:
    """Take the least time for a password: those of the served offices take what the library says."""
    with patch.object(passwords, "_argon2", cache(lambda: PasswordHasher(time_cost=1, memory_cost=64, parallelism=1))):
        yield


@pytest.fixture(scope="session")
def cups_server() -> Iterator[PrivateCups]:
    """A private CUPS for the whole run. A test that stops or breaks it starts one of its own instead."""
    with PrivateCups() as server:
        yield server


@pytest.fixture
def kept_queue(cups_server: PrivateCups) -> KeptQueue:
    """A raw queue of this test alone, whose folder shows the bytes that came out."""
    return cups_server.keeping_queue()


@pytest.fixture
def driverless_printer(tmp_path: Path) -> Iterator[DriverlessPrinter]:
    """A driverless printer of this test alone."""
    with DriverlessPrinter(tmp_path / "impressora") as printer:
        yield printer


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PrivatePostgres]:
    """A private PostgreSQL for the whole run."""
    with PrivatePostgres() as server:
        yield server


@pytest.fixture
def postgres_url(postgres_server: PrivatePostgres) -> Iterator[str]:
    """The address of an empty database of this test alone."""
    url = postgres_server.create()
    yield url
    postgres_server.drop(url)


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    """The browser for the tests of the screens."""
    with browsers.running() as chromium:
        yield chromium


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    """A fresh office on SQLite."""
    with open_rig(tmp_path / "serventia") as opened:
        yield opened


@pytest.fixture
def rig_with(tmp_path: Path) -> Iterator[Callable[..., Rig]]:
    """Make a fresh office with settings of its own: `rig_with(livro={"folhas_novas": True})`."""
    with ExitStack() as stack:
        yield lambda **settings: stack.enter_context(open_rig(tmp_path / "serventia", settings=settings))


@pytest.fixture(params=["sqlite", "postgres"])
def any_rig(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rig]:
    """A fresh office on SQLite, and one on PostgreSQL."""
    more: dict[str, Any] = {}
    if request.param == "postgres":
        more["postgres"] = request.getfixturevalue("postgres_server")
    with open_rig(tmp_path / "serventia", **more) as opened:
        yield opened


@pytest.fixture
def both(tmp_path: Path) -> Iterator[tuple[Rig, Court]]:
    """A fresh office and the simulated court that it reports to."""
    with rig_with_court(tmp_path / "casa") as (rig, court):
        yield rig, court
