"""The record proves itself (A6): what the log keeps of each row, the heads kept outside the database, the verification.

Knows no job and no screen: it looks at rows.
"""

from printserver.office.proof.certificates import register
from printserver.office.proof.daily_head import (
    Cabeca,
    CabecaDiverge,
    divergencia,
    guardadas,
    ler_ponto,
    of_day,
    point,
    read_all,
    store,
)
from printserver.office.proof.proofs import (
    JOB,
    PERGUNTA,
    SELO,
    evidence,
    mudanca,
)
from printserver.office.proof.report import Laudo, verify

__all__ = [
    "JOB",
    "PERGUNTA",
    "SELO",
    "Cabeca",
    "CabecaDiverge",
    "Laudo",
    "divergencia",
    "evidence",
    "guardadas",
    "ler_ponto",
    "mudanca",
    "of_day",
    "point",
    "read_all",
    "register",
    "store",
    "verify",
]
