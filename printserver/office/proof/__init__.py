"""The record proves itself (A6): what the log keeps of each row, the heads kept outside the database, the verification.

Knows no job and no screen: it looks at rows.
"""

from printserver.office.proof.certificates import registrar
from printserver.office.proof.daily_head import (
    Cabeca,
    CabecaDiverge,
    divergencia,
    do_dia,
    guardadas,
    guardar,
    ler_ponto,
    lidas,
    ponto,
)
from printserver.office.proof.proofs import (
    JOB,
    PERGUNTA,
    SELO,
    mudanca,
    prova,
)
from printserver.office.proof.report import Laudo, verificar

__all__ = [
    "JOB",
    "PERGUNTA",
    "SELO",
    "Cabeca",
    "CabecaDiverge",
    "Laudo",
    "divergencia",
    "do_dia",
    "guardadas",
    "guardar",
    "ler_ponto",
    "lidas",
    "mudanca",
    "ponto",
    "prova",
    "registrar",
    "verificar",
]
