"""Stops a process at a moment at which it does not hold the write lock of SQLite: else all others would wait."""

import os
import signal
from pathlib import Path

from printserver.db.sqlite import write_lock_holder
from support import process


def freeze(pid: int, database: Path) -> None:
    """Stop the process, whenever it does not hold the database's write lock, until it gets SIGCONT."""
    while True:
        os.kill(pid, signal.SIGSTOP)
        process.wait_until(lambda: stopped(pid), f"the stop of {pid}")
        if write_lock_holder(database) != pid:
            return
        os.kill(pid, signal.SIGCONT)
        process.wait_until(lambda: write_lock_holder(database) != pid, f"the end of the transaction of {pid}")


def stopped(pid: int) -> bool:
    """Return whether every thread of the process stands still."""
    tasks = Path(f"/proc/{pid}/task").iterdir()
    return all((task / "stat").read_text("ascii", "replace").rpartition(")")[2].split()[0] == "T" for task in tasks)
