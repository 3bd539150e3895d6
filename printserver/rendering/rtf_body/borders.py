"""Borders of paragraphs and cells as CSS. Lengths in points."""

from typing import Final

from printserver.rendering.rtf_body.markup import points
from printserver.rtf import Border, Side

_STYLES: Final = {"simples": "solid", "dupla": "double", "pontilhada": "dotted", "tracejada": "dashed"}
_DOUBLE: Final = 3
"""A double border is two lines and a gap of one line's width."""


def border_width(border: Border | None) -> float:
    """Return the width of a border, 0 without one."""
    if border is None:
        return 0.0
    return border.width / 20 * (_DOUBLE if border.style == "dupla" else 1)


def border_space(border: Border | None) -> float:
    """Return the distance of a border from the text, 0 without one."""
    return border.space / 20 if border is not None else 0.0


def border_css(side: Side, border: Border) -> str:
    """Return the declaration of a border."""
    return f"border-{side}:{points(border_width(border))} {_STYLES[border.style]} #{border.color};"
