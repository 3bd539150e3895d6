"""State of the database as known to one process: the file it opened, and the highest counts it committed.

A file that was moved, replaced, or is older than what this process committed is refused: its numbers would be issued
twice, and its jobs may have been printed before (S3, A8).
"""

import threading
from pathlib import Path
from typing import Final

from printserver.errors import Recusa

HEAD: Final = "auditoria"

Count = tuple[int, str]  # office id, name


class Witness:
    """State of one database as known to one process; thread-safe. `path` is that of a SQLite file, or None."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._opened: tuple[int, int] | None = None
        self._seen: dict[Count, int] = {}
        self._behind: str | None = None
        self._lock = threading.Lock()

    def opened(self) -> None:
        """Record the file of the first connection; check that a later one has the same file.

        Raises `Recusa` `servidor-ocupado`.
        """
        if self._path is None:
            return
        with self._lock:
            if self._opened is None:
                self._opened = _identity(self._path)
        self.check()

    def check(self) -> None:
        """Raise `Recusa` `servidor-ocupado` unless the database is the one that was opened.

        Only the path is examined: opening and closing the file would drop SQLite's locks.
        """
        if fault := self.fault():
            raise Recusa("servidor-ocupado", fault, retry_after=60)

    def fault(self) -> str | None:
        """Return what is wrong with the database (Portuguese), or None."""
        if self._behind is not None or self._path is None or self._opened is None:
            return self._behind
        there = _identity(self._path)
        if there == self._opened:
            return None
        what = "não está mais no lugar" if there is None else "foi trocado por outro"
        return (
            f"O arquivo do banco de dados ({self._path}) {what} com o servidor no ar: nada é selado nem impresso. "
            "Ponha de volta o arquivo que estava aberto; ou, se uma cópia foi recuperada, pare o servidor e siga "
            "«Recuperar» no guia do operador antes de ligá-lo."
        )

    def behind(self, name: Count, found: int) -> Recusa | None:
        """Return the refusal of a database whose count `name` is lower than this process committed.

        `found` must have been read under the lock for changing it: otherwise a commit of another thread between the
        read and this call would look like a fault.
        """
        seen = self._seen.get(name, found)
        if found >= seen:
            return None
        self._behind = (
            f"O banco de dados voltou no tempo com o servidor no ar ({name[1]}: este processo já gravou {seen}, e o "
            f"banco está em {found}): nada é selado nem impresso. Pare o servidor e siga «Recuperar» no guia "
            "do operador antes de ligá-lo: números de selo já dados sairiam outra vez."
        )
        return Recusa("servidor-ocupado", self._behind, retry_after=60)

    def committed(self, counts: dict[Count, int]) -> None:
        """Record the counts of a committed transaction."""
        with self._lock:
            for name, value in counts.items():
                self._seen[name] = max(value, self._seen.get(name, value))


class Testimony:
    """The counts that one transaction read and will write, for the process's `Witness`."""

    def __init__(self, witness: Witness) -> None:
        self._witness = witness
        self._left: dict[Count, int] = {}

    def count(self, name: Count, found: int, left: int) -> None:
        """Record that count `name` was `found`, under its lock, and becomes `left` when this transaction is committed.

        Raises `Recusa` `servidor-ocupado` if this process has committed a higher value.
        """
        if name not in self._left and (refusal := self._witness.behind(name, found)):
            raise refusal
        self._left[name] = left

    def committed(self) -> None:
        """Pass the counts to the witness after the commit."""
        self._witness.committed(self._left)


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
