"""Indents of an element of an `html` body (margin, first line, list), within limits (P2a)."""

from dataclasses import dataclass, replace
from typing import Final

from printserver.rendering.body.characters import Notices
from printserver.rendering.body.declarations import BASE_PT, changes_nothing, to_points, warn_no_effect

MAX_INDENT_MM: Final = 60.0
"""Limit of the sum of nested indents; the narrowest page (116 mm) has room for it and a first-line indent."""
MAX_FIRST_LINE_MM: Final = 40.0
LIST_INDENT_MM: Final = 8.0

_PERCENT_OF_PT: Final = 150 * 72 / 25.4
"""Width that percentages refer to: 150 mm, because the page's width is not known here."""


@dataclass(frozen=True, slots=True)
class Measures:
    """Inherited measures: the font size in pt, the sum of indents and the first-line indent in mm."""

    size_pt: float = BASE_PT
    indent_mm: float = 0.0
    first_line_mm: float = 0.0


@dataclass
class Indents:
    """The indents of one element; adds its declarations to `kept`, the declarations to print."""

    around: Measures
    notices: Notices
    kept: dict[str, str]
    left: float = 0.0
    hanging: float = 0.0
    first_line: float | None = None

    def read(self, name: str, value: str, size_pt: float) -> None:
        """Read a declaration of `margin`, `margin-left`, `padding-left` or `text-indent`; `size_pt`: the font size."""
        if name == "margin":
            self._margin(value, size_pt)
            return
        length = self._millimetres(name, value, size_pt)
        if length is None:
            return
        if name == "text-indent":
            self.hanging = min(length, 0.0)
            self.first_line = max(length, 0.0)
            self.kept["text-indent"] = f"{self._within(length, length, MAX_FIRST_LINE_MM):g}mm"
        else:
            self.left = self._within(length, 0.0, MAX_INDENT_MM - self.around.indent_mm)
            self.kept["margin-left"] = f"{self.left:g}mm"

    def close(self) -> None:
        """Limit a hanging first line to the left edge of the surrounding element."""
        if self.hanging:
            self.kept["text-indent"] = f"{self._within(self.hanging, -self.left, 0.0):g}mm"

    def add_list(self) -> None:
        """Add a list indent if the surrounding indents leave room for it."""
        room = MAX_INDENT_MM - self.around.indent_mm - self.left
        own = LIST_INDENT_MM if room >= LIST_INDENT_MM else 0.0
        if not own:
            self._warn_limited()
        self.kept["padding-left"] = f"{own:g}mm"
        self.left += own

    def measures(self) -> Measures:
        """Return the measures for the element's children, with the inherited font size."""
        measures = replace(self.around, indent_mm=self.around.indent_mm + self.left)
        if self.first_line is None:
            return measures
        return replace(measures, first_line_mm=min(self.first_line, MAX_FIRST_LINE_MM))

    def _margin(self, value: str, size_pt: float) -> None:
        """Read the shorthand: the left side is an indent; the format determines the other sides."""
        sides = value.split()
        left = sides[{1: 0, 2: 1, 3: 1}.get(len(sides), 3)] if len(sides) in (1, 2, 3, 4) else ""
        others = [side for at, side in enumerate(sides) if at != 3]
        if left != "auto":
            self.read("margin-left", left, size_pt)
        if any(not changes_nothing("margin", side) for side in others):
            warn_no_effect("margin", self.notices)

    def _millimetres(self, name: str, value: str, size_pt: float) -> float | None:
        points = to_points(value, size_pt, _PERCENT_OF_PT)
        if points is None:
            if not changes_nothing(name, value):
                warn_no_effect(name, self.notices)
            return None
        return points * 25.4 / 72

    def _within(self, length: float, least: float, most: float) -> float:
        allowed = min(max(length, least), most)
        if allowed != length:
            self._warn_limited()
        return round(allowed, 2) or 0.0

    def _warn_limited(self) -> None:
        self.notices.add(f"Um recuo foi trazido ao limite de 0 a {MAX_INDENT_MM:g} mm.")
