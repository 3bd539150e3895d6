"""What the views of the simulated court share: the court itself, and a connection closed without an answer."""

import socket
import threading
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final, cast

from flask import Response, current_app, request

from printserver.clock import Clock
from printserver.simulator.faults import Faults
from printserver.simulator.records import Records
from printserver.simulator.rules import Rules

EXTENSION: Final = "tribunal-simulado"


@dataclass(frozen=True, slots=True)
class CourtSettings:
    """The court as its views use it."""

    records: Records
    falhas: Faults
    rules: Rules
    clock: Clock
    stopped: threading.Event = field(default_factory=threading.Event)

    def now(self) -> datetime:
        """Return the court's present moment: its clock may be put forward or back."""
        return self.clock() + timedelta(seconds=self.falhas.estado.relogio_s)

    def wait(self, seconds: float) -> None:
        """Wait, but not beyond the court's own end."""
        self.stopped.wait(seconds)


def court_settings() -> CourtSettings:
    """Return the court that this request came to."""
    return cast(CourtSettings, current_app.extensions[EXTENSION])


def close_connection() -> Response:
    """Close the connection of this request for real: the client gets no answer, whatever is returned."""
    connection: socket.socket = request.environ["werkzeug.socket"]
    connection.shutdown(socket.SHUT_RDWR)
    return Response()


def outage() -> Response | None:
    """Where the court is down, close the connection before anything is read: nobody is there.

    Where it is down for so many sends, these alone are hit: an office in doubt asks before it sends again, and would
    never get to its next send.
    """
    state = court_settings().falhas.estado
    if state.falha != "fora" or (request.method != "POST" and state.vezes is not None):
        return None
    if request.method == "POST":
        court_settings().falhas.take()
    return close_connection()
