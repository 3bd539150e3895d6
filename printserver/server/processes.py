"""Conventions between parent and child processes: the bell's pipes; no child outlives its parent."""

import ctypes
import os
import signal
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
