"""Wake-up signal between threads and processes. Only a hint: a ring may be lost.

Within a process it is a condition variable; across processes it uses a pipe that the supervisor creates.
"""

import contextlib
import os
import threading


class Bell:
    """Counts the rings in this process; `out` is the write end of a pipe to other processes."""

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
            with contextlib.suppress(OSError):  # a full pipe already holds an unread ring
                os.write(self._out, b"!")

    @property
    def rings(self) -> int:
        """Number of rings so far: read it before checking the condition, and pass it to `wait`."""
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
