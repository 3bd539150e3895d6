"""What the court is told of every seal (T1–T5): an outbox, its sender, the transport. Knows no print and no screen.

`simulator` is a court to develop, test and show with.
"""

from printserver.court.answers import (
    Consta,
    Resposta,
    de_consulta,
    de_envio,
    falha_geral,
)
from printserver.court.client import Transporte, TransporteHttp, Troca
from printserver.court.listing import pedir_lista
from printserver.court.outbox import COMUNICACAO_PENDENTE, apressar, retomar
from printserver.court.outcome import vinculador_que_vale
from printserver.court.sender import Remetente

__all__ = [
    "COMUNICACAO_PENDENTE",
    "Consta",
    "Remetente",
    "Resposta",
    "Transporte",
    "TransporteHttp",
    "Troca",
    "apressar",
    "de_consulta",
    "de_envio",
    "falha_geral",
    "pedir_lista",
    "retomar",
    "vinculador_que_vale",
]
