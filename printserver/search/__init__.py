"""Seals looked up, added up, exported, and held beside the court's list (T5). Changes nothing but the log (A3)."""

from printserver.search.compare import (
    RESULTADOS,
    Comparacao,
    Pedido,
    comparar,
)
from printserver.search.export import FORMATOS, Exportacao, exportar
from printserver.search.results import CONTA_ATE, listar
from printserver.search.totals import somar, totalizar

__all__ = [
    "CONTA_ATE",
    "FORMATOS",
    "RESULTADOS",
    "Comparacao",
    "Exportacao",
    "Pedido",
    "comparar",
    "exportar",
    "listar",
    "somar",
    "totalizar",
]
