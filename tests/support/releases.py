"""Two real releases of this program, as signed bundles, and a machine in a folder on which they are installed.

The wheel of each is built from this tree; the second has a higher version and one migration more. What the wheels need
is not carried: PYTHONPATH leads to the packages of this environment, in which this program itself is no file.
"""

import json
import os
import shutil
import signal
import subprocess
import sys
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from support import process
from support.server import Client

ROOT = Path(__file__).parents[2]
OLD, NEW = "0.1.0", "0.2.0"
_MIGRATION = '''"""A table more."""

import sqlalchemy as sa
from alembic import op

revision = "9999"
down_revision = "{before}"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create it."""
    op.create_table("experiencia", sa.Column("id", sa.Integer, primary_key=True))
'''
ENVIRONMENT = {
    **{name: value for name, value in os.environ.items() if not name.startswith(("PRINTSERVER_", "PYTHON"))},
    "PYTHONPATH": sysconfig.get_paths()["purelib"],
    "PRINTSERVER_RENDER_PROCESSOS": "1",
}


def run(*words: str | Path, check: bool = True, environment: Mapping[str, str] = ENVIRONMENT) -> Any:
    """Run a program, from a folder that has no program of ours; its output is text."""
    done = subprocess.run(
        [str(word) for word in words],
        capture_output=True,
        text=True,
        env=environment,
        cwd="/",
        timeout=process.LIMIT_S,
        check=False,
    )
    assert done.returncode == 0 or not check, done
    return done


class Maker:
    """Who makes releases: a key, and a folder of work."""

    def __init__(self, work: Path) -> None:
        self.work = work
        work.mkdir(parents=True)
        self.key = work / "key.pem"
        self.tool("--new-key", self.key)

    def tool(self, *words: str | Path) -> str:
        """Run the tool that makes releases; return what it says."""
        answer: str = run(sys.executable, ROOT / "tools/make_release.py", *words, environment=os.environ).stdout
        return answer

    def bundle(self, version: str, *, migration: bool = False, module: str = "") -> Path:
        """Return a bundle of that version; `module`: text that is added to the module of the HTTP process."""
        tree = self.work / f"tree-{version}"
        shutil.copytree(ROOT / "printserver", tree / "printserver", ignore=shutil.ignore_patterns("__pycache__"))
        shutil.copytree(ROOT / "deploy", tree / "deploy")
        for each in ("pyproject.toml", "README.md"):
            shutil.copy(ROOT / each, tree)
        init = tree / "printserver/__init__.py"
        init.write_text(init.read_text().replace(OLD, version))
        if migration:
            versions = tree / "printserver/db/migrations/versions"
            before = max(path.name[:4] for path in versions.glob("[0-9]*.py"))
            (versions / "9999_more.py").write_text(_MIGRATION.format(before=before))
        with (tree / "printserver/server/http.py").open("a") as file:
            file.write(module)
        wheels = self.work / f"wheels-{version}"
        pip = [sys.executable, "-m", "pip", "wheel", "--quiet", "--no-deps", "--no-build-isolation"]
        run(*pip, "--no-index", "-w", wheels, tree, environment=os.environ)
        made = self.tool(
            *("--target", "debian-12", "--key", self.key, "--wheels", wheels, "--out", self.work, "--source", tree)
        )
        return Path(made.strip())


