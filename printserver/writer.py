"""Who holds the write lock of a SQLite file, since when, and what that process is: for whoever waits for it.

The kernel knows the process. Since when, the process notes beside the file at the beginning of each transaction.
"""

import os
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from printserver.clock import local
from printserver.sqlite import write_lock_holder

_NOTE_BYTES = 64
_ROLES = (
    ("printserver.engine", "motor"),
    ("printserver worker", "motor"),
    ("printserver.serving", "atendimento (telas e API)"),
    ("printserver", "linha de comando"),
)


@dataclass(frozen=True, slots=True)
class Holder:
    """A process that holds the write lock. `since` is aware; None: it is none of ours, or did not say."""

    pid: int
    role: str
    since: datetime | None
    stopped: bool

    def text(self) -> str:
        """Return it as a Portuguese sentence."""
        when = f" desde {local(self.since):%d/%m %H:%M:%S}" if self.since else ""
        stopped = ", que está parado (sinal SIGSTOP)" if self.stopped else ""
        return f"Quem está gravando no banco de dados{when} é o processo {self.pid}, {self.role}{stopped}."

    def seconds(self, now: float | None = None) -> float:
        """Return for how long it has held the lock, in seconds; 0 where that is not known."""
        return max(0.0, (time.time() if now is None else now) - self.since.timestamp()) if self.since else 0.0


class WriterNote:
    """The note beside the database `path` (None: not a SQLite file, and nothing is ever noted)."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._file: int | None = None

    def begun(self) -> None:
        """Note that this process begins a transaction now, holding the lock. A note that cannot be made is left out."""
        if self._path is None:
            return
        try:
            if self._file is None:
                self._file = os.open(self._note(), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            os.pwrite(self._file, f"{os.getpid()} {time.time():.3f}".encode().ljust(_NOTE_BYTES), 0)
        except OSError:
            return

    def holder(self) -> Holder | None:
        """Return who holds the lock right now; None where none does, or it cannot be told."""
        pid = write_lock_holder(self._path) if self._path is not None else None
        if pid is None:
            return None
        return Holder(pid, _role(pid), self._since(pid), _state(pid) in ("T", "t"))

    def _note(self) -> Path:
        return Path(f"{self._path}-escritor")

    def _since(self, pid: int) -> datetime | None:
        try:
            noted, moment = self._note().read_bytes().split()
            return datetime.fromtimestamp(float(moment), UTC) if int(noted) == pid else None
        except (OSError, ValueError):
            return None


def _role(pid: int) -> str:
    try:
        command = Path(f"/proc/{pid}/cmdline").read_text("utf-8", "replace").replace("\0", " ")
    except OSError:
        return "que não se pode ver daqui"
    return next((role for part, role in _ROLES if part in command), f"outro programa ({command.strip()[:80]})")


def _state(pid: int) -> str:
    try:
        return Path(f"/proc/{pid}/stat").read_text("ascii", "replace").rpartition(")")[2].split()[0]
    except OSError:
        return ""
