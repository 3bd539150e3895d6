"""Copies a SQLite file in use over the copy before it: only the pages that differ are written.

A commit's sync waits for the writes queued before it. A copy that rewrites an unchanged database delays commits; the
pages that changed since the copy before are few (docs/decisions/42).

The caller holds a read transaction open. While it does, a checkpoint brings into the file nothing that is newer than
that transaction, and what the file lacks stays in the write-ahead log. So the file, and then the log up to its last
whole commit, are together one state of the database, whatever was committed meanwhile.
"""

import contextlib
import os
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from printserver.errors import ConfigError

_PART: Final = 512 * 1024
_PAGE: Final = 4096
_STEP_S: Final = 0.008
"""That a step that writes takes at least, with its rest: 64 MB a second."""
_LONGEST_REST_S: Final = 0.1
_LOG_HEADER: Final = 32


def log_of(database: Path) -> Path:
    """Return the path of a database's write-ahead log."""
    return database.with_name(f"{database.name}-wal")


def copy_pages(source: Path, target: Path) -> None:
    """Copy the database `source` and its write-ahead log over `target` and its log, which no process has open.

    `target` may be absent, a copy of before, or what an interrupted copy left. Raises OSError and ConfigError.
    """
    for ending in ("-wal", "-shm", "-journal"):
        target.with_name(target.name + ending).unlink(missing_ok=True)
    try:
        with os.fdopen(os.open(target, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600), "r+b", buffering=0) as file:
            _copy_file(source, file.fileno())
        _copy_log(log_of(source), log_of(target))
    except OSError as error:
        error.filename = error.filename or str(target)  # that of a descriptor names none
        raise


def _copy_file(source: Path, target: int) -> None:
    size, began = 0, time.monotonic()
    for part in _parts(source):
        wrote = _write_changed(target, size, part)
        size += len(part)
        took = time.monotonic() - began
        time.sleep(min(max(took, (_STEP_S - took) * wrote), _LONGEST_REST_S))
        began = time.monotonic()
    os.ftruncate(target, size)


def _parts(source: Path) -> Iterator[bytes]:
    """Read a database in another process: a file closed in this one takes SQLite's locks on it away (POSIX)."""
    with subprocess.Popen(["cat", "--", str(source)], stdout=subprocess.PIPE, stderr=subprocess.PIPE) as reader:
        assert reader.stdout is not None
        assert reader.stderr is not None
        while part := reader.stdout.read(_PART):
            yield part
        said = reader.stderr.read().decode("utf-8", "replace").strip()
    if reader.returncode:
        raise ConfigError(f"o banco de dados não pode ser lido: {said}")


def _write_changed(target: int, offset: int, part: bytes) -> bool:
    """Write what differs in a part, in whole pages, and have the disk begin to write it. Return whether any did.

    Left to the sync at the end, all would be written at once. A sync of each part is a commit of the file system's
    journal, for which the commits of the database wait, too.
    """
    before = os.pread(target, len(part), offset)
    if before == part:
        return False
    step = _PAGE if before else len(part)
    for start in range(0, len(part), step):
        page = part[start : start + step]
        if before[start : start + step] != page:
            os.pwrite(target, page, offset + start)
    os.posix_fadvise(target, offset, len(part), os.POSIX_FADV_DONTNEED)  # writes; dirty pages stay in memory
    return True


def _copy_log(source: Path, target: Path) -> None:
    """Copy a write-ahead log. It begins again from its top at most once while the read transaction is open."""
    with contextlib.suppress(FileNotFoundError), source.open("rb") as log:
        while True:
            header = os.pread(log.fileno(), _LOG_HEADER, 0)
            log.seek(0)
            with target.open("wb") as copy:
                shutil.copyfileobj(log, copy)
            if os.pread(log.fileno(), _LOG_HEADER, 0) == header:
                return
