"""What the tables say and are told, in the transaction of the caller: jobs, documents, seals, questions."""

from printserver.ledger.idempotency import Outcome
from printserver.ledger.questions import ask_about_sheets, close_expired
from printserver.ledger.seal_view import PAGE, history_step, printed_selo, selo_dict
from printserver.ledger.states import (
    ACCEPTED,
    AWAITING_SELO,
    AWAITING_XA,
    CANCELLED,
    CUPS_ENDS,
    FAILED,
    HANDED_OFF,
    HELD,
    MOVING,
    PRINTED,
    RENDERED,
    UNCERTAIN,
    at_an_end,
    on_its_way,
)

__all__ = [
    "ACCEPTED",
    "AWAITING_SELO",
    "AWAITING_XA",
    "CANCELLED",
    "CUPS_ENDS",
    "FAILED",
    "HANDED_OFF",
    "HELD",
    "MOVING",
    "PAGE",
    "PRINTED",
    "RENDERED",
    "UNCERTAIN",
    "Outcome",
    "ask_about_sheets",
    "at_an_end",
    "bodies",
    "close_expired",
    "documents",
    "history_step",
    "idempotency",
    "jobs",
    "keys",
    "on_its_way",
    "printed_selo",
    "questions",
    "seal_view",
    "seals",
    "selo_dict",
]
