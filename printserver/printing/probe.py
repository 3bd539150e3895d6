"""Print a test page to learn whether a CUPS queue counts printed sides and keeps printed files."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from printserver.printing.cups_queue import CupsQueue
from printserver.printing.cups_server import CupsServer
from printserver.printing.model import Handoff, State

_ENDED: Final = ("completed", "canceled", "aborted")
_PAUSE_S: Final = 0.2
_DELETION_S: Final = 2.0  # maximum time that CUPS needs to delete a file


@dataclass(frozen=True, slots=True)
class Proof:
    """Result of the test page. `counts_sheets`: CUPS counted at least as many printed sides as the test has pages.

    `estado` None: CUPS does not know the job any more. `keeps_files` None: unknown.
    """

    estado: str | None
    impressions: int
    counts_sheets: bool
    keeps_files: bool | None

    @property
    def is_done(self) -> bool:
        """Whether the queue reports the page as completed; otherwise the other fields are meaningless."""
        return self.estado == "completed"


def prove(
    queue: CupsQueue,
    handoff: Handoff,
    paginas: int,
    limit_s: float,
    on_state: Callable[[State], None] = lambda _state: None,
) -> Proof:
    """Print the page and wait for its end, at most `limit_s` seconds: then it is cancelled.

    `on_state` receives each new state. Raises QueueUnavailable, QueueRefused.
    """
    cups_id = queue.create(handoff)
    queue.send(cups_id, handoff)
    queue.release(cups_id)
    end = time.monotonic() + limit_s
    last: State | None = None
    while True:
        state = queue.state(cups_id)
        if state is None:
            return Proof(None, 0, counts_sheets=False, keeps_files=None)
        if state != last:
            on_state(state)
            last = state
        if state.estado in _ENDED:
            break
        if time.monotonic() > end:
            queue.cancel(cups_id)
            return Proof(state.estado, state.impressions or 0, counts_sheets=False, keeps_files=None)
        time.sleep(_PAUSE_S)
    sides = state.impressions or 0
    return Proof(state.estado, sides, counts_sheets=sides >= paginas, keeps_files=_keeps_file(queue, cups_id))


def _keeps_file(queue: CupsQueue, cups_id: int) -> bool:
    """Return whether CUPS keeps the job's file; it is downloaded, nothing is printed."""
    server = CupsServer(queue.access, queue.limit_s)
    end = time.monotonic() + _DELETION_S
    while server.keeps_file(queue.queue, cups_id):
        if time.monotonic() > end:
            return True
        time.sleep(_PAUSE_S)
    return False
