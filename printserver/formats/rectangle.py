"""Named rectangles on a page, in mm from its upper left corner."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

_TOLERANCE = 0.01
"""mm by which two rectangles may overlap and still count as only touching."""


class Misplaced(ValueError):
    """A part of a format that leaves the page or covers another; `path` is its key in the file (`campos.2`)."""

    def __init__(self, message: str, path: str) -> None:
        super().__init__(message)
        self.path = path


@dataclass(frozen=True, slots=True)
class Rectangle:
    """A named rectangle on a page, in mm from its upper left corner; `path` is its key in the format's file."""

    nome: str
    x: float
    y: float
    largura: float
    altura: float
    path: str = ""

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
        return replace(self, x=page_width - self.x - self.largura)


def first_overlap(rectangles: Iterable[Rectangle]) -> tuple[Rectangle, Rectangle] | None:
    """Return the first two rectangles that overlap."""
    listing = list(rectangles)
    for index, single in enumerate(listing):
        for other in listing[index + 1 :]:
            if single.overlaps(other):
                return single, other
    return None
