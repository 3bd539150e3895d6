"""Collects what is said of a document, equal notices counted."""

from printserver.rtf.model import Notice, NoticeKind


class Notices:
    """The notices of a document, in the order of their first places."""

    def __init__(self) -> None:
        self._places: dict[tuple[NoticeKind, str], int] = {}

    def add(self, kind: NoticeKind, text: str, places: int = 1) -> None:
        """Add a notice (Portuguese, without a full stop) for so many places."""
        if places:
            self._places[kind, text] = self._places.get((kind, text), 0) + places

    def all(self) -> tuple[Notice, ...]:
        """Return the notices, each once."""
        return tuple(Notice(kind, text, places) for (kind, text), places in self._places.items())
