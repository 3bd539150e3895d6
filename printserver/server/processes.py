"""What parent and child processes of the server agree on: the bell's pipes, and that no child outlives its parent."""

import ctypes
import os
import signal
from typing import Final

HEARD_FD: Final = "PRINTSERVER_BELL_HEARD"  # read: the other process rings here
RING_FD: Final = "PRINTSERVER_BELL_RING"  # written: the other process hears it

CANNOT_START: Final = 3
"""Exit status of a child that would not start a second time either."""

_PR_SET_PDEATHSIG: Final = 1


def die_with_parent(sign: int = signal.SIGTERM) -> None:
    """Ask the kernel to send `sign` to this process when its parent ends, however it ends."""
    parent = os.getppid()
    ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, sign)
    if os.getppid() != parent:  # it died before we asked
        os.kill(os.getpid(), sign)
