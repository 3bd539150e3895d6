"""Starting and stopping the offices' servers: by systemd, or as plain processes where there is no systemd."""

import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Final, Protocol

from printserver.errors import ConfigError
from printserver.release.machine import Machine, Place

_START_S: Final = 300.0
_STOP_S: Final = 60.0


class Services(Protocol):
    """The service manager of a machine."""

    def start(self, place: Place) -> None:
        """Start the office's server with the release in use, and return when it is ready. Raises `ConfigError`."""

    def stop(self, place: Place) -> None:
        """Stop the office's server in order, and return when none of its processes is left. Raises `ConfigError`."""

    def active(self, place: Place) -> bool:
        """Return whether the office's server runs."""

    def reload(self) -> None:
        """Read changed units."""

    def enable(self, *units: str) -> None:
        """Let units start with the machine. Raises `ConfigError`."""

    def conduct(self, conductor: Path) -> None:
        """Run the upgrade that is begun, by the release in folder `conductor`, until it ends."""


class SystemdServices:
    """The offices are `printserver@OFFICE.service`; ready is what the server says by Type=notify."""

    def start(self, place: Place) -> None:
        """Start the unit. Raises `ConfigError`."""
        self._call("start", f"printserver@{place.name}.service")

    def stop(self, place: Place) -> None:
        """Stop the unit and what its timers run. Raises `ConfigError`."""
        self._call("stop", f"printserver@{place.name}.service", f"printserver-*@{place.name}.service")

    def active(self, place: Place) -> bool:
        """Return whether the unit is active."""
        asked = ["systemctl", "is-active", "--quiet", f"printserver@{place.name}.service"]
        return subprocess.run(asked, check=False).returncode == 0

    def reload(self) -> None:
        """Have systemd read its units again. Raises `ConfigError`."""
        self._call("daemon-reload")

    def enable(self, *units: str) -> None:
        """Enable units; timers begin at once. Raises `ConfigError`."""
        self._call("enable", "--quiet", *units)
        if timers := [unit for unit in units if unit.endswith(".timer")]:
            self._call("start", *timers)

    def conduct(self, conductor: Path) -> None:  # noqa: ARG002  # the unit follows the link
        """Start the unit that conducts an upgrade, and wait: systemd starts it again if it is killed, and at boot."""
        unit = "printserver-recover.service"
        subprocess.run(["systemctl", "start", unit], capture_output=True, check=False)
        asked = ["systemctl", "is-active", unit]
        while subprocess.run(asked, capture_output=True, text=True, check=False).stdout.strip() == "activating":
            time.sleep(0.5)

    def _call(self, *words: str) -> None:
        done = subprocess.run(["systemctl", *words], capture_output=True, text=True, check=False)
        if done.returncode != 0:
            why = done.stderr.strip().splitlines()
            raise ConfigError(f"systemctl {' '.join(words)}: {why[0] if why else 'não deu certo'}")


