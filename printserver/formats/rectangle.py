"""Named rectangles on a page, in mm from its upper left corner."""

from collections.abc import Iterable
from dataclasses import dataclass

_TOLERANCE = 0.01
"""mm by which two rectangles may overlap and still count as only touching."""


@dataclass(frozen=True, slots=True)
class Rectangle:
    """A named rectangle on a page, in mm from its upper left corner."""

    nome: str
    x: float
    y: float
    largura: float
    altura: float

    def overlaps(self, other: "Rectangle") -> bool:
        """Return whether the two share any area (touching edges do not count)."""
        return (
            self.x < other.x + other.largura - _TOLERANCE
            and other.x < self.x + self.largura - _TOLERANCE
            and self.y < other.y + other.altura - _TOLERANCE
            and other.y < self.y + self.altura - _TOLERANCE
        )

    def mirrored(self, page_width: float) -> "Rectangle":
        """Return the rectangle on a mirrored back."""
        return Rectangle(self.nome, page_width - self.x - self.largura, self.y, self.largura, self.altura)


def first_overlap(rectangles: Iterable[Rectangle]) -> tuple[Rectangle, Rectangle] | None:
    """Return the first two rectangles that overlap."""
    listing = list(rectangles)
    for index, single in enumerate(listing):
        for other in listing[index + 1 :]:
            if single.overlaps(other):
                return single, other
    return None
