"""Collects what is said of a document, equal notices once."""

from printserver.rtf.model import Notice, NoticeKind


class Notices:
    """The notices of a document, in the order of their first places."""

    def __init__(self) -> None:
        self._said: dict[Notice, None] = {}

    def add(self, kind: NoticeKind, text: str) -> None:
        """Add a notice (Portuguese, without a full stop)."""
        self._said[Notice(kind, text)] = None

    def all(self) -> tuple[Notice, ...]:
        """Return the notices, each once."""
        return tuple(self._said)
