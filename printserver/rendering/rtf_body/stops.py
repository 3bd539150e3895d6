"""Tab stops of a paragraph: which stop a tab goes to, and where the text after it begins. Lengths in points."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from printserver.rendering.rtf_body.faces import Letter
from printserver.rtf import TWIPS_PER_POINT, Shape, Stop

_LITTLE: Final = 0.05
LEAST_TAB: Final = 1 / TWIPS_PER_POINT
"""Width of a tab whose text leaves it no room."""
_BEFORE_NUMBER: Final = re.compile("[^,0-9]*")
_NUMBER: Final = re.compile("[0-9.]*")


@dataclass(frozen=True, slots=True)
class Room:
    """The room of a line from the left margin: left and right edge, and the paragraph's left indent.

    `column`: the right edge without the paragraph's right indent. `edge`: how far text after a tab stop beyond it may
    go, the paper's edge.
    """

    start: float
    end: float
    indent: float
    column: float
    edge: float


@dataclass(frozen=True, slots=True)
class Stops:
    """The stops of a paragraph; `default` is the distance of the default stops in points."""

    custom: Sequence[Stop]
    default: float

    def after(self, x: float, room: Room) -> Stop:
        """Return the stop that a tab at `x` goes to. Its place may be beyond the room.

        A hanging indent is a stop. Default stops are those after the last custom one.
        """
        at = (x + _LITTLE) * TWIPS_PER_POINT
        indent = room.indent * TWIPS_PER_POINT
        found = next((stop for stop in self.custom if stop.at > at), None)
        if at < indent and (found is None or found.at > indent):
            return Stop(round(indent))
        if found is not None:
            return found
        step = self.default * TWIPS_PER_POINT
        return Stop(round((at // step + 1) * step))


def stops(shape: Shape, default_tab: int) -> Stops:
    """Return the stops of a paragraph; `default_tab` in twips."""
    return Stops(sorted(shape.stops, key=lambda stop: stop.at), max(default_tab, 20) / TWIPS_PER_POINT)


def begin(stop: Stop, x: float, width: float, decimal: float, room: Room) -> float:
    """Return where text of `width` begins after a tab at `x` to `stop`; `decimal` is its width before the comma.

    Text that is wider than its place begins at the tab. Text at a centre stop ends at the right edge at the latest; a
    stop beyond the paper is at the right edge.
    """
    at = stop.at / TWIPS_PER_POINT
    edge = room.edge if over_margin(stop, room) else room.end
    if stop.kind == "direita":
        return max(x + LEAST_TAB, min(at, edge) - width)
    if stop.kind == "centro":
        return max(x + LEAST_TAB, min(at - width / 2, edge - width))
    if stop.kind == "decimal":
        return max(x + LEAST_TAB, at - decimal)
    return at


def over_margin(stop: Stop, room: Room) -> bool:
    """Return whether a stop is right of the room, but on the paper."""
    return round(room.end * TWIPS_PER_POINT) < stop.at <= room.edge * TWIPS_PER_POINT


@dataclass(slots=True)
class BeforeComma:
    """What of a text is before its decimal comma, or up to the end of its first number.

    All of it without a comma and a number: such a text ends at the stop. The text comes in parts, so that each is
    looked at once however long a line gets.
    """

    letter: Letter
    count: int = 0
    units: int = 0
    in_number: bool = False
    ended: bool = False

    def add(self, text: str) -> None:
        """Take more of the text."""
        if self.ended:
            return
        end = 0
        if not self.in_number:
            end = _end_of(_BEFORE_NUMBER, text, 0)
            self.in_number = end < len(text) and text[end] != ","
        if self.in_number:
            end = _end_of(_NUMBER, text, end)
        self.ended = end < len(text)
        self.count += end
        self.units += sum(map(self.letter.units.__getitem__, text[:end]))

    def width(self) -> float:
        """Return its width in points."""
        return self.letter.width_of(self.units, self.count)


def _end_of(pattern: re.Pattern[str], text: str, at: int) -> int:
    found = pattern.match(text, at)
    return found.end() if found else at
