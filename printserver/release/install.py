"""The installation of a release and an office on a machine. Run again, it repairs, and writes over no office."""

import json
import subprocess
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from printserver.common.files import write_whole
from printserver.errors import ConfigError
from printserver.office import load_settings
from printserver.release.begin import require_target
from printserver.release.bundle import Bundle
from printserver.release.installed import Release, place, put_units
from printserver.release.journal import Keeper
from printserver.release.machine import DEFAULT_PORT, OFFICE_NAME, USER, Machine, Place, point
from printserver.release.manifest import PUBLIC_KEY, Manifest, fingerprint, read_key
from printserver.release.services import Services

QUEUE: Final = "impressora"
_WRITERS: Final = ("printserver@", "printserver-copia@", "printserver-ensaio@", "printserver-confere@")
"""The units that write to the folders of the copies and of the mirror; the mirror follows every command."""


@dataclass(frozen=True, slots=True)
class NewOffice:
    """What a person says of an office that is to be made. `cns` None: a demonstration. Empty: none."""

    name: str
    cns: str | None = None
    nome: str = ""
    pessoa: str = ""
    usuario: str = ""
    printer: str = ""
    copies: str = ""


def check_bundle(machine: Machine, folder: Path, expected: str = "") -> tuple[Bundle, Manifest]:
    """Return the verified bundle in `folder`, for this machine.

    The key is the one that the machine keeps; at the first installation the carried one, which a person may compare by
    its fingerprint (`expected`). Raises `ConfigError`; nothing is changed.
    """
    if Keeper(machine).read() is not None:
        raise ConfigError("há uma atualização em curso: leve-a ao fim com `printserver atualizar --retomar`")
    bundle, kept = Bundle(folder), machine.etc / PUBLIC_KEY
    key = read_key(kept.read_bytes(), kept) if kept.exists() else read_key(bundle.small(PUBLIC_KEY), PUBLIC_KEY)
    if expected and expected.replace(" ", "").lower() != fingerprint(key).replace(" ", ""):
        raise ConfigError(f"a chave deste pacote é outra ({fingerprint(key)}): não o use; nada foi mudado")
    manifest = bundle.verified(key)
    require_target(machine, manifest.target)
    if machine.current.exists() and Release(machine.current.resolve()).manifest.version != manifest.version:
        found = Release(machine.current.resolve()).manifest.version
        raise ConfigError(
            f"nesta máquina está a versão {found}: para trocá-la pela {manifest.version}, use `sudo printserver "
            "atualizar PACOTE.tar`; nada foi mudado"
        )
    return bundle, manifest


def install_release(machine: Machine, services: Services, bundle: Bundle, manifest: Manifest, python: str) -> Release:
    """Bring user, folders, release, links, units and command to where they must be. Raises `ConfigError`."""
    _user(machine)
    for folder in (machine.program, machine.releases, machine.upgrade, machine.etc, machine.var):
        folder.mkdir(mode=0o755, parents=True, exist_ok=True)
        folder.chmod(0o755)
    if machine.user is not None:
        _own(machine, machine.var)
    release = place(machine, bundle, manifest, python)
    if not (machine.etc / PUBLIC_KEY).exists():
        write_whole(machine.etc / PUBLIC_KEY, bundle.small(PUBLIC_KEY))
    point(machine.current, release.folder)
    command = machine.root / "usr/local/bin/printserver"
    command.parent.mkdir(parents=True, exist_ok=True)
    write_whole(command, (release.folder / "printserver").read_bytes())
    command.chmod(0o755)
    if machine.units.is_dir():
        put_units(machine, release)
        services.reload()
        services.enable("printserver-recover.service")
    return release


def make_office(machine: Machine, release: Release, wanted: NewOffice) -> dict[str, Any] | None:
    """Make the office if it is not there; return what `init` shows once, None if it was there. Raises `ConfigError`."""
    settings = machine.etc / f"{wanted.name}.env"
    if not settings.exists():
        used = {each.port for each in machine.offices()}
        port = next(port for port in range(DEFAULT_PORT, 65536) if port not in used)
        write_whole(settings, f"ENDERECO=127.0.0.1\nPORTA={port}\nOPCOES=\n".encode())
        settings.chmod(0o644)
    if is_there(machine, wanted.name):
        return None
    folder = machine.office(wanted.name).folder
    words = ["init", "--instance", str(folder), "--json"]
    given = {"--cns": wanted.cns, "--nome": wanted.nome, "--pessoa": wanted.pessoa, "--usuario": wanted.usuario}
    words += [word for option, value in given.items() if value for word in (option, value)]
    try:
        made: dict[str, Any] = json.loads(_run(machine, release, *words))
    except ConfigError:
        settings.unlink()
        raise
    return made


