"""Height of a line and place of its baseline. Lengths in points."""

from dataclasses import dataclass, replace
from math import floor
from typing import Final

from printserver.rendering.rtf_body.faces import Letter
from printserver.rendering.rtf_body.lines import Line
from printserver.rtf import TWIPS_PER_POINT, Shape

_EXACT_ABOVE: Final = 0.8
"""Part of an exact line height that is above the baseline, as LibreOffice sets it."""
_LEAST: Final = 0.5
_LITTLE: Final = 0.001


@dataclass(frozen=True, slots=True)
class Height:
    """Height of a line, its baseline below its upper edge, and the space below it that a page's end may cut off."""

    height: float
    baseline: float
    below: float = 0.0


def line_height(line: Line, end: Letter, shape: Shape) -> Height:
    """Return the height of a line of a paragraph; `end` gives that of a line without text.

    A box always has its room above the baseline.
    """
    pieces = [piece for token in line.tokens for piece in token.pieces]
    letters = {piece.letter for piece in pieces} or {end}
    ascent = max(letter.ascent for letter in letters)
    descent = max(letter.descent for letter in letters)
    found = spaced(ascent, descent, shape)
    boxes = [piece.box.height * 72 / 25.4 for piece in pieces if piece.box is not None]
    missing = max([*boxes, 0.0]) - found.baseline
    return replace(found, height=found.height + missing, baseline=max(boxes)) if missing > 0 else found


def spaced(ascent: float, descent: float, shape: Shape) -> Height:
    """Return the height of a line by its paragraph's spacing (`\\sl`).

    A multiple over one adds its space below, a lower one shrinks both parts; "at least" adds above.
    """
    natural = ascent + descent
    wanted = shape.line / TWIPS_PER_POINT
    if shape.line == 0:
        return Height(natural, ascent)
    if shape.multiple:
        factor = max(abs(shape.line) * 100 // 240 / 100, _LEAST)
        if factor > 1:
            extra = floor(natural * (factor - 1) * TWIPS_PER_POINT + _LITTLE) / TWIPS_PER_POINT
            return Height(natural, ascent, extra)
        return Height(natural * factor, ascent * factor)
    if wanted < 0:
        return Height(-wanted, -wanted * _EXACT_ABOVE)
    return Height(max(natural, wanted), ascent + max(wanted - natural, 0.0))
