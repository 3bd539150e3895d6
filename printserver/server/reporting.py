"""The sender of an engine: made anew when the court's settings, its authority or the office's certificate change."""

import threading

import structlog

from printserver.court import HttpTransport, Sender
from printserver.errors import ConfigError
from printserver.office import Office, reload

_log = structlog.get_logger()


class Reporting:
    """The reports of one engine to the court. Used by the engine's thread alone."""

    def __init__(self, office: Office, owner: str) -> None:
        """Raises `ConfigError` if the authority's file cannot be read."""
        self._owner = owner
        self._made_for = _key(office)
        self.sender = _sender(office, owner)
        self._stop = threading.Event()
        self._thread: threading.Thread | None = None

    def follow(self, office: Office, pause_s: float) -> None:
        """Start the thread; if the settings have changed, end the sender after its exchange and start another one."""
        made = self.renew(office)
        if made or self._thread is None:
            before = self._thread
            self._stop.set()
            self._stop = threading.Event()
            run = (self.sender, self._stop, pause_s, before)
            self._thread = threading.Thread(target=_run, args=run, name="court", daemon=True)
            self._thread.start()

    def renew(self, office: Office) -> bool:
        """Make the sender anew if the settings have changed; return whether it was.

        A fault is logged, and the old sender stays.
        """
        key = _key(office)
        if key == self._made_for:
            return False
        self._made_for = key
        try:
            self.sender = _sender(office, self._owner)
        except ConfigError as error:
            _log.error("the court's settings cannot be used: the former ones stay", why=str(error))
            return False
        return True

    def stop(self) -> None:
        """End the thread after its exchange, and wait for it."""
        self._stop.set()
        if self._thread is not None:
            self._thread.join()
            self._thread = None


def _run(sender: Sender | None, stop: threading.Event, pause_s: float, before: threading.Thread | None) -> None:
    if before is not None:  # one sender at a time: the one before holds the office's lease until it ends
        before.join()
    if sender is not None:
        sender.run(stop, pause_s)


def _key(office: Office) -> tuple[object, ...]:
    settings = office.settings.tribunal
    authority = reload.stamp((office.instance / settings.autoridade,)) if settings.autoridade else None
    return settings, office.certificado.fingerprint, authority


def _sender(office: Office, owner: str) -> Sender | None:
    """Return the sender; None if no court is configured: the seals stay in the outbox."""
    settings = office.settings.tribunal
    if not settings.url:
        return None
    court = HttpTransport(settings, office.certificado, office.instance)
    return Sender(office.db, office.clock, office.serventia_id, settings, court, owner, office.bell.ring)
