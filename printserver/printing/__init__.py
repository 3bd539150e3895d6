"""Queues that receive finished PDFs: CUPS queues, and folders.

`delivery` decides what is sent, when, and how a queue's answers affect a job.
"""

from printserver.printing.cups_queue import CupsQueue
from printserver.printing.cups_server import Change, CupsServer, apply_changes, needed_changes
from printserver.printing.diagnosis import (
    DISK,
    OFFLINE,
    OTHER_CERTIFICATE,
    PASTA,
    Diagnosis,
    diagnose_job,
    diagnose_queue,
)
from printserver.printing.folder import FolderQueue
from printserver.printing.liveness import IdleConnection
from printserver.printing.media import has_size
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
from printserver.printing.passwords import keep_password, read_password
from printserver.printing.probe import Proof, prove
from printserver.printing.tls_tunnel import readable

__all__ = [
    "DISK",
    "OFFLINE",
    "OTHER_CERTIFICATE",
    "PASTA",
    "Capabilities",
    "CertificateChanged",
    "Change",
    "CupsQueue",
    "CupsServer",
    "Diagnosis",
    "FolderQueue",
    "Handoff",
    "IdleConnection",
    "Proof",
    "QueueGone",
    "QueueRefused",
    "QueueUnavailable",
    "Server",
    "State",
    "apply_changes",
    "diagnose_job",
    "diagnose_queue",
    "has_size",
    "keep_password",
    "needed_changes",
    "prove",
    "read_password",
    "readable",
]
