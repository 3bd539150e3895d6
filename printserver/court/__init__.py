"""Reports of seals to the court (T1–T5): outbox, sender, transport, notices. Independent of prints and screens.

`simulator` is a simulated court for development, tests and demonstrations.
"""

from printserver.court.answers import (
    CourtAnswer,
    OnRecord,
    from_lookup,
    from_sending,
    general_failure,
)
from printserver.court.client import Exchange, HttpTransport, Transport
from printserver.court.listing import request_listing, try_court
from printserver.court.outbox import REPORT_PENDING
from printserver.court.outcome import valid_vinculador
from printserver.court.pending import CARREGADO, ESTORNADO, WAITING
from printserver.court.sender import Sender

__all__ = [
    "CARREGADO",
    "ESTORNADO",
    "REPORT_PENDING",
    "WAITING",
    "CourtAnswer",
    "Exchange",
    "HttpTransport",
    "OnRecord",
    "Sender",
    "Transport",
    "from_lookup",
    "from_sending",
    "general_failure",
    "mail",
    "notices",
    "pending",
    "request_listing",
    "standing",
    "try_court",
    "valid_vinculador",
]
