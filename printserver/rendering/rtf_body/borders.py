"""Borders of paragraphs and cells as CSS. Lengths in points."""

from dataclasses import dataclass
from typing import Final

from printserver.rendering.rtf_body.markup import points
from printserver.rtf import TWIPS_PER_POINT, Border, Borders, Shape, Side

_STYLES: Final = {"simples": "solid", "dupla": "double", "pontilhada": "dotted", "tracejada": "dashed"}
_DOUBLE: Final = 3
"""A double border is two lines and a gap of one line's width."""


def border_width(border: Border | None) -> float:
    """Return the width of a border, 0 without one."""
    if border is None:
        return 0.0
    return border.width / TWIPS_PER_POINT * (_DOUBLE if border.style == "dupla" else 1)


def border_space(border: Border | None) -> float:
    """Return the distance of a border from the text, 0 without one."""
    return border.space / TWIPS_PER_POINT if border is not None else 0.0


def border_css(side: Side, border: Border) -> str:
    """Return the declaration of a border."""
    return f"border-{side}:{points(border_width(border))} {_STYLES[border.style]} #{border.color};"


@dataclass(frozen=True, slots=True)
class Frame:
    """The box of paragraphs with borders or shading: from `origin` on it is `width` wide inside its borders.

    `left`, `right`: what borders take from the text's width; `height`: what they add to the height.
    """

    origin: float
    width: float
    left: float
    right: float
    height: float
    borders: tuple[tuple[Side, Border], ...] = ()
    shading: str | None = None

    @classmethod
    def of(cls, shape: Shape, width: float) -> "Frame":
        """Return the box of a paragraph in a column of `width`: its borders are at the indents, the text inside."""
        borders: Borders = dict(shape.borders)
        room = {side: border_width(border) + border_space(border) for side, border in borders.items()}
        left, right = room.get("left", 0.0), room.get("right", 0.0)
        origin = min(shape.left, shape.left + shape.first) / TWIPS_PER_POINT + border_width(borders.get("left"))
        end = width - shape.right / TWIPS_PER_POINT - border_width(borders.get("right"))
        height = room.get("top", 0.0) + room.get("bottom", 0.0)
        return cls(origin, max(end - origin, 0.0), left, right, height, shape.borders, shape.shading)

    def css(self) -> str:
        """Return its declarations."""
        borders: Borders = dict(self.borders)
        top, bottom = border_space(borders.get("top")), border_space(borders.get("bottom"))
        left = self.origin - border_width(borders.get("left"))
        style = f"display:flow-root;margin-left:{points(left)};width:{points(self.width)};"
        style += f"padding:{points(top)} 0 {points(bottom)};" if top or bottom else ""
        style += "".join(border_css(side, border) for side, border in self.borders)
        return style + (f"background:#{self.shading};" if self.shading else "")


NO_FRAME: Final = Frame(0.0, 0.0, 0.0, 0.0, 0.0)
"""The box of a paragraph without borders and shading."""
