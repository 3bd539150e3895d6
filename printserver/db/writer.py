"""The holder of a SQLite file's write lock: which process, since when. Shown to those who wait for it.

The kernel reports the process. Each process writes the start of its transaction to a file next to the database.
"""

import os
import time
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from printserver.clock import local
from printserver.db.sqlite import write_lock_holder

_NOTE_BYTES = 64
_ROLES = (
    ("printserver.server.engine", "motor"),
    ("bin/printserver worker", "motor"),
    ("printserver.server.http", "atendimento (telas e API)"),
    ("bin/printserver", "linha de comando"),
)


@dataclass(frozen=True, slots=True)
class Holder:
    """A process that holds the write lock.

    `since` is aware: the noted start of the transaction; for another program, when it was first seen.
    """

    pid: int
    role: str
    since: datetime
    stopped: bool

    def text(self) -> str:
        """Return it as a Portuguese sentence."""
        stopped = ", que está parado (sinal SIGSTOP)" if self.stopped else ""
        when = f"{local(self.since):%d/%m %H:%M:%S}"
        return f"Quem está gravando no banco de dados desde {when} é o processo {self.pid}, {self.role}{stopped}."

    def seconds(self) -> float:
        """Return how long it has held the lock, in seconds."""
        return max(0.0, time.time() - self.since.timestamp())


class WriterNote:
    """The file next to the database `path` that records the writer (None: not SQLite, nothing is recorded)."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._file: int | None = None
        self._first_seen: tuple[int, datetime] | None = None  # for a holder that writes no note

    def begun(self) -> None:
        """Note the start of this process's transaction. Write errors are ignored."""
        if self._path is None:
            return
        try:
            if self._file is None:
                self._file = os.open(self._note(), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
            os.pwrite(self._file, f"{os.getpid()} {time.time():.3f}".encode().ljust(_NOTE_BYTES), 0)
        except OSError:
            return

    def close(self) -> None:
        """Close the file."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    def holder(self) -> Holder | None:
        """Return the current holder of the lock; None if there is none, or it is unknown."""
        pid = write_lock_holder(self._path) if self._path is not None else None
        if pid is None:
            self._first_seen = None
            return None
        return Holder(pid, _role(pid), self._noted(pid) or self._seen(pid), _state(pid) in ("T", "t"))

    def _note(self) -> Path:
        return Path(f"{self._path}-escritor")

    def _seen(self, pid: int) -> datetime:
        """Return when that process was first seen in consecutive checks."""
        if self._first_seen is None or self._first_seen[0] != pid:
            self._first_seen = (pid, datetime.now(UTC))
        return self._first_seen[1]

    def _noted(self, pid: int) -> datetime | None:
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
