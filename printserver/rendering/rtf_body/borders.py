"""Borders of paragraphs and cells as CSS. Lengths in points."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final

from printserver.rendering.rtf_body.markup import points
from printserver.rtf import TWIPS_PER_POINT, Border, Borders, Shape, Side

_STYLES: Final = {"simples": "solid", "dupla": "double", "pontilhada": "dotted", "tracejada": "dashed"}
SIDES: Final[tuple[Side, ...]] = ("top", "right", "bottom", "left")
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


def borders_css(borders: Iterable[tuple[Side, Border, float]]) -> str:
    """Return the declarations of borders, drawn so wide: of one look three, which are parsed faster than one a side."""
    drawn = {side: (width, f"{_STYLES[border.style]} #{border.color}") for side, border, width in borders if width}
    looks = {look for _, look in drawn.values()}
    if len(looks) != 1:
        return "".join(f"border-{side}:{points(width)} {look};" for side, (width, look) in drawn.items())
    style, _, color = looks.pop().partition(" ")
    widths = " ".join(points(drawn[side][0]) if side in drawn else "0" for side in SIDES)
    return f"border-width:{widths};border-style:{style};border-color:{color};"


def drawn_width(side: Side, border: Border | None, others: Sequence[Border | None]) -> float:
    """Return how wide a cell draws its border at a side; `others` are those of the cells there, at the same edge.

    Cells with the same border draw half of it each. Of two others, the wider is drawn, then the upper or left one.
    """
    if border is None:
        return 0.0
    width = border_width(border)
    widths = [border_width(other) for other in others if other is not None]
    if not widths or len(widths) < len(others):
        return width
    if all(_looks(other) == _looks(border) for other in others) and border.style == "simples":
        return width / 2
    first = side in ("bottom", "right")
    return 0.0 if max(widths) > width or (max(widths) == width and not first) else width


def _looks(border: Border | None) -> tuple[object, ...]:
    return (border.width, border.style, border.color) if border else ()


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
        """Return its declarations. Both parts of a box that a page's end cuts have its borders around them."""
        borders: Borders = dict(self.borders)
        top, bottom = border_space(borders.get("top")), border_space(borders.get("bottom"))
        left = self.origin - border_width(borders.get("left"))
        style = f"display:flow-root;box-decoration-break:clone;margin-left:{points(left)};width:{points(self.width)};"
        style += f"padding:{points(top)} 0 {points(bottom)};" if top or bottom else ""
        style += borders_css((side, border, border_width(border)) for side, border in self.borders)
        return style + (f"background:#{self.shading};" if self.shading else "")


NO_FRAME: Final = Frame(0.0, 0.0, 0.0, 0.0, 0.0)
"""The box of a paragraph without borders and shading."""
