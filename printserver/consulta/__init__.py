"""Seals looked up, added up, exported, and held beside the court's list (T5). Changes nothing but the log (A3)."""

from printserver.consulta.comparacao import RESULTADOS, Comparacao, Pedido, comparar
from printserver.consulta.exportacao import FORMATOS, Exportacao, exportar
from printserver.consulta.lista import CONTA_ATE, listar
from printserver.consulta.totais import totalizar

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
    "totalizar",
]
