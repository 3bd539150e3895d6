"""Borders of elements of an `html` body: one thin line for each visible border (P2a).

Width, pattern and colour are fixed by the server, not taken from the body.
"""

import re
from dataclasses import dataclass, field
from typing import Final, Literal

LINE: Final = "0.5pt solid"

_SIDES: Final = ("top", "right", "bottom", "left")
_WHICH: Final = {1: (0, 0, 0, 0), 2: (0, 1, 0, 1), 3: (0, 1, 2, 1), 4: (0, 1, 2, 3)}
_STYLE_WORDS: Final = "solid dashed dotted double groove ridge inset outset none hidden"
_STYLES: Final = frozenset(_STYLE_WORDS.split())
_NO_LINE: Final = frozenset({"none", "hidden"})
_NO_WIDTH: Final = re.compile(r"(?:0+(?:\.0*)?|\.0+)[a-z]{0,4}")
_BLACK_WORDS: Final = "black #000 #000000 windowtext text canvastext currentcolor rgb(0,0,0) auto"
_BLACK: Final = frozenset(_BLACK_WORDS.split())
_PALE_WORDS: Final = "white transparent window canvas snow ivory ghostwhite whitesmoke"
_PALE: Final = frozenset(_PALE_WORDS.split())
_HEX: Final = re.compile(r"#([0-9a-f]{3,4}|[0-9a-f]{6}|[0-9a-f]{8})")
_RGB: Final = re.compile(r"rgba?\(([\d.]{1,9})[,\s]+([\d.]{1,9})[,\s]+([\d.]{1,9})(?:[,\s/]+([\d.]{1,9}))?%?\)")
_NAME: Final = re.compile(r"border(?:-(top|right|bottom|left))?(?:-(style|width|color))?")


def shade(color: str) -> Literal["black", "pale", ""]:
    """Return whether a CSS colour is black, too pale to see on paper, or neither ("")."""
    color = color.strip()
    if color.replace(" ", "") in _BLACK:
        return "black"
    if color in _PALE:
        return "pale"
    parts: list[float] = []
    if found := _HEX.fullmatch(color):
        digits = found[1] if len(found[1]) > 4 else "".join(digit * 2 for digit in found[1])
        parts = [int(digits[at : at + 2], 16) for at in range(0, len(digits), 2)]
        parts[3:] = [part / 255 for part in parts[3:]]
    elif found := _RGB.fullmatch(color):
        parts = [_number(group) for group in found.groups() if group is not None]
    if not parts:
        return ""
    if min(parts[:3]) >= 0xE8 or (len(parts) == 4 and parts[3] <= 0.1):
        return "pale"
    return "black" if max(parts[:3]) == 0 else ""


def _number(digits: str) -> float:
    try:
        return float(digits)
    except ValueError:
        return 128.0


@dataclass
class Borders:
    """The borders of one element, from its declarations in order; an undeclared side has no entry."""

    _style: dict[str, str] = field(default_factory=dict)
    _unseen: dict[tuple[str, str], bool] = field(default_factory=dict)

    def read(self, name: str, value: str) -> bool:
        """Read a declaration; return False if it is not a border declaration."""
        found = _NAME.fullmatch(name)
        if found is None:
            return False
        words = re.findall(r"[^\s(]+(?:\([^)]*\)?)?", value)
        sides = (found[1],) if found[1] else _SIDES
        if found[2] is None:
            for side in sides:
                self._style[side] = "none"
                self._unseen.pop((side, "width"), None)
                self._unseen.pop((side, "color"), None)
        for at, side in enumerate(sides):
            each = words if found[2] is None else _of_side(words, at)
            for word in each:
                self._word(side, word)
        return True

    def _word(self, side: str, word: str) -> None:
        if word in _STYLES:
            self._style[side] = word
        elif _NO_WIDTH.fullmatch(word):
            self._unseen[side, "width"] = True
        elif shade(word) == "pale":
            self._unseen[side, "color"] = True
        elif word[0].isdigit() or word in ("thin", "medium", "thick"):
            self._unseen[side, "width"] = False
        else:
            self._unseen[side, "color"] = False

    def css(self, tag: str, *, without_lines: bool) -> dict[str, str]:
        """Return the declarations for an element `tag`.

        A cell has the lines of the format's tables unless it declares others; `without_lines`: its table has none. A
        table's border is that of its cells.
        """
        if tag == "table":
            return {}
        seen = {side: self._seen(side) for side in self._style}
        if tag in ("td", "th"):
            lines = {side: seen.get(side, False) for side in _SIDES} if seen or without_lines else {}
            missing = {side: "none" for side, line in lines.items() if not line}
            drawn = {side: LINE for side, line in lines.items() if line} if without_lines else {}
            return _short({**missing, **drawn})
        return _short({side: LINE for side, line in seen.items() if line})

    def _seen(self, side: str) -> bool:
        unseen = self._unseen.get((side, "width")) or self._unseen.get((side, "color"))
        return self._style[side] not in _NO_LINE and not unseen


def _of_side(words: list[str], at: int) -> list[str]:
    """Return the word for one side from a shorthand of one to four words."""
    return [words[_WHICH[len(words)][at]]] if len(words) in _WHICH else []


def _short(sides: dict[str, str]) -> dict[str, str]:
    if len(sides) == len(_SIDES) and len(set(sides.values())) == 1:
        return {"border": next(iter(sides.values()))}
    return {f"border-{side}": line for side, line in sides.items()}
