"""An upgrade ends with the office served: by the new release, or by the old one, wherever it fails or is killed."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from support import releases
from support.releases import NEW, OLD, Machine, Maker


@pytest.fixture(scope="module")
def maker(tmp_path_factory: pytest.TempPathFactory) -> Maker:
    return Maker(tmp_path_factory.mktemp("maker") / "work")


@pytest.fixture(scope="module")
def old(maker: Maker) -> Path:
    return maker.bundle(OLD)


@pytest.fixture(scope="module")
def new(maker: Maker) -> Path:
    return maker.bundle(NEW, fault="")


@pytest.fixture(scope="module")
def machine(old: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    found = releases.machine(tmp_path_factory.mktemp("machine") / "root", old)
    found.start()
    yield found
    found.stop()


def test_an_upgrade_serves_the_new_release(machine: Machine, new: Path) -> None:
    assert machine.version() == OLD
    done = machine.upgrade(new)
    assert (done.returncode, machine.version(), machine.current) == (0, NEW, NEW), done
    print(done.stdout)
