"""The bundled SQLite, and the process that holds the write lock of a SQLite file.

Every connection of this program to a SQLite file uses `dbapi`: if two copies of SQLite in one process open the same
file, they drop each other's locks. For the same reason this module never opens database files.
"""

from pathlib import Path
from typing import Any, Final

from pysqlite3 import dbapi2 as dbapi

from printserver.errors import ConfigError

__all__ = ["VERSION", "VERSION_TEXT", "check_version", "dbapi", "loses_commits", "write_lock_holder"]

VERSION: Final[tuple[int, ...]] = dbapi.sqlite_version_info
VERSION_TEXT: Final[str] = dbapi.sqlite_version

_MENDED: Final = (3, 51, 3)
# the same fix, backported
_MENDED_BRANCHES: Final = {(3, 44): 6, (3, 50): 7}

_WRITE_LOCK_BYTE: Final = 120  # of the `-shm` file: SQLite's WAL_WRITE_LOCK


def loses_commits(version: tuple[int, ...]) -> bool:
    """Return whether that SQLite can lose a commit when two processes write and checkpoint at the same time (WAL)."""
    if version < (3, 7):
        return False
    first_mended = _MENDED_BRANCHES.get((version[0], version[1]))
    return version < _MENDED and (first_mended is None or version[2] < first_mended)


def check_version(version: tuple[int, ...] = VERSION) -> None:
    """Raise `ConfigError` if the installed SQLite can lose a commit."""
    if loses_commits(version):
        text = ".".join(map(str, version))
        raise ConfigError(
            f"o SQLite {text} desta instalação pode perder o que foi gravado quando dois processos gravam ao mesmo "
            "tempo: nada foi aberto. Instale de novo com `make setup`, que traz um SQLite corrigido (3.51.3 ou mais "
            "novo), ou use o PostgreSQL (banco.url)"
        )


def write_lock_holder(database: Path, locks: Path = Path("/proc/locks")) -> int | None:
    """Return the process that holds the write lock of that file; None if there is none, or it is unknown.

    It reads the kernel's list of locks: testing the lock would need to open the file (see above).
    """
    try:
        inode = Path(f"{database}-shm").stat().st_ino
        lines = locks.read_text("ascii", "replace").splitlines()
    except OSError:
        return None
    for line in lines:
        words: list[Any] = line.split()
        if len(words) < 8 or words[1] != "POSIX" or words[3] != "WRITE" or not words[5].endswith(f":{inode}"):
            continue  # a pending lock has an arrow as its second word
        last = float("inf") if words[7] == "EOF" else int(words[7])
        if int(words[6]) <= _WRITE_LOCK_BYTE <= last:
            return int(words[4])
    return None
