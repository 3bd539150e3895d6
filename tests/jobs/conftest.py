"""An office for each test of the life of jobs, and one on each kind of database."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import pytest

from support.office import House, open_house


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A fresh office on SQLite."""
    with open_house(tmp_path / "serventia") as opened:
        yield opened


@pytest.fixture
def house_with(tmp_path: Path) -> Iterator[Callable[..., House]]:
    """Make a fresh office with settings of its own: `house_with(livro={"folhas_novas": True})`."""
    with ExitStack() as stack:
        yield lambda **settings: stack.enter_context(open_house(tmp_path / "serventia", settings=settings))


@pytest.fixture(params=["sqlite", "postgres"])
def any_house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    """A fresh office on SQLite, and one on PostgreSQL."""
    more: dict[str, Any] = {}
    if request.param == "postgres":
        more["postgres"] = request.getfixturevalue("postgres_server")
    with open_house(tmp_path / "serventia", **more) as opened:
        yield opened
