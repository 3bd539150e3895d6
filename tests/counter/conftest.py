"""The office here has a court."""

import pytest

from support.court import Court
from support.office import House


@pytest.fixture
def house(both: tuple[House, Court]) -> House:
    return both[0]
