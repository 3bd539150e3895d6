"""Queues: where finished PDFs go, to be printed by CUPS or kept in a folder.

What is sent, when, and what a queue's answers mean for a job is decided in `jobs`.
"""

from printserver.printing.cups_queue import CupsQueue
from printserver.printing.folder import FolderQueue
from printserver.printing.model import (
    Capabilities,
    CertificateChanged,
    Handoff,
    QueueGone,
    QueueRefused,
    QueueUnavailable,
    Server,
    State,
)

__all__ = [
    "Capabilities",
    "CertificateChanged",
    "CupsQueue",
    "FolderQueue",
    "Handoff",
    "QueueGone",
    "QueueRefused",
    "QueueUnavailable",
    "Server",
    "State",
]
