"""Whether an engine works on an office: each holds a shared lock on one file, which ends with its process."""

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

_FILE: Final = ".motor"


@contextmanager
def marked(instance: Path) -> Iterator[None]:
    """Be an engine of the office in `instance` for the time of the block. Raises OSError."""
    with os.fdopen(os.open(instance / _FILE, os.O_RDWR | os.O_CREAT, 0o600)) as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        yield


def engine_runs(instance: Path) -> bool:
    """Return whether an engine of the office is running. Raises OSError."""
    with os.fdopen(os.open(instance / _FILE, os.O_RDWR | os.O_CREAT, 0o600)) as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        return False
