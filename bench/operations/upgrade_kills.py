"""Upgrades on a bare Debian 12 under systemd, cut off at each of their steps: each must end serving, by itself.

`python -m bench.operations.upgrade_kills OLD.tar NEW.tar --system FOLDER [--steps STEP,STEP] [--limit S]`, as root. NEW
is a release with a higher version, made with the same key. For each step of the journal there are two runs, each on the
machine as it was when its upgrade began: in one the conductor is killed as soon as the step is on record, in the other
the machine loses its power there, and its boot is all that happens. `end` is the moment after the last step, in which
the outcome is on record. Shown are the seconds from the kill, or from the power's return, until the office prints; over
the limit (120) the exit status is 1.
"""

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from bench.operations import bare
from bench.operations.first_print import print_one
from bench.report import table

STEPS: Final = ("drain", "copy", "migrate", "switch", "start", "prove", "close", "end")
LIMIT_S: Final = 120.0
_PATIENCE_S: Final = 900.0  # until a run counts as hung
_UPGRADE: Final = "opt/printserver/upgrade"
_CONDUCTOR: Final = "sys/fs/cgroup/system.slice/printserver-recover.service/cgroup.kill"


def main() -> int:
    """Measure, show the figures and return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    parser.add_argument("--system", type=Path, required=True)
    parser.add_argument("--steps", default=",".join(STEPS))
    parser.add_argument("--limit", type=float, default=LIMIT_S)
    chosen = parser.parse_args()
    lines, slowest = [], 0.0
    with tempfile.TemporaryDirectory(prefix="bare-") as work:
        root = Path(work) / "root"
        bare.make(root, chosen.system)
        with bare.booted(root) as system:
            key = install(system, chosen.old, chosen.new)
            began = time.monotonic()
            follow(system)  # its power fails once the upgrade is on record
            print(f"new release unpacked and the upgrade on record: {time.monotonic() - began:.0f} s", flush=True)
        for step in chosen.steps.split(","):
            for power in (False, True):
                with overlaid(root, Path(work) / "case") as case:
                    what, seconds = once(case, key, step, power=power)
                slowest = max(slowest, seconds)
                lines.append((step, "power" if power else "conductor", what, f"{seconds:.0f}"))
                print(*lines[-1], flush=True)
    print(table(("cut off at", "what was cut off", "then", "s"), lines))
    return 0 if slowest <= chosen.limit else 1


def install(system: bare.System, old: Path, new: Path) -> str:
    """Install the old release with a demonstration office; return the office's key."""
    for bundle in (old, new):
        (system.root / "root" / bundle.name).write_bytes(bundle.read_bytes())
    (system.root / "root/new").write_text(new.name)
    system.run("tar", "xf", f"/root/{old.name}", "-C", "/root")
    answers = ("--demonstracao", "--nome", "Prova", "--impressora", "nenhuma", "--copias", "nenhuma", "--iniciar")
    told = system.run(f"/root/{old.name.removesuffix('.tar')}/install", *answers).stdout
    key = told.partition("chave:")[2].split()[0]
    print_one(system, key, "before")
    return key


def follow(system: bare.System) -> None:
    """Begin the upgrade, as a person does; return as soon as its first step is on record."""
    new = (system.root / "root/new").read_text()
    command = [*system.inside, "/usr/local/bin/printserver", "atualizar", f"/root/{new}", "--sim"]
    begun = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    conductor = system.root / _UPGRADE / "conductor"
    while not conductor.is_symlink():
        if begun.poll() is not None:
            raise RuntimeError(begun.communicate()[0])
        time.sleep(0.005)
    begun.kill()
    begun.wait()


@contextmanager
def overlaid(root: Path, folder: Path) -> Iterator[Path]:
    """Give the system in `root` as a folder that may be changed; `root` itself stays as it is."""
    parts = {name: folder / name for name in ("upper", "work", "root")}
    for part in parts.values():
        part.mkdir(parents=True)
    options = f"lowerdir={root},upperdir={parts['upper']},workdir={parts['work']}"
    subprocess.run(["mount", "-t", "overlay", "overlay", "-o", options, parts["root"]], check=True)
    try:
        yield parts["root"]
    finally:
        subprocess.run(["umount", parts["root"]], check=True)
        subprocess.run(["rm", "-rf", folder], check=True)


def once(root: Path, key: str, step: str, *, power: bool) -> tuple[str, float]:
    """Boot into the upgrade and cut it off at a step; return what is served at the end, and after how many seconds."""
    with bare.booted(root) as system:
        wait_for(root, step)
        if not power:
            Path(f"/proc/{system.pid}/root/{_CONDUCTOR}").write_text("1")
            return served(system, key, time.monotonic())
    with bare.booting(root) as (system, began):
        return served(system, key, began)


def wait_for(root: Path, step: str) -> None:
    """Return as soon as the journal has the step; `end`: as soon as the outcome is on record."""
    end = time.monotonic() + _PATIENCE_S
    journal, outcome = root / _UPGRADE / "journal.json", root / _UPGRADE / "outcome.json"
    while at(journal) != step and not (step == "end" and outcome.exists()):
        if time.monotonic() > end or outcome.exists():
            raise TimeoutError(f"{step} was not seen; the upgrade is at {at(journal)}")
        time.sleep(0.002)


def at(journal: Path) -> str:
    """Return the step that is on record."""
    try:
        return str(json.loads(journal.read_text())["step"])
    except (OSError, ValueError):
        return "none"


def served(system: bare.System, key: str, began: float) -> tuple[str, float]:
    """Wait until the upgrade is over and the office prints; return what is served, and the seconds since `began`."""
    conductor = system.root / _UPGRADE / "conductor"
    while time.monotonic() < began + _PATIENCE_S:
        answer = system.run("curl", "-s", "http://127.0.0.1:8631/readyz", check=False).stdout
        if answer and not conductor.is_symlink() and json.loads(answer).get("banco"):
            seconds = time.monotonic() - began
            print_one(system, key, f"after-{time.time_ns()}")
            version = json.loads(system.run("curl", "-s", "http://127.0.0.1:8631/healthz").stdout)["versao"]
            return f"serves {version} and seals", seconds
        time.sleep(0.1)
    raise TimeoutError(system.run("journalctl", "-n", "60", "--no-pager", check=False).stdout)


if __name__ == "__main__":
    sys.exit(main())
