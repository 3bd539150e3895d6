"""The way back of an upgrade brings back what this upgrade kept, touches no office that it did not stop, and ends."""

import json
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from printserver.db.sqlite import dbapi as sqlite
from printserver.office import create, folders
from printserver.release import inside
from printserver.release.journal import Journal, Keeper, Step
from printserver.release.machine import Machine, Place, point
from printserver.release.upgrade import Upgrade
from support.office import NOW

OLD, NEW = "0.1.0", "0.2.0"


class Told:
    """A service manager that runs nothing, and keeps what it was told."""

    def __init__(self, *running: str) -> None:
        self.running = set(running)
        self.said: list[str] = []
        self.dies = False  # who starts an office is killed at it

    def start(self, place: Place) -> None:
        if self.dies:
            raise KeyboardInterrupt
        self.running.add(place.name)
        self.said.append("start")

    def stop(self, place: Place) -> None:
        self.running.discard(place.name)
        self.said.append("stop")

    def active(self, place: Place) -> bool:
        return place.name in self.running

    def reload(self) -> None:
        """There are no units."""

    def enable(self, *units: str) -> None:
        """There are no units."""

    def conduct(self, conductor: Path) -> None:
        """The test does."""


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    """A machine with two releases, both of this environment, and an office that is not served."""
    found = Machine(tmp_path, None)
    target = {"distribution": "debian", "version": "12", "python": "3.11", "architecture": "amd64"}
    for version in (OLD, NEW):
        folder = found.releases / f"{version}-debian-12"
        folder.mkdir(parents=True)
        (folder / "venv").symlink_to(sys.prefix)
        said = {"form": 1, "version": version, "schema": "x", "target": target, "packages": [], "files": {}}
        (folder / "manifest.json").write_text(json.dumps(said))
    point(found.current, found.releases / f"{OLD}-debian-12")
    found.etc.mkdir(parents=True)
    (found.etc / "cartorio.env").write_text("PORTA=1\n")
    found.var.mkdir(parents=True)
    create.create_office(found.var / "cartorio", NOW)
    return found


def begin(machine: Machine, step: Step, wait_s: float = 0.0, **more: Any) -> Told:
    """Put an upgrade at that step on record; return the services of its machine."""
    old, new = f"{OLD}-debian-12", f"{NEW}-debian-12"
    Keeper(machine).begin(Journal(old, new, "", step, wait_s, "", "teste", ("cartorio",), **more))
    return Told("cartorio")


def half_way(machine: Machine) -> None:
    """Let a print be on its way to paper."""
    with closing(sqlite.connect(machine.var / "cartorio/printserver.db")) as connection, connection:
        connection.execute(
            "INSERT INTO tentativa (serventia_id, job_id, numero, fila, pdf_sha256, criada_em) "
            "VALUES (1, 'a', 1, 'notas', 'a', '2026-01-01 00:00:00.000000')"
        )


def test_a_copy_of_an_earlier_upgrade_never_takes_the_place_of_the_database(machine: Machine) -> None:
    """The database is damaged when it is to be kept aside, so that it cannot be compared either."""
    folder = machine.var / "cartorio"
    inside.keep(folder, folder / folders.BEFORE_UPGRADE)
    marks = {"cartorio": inside.mark(folder)}
    damaged = b"estragado" * 1000
    (folder / "printserver.db").write_bytes(damaged)
    services = begin(machine, "copy", marks=marks)
    outcome = Upgrade(machine, services).run()
    assert outcome is not None
    assert not outcome.done
    assert (folder / "printserver.db").read_bytes() == damaged
    assert services.running == {"cartorio"}


def test_what_was_brought_back_is_never_brought_back_again(machine: Machine) -> None:
    """The way back is killed while the old release starts; when it goes on, the database does not answer."""
    folder = machine.var / "cartorio"
    inside.keep(folder, folder / folders.BEFORE_UPGRADE)
    marks = {"cartorio": inside.mark(folder)}
    with closing(sqlite.connect(folder / "printserver.db")) as connection, connection:
        connection.execute("UPDATE alembic_version SET version_num = '9999'")
    services = begin(machine, "back", marks=marks, kept=True)
    services.dies = True
    with pytest.raises(KeyboardInterrupt):
        Upgrade(machine, services).run()
    assert inside.mark(folder) == marks["cartorio"]
    damaged = b"estragado" * 1000
    (folder / "printserver.db").write_bytes(damaged)
    services.dies = False
    Upgrade(machine, services).run()
    assert (folder / "printserver.db").read_bytes() == damaged
    assert not (folder / folders.BEFORE_UPGRADE).exists()


def test_an_upgrade_that_waits_in_vain_for_the_paper_stops_no_server(machine: Machine) -> None:
    half_way(machine)
    services = begin(machine, "drain")
    outcome = Upgrade(machine, services).run()
    assert outcome is not None
    assert "há papel a caminho" in outcome.why
    assert "stop" not in services.said
    assert services.running == {"cartorio"}


def test_an_upgrade_that_was_cut_off_after_the_stop_serves_the_paper_that_is_half_way(machine: Machine) -> None:
    """Only a server follows it, and the boot starts none."""
    half_way(machine)
    services = begin(machine, "drain", wait_s=1.0)
    services.running.clear()
    Keeper(machine).hold()
    services.dies = True
    with pytest.raises(KeyboardInterrupt):
        Upgrade(machine, services).run()
    journal = Keeper(machine).read()
    assert journal is not None
    assert journal.step == "drain"
    assert not (machine.upgrade / "hold").exists()
