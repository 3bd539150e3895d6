"""The beginning of an upgrade: everything that can refuse it is asked before anything is stopped or changed."""

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from printserver.clock import Clock, rfc3339, system_clock
from printserver.errors import ConfigError
from printserver.office import load_settings
from printserver.release.bundle import Bundle
from printserver.release.installed import Release, place
from printserver.release.journal import Journal, Keeper, Outcome
from printserver.release.machine import Machine, Place
from printserver.release.manifest import Manifest, Target, number, read_key
from printserver.release.prove import readiness
from printserver.release.services import Services

_MB: Final = 1 << 20
_VENV: Final = 5  # a venv is about five times its wheels
_SPARE: Final = 256 * _MB


@dataclass(frozen=True, slots=True)
class Plan:
    """An upgrade that may begin."""

    bundle: Bundle
    manifest: Manifest
    old: Manifest
    offices: tuple[Place, ...]
    running: tuple[str, ...]

    @property
    def limit(self) -> str:
        """What a person must know of the way back, before it begins (Portuguese)."""
        if self.old.schema == self.manifest.schema:
            return "Se algo falhar, a versão de agora volta por si mesma."
        return (
            f"O banco de dados muda do esquema {self.old.schema} para o {self.manifest.schema}. Se algo falhar, a "
            "versão de agora volta por si mesma, mas só enquanto nada for selado nem impresso pela nova."
        )


def plan(machine: Machine, services: Services, path: Path, *, unready: bool) -> Plan:
    """Check all that can refuse an upgrade: signature, target, version, offices' health, room on disk.

    `unready`: an office that is stopped or not ready is no reason to refuse. Raises `ConfigError`; nothing is changed.
    """
    keeper = Keeper(machine)
    if keeper.read() is not None:
        raise ConfigError("já há uma atualização em curso: `printserver atualizar --retomar` a leva ao fim")
    key_file = machine.etc / "release.pub"
    if not key_file.exists() or not machine.current.exists():
        raise ConfigError("nesta máquina não há versão instalada: instale com `sudo ./install`, de dentro do pacote")
    bundle = Bundle(path)
    manifest = bundle.verified(read_key(key_file.read_bytes(), key_file))
    require_target(machine, manifest.target)
    old = Release(machine.current.resolve()).manifest
    if number(manifest.version) <= number(old.version):
        raise ConfigError(f"a versão {old.version} já está em uso, e o pacote traz a {manifest.version}: nada a fazer")
    offices = tuple(machine.offices())
    running = tuple(each.name for each in offices if services.active(each))
    if not unready:
        for each in offices:
            _require_health(each, running=each.name in running)
    _require_room(machine, manifest, offices)
    return Plan(bundle, manifest, old, offices, running)


def begin(machine: Machine, chosen: Plan, python: str, wait_s: float, by: str, clock: Clock = system_clock) -> None:
    """Make the office's copies, unpack the release and build it, then put the upgrade on record.

    From then on it ends by itself. Raises `ConfigError`; then nothing of the offices was changed.
    """
    for each in chosen.offices:
        _copy(machine, each)
    release = place(machine, chosen.bundle, chosen.manifest, python)
    before = machine.last.resolve().name if machine.last.exists() else ""
    Keeper(machine).begin(
        Journal(
            old=machine.current.resolve().name,
            new=release.folder.name,
            before_last=before,
            step="drain",
            wait_s=wait_s,
            begun=rfc3339(clock()),
            by=by,
            running=chosen.running,
        )
    )


def follow(machine: Machine, services: Services, say: Callable[[str], None]) -> Outcome | None:
    """Have the upgrade conducted to its end, saying what it says; return its outcome."""
    keeper = Keeper(machine)
    conductor = threading.Thread(target=services.conduct, args=(keeper.conductor.resolve(),), daemon=True)
    conductor.start()
    said = 0
    while conductor.is_alive() or said < len(keeper.said()):
        for line in keeper.said()[said:]:
            say(line)
            said += 1
        time.sleep(0.1)
    return keeper.outcome()


def require_target(machine: Machine, target: Target) -> None:
    """Raise `ConfigError` unless this machine is the one that a release is made for."""
    text = (machine.root / "etc/os-release").read_text("utf-8")
    found = {name: value.strip('"') for name, _, value in (line.partition("=") for line in text.splitlines())}
    here = found.get("ID", "?"), found.get("VERSION_ID", "?")
    if here != (target.distribution, target.version):
        raise ConfigError(
            f"este pacote é para {target.name}, e esta máquina é {here[0]} {here[1]}: peça o pacote certo; nada foi "
            "mudado"
        )
    asked = subprocess.run(["dpkg", "--print-architecture"], capture_output=True, text=True, check=False)
    if asked.stdout.strip() != target.architecture:
        raise ConfigError(f"este pacote é para {target.architecture}, e esta máquina não: peça o pacote certo")


def _require_health(place: Place, *, running: bool) -> None:
    if not running:
        raise ConfigError(
            f"a serventia {place.name} está parada: ligue-a antes, ou acrescente --mesmo-parada; nada foi mudado"
        )
    if fault := readiness(place.door):
        raise ConfigError(f"a serventia {place.name} não está pronta: {fault} Nada foi mudado")


def _require_room(machine: Machine, manifest: Manifest, offices: tuple[Place, ...]) -> None:
    wants = [(machine.releases, manifest.size * (1 + _VENV) + _SPARE)]
    for each in offices:
        database = each.folder / "printserver.db"
        wants.append((each.folder, (2 * database.stat().st_size if database.exists() else 0) + _SPARE))
    needed: dict[int, int] = {}
    for folder, size in wants:
        device = os.stat(folder).st_dev  # noqa: PTH116
        needed[device] = needed.get(device, 0) + size
        free = shutil.disk_usage(folder).free
        if free < needed[device]:
            raise ConfigError(
                f"o disco de {folder} tem {free // _MB} MB livres, e são precisos {needed[device] // _MB}: libere "
                "espaço; nada foi mudado"
            )


def _copy(machine: Machine, place: Place) -> None:
    """Make the office's own copies, if it has places for them. Raises `ConfigError` if that fails."""
    if not load_settings(place.folder).model_dump().get("copias", {}).get("lugares"):
        return
    program = Release(machine.current.resolve()).printserver
    done = machine.run_inside([program, "copia", "--instance", place.folder])
    if done.returncode != 0:
        said = (done.stderr.strip().splitlines() or ["sem explicação"])[-1].removeprefix("printserver: ")
        raise ConfigError(f"a cópia da serventia {place.name}, que vem antes, não deu certo: {said} Nada foi mudado")
