"""Conventions between parent and child processes: the bell's pipes; no child outlives its parent."""

import ctypes
import os
import signal
import threading
from collections.abc import Callable
from typing import Final

HEARD_FD: Final = "PRINTSERVER_BELL_HEARD"  # read end: the other process rings
RING_FD: Final = "PRINTSERVER_BELL_RING"  # write end: the other process hears

CANNOT_START: Final = 3
"""Exit status of a child whose start would fail again."""

_PR_SET_PDEATHSIG: Final = 1


def die_with_parent(sign: int = signal.SIGTERM) -> None:
    """Have the kernel send `sign` to this process when its parent ends."""
    parent = os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, sign)
    if os.getppid() != parent:  # the parent ended before the call
        os.kill(os.getpid(), sign)


def call_at_stop(stop: Callable[[], None]) -> None:
    """Have `stop` called once, in a thread of its own, at SIGTERM or SIGINT.

    A signal handler runs amid any code of the main thread, and would wait for ever for a lock that this code holds:
    that of an `Event` that it waits for, above all.
    """
    told, tell = os.pipe()

    def wait() -> None:
        os.read(told, 1)
        stop()

    def on_signal(_number: int, _frame: object) -> None:
        os.write(tell, b"!")

    threading.Thread(target=wait, name="signals", daemon=True).start()
    signal.signal(signal.SIGTERM, on_signal)
    signal.signal(signal.SIGINT, on_signal)
