"""Rendering: lay out once, keep, then stamp each print. Knows no job, no rule of the book and no queue."""

from printserver.rendering.body.characters import Aviso
from printserver.rendering.extract import extrair
from printserver.rendering.offset import deslocar
from printserver.rendering.preview import conferir_no_papel, previsualizar
from printserver.rendering.render import (
    Caixa,
    Lado,
    Layout,
    PedidoLayout,
    Render,
)
from printserver.rendering.stamp import BaseDanificada, Carimbo, LadoImpresso, TextoImproprio, carimbar, ensaiar, lados

__all__ = [
    "Aviso",
    "BaseDanificada",
    "Caixa",
    "Carimbo",
    "Lado",
    "LadoImpresso",
    "Layout",
    "PedidoLayout",
    "Render",
    "TextoImproprio",
    "carimbar",
    "conferir_no_papel",
    "deslocar",
    "ensaiar",
    "extrair",
    "lados",
    "previsualizar",
]
