"""A release on this machine: unpacked, its venv built from the carried wheels, its units in place."""

import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from printserver.common.files import sync_folder, write_whole
from printserver.errors import ConfigError
from printserver.release.bundle import Bundle
from printserver.release.machine import Machine
from printserver.release.manifest import MANIFEST, Manifest, parse

_READY: Final = "ready"
_SYSTEM_PYTHON: Final = "/usr/bin/python3"


@dataclass(frozen=True, slots=True)
class Release:
    """A release in its folder."""

    folder: Path

    @property
    def manifest(self) -> Manifest:
        """What it says of itself; it was verified when it was unpacked."""
        return parse((self.folder / MANIFEST).read_bytes())

    @property
    def python(self) -> Path:
        """Its Python."""
        return self.folder / "venv/bin/python"

    @property
    def printserver(self) -> Path:
        """Its program."""
        return self.folder / "venv/bin/printserver"

    def works(self) -> bool:
        """Return whether its venv is complete and its Python still loads the program."""
        if not (self.folder / _READY).exists() or not self.python.exists():
            return False
        loaded = subprocess.run(
            [self.python, "-c", "import printserver.cli.serve"], capture_output=True, cwd="/", check=False
        )
        return loaded.returncode == 0


def place(machine: Machine, bundle: Bundle, manifest: Manifest, python: str = _SYSTEM_PYTHON) -> Release:
    """Unpack a verified bundle and build its venv; a release that is there and works stays as it is.

    Raises `ConfigError`; then nothing is left of it.
    """
    release = Release(machine.releases / manifest.folder)
    if release.works() and release.manifest == manifest:
        return release
    in_use = machine.current.exists() and machine.current.resolve() == release.folder.resolve()
    if in_use and release.manifest != manifest:
        raise ConfigError(f"a versão {manifest.version} em uso não é a deste pacote: nada foi mudado")
    if in_use:
        build(release, python)
        return release
    shutil.rmtree(release.folder, ignore_errors=True)
    release.folder.mkdir(mode=0o755, parents=True)
    release.folder.chmod(0o755)
    try:
        bundle.unpack(manifest, release.folder)
        build(release, python)
    except BaseException:
        shutil.rmtree(release.folder, ignore_errors=True)
        raise
    return release


def build(release: Release, python: str = _SYSTEM_PYTHON) -> None:
    """Build the venv from the carried wheels, each checked by its hash, without a network. Raises `ConfigError`.

    A venv ends with the Python it was built with; it is built again from the same wheels.
    """
    ready = release.folder / _READY
    ready.unlink(missing_ok=True)
    shutil.rmtree(release.folder / "venv", ignore_errors=True)
    wheels = release.folder / "wheels"
    install: list[str | Path] = [
        release.python,
        "-m",
        "pip",
        "install",
        "--quiet",
        "--no-index",
        "--no-deps",
        "--no-cache-dir",
    ]
    install += ["--require-hashes", f"--find-links={wheels}", "-r", release.folder / "requirements.txt"]
    environment = {name: value for name, value in os.environ.items() if not name.startswith(("PIP_", "PYTHON"))}
    environment |= {"PIP_CONFIG_FILE": os.devnull, "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    create: list[str | Path] = [python, "-m", "venv", release.folder / "venv"]
    for command in (create, install):
        made = subprocess.run(command, capture_output=True, text=True, env=environment, umask=0o022)
        if made.returncode != 0:
            why = (made.stderr or made.stdout).strip().splitlines()
            raise ConfigError(f"o programa não pôde ser montado ({why[-1] if why else 'sem explicação'})")
    ready.touch()
    sync_folder(release.folder)
    if not release.works():
        raise ConfigError("o programa foi montado, mas não começa nesta máquina: falta algum pacote do sistema")


def put_units(machine: Machine, release: Release) -> bool:
    """Put the release's units in place; return whether any changed. Units of other programs are not touched."""
    changed = False
    for source in sorted((release.folder / "units").iterdir()):
        target = machine.units / source.name
        if not target.exists() or target.read_bytes() != source.read_bytes():
            write_whole(target, source.read_bytes())
            target.chmod(0o644)
            changed = True
    return changed


def prune(machine: Machine) -> None:
    """Remove the releases that neither `current` nor `last` leads to."""
    kept = {link.resolve() for link in (machine.current, machine.last) if link.exists()}
    for folder in machine.releases.iterdir():
        if folder.is_dir() and folder.resolve() not in kept:
            shutil.rmtree(folder, ignore_errors=True)
