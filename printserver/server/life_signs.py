"""Signs of life of a served office, for systemd: ready once HTTP and engine answer, alive while all that it needs does.

A restart mends a process that hangs, and a database or a spool that this process sees no longer. It does not mend a
full disk or a wrong clock: those are shown on the screens, and the server goes on answering.
"""

import http.client
import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from multiprocessing import Pipe
from multiprocessing.connection import Connection
from typing import Final

import structlog

from printserver.server.door import Door
from printserver.server.notify import notify, watchdog_s

_log = structlog.get_logger()

_READY_PAUSE_S: Final = 0.1
_LIMIT_S: Final = 30.0  # for an answer, without a watchdog
_NEEDED: Final[Mapping[str, str]] = {
    "banco": "o banco de dados não responde",
    "spool": "a pasta dos PDFs não pode ser escrita",
}


@dataclass(slots=True)
class Beats:
    """The engine's rounds: it writes a byte to `out` in each, the parent reads them from `heard`."""

    heard: Connection = field(init=False)
    out: Connection = field(init=False)
    last: float | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self.heard, self.out = Pipe(duplex=False)
        for end in (self.heard, self.out):
            os.set_blocking(end.fileno(), False)

    def missing(self, limit_s: float) -> str | None:
        """Return why the engine counts as dead (Portuguese), or None: its last round is at most `limit_s` ago."""
        try:
            while os.read(self.heard.fileno(), 4096):
                self.last = time.monotonic()
        except BlockingIOError:
            pass
        if self.last is not None and time.monotonic() - self.last <= limit_s:
            return None
        return "o motor não responde"


class LifeSigns:
    """Tells the service manager how the office is, in a thread of its own, until `stop`."""

    def __init__(self, doors: Sequence[Door], beats: Beats) -> None:
        self._doors = doors
        self._beats = beats
        self._every = watchdog_s()
        self._limit_s = self._every / 4 if self._every else _LIMIT_S
        self._stop = threading.Event()
        self._said: str | None = None
        self._thread = threading.Thread(target=self._run, name="life signs", daemon=True)

    def start(self) -> None:
        """Begin. Without a service manager nothing is asked and nothing sent."""
        if os.environ.get("NOTIFY_SOCKET"):
            self._thread.start()

    def stop(self) -> None:
        """Say that the server stops on purpose."""
        self._stop.set()
        notify("STOPPING=1")

    def _run(self) -> None:
        while not self._stop.is_set() and (fault := self._fault({})) is not None:
            self._tell(f"começando: {fault}")
            self._stop.wait(_READY_PAUSE_S)
        if not self._stop.is_set():
            notify("READY=1", "STATUS=no ar")
        while self._every is not None and not self._stop.wait(self._every / 4):
            fault = self._fault(_NEEDED)
            if fault is None:
                self._tell("no ar", "WATCHDOG=1")
            else:
                self._tell(fault)
                _log.error("a sign of life is missing", why=fault)

    def _fault(self, needed: Mapping[str, str]) -> str | None:
        """Return what does not answer (Portuguese): the engine, HTTP, or a `needed` condition; None: all do."""
        if fault := self._beats.missing(self._limit_s):
            return fault
        return next(filter(None, (self._fault_behind(door, needed) for door in self._doors)), None)

    def _fault_behind(self, door: Door, needed: Mapping[str, str]) -> str | None:
        try:
            found = door.ask("/readyz", self._limit_s)
        except (OSError, http.client.HTTPException, ValueError):
            return "as telas e a API não respondem"
        return next((text for name, text in needed.items() if not found.get(name)), None)

    def _tell(self, status: str, *more: str) -> None:
        if more or status != self._said:
            notify(*more, f"STATUS={status}")
        self._said = status


def beat(fd: int | None) -> Callable[[], None]:
    """Return the engine's function that writes one sign of life; a full pipe is as good."""

    def write() -> None:
        if fd is not None:
            try:
                os.write(fd, b".")
            except OSError:
                return

    return write
