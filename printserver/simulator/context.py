"""Context of the simulated court's views, and closing a connection without an answer."""

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
    """The court's objects and state."""

    records: Records
    falhas: Faults
    rules: Rules
    clock: Clock
    stopped: threading.Event = field(default_factory=threading.Event)

    def now(self) -> datetime:
        """Return the court's current time, which may be shifted."""
        return self.clock() + timedelta(seconds=self.falhas.estado.relogio_s)

    def wait(self, seconds: float) -> None:
        """Wait; end early if the court stops."""
        self.stopped.wait(seconds)


def court_settings() -> CourtSettings:
    """Return the court of the current request."""
    return cast(CourtSettings, current_app.extensions[EXTENSION])


def close_connection() -> Response:
    """Close the socket of this request: the client gets no answer, whatever the view returns."""
    connection: socket.socket = request.environ["werkzeug.socket"]
    connection.shutdown(socket.SHUT_RDWR)
    return Response()


def outage() -> Response | None:
    """While the court is down (`fora`), close the connection before the request is read.

    If `vezes` limits the outage, only sends (POST) are affected: an office in doubt queries before it sends again, and
    would never reach its next send.
    """
    state = court_settings().falhas.estado
    if state.falha != "fora" or (request.method != "POST" and state.vezes is not None):
        return None
    if request.method == "POST":
        court_settings().falhas.take()
    return close_connection()
