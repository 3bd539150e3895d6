"""CSS declarations of a `style` attribute: syntax, lengths, and those without visible effect (P2a)."""

import re
from collections.abc import Iterator
from typing import Final

from printserver.rendering.body.characters import Notices

BASE_PT: Final = 12.0
"""Font size of a body's text, in points."""
NEUTRAL: Final = frozenset({"inherit", "initial", "unset", "revert", "normal", "auto", "currentcolor", ""})
"""Values without effect in every property."""
ZERO: Final = re.compile(
    r"(?:[+-]?(?:0++(?:\.0*+)?|\.0++)[a-z%]{0,4}+|none|auto|normal|transparent|white|#fff(?:fff)?|\s++)++"
)

_POINTS: Final = {"pt": 1.0, "px": 0.75, "mm": 72 / 25.4, "cm": 720 / 25.4, "in": 72.0, "pc": 12.0, "q": 18 / 25.4}
_LENGTH: Final = re.compile(r"([+-]?(?:\d{1,9}(?:\.\d{0,9})?|\.\d{1,9}))([a-z%]{0,4})")
_DECLARATION: Final = re.compile(r"""(?:[^;"'()]++|"[^"]*+"?|'[^']*+'?|\([^)]*+\)?|\))++""")
_COMMENT: Final = re.compile(r"/\*(?:[^*]|\*(?!/))*+(?:\*/)?")
_NEUTRAL_AT_ZERO: Final = re.compile(
    "(?:margin|padding|border|outline|background|letter-spacing|word-spacing|float|clear|text-shadow|box-shadow"
    "|text-autospace|text-effect|list-style-image|quotes|text-emphasis|column|min-|top|right|bottom|left).*"
)
_FORMLESS: Final = re.compile(
    "mso-(?!hide).*|.*-line-break|caret-color|cursor|hyphens|layout-grid.*|orphans|outline.*|overflow-wrap|panose-1"
    "|pointer-events|punctuation-wrap|speak.*|tab-interval|(?:-webkit-)?text-decoration-skip.*|text-rendering|text-size-adjust"
    "|-(?:webkit|moz|ms)-(?:text-size-adjust|font-smoothing|hyphens|tap-highlight-color|user-select|osx.*)"
    "|user-select|widows|will-change|word-break|word-wrap|border-collapse|border-spacing|box-sizing|empty-cells"
    "|font-kerning|font-feature-settings|font-variant-ligatures|font-optical-sizing|image-rendering"
)


def declarations(style: str) -> Iterator[tuple[str, str]]:
    """Yield (name, value) of each declaration in a `style`, in lower case."""
    for declaration in _DECLARATION.finditer(_COMMENT.sub(" ", style)):
        name, _, value = declaration[0].partition(":")
        if name := name.strip().lower():
            yield name, value.lower().replace("!important", "").strip()


def warn_no_effect(name: str, notices: Notices) -> None:
    """Report that the style `name`, or its value, was dropped."""
    shown = name[:30] if name.isascii() and name.isprintable() else "?"
    notices.add("Estilos que não são aceitos, ou com valor que não é, ficaram sem efeito: {}.", shown)


def to_points(value: str, in_points: float, percent_pt: float) -> float | None:
    """Return a CSS length in points, None if it is not one; `in_points` and `percent_pt` are 1em and 100% in points."""
    found = _LENGTH.fullmatch(value)
    if found is None:
        return None
    number, unit = float(found[1]), found[2]
    if unit == "%":
        return number / 100 * percent_pt
    if unit == "":
        return 0.0 if number == 0 else None
    factor = {"em": in_points, "rem": BASE_PT, "ex": in_points / 2}.get(unit) or _POINTS.get(unit)
    return None if factor is None else number * factor


def changes_nothing(name: str, value: str) -> bool:
    """Return whether a declaration has no visible effect."""
    if value in NEUTRAL or _FORMLESS.fullmatch(name):
        return True
    return _NEUTRAL_AT_ZERO.fullmatch(name) is not None and ZERO.fullmatch(value) is not None
