"""Formats: what a page looks like, where the seal stands, what is written besides the body. Draws nothing."""

from printserver.formats.block import ValoresBloco, ValorSelo
from printserver.formats.model import Faces, Formato, Tipo
from printserver.formats.reader import Formatos, conferir, ler_formato

__all__ = ["Faces", "Formato", "Formatos", "Tipo", "ValorSelo", "ValoresBloco", "conferir", "ler_formato"]
