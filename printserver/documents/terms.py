"""The terms of X4, by kind: deadlines to exclude a seal (XA) or rectify its type or identifier. Defined only here.

`kind` is the `tipo` of the document that the seal is on, None for a seal without a print.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Terms:
    """The office's terms, in hours from the moment of the act."""

    xa_hours: int = 72
    rectification_hours: int = 72

    def xa_until(self, kind: str | None, *moments: datetime) -> datetime:
        """Return until when seals of acts at `moments` can be excluded together: the earliest act counts (S7)."""
        return min(moments) + timedelta(hours=self._xa_hours(kind))

    def rectification_until(self, kind: str | None, moment: datetime) -> datetime:  # noqa: ARG002 - the same for all
        """Return until when a seal's type or identifier can be rectified; its date and value have no term (R2)."""
        return moment + timedelta(hours=self.rectification_hours)

    def _xa_hours(self, kind: str | None) -> int:  # noqa: ARG002 - the same for all
        return self.xa_hours