@dataclass
class Machine:
    """A machine in a folder: a release installed, an office served as a plain process."""

    root: Path

    @property
    def program(self) -> Path:
        return self.root / "opt/printserver"

    @property
    def office(self) -> Path:
        return self.root / "var/lib/printserver/cartorio"

    @property
    def current(self) -> str:
        return (self.program / "current").resolve().name.partition("-")[0]

    @property
    def made(self) -> dict[str, str]:
        found: dict[str, str] = json.loads((self.root / "office.json").read_text())
        return found

    @property
    def port(self) -> int:
        settings = (self.root / "etc/printserver/cartorio.env").read_text()
        return int(settings.partition("PORTA=")[2].split()[0])

    @property
    def client(self) -> Client:
        return Client(self.port, self.made["chave"])

    def upgrade(self, bundle: Path, *more: str) -> Any:
        """Run `printserver atualizar` of the release in use."""
        words = ("atualizar", bundle, "--sim", "--python", sys.executable, "--raiz", self.root, *more)
        return run(self.program / "current/venv/bin/printserver", *words, check=False)

    def resume(self) -> Any:
        """Run what the machine runs at its start."""
        conductor = self.program / "upgrade/conductor"
        program = conductor if conductor.exists() else self.program / "current"
        return run(program / "venv/bin/printserver", "atualizar", "--retomar", "--raiz", self.root, check=False)

    def version(self) -> str | None:
        """Return the version that is served and ready, or None."""
        try:
            if self.client.call("GET", "/readyz", limit_s=30).status != 200:
                return None
            return str(self.client.call("GET", "/healthz").json["versao"])
        except OSError:
            return None

    def inside(self, code: str, *, check: bool = True) -> Any:
        """Run Python code with the program that conducts."""
        conductor = self.program / "upgrade/conductor"
        program = conductor if conductor.exists() else self.program / "current"
        return run(program / "venv/bin/python", "-c", code, self.root, check=check)

    def begin(self, bundle: Path) -> None:
        """Do what comes before the conductor: plan, copy, unpack, build, and put on record."""
        code = _SETUP + f"chosen = release.plan(machine, services, Path({str(bundle)!r}), unready=False)\n"
        self.inside(code + f"release.begin(machine, chosen, {sys.executable!r}, 60.0, 'teste')\n")

    def die(self, step: str, when: str) -> None:
        """Conduct the upgrade until it is killed at the `begin` or the `end` of a step."""
        done = self.inside(_SETUP + f"step, when = {step!r}, {when!r}\n" + _DIE, check=False)
        assert done.returncode == -signal.SIGKILL, done

    def outcome(self) -> dict[str, Any]:
        """Return how the last upgrade ended."""
        found: dict[str, Any] = json.loads((self.program / "upgrade/outcome.json").read_text())
        return found

    def save(self) -> None:
        """Keep the office as it is, for `reset`; it is stopped."""
        shutil.copytree(self.office, self.root / "saved", symlinks=True)

    def reset(self, release: Path) -> None:
        """Have the release and the saved office again, and serve it."""
        self.stop()
        shutil.rmtree(self.office)
        shutil.copytree(self.root / "saved", self.office, symlinks=True)
        folder = self.program / "releases" / release.name.removesuffix(".tar").removeprefix("printserver-")
        run(sys.executable, "-c", _PLACE, self.root, release, sys.executable)
        assert (self.program / "current").resolve() == folder.resolve()
        (self.program / "last").unlink(missing_ok=True)
        self.start()

    def start(self) -> None:
        """Serve the office."""
        self.inside(_START)

    def stop(self) -> None:
        """End the office's server."""
        self.inside(_STOP)


_SETUP = """
import sys
from pathlib import Path
from printserver import release
machine = release.machine_at(Path(sys.argv[1]))
services = release.services(machine)
"""
_START = _SETUP + "[services.start(each) for each in machine.offices()]"
_STOP = _SETUP + "[services.stop(each) for each in machine.offices()]"
_DIE = """
import os
import signal
from printserver.release import journal

write, end = journal.Keeper.write, journal.Keeper.end

def dying_write(self, found):
    before = self.read()
    if when == "end" and before.step == step and found.step != step:
        os.kill(os.getpid(), signal.SIGKILL)
    write(self, found)
    if when == "begin" and found.step == step and found.tries:
        os.kill(os.getpid(), signal.SIGKILL)

def dying_end(self, outcome):
    if when == "end" and self.read().step == step:
        os.kill(os.getpid(), signal.SIGKILL)
    end(self, outcome)

journal.Keeper.write, journal.Keeper.end = dying_write, dying_end
release.Upgrade(machine, services).run()
"""
_PLACE = """
import sys
from pathlib import Path
from printserver.release import bundle, installed, machine, manifest
root, package, python = Path(sys.argv[1]), bundle.Bundle(Path(sys.argv[2])), sys.argv[3]
found = package.verified(manifest.read_key(package.small("release.pub"), "release.pub"))
there = machine.machine_at(root)
machine.point(there.current, installed.place(there, package, found, python).folder)
(there.etc / "release.pub").write_bytes(package.small("release.pub"))
"""


def machine(root: Path, bundle: Path) -> Machine:
    """Install a bundle on a new machine in folder `root`, with a demonstration office that is not served yet."""
    for folder in ("etc/printserver", "opt/printserver/releases", "var/lib/printserver"):
        (root / folder).mkdir(parents=True)
    (root / "etc/os-release").write_text('ID=debian\nVERSION_ID="12"\n')
    run(sys.executable, "-c", _PLACE, root, bundle, sys.executable)
    there = Machine(root)
    port = process.free_port()
    (root / "etc/printserver/cartorio.env").write_text(f"ENDERECO=127.0.0.1\nPORTA={port}\nOPCOES=\n")
    made = run(there.program / "current/venv/bin/printserver", "init", "--instance", there.office, "--json")
    (root / "office.json").write_text(made.stdout)
    return there
