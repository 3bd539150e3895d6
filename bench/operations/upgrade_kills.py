"""Upgrades on a bare Debian 12 under systemd, whose conductor is killed again and again: each must end serving.

`python -m bench.operations.upgrade_kills OLD.tar NEW.tar --system FOLDER [--times N] [--seed S]`, as root. NEW is a
release with a higher version, made with the same key. Before each time the machine is as it was after the installation.
The first time nothing is killed. The machine loses its power in the middle of the last one.
"""

import argparse
import json
import random
import subprocess
import tempfile
import time
from pathlib import Path

from bench.operations import bare
from bench.operations.first_print import print_one

LIMIT_S = 120.0


def main() -> None:
    """Measure, and show the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    parser.add_argument("--system", type=Path, required=True)
    parser.add_argument("--times", type=int, default=10)
    parser.add_argument("--seed", type=int, default=1)
    chosen = parser.parse_args()
    chance = random.Random(chosen.seed)
    with tempfile.TemporaryDirectory(prefix="bare-") as work:
        root = Path(work) / "root"
        bare.make(root, chosen.system)
        with bare.booted(root) as system:
            key = install(system, chosen.old, chosen.new)
        for time_number in range(chosen.times):
            subprocess.run(["cp", "-a", root, f"{root}.now"], check=True)
            with bare.booted(Path(f"{root}.now")) as system:
                power_fails = time_number and time_number == chosen.times - 1
                once(system, key, chance, kills=time_number > 0, until=chance.uniform(2, 12) if power_fails else None)
            if power_fails:
                with bare.booted(Path(f"{root}.now")) as system:
                    print(f"after the power came back: {ended(system, key)}")
            subprocess.run(["rm", "-rf", f"{root}.now"], check=True)


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


def once(system: bare.System, key: str, chance: random.Random, *, kills: bool, until: float | None) -> None:
    """Upgrade once; `kills`: its conductor is killed at random moments; `until`: seconds until the power fails."""
    new = (system.root / "root/new").read_text()
    begun = subprocess.Popen(
        [*system.inside, "/usr/local/bin/printserver", "atualizar", f"/root/{new}", "--sim"],
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )
    journal = system.root / "opt/printserver/upgrade/journal.json"
    while not journal.exists() and begun.poll() is None:
        time.sleep(0.05)
    began, killed = time.monotonic(), []
    if until is not None:
        time.sleep(until)
        print(f"the power fails {until:.1f} s after the begin, at {step(journal)}")
        begun.kill()
        return
    while kills and journal.exists() and time.monotonic() < began + LIMIT_S / 2:
        time.sleep(chance.uniform(0.2, 4))
        killed.append(step(journal))
        system.run("systemctl", "kill", "-s", "KILL", "printserver-recover.service", check=False)
    told = ended(system, key)
    said = begun.communicate(timeout=LIMIT_S)[0].strip().splitlines()
    print(f"killed at {killed or 'no step'}: {told} after {time.monotonic() - began:.0f} s; {said[-1] if said else ''}")


def step(journal: Path) -> str:
    """Return the step at which the upgrade is."""
    try:
        return str(json.loads(journal.read_text())["step"])
    except (OSError, ValueError):
        return "end"


def ended(system: bare.System, key: str) -> str:
    """Wait until the upgrade is over and the office prints; return what is served."""
    end = time.monotonic() + LIMIT_S
    journal = system.root / "opt/printserver/upgrade/journal.json"
    while time.monotonic() < end:
        answer = system.run("curl", "-s", "http://127.0.0.1:8631/healthz", check=False).stdout
        if answer and not journal.exists():
            print_one(system, key, f"after-{time.time_ns()}")
            return f"serves {json.loads(answer)['versao']} and seals"
        time.sleep(0.2)
    raise TimeoutError(system.run("journalctl", "-n", "60", "--no-pager", check=False).stdout)


if __name__ == "__main__":
    main()
