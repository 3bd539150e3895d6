"""The record proves itself (A6): what the log keeps of each row, the heads kept outside the database, the verification.

Knows no job and no screen: it looks at rows.
"""

from printserver.auditoria.cabeca import (
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
from printserver.auditoria.certificados import registrar
from printserver.auditoria.laudo import Laudo, verificar
from printserver.auditoria.provas import JOB, PERGUNTA, SELO, mudanca, prova

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
