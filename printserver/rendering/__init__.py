"""Rendering: lay out once, keep, then stamp each print. Knows no job, no rule of the book and no queue."""

from printserver.rendering.caracteres import Aviso
from printserver.rendering.deslocamento import deslocar
from printserver.rendering.extrato import extrair
from printserver.rendering.layout import Caixa, Lado, Layout, PedidoLayout, Render
from printserver.rendering.preview import conferir_no_papel, previsualizar
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
