"""The terms of X4, by kind: deadlines to exclude a seal (XA) or rectify its type or identifier. Defined only here.

`kind` is the `tipo` of the document that the seal is on, None for a seal without a print: a seal of the
ato `CE` that was issued without a print has the office's term, not that of the kind `certidao`.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

# Hours of the kinds whose term is shorter than the office's; an office may set still fewer, never more.
XA_HOURS: Final[Mapping[str, int]] = {}
RECTIFICATION_HOURS: Final[Mapping[str, int]] = {}


@dataclass(frozen=True, slots=True)
class Terms:
    """The office's terms, in hours from the moment of the act."""

    xa_hours: int = 72
    rectification_hours: int = 72

    def xa_until(self, kind: str | None, *moments: datetime) -> datetime:
        """Return until when seals of acts at `moments` can be excluded together: the earliest act counts (S7)."""
        return min(moments) + _shorter(self.xa_hours, XA_HOURS, kind)

    def rectification_until(self, kind: str | None, moment: datetime) -> datetime:
        """Return until when a seal's type or identifier can be rectified; its date and value have no term (R2)."""
        return moment + _shorter(self.rectification_hours, RECTIFICATION_HOURS, kind)


def _shorter(of_office: int, of_kinds: Mapping[str, int], kind: str | None) -> timedelta:
    return timedelta(hours=of_office if kind is None else min(of_office, of_kinds.get(kind, of_office)))
