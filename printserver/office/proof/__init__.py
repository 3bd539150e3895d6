"""Verification of the records (A6): evidence in the log, heads kept outside the database, the check itself.

It depends on tables only, not on jobs or screens.
"""

from printserver.office.proof.certificates import register, signer, used_certificates
from printserver.office.proof.daily_head import (
    PASTA,
    Head,
    HeadDiffers,
    KeptHead,
    difference,
    kept_heads,
    of_day,
    parse_point,
    point,
    read_all,
    store,
)
from printserver.office.proof.proofs import (
    JOB,
    QUESTION,
    SELO,
    change_proof,
    evidence,
)
from printserver.office.proof.report import Report, verify

__all__ = [
    "JOB",
    "PASTA",
    "QUESTION",
    "SELO",
    "Head",
    "HeadDiffers",
    "KeptHead",
    "Report",
    "change_proof",
    "difference",
    "evidence",
    "kept_heads",
    "of_day",
    "parse_point",
    "point",
    "read_all",
    "register",
    "signer",
    "store",
    "used_certificates",
    "verify",
]
