"""The office here has a court."""

import pytest

from support.court import Court
from support.office import Rig


@pytest.fixture
def rig(both: tuple[Rig, Court]) -> Rig:
    return both[0]
