"""What a process has seen of its database: which file it opened, and how far the counts had come that it committed.

A file that was moved, replaced, or is older than what this process wrote is refused: a number given out of it would
stand on two papers, and a job in it may have been printed before (S3, A8).
"""

import threading
from pathlib import Path
from typing import Final

from printserver.errors import Recusa

HEAD: Final = "auditoria"

Count = tuple[int, str]  # of which office, and its name


class Witness:
    """The memory of one process about one database; threads may share it. `path` is a SQLite file's, or None."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._opened: tuple[int, int] | None = None
        self._seen: dict[Count, int] = {}
        self._behind: str | None = None
        self._lock = threading.Lock()

    def opened(self) -> None:
        """Note which file a new connection has, or refuse it where that is another than this process had before.

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

        The path is looked at by its name alone: to open and close it would drop SQLite's locks.
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
            "«Recuperar uma cópia» no guia do operador antes de ligá-lo."
        )

    def behind(self, name: Count, found: int) -> Recusa | None:
        """Return the refusal of a database whose count `name` has not come as far as this process committed it.

        `found` must have been read under the lock that changing it needs: else a commit of another thread between the
        reading and this call would look like a fault.
        """
        seen = self._seen.get(name, found)
        if found >= seen:
            return None
        self._behind = (
            f"O banco de dados voltou no tempo com o servidor no ar ({name[1]}: este processo já gravou {seen}, e o "
            f"banco está em {found}): nada é selado nem impresso. Pare o servidor e siga «Recuperar uma cópia» no guia "
            "do operador antes de ligá-lo: números de selo já dados sairiam outra vez."
        )
        return Recusa("servidor-ocupado", self._behind, retry_after=60)

    def committed(self, counts: dict[Count, int]) -> None:
        """Remember how far the counts came in a transaction that was committed."""
        with self._lock:
            for name, value in counts.items():
                self._seen[name] = max(value, self._seen.get(name, value))


class Testimony:
    """What one transaction found and will leave in the database, for the process's `Witness`."""

    def __init__(self, witness: Witness) -> None:
        self._witness = witness
        self._left: dict[Count, int] = {}

    def count(self, name: Count, found: int, left: int) -> None:
        """Tell that count `name` was `found`, under its lock, and will be `left` once this transaction is committed.

        Raises `Recusa` `servidor-ocupado` where this process knows it further on.
        """
        if name not in self._left and (refusal := self._witness.behind(name, found)):
            raise refusal
        self._left[name] = left

    def committed(self) -> None:
        """The transaction was committed."""
        self._witness.committed(self._left)


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
