"""Conventions between parent and child processes: the bell's pipes; no child outlives its parent."""

import ctypes
import os
import signal
import threading
from collections.abc import Callable, Mapping
from typing import Final

HEARD_FD: Final = "PRINTSERVER_BELL_HEARD"  # read end: the other process rings
RING_FD: Final = "PRINTSERVER_BELL_RING"  # write end: the other process hears

BEAT_FD: Final = "PRINTSERVER_BEAT"  # write end: the parent learns of each round of the engine

CANNOT_START: Final = 3
"""Exit status of a child whose start would fail again."""

_PR_SET_PDEATHSIG: Final = 1


def die_with_parent(sign: int = signal.SIGTERM) -> None:
    """Have the kernel send `sign` to this process when its parent ends."""
    parent = os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, sign)
    if os.getppid() != parent:  # the parent ended before the call
        os.kill(os.getpid(), sign)


def descriptors(environment: Mapping[str, str], name: str) -> tuple[int, ...]:
    """Return the file descriptors that the parent left in a variable, separated by commas."""
    return tuple(int(each) for each in environment.get(name, "").split(",") if each)


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
