"""Whether an engine works on an office: each holds a shared lock on one file, and touches it in its rounds.

The lock ends with its process. A process that is frozen keeps the lock, and its touches end.
"""

import fcntl
import os
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_FILE: Final = ".motor"
_EVERY_S: Final = 5.0
SILENT_S: Final = 60.0
"""Without a touch for so many seconds, an engine counts as frozen."""


@contextmanager
def marked(instance: Path) -> Iterator[Callable[[], None]]:
    """Be an engine of the office in `instance` for the time of the block; give what it calls in each round.

    Raises OSError. A touch that fails, as on a full disk, is left out.
    """
    with os.fdopen(os.open(instance / _FILE, os.O_RDWR | os.O_CREAT, 0o600)) as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        touched = 0.0

        def touch() -> None:
            nonlocal touched
            now = time.monotonic()
            if now - touched >= _EVERY_S:
                try:
                    os.utime(file.fileno())
                except OSError:
                    return
                touched = now

        os.utime(file.fileno())
        yield touch


def engine_runs(instance: Path) -> bool:
    """Return whether an engine of the office is running, and is not frozen. Raises OSError."""
    silent = silent_s(instance)
    return silent is not None and silent < SILENT_S


def silent_s(instance: Path) -> float | None:
    """Return for how many seconds the engines of the office gave no sign; None: none is there. Raises OSError."""
    with os.fdopen(os.open(instance / _FILE, os.O_RDWR | os.O_CREAT, 0o600)) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return max(0.0, time.time() - os.fstat(file.fileno()).st_mtime)
        return None
