"""Queues: where finished PDFs go, to be printed by CUPS or kept in a folder.

What is sent, when, and what a queue's answers mean for a job is decided in `jobs`.
"""

from printserver.printing.cups_queue import FilaCups
from printserver.printing.folder import FilaPasta
from printserver.printing.model import (
    Capacidades,
    CertificadoMudou,
    Entrega,
    Estado,
    FilaFora,
    FilaRecusa,
    FilaSumiu,
    Servidor,
)

__all__ = [
    "Capacidades",
    "CertificadoMudou",
    "Entrega",
    "Estado",
    "FilaCups",
    "FilaFora",
    "FilaPasta",
    "FilaRecusa",
    "FilaSumiu",
    "Servidor",
]
