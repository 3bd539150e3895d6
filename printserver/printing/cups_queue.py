"""A CUPS queue with a two-phase hand-off: create a held job, send its bytes, release it.

The caller (`delivery`) decides which CUPS job may print, and records it before.
"""

from collections.abc import Callable, Sequence
from typing import Concatenate, ParamSpec, TypeVar

from printserver.printing import cups_calls, helper
from printserver.printing.liveness import IdleConnection
from printserver.printing.media import job_name, job_options
from printserver.printing.model import Capabilities, Handoff, Server, State

_P = ParamSpec("_P")
_T = TypeVar("_T")

# Sending gets extra time for the file, at the rate of a slow network (bytes per second).
_SLOW_LINE = 500_000


class CupsQueue:
    """One CUPS queue. `cups_server` is a socket's path or HOST:PORT, or a `Server`; None is CUPS of this machine.

    Every call opens its own connection in a helper process and ends within `limit_s` seconds (`send`: more for a
    large file). Every call may raise QueueUnavailable (no server, no such queue now, a queue that rejects jobs, time
    limit) or QueueRefused (a retry will not help). All calls except `create` are idempotent; `create` makes a new job
    each time.
    """

    def __init__(self, nome: str, queue: str, cups_server: Server | str | None = None, limit_s: float = 10.0) -> None:
        self.nome = nome
        self.queue = queue
        self.access = cups_server if isinstance(cups_server, Server) else Server(cups_server)
        self.limit_s = limit_s

    @property
    def servidor(self) -> str | None:
        """The server's address; None is CUPS of this machine."""
        return self.access.endereco

    def create(self, handoff: Handoff) -> int:
        """Create the held CUPS job, without a file, and return its id. Its name begins with `job_id` of the hand-off.

        After a QueueUnavailable the job may exist: `find` finds it, and it must be cancelled or used.
        """
        return self._call(self.limit_s, cups_calls.create, job_name(handoff), job_options(handoff))

    def send(self, cups_id: int, handoff: Handoff) -> None:
        """Send the PDF's bytes to the held job. Raises QueueRefused if the job is not held, has ended or is unknown."""
        content = handoff.read_content()
        limit = self.limit_s + len(content) / _SLOW_LINE
        self._call(limit, cups_calls.send, cups_id, content, job_name(handoff))

    def release(self, cups_id: int) -> None:
        """Release the job. Raises QueueRefused if it is unknown or has no file."""
        self._call(self.limit_s, cups_calls.release, cups_id)

    def state(self, cups_id: int) -> State | None:
        """Return the status of the job; None if CUPS does not know it any more, or does not show it to this user."""
        return self._call(self.limit_s, cups_calls.state, cups_id)

    def states(self, cups_ids: Sequence[int]) -> dict[int, State]:
        """Return the status of many jobs, at any queues of this server; unknown ones are left out."""
        return self._call(self.limit_s, cups_calls.states, list(cups_ids)) if cups_ids else {}

    def history(self) -> dict[int, State]:
        """Return the status of every job of this user that CUPS still knows, at any queue, also of other programs."""
        return self._call(self.limit_s, cups_calls.history)

    def connection(self) -> IdleConnection:
        """Return an idle connection to the server; it closes when the server dies. Raises QueueUnavailable."""
        return IdleConnection(*helper.run(self.limit_s, cups_calls.address, self.access))

    def find(self, job_id: str) -> list[int]:
        """Return the ids of all CUPS jobs whose name begins with `job_id`, ended ones too, in order.

        CUPS shows a job's name only to the user who made it: processes that share queues must run as one user. Jobs of
        other users are not found; they never print, because they are only released by id.
        """
        return self._call(self.limit_s, cups_calls.find, job_id)

    def cancel(self, cups_id: int) -> None:
        """Cancel the job. Returns at once: a page being printed may need a moment (see `state`)."""
        self._call(self.limit_s, cups_calls.cancel, cups_id)

    def capabilities(self) -> Capabilities:
        """Return the queue's state and capabilities. A raw queue reports no trays and no faces."""
        return self._call(self.limit_s, cups_calls.capabilities)

    def _call(
        self,
        limit_s: float,
        function: Callable[Concatenate[Server, str, _P], _T],
        *args: _P.args,
        **kwargs: _P.kwargs,
    ) -> _T:
        return helper.run(limit_s, function, self.access, self.queue, *args, **kwargs)