def add_printer(machine: Machine, release: Release, office: Place, address: str) -> None:
    """Add a printer as the office's default queue, through a driverless queue of CUPS. Raises `ConfigError`."""
    words = ("filas", "adicionar", QUEUE, "--uri", address, "--padrao", "--mudar-servidor")
    _run(machine, release, *words, "--instance", str(office.folder))


def add_copies(machine: Machine, office: Place, where: str) -> None:
    """Let the office's copies go to a folder or a place of restic's. Raises `ConfigError`."""
    python = Release(machine.current.resolve()).python
    code = "from printserver.release.inside import run; run()"
    done = machine.run_inside([python, "-c", code, "places", office.folder, where])
    if done.returncode != 0:
        raise ConfigError((done.stderr.strip().splitlines() or ["não deu certo"])[-1])
    if where.startswith("/"):
        Path(where).mkdir(mode=0o700, parents=True, exist_ok=True)
        if machine.user is not None:
            _own(machine, Path(where))


def open_folders(machine: Machine, office: Place) -> bool:
    """Let the office's units write to the folders of its copies and its mirror, as its settings have them now.

    Returns whether that changed: a server that runs has it from its next start. Raises `ConfigError`.
    """
    settings = load_settings(office.folder)
    folders = [each for each in (*settings.copias.lugares, settings.espelho.pasta) if each.startswith("/")]
    quoted = (each.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%") for each in folders)
    text = "".join(f'ReadWritePaths="-{each}"\n' for each in quoted)
    changed = False
    for unit in _WRITERS if machine.units.is_dir() else ():
        path = machine.units / f"{unit}{office.name}.service.d" / "copias.conf"
        if (path.read_text("utf-8") if path.exists() else "") == (wanted := text and f"[Service]\n{text}"):
            continue
        path.parent.mkdir(mode=0o755, exist_ok=True)
        write_whole(path, wanted.encode())
        path.chmod(0o644)
        changed = True
    return changed


def enable_office(services: Services, office: Place, *, copies: bool) -> None:
    """Let the office's server and timers start with the machine."""
    services.reload()
    services.enable(f"printserver@{office.name}.service", f"printserver-confere@{office.name}.timer")
    if copies:
        services.enable(f"printserver-copia@{office.name}.timer", f"printserver-ensaio@{office.name}.timer")


def has_copies(office: Place) -> bool:
    """Return whether the office's copies have a place."""
    return bool(load_settings(office.folder).copias.lugares)


def is_there(machine: Machine, name: str) -> bool:
    """Return whether the folder of an office is on this machine: installed, or restored or imported there."""
    return (machine.var / require_name(name) / "printserver.toml").exists()


def printers() -> list[str]:
    """Return the addresses of the printers that CUPS finds on the network."""
    try:
        asked = subprocess.run(
            ["lpinfo", "--include-schemes", "dnssd,ipp,ipps", "--timeout", "10", "-v"],
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired):
        return []
    found = [line.partition(" ")[2].strip() for line in asked.stdout.splitlines() if line.startswith("network ")]
    return [address for address in found if address.startswith(("ipp://", "ipps://"))]


def require_name(name: str) -> str:
    """Return the name of an office on this machine, as in its unit. Raises `ConfigError`."""
    if not OFFICE_NAME.fullmatch(name):
        raise ConfigError(f"{name!r}: o nome da serventia nesta máquina são letras minúsculas, algarismos e hífens")
    return name


def _user(machine: Machine) -> None:
    """Make the user of the offices, without a shell; in the group that may add queues to CUPS."""
    if machine.user is None:
        return
    if subprocess.run(["id", USER], capture_output=True, check=False).returncode != 0:
        home = ["--home", str(machine.var), "--no-create-home", "--shell", "/usr/sbin/nologin"]
        _system("adduser", "--quiet", "--system", "--group", *home, USER)
    if subprocess.run(["getent", "group", "lpadmin"], capture_output=True, check=False).returncode == 0:
        _system("adduser", "--quiet", USER, "lpadmin")


def _own(machine: Machine, folder: Path) -> None:
    _system("chown", f"{machine.user}:{machine.user}", str(folder))


def _system(*words: str) -> None:
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        why = done.stderr.strip().splitlines()
        raise ConfigError(f"{' '.join(words)}: {why[-1] if why else 'não deu certo'}")


def _run(machine: Machine, release: Release, *words: str) -> str:
    done = machine.run_inside([release.printserver, *words])
    if done.returncode != 0:
        said = (done.stderr.strip().splitlines() or ["sem explicação"])[-1]
        raise ConfigError(said.removeprefix("printserver: "))
    return done.stdout
