"""Conventions between parent and child processes: pipes, names, signals; no child outlives its parent."""

import ctypes
import os
import signal
import threading
from collections.abc import Callable
from dataclasses import dataclass
from multiprocessing import parent_process
from multiprocessing.connection import Connection
from typing import Final

from printserver.office import Bell

PREFIX: Final = "ps-"
"""Before the names of the children."""
SIGNALS: Final = (signal.SIGTERM, signal.SIGINT, signal.SIGPWR)
"""That end the server; the last: the power supply fails."""
CANNOT_START: Final = 3
"""Exit status of a child whose start would fail again."""

_PR_SET_PDEATHSIG: Final = 1
_PR_SET_NAME: Final = 15


@dataclass(frozen=True, slots=True)
class Pipes:
    """A child's ends of pipes: its siblings ring at `heard`, it rings at `ring`, and gives signs of life at `beat`."""

    heard: tuple[Connection, ...] = ()
    ring: tuple[Connection, ...] = ()
    beat: Connection | None = None

    def bell(self) -> Bell:
        """Return a bell on these pipes, which must be kept as long as it is used."""
        return Bell([each.fileno() for each in self.heard], [each.fileno() for each in self.ring])


def enter(name: str) -> None:
    """Begin as a child of the supervisor: its name in lists of processes (11 letters), its signals, its end."""
    ctypes.CDLL(None).prctl(_PR_SET_NAME, f"{PREFIX}{name}".encode())
    for sign in SIGNALS:
        signal.signal(sign, signal.SIG_DFL)
    supervisor = parent_process()  # it may have ended while this process was loading the program
    die_with_parent(parent=None if supervisor is None else supervisor.pid)


def die_with_parent(sign: int = signal.SIGTERM, parent: int | None = None) -> None:
    """Have the kernel send `sign` to this process when its parent ends, the process `parent` if that is known."""
    parent = os.getppid() if parent is None else parent
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, sign)
    if os.getppid() != parent:  # the parent ended before the call
        os.kill(os.getpid(), sign)


def call_at_stop(stop: Callable[[], None]) -> None:
    """Have `stop` called once, in a thread of its own, at SIGTERM or SIGINT. Called in the main thread.

    Not in a Python handler: it can interrupt the main thread while that holds a lock that `stop` needs, and it does not
    run while the main thread is blocked in a wait that began just after the signal came.
    """
    told, tell = os.pipe()
    os.set_blocking(tell, False)
    signs = (signal.SIGTERM, signal.SIGINT)

    def wait() -> None:
        while not set(os.read(told, 64)) & set(signs):
            pass
        stop()

    threading.Thread(target=wait, name="signals", daemon=True).start()
    signal.set_wakeup_fd(tell, warn_on_full_buffer=False)
    for sign in signs:
        signal.signal(sign, lambda *_: None)
