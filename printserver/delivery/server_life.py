"""Detects the death of a print server by an idle connection to it (docs/decisions/14)."""

import threading
import time
from datetime import datetime
from typing import Final

import structlog

from printserver.clock import Clock
from printserver.ledger import Attempt
from printserver.printing import CupsQueue, IdleConnection, QueueUnavailable, State

_log = structlog.get_logger()

TICK_S: Final = 0.25  # wait per check of the connection
_CLEARLY_BEFORE_S: Final = 1.5  # CUPS reports the beginning of a print in whole seconds


class ServerLife:
    """The connection to one print server, and its last death. Not thread-safe."""

    def __init__(self, cups_server: str | None, clock: Clock) -> None:
        """Initialize without opening a connection (see `connect`). `clock`: the office's, to compare with releases."""
        self._server = cups_server
        self._clock = clock
        self.connection: IdleConnection | None = None
        self._died_at: datetime | None = None
        self._died_mono = 0.0
        self._gone_since: float | None = None  # start of the outage, if the server is known to be dead
        self._begun: dict[
            int, tuple[int, float]
        ] = {}  # attempt → beginning of its printing, and when it was first seen

    def close(self) -> None:
        """Close the connection."""
        if self.connection is not None:
            self.connection.close()
            self.connection = None

    def connect(self, queue: CupsQueue) -> None:
        """Open the connection unless it is open; record a death since the last call."""
        if self.connection is not None and self.connection.died():
            self._death()
        if self.connection is None:
            try:
                self.connection = queue.connection()
                self._gone_since = None
            except QueueUnavailable as error:
                refused = isinstance(error.__cause__, ConnectionRefusedError | FileNotFoundError)
                if refused and self._gone_since is None:
                    self._death()

    def wait(self, stop: threading.Event) -> bool:
        """Wait `TICK_S` seconds; return whether the server died in that time."""
        if self.connection is None:
            stop.wait(TICK_S)
            return False
        if self.connection.died(TICK_S):
            self._death()
            return True
        return False

    def is_gone_for(self, seconds: float) -> bool:
        """Return whether the server is known to have died and has been gone for `seconds`."""
        return self._gone_since is not None and time.monotonic() - self._gone_since >= seconds

    def died_since(self, attempt: Attempt) -> bool:
        """Return whether the server died after the release of this attempt was requested."""
        if attempt.vida is not None and self.connection is not None and self.connection.vida is not None:
            return attempt.vida != self.connection.vida
        return self._died_at is not None and attempt.liberada_em is not None and attempt.liberada_em <= self._died_at

    def saw_begin(self, attempt: Attempt, state: State | None) -> bool:
        """Record when the printing was first seen; return whether that was clearly before the server's last death.

        A print that restarts within the same second cannot be distinguished from the first.
        """
        if state is None or state.inicio is None:
            return False
        began, seen = self._begun.setdefault(attempt.id, (state.inicio, time.monotonic()))
        return began == state.inicio and self._died_mono - seen > _CLEARLY_BEFORE_S

    def forget(self, attempt: Attempt) -> None:
        """Forget the beginning of an attempt that has ended."""
        self._begun.pop(attempt.id, None)

    def _death(self) -> None:
        _log.warning("print server died", servidor=self._server)
        self.close()
        self._died_at = self._clock()
        self._died_mono = self._gone_since = time.monotonic()
