"""Faces of an RTF document as vendored fonts: substitution, advances and line metrics."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cache, lru_cache
from math import floor
from typing import Final

from fontTools.ttLib import TTFont

from printserver.formats import fonts
from printserver.rendering.stylesheet import FILES
from printserver.rtf import TWIPS_PER_POINT, Face

_SERIF: Final = "PsSerifa"
_SANS: Final = "PsSemSerifa"
_MONO: Final = "PsMono"
_NARROW_SANS: Final = "PsCarlito"

SAME_WIDTHS: Final[Mapping[str, str]] = {
    "times new roman": _SERIF,
    "times": _SERIF,
    "liberation serif": _SERIF,
    "arial": _SANS,
    "helvetica": _SANS,
    "liberation sans": _SANS,
    "courier new": _MONO,
    "courier": _MONO,
    "liberation mono": _MONO,
    "calibri": _NARROW_SANS,
    "carlito": _NARROW_SANS,
}
"""Fonts whose vendored stand-in has the same advances: nothing moves."""

OTHER_WIDTHS: Final[Mapping[str, str]] = {
    "tahoma": _SANS,
    "verdana": _SANS,
    "segoe ui": _SANS,
    "trebuchet ms": _SANS,
    "century gothic": _SANS,
    "arial black": _SANS,
    "arial narrow": _SANS,
    "arial unicode ms": _SANS,
    "microsoft sans serif": _SANS,
    "ms sans serif": _SANS,
    "dejavu sans": _SANS,
    "calibri light": _NARROW_SANS,
    "candara": _NARROW_SANS,
    "lucida console": _MONO,
    "consolas": _MONO,
    "dejavu sans mono": _MONO,
}
"""Fonts whose stand-in has other advances: lines may break elsewhere. A name in neither table is a serif."""

_SCRIPT_SIZE: Final = 0.58
_SMALL_CAPS_SIZE: Final = 0.8
_LITTLE: Final = 0.001
MAX_LETTERS: Final = 2048
"""Letters that a process keeps from document to document: many times those of a real one."""
DOTS_PER_POINT: Final = 120
"""Dots are the unit in which text is measured where lines are broken."""
_UNITS_PER_POINT: Final = 1024 * 96 / 72
"""Pango's units, in which text is drawn: 1024 to a pixel of CSS."""


class Advances(dict[str, float]):
    """Advance of each character, as a part of the size. One that the font lacks has its advance in the sans face."""

    def __missing__(self, character: str) -> float:
        other = _cut(_SANS, "Regular").advances
        width = other[character] if other is not self and character in other else 0.0
        self[character] = width
        return width


class _Whole(dict[str, int]):
    """Advance of each character in one size, in whole units; `size` is the size in units."""

    def __init__(self, advances: Advances, size: float) -> None:
        super().__init__()
        self._advances = advances
        self._size = size

    def __missing__(self, character: str) -> int:
        units = floor(self._advances[character] * self._size + 0.5)
        self[character] = units
        return units


@dataclass(frozen=True, slots=True)
class _Cut:
    advances: Advances
    ascent: float
    descent: float
    gap: float


@dataclass(frozen=True, slots=True, eq=False)
class Letter:
    """A face as it is drawn. Lengths in points. Faces that look the same share one object.

    `ascent`, `descent`: what it adds to a line above and below the baseline, the font's line gap above; `rise`: height
    of its baseline above the line's. `middle`: distance of its middle above its baseline, by the font's own metrics.
    """

    face: Face
    family: str
    size: float
    dots: _Whole
    units: _Whole
    spacing: float
    rise: float
    ascent: float
    descent: float
    middle: float
    spacing_dots: int
    """The spacing after each character, in dots."""

    def width(self, text: str) -> float:
        """Return the width of `text` in points, as Pango adds it up."""
        return self.width_of(sum(map(self.units.__getitem__, text)), len(text))

    def width_of(self, units: int, count: int) -> float:
        """Return the width in points of `count` characters whose advances are `units` together."""
        return units / _UNITS_PER_POINT + self.spacing * count

    def room(self, text: str) -> int:
        """Return the room in dots that `text` takes where lines are broken, as LibreOffice adds it up."""
        return sum(map(self.dots.__getitem__, text)) + self.spacing_dots * len(text)