class ProcessServices:
    """Each office's server is a process of its own, known by a file with its number and start time."""

    def __init__(self, machine: Machine) -> None:
        self._machine = machine

    def start(self, place: Place) -> None:
        """Start the server, and wait until it says that it is ready. Raises `ConfigError`."""
        if self.active(place):
            return
        program = self._machine.current / "venv/bin/printserver"
        command = [str(program), "serve", "--instance", str(place.folder), "--host", place.host]
        command += ["--port", str(place.port), *place.options.split()]
        with tempfile.TemporaryDirectory() as folder, socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as told:
            Path(folder).chmod(0o711)  # the server may run as another user
            address = Path(folder) / "ready"
            told.bind(str(address))
            address.chmod(0o666)
            process = self._launch(place, command, address)
            if not _says_ready(told, process):
                self.stop(place)
                raise ConfigError(f"a serventia {place.name} não entrou no ar: veja {self._log(place)}")

    def stop(self, place: Place) -> None:
        """Stop the server and wait for its processes. Raises `ConfigError`."""
        pid = self._pid(place)
        if pid is not None:
            os.kill(pid, signal.SIGTERM)
            if not _gone(pid, _STOP_S):
                os.killpg(pid, signal.SIGKILL)
                if not _gone(pid, _STOP_S):
                    raise ConfigError(f"o servidor da serventia {place.name} (processo {pid}) não termina")
        self._file(place).unlink(missing_ok=True)

    def active(self, place: Place) -> bool:
        """Return whether the process is there."""
        return self._pid(place) is not None

    def reload(self) -> None:
        """There are no units."""

    def enable(self, *units: str) -> None:
        """There are no units: what starts with the machine is the operator's."""

    def conduct(self, conductor: Path) -> None:
        """Run the upgrade in a process of its own, again if it is killed."""
        while True:
            done = subprocess.run(_resume(conductor, self._machine), start_new_session=True, check=False)
            if done.returncode >= 0:
                return

    def _launch(self, place: Place, command: Sequence[str], address: Path) -> "subprocess.Popen[bytes]":
        run = self._file(place).parent
        run.mkdir(mode=0o755, parents=True, exist_ok=True)
        if self._machine.user is not None and self._machine.as_user():
            shutil.chown(run, self._machine.user)
        # The shell writes its own number and becomes the server: no moment in which a server runs and is not known.
        script = 'read -r line < /proc/$$/stat && printf "%s" "$line" > "$0.new" && mv "$0.new" "$0" && exec "$@"'
        with self._log(place).open("ab") as log:
            return subprocess.Popen(
                ["/bin/sh", "-c", script, str(self._file(place)), *command],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                umask=0o077,
                env=os.environ | {"NOTIFY_SOCKET": str(address)},
                start_new_session=True,
                **self._machine.as_user(),
            )

    def _file(self, place: Place) -> Path:
        return self._machine.root / "run/printserver" / f"{place.name}.pid"

    def _log(self, place: Place) -> Path:
        return self._machine.root / "run/printserver" / f"{place.name}.log"

    def _pid(self, place: Place) -> int | None:
        """Return the server's process number; None if that process is gone (numbers are used again)."""
        try:
            kept = self._file(place).read_text("ascii", "replace")
            pid = int(kept.split(maxsplit=1)[0])
            found = Path(f"/proc/{pid}/stat").read_text("ascii", "replace")
        except (OSError, ValueError, IndexError):
            return None
        fields = [text.rpartition(")")[2].split() for text in (kept, found)]
        return pid if fields[0][19] == fields[1][19] and fields[1][0] not in "ZX" else None


def services(machine: Machine) -> Services:
    """Return the service manager that runs on this machine."""
    here = machine.root == Path("/") and Path("/run/systemd/system").is_dir()
    return SystemdServices() if here else ProcessServices(machine)


def _resume(conductor: Path, machine: Machine) -> list[str]:
    words = [str(conductor / "venv/bin/printserver"), "atualizar", "--retomar"]
    return words if machine.root == Path("/") else [*words, "--raiz", str(machine.root)]


def _says_ready(told: socket.socket, process: "subprocess.Popen[bytes]") -> bool:
    end = time.monotonic() + _START_S
    told.settimeout(0.2)
    while time.monotonic() < end and process.poll() is None:
        try:
            if b"READY=1" in told.recv(4096):
                return True
        except TimeoutError:
            continue
    return False


def _gone(pid: int, limit_s: float) -> bool:
    """Return whether no process of the group is left within the time; one that waits for its parent counts as gone."""
    end = time.monotonic() + limit_s
    while time.monotonic() < end:
        if not any(fields[0] not in "ZX" and int(fields[2]) == pid for fields in _processes()):
            return True
        time.sleep(0.02)
    return False


def _processes() -> Iterator[list[str]]:
    """Yield state, parent, group … of each process (the fields of /proc/PID/stat from the third on)."""
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with suppress(OSError):
                yield (entry / "stat").read_text("ascii", "replace").rpartition(")")[2].split()
