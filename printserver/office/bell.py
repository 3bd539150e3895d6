"""A bell between threads and processes: someone rings, whoever waits looks again. Only a hint: one may be lost.

Inside one process it is a condition; across processes the same, fed by a pipe that the supervisor made.
"""

import contextlib
import os
import threading


class Bell:
    """Rings heard by this process; `out` is the pipe's end that other processes hear."""

    def __init__(self, heard: int | None = None, out: int | None = None) -> None:
        """Listen on the pipe `heard` (a file descriptor) and ring into the pipe `out`; either may be None."""
        self._condition = threading.Condition()
        self._rings = 0
        self._out = out
        if out is not None:
            os.set_blocking(out, False)
        if heard is not None:
            threading.Thread(target=self._listen, args=(heard,), name="bell", daemon=True).start()

    def ring(self) -> None:
        """Wake the waiters of this process and of the one at the other end."""
        self._wake()
        if self._out is not None:
            with contextlib.suppress(OSError):  # a full pipe is a ring already waiting to be heard
                os.write(self._out, b"!")

    @property
    def rings(self) -> int:
        """How often it rang so far: read it before looking, and give it to `wait`."""
        return self._rings

    def wait(self, seen: int, seconds: float) -> None:
        """Return at the first ring after `seen`, or after `seconds`."""
        with self._condition:
            self._condition.wait_for(lambda: self._rings != seen, timeout=seconds)

    def _wake(self) -> None:
        with self._condition:
            self._rings += 1
            self._condition.notify_all()

    def _listen(self, heard: int) -> None:
        while True:
            try:
                if not os.read(heard, 4096):
                    return
            except OSError:
                return
            self._wake()