def substitute(name: str) -> tuple[str, bool]:
    """Return the CSS family for a font's name, and whether its advances are the same."""
    plain = " ".join(name.casefold().split())
    if plain in SAME_WIDTHS:
        return SAME_WIDTHS[plain], True
    return OTHER_WIDTHS.get(plain, _SERIF), False


@lru_cache(maxsize=MAX_LETTERS)
def letter(face: Face, *, small: bool = False) -> Letter:
    """Return how `face` is drawn; `small`: as the small capitals of lower-case letters."""
    family, _ = substitute(face.font)
    return _letter(family, replace(face, caps=False, small_caps=small, font=""))


@lru_cache(maxsize=MAX_LETTERS)
def _letter(family: str, face: Face) -> Letter:
    """Return the letter of a face. A raised or lowered script keeps the upper or lower edge of the whole size.

    Other raised text makes the line higher, but not less deep; lowered text the other way round.
    """
    cut = _cut(family, _cut_name(face))
    full = face.size / 2
    size = full * (_SMALL_CAPS_SIZE if face.small_caps else 1)
    if face.script:
        size = floor(size * _SCRIPT_SIZE * TWIPS_PER_POINT + _LITTLE) / TWIPS_PER_POINT  # as LibreOffice
    ascent, descent = _metrics(cut, size)
    above, below = ascent, descent
    rise = _raised(face, ascent + descent)
    if face.script:
        whole = _metrics(cut, full)
        rise += whole[0] - ascent if face.script == "super" else descent - whole[1]
        above, below = max(ascent + rise, 0), max(descent - rise, 0)
    elif rise:
        above, below = ascent + max(rise, 0), descent + max(-rise, 0)
    middle = (cut.ascent - cut.descent) / 2 * size
    dots = _Whole(cut.advances, size * DOTS_PER_POINT)
    units = _Whole(cut.advances, int(size * _UNITS_PER_POINT))
    spacing = face.spacing / TWIPS_PER_POINT
    spacing_dots = round(spacing * DOTS_PER_POINT)
    return Letter(face, family, size, dots, units, spacing, rise, above, below, middle, spacing_dots)


def _raised(face: Face, height: float) -> float:
    """Return by how much a face is raised: LibreOffice takes whole percents of its size, and so much of its height."""
    percent = floor(abs(face.raised) / face.size * 100 + 0.5)
    rise = floor(round(height * TWIPS_PER_POINT) * percent / 100) / TWIPS_PER_POINT
    return rise if face.raised > 0 else -rise


def _cut_name(face: Face) -> str:
    if face.bold:
        return "BoldItalic" if face.italic else "Bold"
    return "Italic" if face.italic else "Regular"


def _metrics(cut: _Cut, size: float) -> tuple[float, float]:
    """Return ascent with line gap, and descent, in the units of LibreOffice: dots of 1/8640 inch, then whole twips."""
    ascent, descent, gap = (floor(part * size * DOTS_PER_POINT + 0.5) for part in (cut.ascent, cut.descent, cut.gap))
    above = _points(ascent) + _points(gap)
    return above, _points(ascent + descent) + _points(gap) - above


def _points(dots: int) -> float:
    return floor(dots * TWIPS_PER_POINT / DOTS_PER_POINT + 0.5) / TWIPS_PER_POINT


@cache
def _cut(family: str, cut: str) -> _Cut:
    file = fonts.PASTA / f"{FILES[family]}-{cut}.ttf"
    with TTFont(file, lazy=True) as ttf:
        em = ttf["head"].unitsPerEm
        widths = ttf["hmtx"].metrics
        advances = Advances({chr(code): widths[glyph][0] / em for code, glyph in ttf.getBestCmap().items()})
        head = ttf["hhea"]
        return _Cut(advances, head.ascent / em, -head.descent / em, head.lineGap / em)
