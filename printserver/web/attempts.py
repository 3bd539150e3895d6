"""Rate limit of password attempts (A5): by user name and address, with a growing wait; kept in memory.

The wait applies to that pair only: other users at the same address, and the same user at another address, are not
delayed. Two wider counts limit many names tried from one address, and one name tried from many addresses; neither
applies to a pair where the person has logged in before.
"""

import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

FIRST_WAIT_S: Final = 60.0
LONGEST_WAIT_S: Final = 15 * 60.0
WIDER: Final = 5  # times as many attempts before the wider counts apply
_FORGET_S: Final = 60 * 60.0
_MOST: Final = 10_000  # counts kept; the oldest are dropped


@dataclass(slots=True)
class _Count:
    tries: int = 0
    until: float = 0.0
    last: float = 0.0


class Attempts:
    """Failed password attempts. An attempt under way counts as failed until it succeeds."""

    def __init__(self, free: int, clock: Callable[[], float] = time.monotonic) -> None:
        self._free = free
        self._clock = clock
        self._lock = threading.Lock()
        self._counts: dict[tuple[str, str], _Count] = {}

    def begin(self, usuario: str, address: str, known: Callable[[], bool]) -> int:
        """Count an attempt and return 0, or return the seconds to wait if it is not allowed now.

        `known` returns whether the person has logged in from this address before; it is called only when needed.
        """
        pair, wider = (usuario, address), (("", address), (usuario, ""))
        with self._lock:
            now = self._clock()
            held = self._wait(pair, now)
            widely = max(self._wait(key, now) for key in wider)
        if not held and widely and not known():
            held = widely
        if held:
            return held
        with self._lock:
            if held := self._wait(pair, now):
                return held
            self._count(pair, self._free, now)
            for key in wider:
                self._count(key, WIDER * self._free, now)
        return 0

    def waits(self, usuario: str, address: str) -> bool:
        """Return whether the next attempt of the pair would have to wait."""
        with self._lock:
            return self._wait((usuario, address), self._clock()) > 0

    def succeed(self, usuario: str, address: str) -> None:
        """Forget the pair's count after a correct password, and take the attempt back from the wider counts."""
        with self._lock:
            self._counts.pop((usuario, address), None)
            for key in (("", address), (usuario, "")):
                if (count := self._counts.get(key)) is not None:
                    count.tries = max(0, count.tries - 1)
                    count.until = 0.0 if count.tries < WIDER * self._free else count.until

    def _wait(self, key: tuple[str, str], now: float) -> int:
        count = self._counts.get(key)
        return 0 if count is None else max(0, round(count.until - now + 0.5))

    def _count(self, key: tuple[str, str], free: int, now: float) -> None:
        count = self._counts.pop(key, None)
        if count is None or now - count.last > _FORGET_S:
            count = _Count()
        count.tries, count.last = count.tries + 1, now
        if count.tries >= free:
            count.until = now + min(LONGEST_WAIT_S, FIRST_WAIT_S * 2.0 ** min(count.tries - free, 10))
        self._counts[key] = count
        if len(self._counts) > _MOST:
            self._counts.pop(next(iter(self._counts)))
