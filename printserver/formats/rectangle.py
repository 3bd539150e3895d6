"""Named rectangles on a page, in mm from its upper left corner."""

from collections.abc import Iterable
from dataclasses import dataclass

_FOLGA = 0.01
"""mm by which two rectangles may overlap and still count as only touching."""


@dataclass(frozen=True, slots=True)
class Retangulo:
    """A named rectangle on a page, in mm from its upper left corner."""

    nome: str
    x: float
    y: float
    largura: float
    altura: float

    def toca(self, outro: "Retangulo") -> bool:
        """Tell whether the two share any area (touching edges do not count)."""
        return (
            self.x < outro.x + outro.largura - _FOLGA
            and outro.x < self.x + self.largura - _FOLGA
            and self.y < outro.y + outro.altura - _FOLGA
            and outro.y < self.y + self.altura - _FOLGA
        )

    def espelhado(self, largura_da_pagina: float) -> "Retangulo":
        """Return the rectangle as it lies on a mirrored back."""
        return Retangulo(self.nome, largura_da_pagina - self.x - self.largura, self.y, self.largura, self.altura)


def sobrepostos(retangulos: Iterable[Retangulo]) -> tuple[Retangulo, Retangulo] | None:
    """Return the first two rectangles that share some area."""
    lista = list(retangulos)
    for indice, um in enumerate(lista):
        for outro in lista[indice + 1 :]:
            if um.toca(outro):
                return um, outro
    return None
