"""A house with a court of its own."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from support.office import House
from support.tribunal import Court, house_with_court


@pytest.fixture
def both(tmp_path: Path) -> Iterator[tuple[House, Court]]:
    with house_with_court(tmp_path / "casa") as (house, court):
        yield house, court


@pytest.fixture
def house(both: tuple[House, Court]) -> House:
    return both[0]
