"""Wake-up signal between threads and processes. Only a hint: a ring may be lost.

Within a process it is a condition variable; across processes it uses a pipe that the supervisor creates.
"""

import contextlib
import os
import threading
from collections.abc import Sequence


class Bell:
    """Counts the rings in this process; `out` are the write ends of pipes to other processes."""

    def __init__(self, heard: Sequence[int] = (), out: Sequence[int] = ()) -> None:
        """Listen on the pipes `heard` (file descriptors) and ring into the pipes `out`."""
        self._condition = threading.Condition()
        self._rings = 0
        self._out = tuple(out)
        for pipe in self._out:
            os.set_blocking(pipe, False)
        for pipe in heard:
            threading.Thread(target=self._listen, args=(pipe,), name="bell", daemon=True).start()

    def ring(self) -> None:
        """Wake the waiters of this process and of those at the other ends."""
        self._wake()
        for pipe in self._out:
            with contextlib.suppress(OSError):  # a full pipe already holds an unread ring
                os.write(pipe, b"!")

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
