"""An upgrade ends with the office served: by the new release, or by the old one, wherever it fails or is killed."""

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from printserver.db.sqlite import dbapi as sqlite
from support import releases
from support.releases import NEW, OLD, Machine, Maker

NOT_READY = """
from printserver.office import ready
conditions = ready.conditions

def say_what_is_asked(office):
    asked = office.instance / "nao-serve"
    return conditions(office) | {"disco": "O disco de prova está cheio." if asked.exists() else None}

ready.conditions = say_what_is_asked
"""
# All steps, at their begin and their end, are killed by `bench.operations.upgrade_kills`.
KILLED = ("copy", "switch", "start")
CERTIDAO: dict[str, Any] = {
    "escrevente": "admin",
    "documento": {
        "tipo": "certidao",
        "pedido": "2026/000001",
        "via": 1,
        "servico": "certidao-notas",
        "corpo": {"formato": "texto", "conteudo": "CERTIFICO que nada consta."},
    },
}


@pytest.fixture(scope="module")
def maker(tmp_path_factory: pytest.TempPathFactory) -> Maker:
    return Maker(tmp_path_factory.mktemp("maker") / "work")


@pytest.fixture(scope="module")
def old(maker: Maker) -> Path:
    return maker.bundle(OLD)


@pytest.fixture(scope="module")
def new(maker: Maker) -> Path:
    """A release that changes the schema; where a file says so, it starts and then says that it cannot work."""
    return maker.bundle(NEW, migration=True, module=NOT_READY)


@pytest.fixture(scope="module")
def machine(old: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Machine]:
    found = releases.machine(tmp_path_factory.mktemp("machine") / "root", old)
    found.save()
    found.start()
    yield found
    found.stop()


def schema(machine: Machine) -> str:
    """Return the schema of the office's database; its server must be stopped or idle."""
    with closing(sqlite.connect(machine.office / "printserver.db")) as connection:
        return str(connection.execute("SELECT version_num FROM alembic_version").fetchone()[0])


def own_folders(machine: Machine) -> list[str]:
    """Return what an upgrade left in the office's folder."""
    return [path.name for path in machine.office.iterdir() if "da-atualizacao" in path.name]


def test_what_does_not_prove_itself_goes_back_by_itself_also_when_the_way_back_is_killed(
    machine: Machine, new: Path
) -> None:
    before = schema(machine)
    (machine.office / "nao-serve").touch()
    machine.begin(new)
    for step, when in (("migrate", "end"), ("back", "begin")):
        machine.die(step, when)
    assert machine.resume().returncode == 0
    assert (machine.version(), machine.current, schema(machine)) == (OLD, OLD, before)
    outcome = machine.outcome()
    assert (outcome["done"], "O disco de prova está cheio." in outcome["why"]) == (False, True)
    assert machine.client.printed(CERTIDAO)["estado"] == "impresso"
    assert not (machine.program / "last").exists()
    assert own_folders(machine) == []


def test_after_a_seal_nothing_goes_back_over_a_migration(machine: Machine, new: Path) -> None:
    machine.begin(new)
    machine.die("prove", "begin")
    assert machine.version() is None  # it answers, and is not ready
    body = CERTIDAO | {"documento": CERTIDAO["documento"] | {"pedido": "2026/000002"}}
    sealed = machine.client.printed(body)
    machine.resume()
    outcome = machine.outcome()
    assert (machine.current, schema(machine), outcome["done"]) == (NEW, "9999", False)
    assert "Já se selou ou imprimiu" in outcome["why"]
    assert machine.client.job(sealed["id"])["estado"] == "impresso"


def test_killed_in_its_steps_an_upgrade_ends_serving_the_new_release(machine: Machine, old: Path, new: Path) -> None:
    machine.reset(old)
    sealed = machine.client.printed(CERTIDAO)
    machine.begin(new)
    for step in KILLED:
        machine.die(step, "end")
    machine.stop()  # the power fails too: the proof finds no server
    done = machine.resume()
    assert (done.returncode, machine.version(), machine.current) == (0, NEW, NEW), done
    assert (schema(machine), machine.outcome()["done"]) == ("9999", True)
    assert (machine.program / "last").resolve().name.startswith(OLD)
    assert own_folders(machine) == []
    assert machine.client.job(sealed["id"])["estado"] == "impresso"
    again = machine.upgrade(old)
    assert (again.returncode, "já está em uso" in again.stderr) == (1, True), again
