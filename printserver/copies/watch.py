"""Watches the copies from a running server: an old copy and a mirror that is away open an incident (B1, B2).

The incident goes by e-mail and stands on every screen (`incidents`). A copy that fails opens its own (`make`).
"""

import threading
from typing import Final

import structlog
from sqlalchemy.engine import Connection

from printserver import incidents
from printserver.common import faults
from printserver.copies.standing import standing
from printserver.errors import Recusa
from printserver.office import Office

_log = structlog.get_logger()

EVERY_S: Final = 5.0
OLD, MIRROR = "copia-velha", "espelho-parado"


def run(office: Office, stop: threading.Event) -> None:
    """Keep the mirror up with entries of processes that do not write it, and observe, until `stop`."""
    while not stop.is_set():
        try:
            observe(office.current())
        except Exception as error:
            reason = error.detail if isinstance(error, Recusa) else faults.passing(error)
            _log.error("the copies cannot be watched now", why=reason, exc_info=reason is None)
        stop.wait(EVERY_S)


def observe(office: Office) -> None:
    """Open the incidents of what is wrong now, and note the end of those that are over."""
    with office.db.read() as conn:
        found = _faults(conn, office)
        due = {kind: text for kind, text in found.items() if (text is None) == incidents.lasts(conn, office, kind)}
    for kind, text in due.items():
        with office.db.write() as conn:
            if text is None:
                incidents.settled(conn, office, kind, office.clock())
            else:
                incidents.open_incident(conn, office, kind, text, office.clock())


def _faults(conn: Connection, office: Office) -> dict[str, str | None]:
    found = standing(conn, office, office.clock())
    mirror = found.espelho.falha if found.espelho is not None else None
    return {OLD: found.too_old, MIRROR: mirror}
