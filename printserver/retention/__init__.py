"""Removal of texts and PDFs after their term, and what is held of one person (A3, LGPD).

Seals and the log stay. The terms are settings by kind of document; without them nothing is removed.
"""

from printserver.retention.remove import Removed, count_expired, remove_expired

__all__ = [
    "Removed",
    "count_expired",
    "remove_expired",
]
