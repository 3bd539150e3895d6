"""An idle connection to a print server: nothing is sent; when it closes, the server has died.

If possible it also identifies the run of the server: the process that listens on a socket of this machine.
"""

import contextlib
import select
import socket
import struct
import time
from pathlib import Path
from typing import Final

from printserver.common import faults
from printserver.printing.model import QueueUnavailable

CONNECT_S: Final = 5.0
RENEW_S: Final = 120.0  # CUPS closes connections that are idle for 15 minutes (its `Timeout` 900)
_BOOT = Path("/proc/sys/kernel/random/boot_id")


class IdleConnection:
    """One open connection. Not thread-safe."""

    def __init__(self, host: str, port: int) -> None:
        """Connect. `host` is a name or a socket's path. Raises QueueUnavailable."""
        self._where = (host, port)
        self._opened = time.monotonic()
        self._socket = _open(host, port)
        self.vida = _life(self._socket)

    def died(self, seconds: float = 0.0) -> bool:
        """Return whether the server closed the connection, waiting up to `seconds`."""
        ready, _, _ = select.select([self._socket], [], [], seconds)
        if ready:
            try:
                return not self._socket.recv(4096)
            except OSError:
                return True
        if time.monotonic() - self._opened > RENEW_S:
            self._renew()
        return False

    def close(self) -> None:
        """Close the connection."""
        with contextlib.suppress(OSError):
            self._socket.close()

    def _renew(self) -> None:
        """Open a new connection before the old one is closed, so that no death of the server is missed."""
        with contextlib.suppress(QueueUnavailable):
            newer = _open(*self._where)
            self._socket, older = newer, self._socket
            self._opened = time.monotonic()
            ended, _, _ = select.select([older], [], [], 0)
            older.close()
            if ended:  # it died just now: the next check must detect it
                newer.shutdown(socket.SHUT_RD)


def _open(host: str, port: int) -> socket.socket:
    try:
        if host.startswith("/"):
            line = socket.socket(socket.AF_UNIX)
            line.settimeout(CONNECT_S)
            line.connect(host)
            return line
        return socket.create_connection((host, port), CONNECT_S)
    except OSError as error:
        raise QueueUnavailable(f"o servidor de impressão {host} não responde: {faults.of_connection(error)}") from error


def _life(line: socket.socket) -> str | None:
    """Return the identity of this run of a local server: boot, process and start time; None if unknown."""
    if line.family != socket.AF_UNIX:
        return None
    listener = struct.unpack("3i", line.getsockopt(socket.SOL_SOCKET, socket.SO_PEERCRED, 12))[0]
    # With systemd's socket activation, the server is a child of the listening process (process 1).
    pids = [listener] if _name(listener) == "cupsd" else _children(listener)
    with contextlib.suppress(OSError, IndexError):
        if len(pids) == 1:
            return f"{_BOOT.read_text('ascii').strip()}:{pids[0]}:{_fields(pids[0])[19]}"
    return None


def _children(parent: int) -> list[int]:
    """Return the processes named cupsd with this parent."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit() and _name(int(entry.name)) == "cupsd":
            with contextlib.suppress(OSError, IndexError):
                if int(_fields(int(entry.name))[1]) == parent:
                    found.append(int(entry.name))
    return found


def _name(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/comm").read_text("utf-8", errors="replace").strip()
    except OSError:
        return ""


def _fields(pid: int) -> list[str]:
    """Return /proc/PID/stat from its third field on."""
    return Path(f"/proc/{pid}/stat").read_text("ascii", errors="replace").rpartition(")")[2].split()
