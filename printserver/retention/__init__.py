"""Removal of texts and PDFs after their term, and what is held of one person (A3, LGPD).

Seals and the log stay. The terms are settings by kind of document; without them nothing is removed.
"""

from printserver.retention.answer import as_json, as_pdf, as_text
from printserver.retention.remove import Removed, count_expired, remove_expired
from printserver.retention.titular import Answer, Held, find_titular, parse_cpf

__all__ = [
    "Answer",
    "Held",
    "Removed",
    "as_json",
    "as_pdf",
    "as_text",
    "count_expired",
    "find_titular",
    "parse_cpf",
    "remove_expired",
]
