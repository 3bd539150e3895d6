"""What is in force at one place of an RTF file: character face, paragraph shape, row definition; scoped by group."""

from bisect import bisect_left
from collections.abc import Callable
from dataclasses import dataclass, field, fields, replace
from functools import lru_cache
from operator import attrgetter
from typing import Final, Literal

from printserver.rtf.limits import MAX_CELLS, MAX_STOPS, length
from printserver.rtf.model import Alignment, Border, Face, Leader, Shape, Side, Stop, StopKind

DEFAULT_FACE: Final = Face()
_WHOLE: Final = 10_000


@lru_cache(maxsize=4096)
def with_face(face: Face, name: str, value: object) -> Face:
    """Return the face with one field changed. Files change between few faces very often."""
    return replace(face, **{name: value})  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True)
class Shading:
    """The ground of a paragraph or a cell: hundredths of per cent of `fore` on `back`; None: black, none."""

    share: int = 0
    back: str | None = None
    fore: str | None = None

    def color(self) -> str | None:
        """Return the mixed colour RRGGBB, None without a ground."""
        share = max(0, min(self.share, _WHOLE))
        if not share:
            return self.back
        back, fore = bytes.fromhex(self.back or "FFFFFF"), bytes.fromhex(self.fore or "000000")
        return "".join(f"{b - (b - f) * share // _WHOLE:02X}" for b, f in zip(back, fore, strict=True))


NO_SHADING: Final = Shading()


@dataclass(slots=True)
class CellDef:
    """The definition of a cell: what comes before its `\\cellx`."""

    right: int = 0
    merge: str = ""
    """`first` or `next` of cells merged across."""
    merge_down: str = ""
    borders: dict[Side, Border] = field(default_factory=dict)
    padding: dict[Side, int] = field(default_factory=dict)
    shading: Shading = NO_SHADING
    vertical: Literal["alto", "meio", "baixo"] = "alto"

    def border_width(self, side: Side) -> int:
        """Return the width of a border's line, 0 without one."""
        border = self.borders.get(side)
        return border.width if border else 0


@dataclass(slots=True)
class RowDef:
    """The definition of a row since its `\\trowd`. `coming` is the cell whose `\\cellx` has not come yet."""

    cells: list[CellDef] = field(default_factory=list)
    coming: CellDef = field(default_factory=CellDef)
    left: int = 0
    height: int = 0
    alignment: Alignment = "esquerda"
    keep: bool = False
    header: bool = False
    gap: int = 0
    padding: dict[Side, int] = field(default_factory=dict)
    shared: dict[Side, int] = field(default_factory=dict)
    """The padding of the whole table, for rows without one of their own."""
    width: int = 0
    width_unit: int = 0
    """As `\\trftsWidth` says: 1 is automatic, 2 percents, 3 twips."""

    def end_cell(self, right: int) -> None:
        """Close the coming cell at its right edge."""
        self.coming.right = length(right)
        if len(self.cells) < MAX_CELLS:
            self.cells.append(self.coming)
        self.coming = CellDef()

    def padding_of(self, cell: CellDef) -> tuple[int, int, int, int]:
        """Return the padding of a cell: its own, the row's, or the table's; top, right, bottom, left."""
        found = {"top": 0, "right": 0, "bottom": 0, "left": 0, **self.shared, **self.padding, **cell.padding}
        return found["top"], found["right"], found["bottom"], found["left"]


ShapeParts = tuple[Shape, tuple[Stop, ...], dict[Side, Border], Shading]


@dataclass(slots=True)
class State:
    """The state of a group; a group begins with a copy of the one around it.

    `border_place` and `border_sides` are where border words write: a dict of sides, and the sides. `skip`: the group's
    text is not printed. `upr`: the group has the same text twice, the second time in Unicode (`\\ud`).
    """

    face: Face = DEFAULT_FACE
    shape: Shape = field(default_factory=Shape)
    borders: dict[Side, Border] = field(default_factory=dict)
    stops: tuple[Stop, ...] = ()
    next_stop: StopKind = "esquerda"
    next_leader: Leader = ""
    font: int | None = None
    """Number of the font; None before one is named."""
    uc: int = 1
    skip: bool = False
    upr: bool = False
    target: str = ""
    """Where text goes that is not printed: `fonttbl`, `fldinst`, …; empty for the document's text."""
    in_table: bool = False
    depth: int = 0
    listed: bool = False
    row: RowDef = field(default_factory=RowDef)
    border_place: dict[Side, Border] | None = None
    border_sides: tuple[Side, ...] = ()
    shading: Shading = NO_SHADING
    hidden: bool = False
    deleted: bool = False
    widow_control: bool = False
    """The document's `\\widowctrl`, which `\\pard` brings back."""

    def copy(self) -> "State":
        """Return the state of a group inside this one."""
        return State(*_PARTS(self))

    @property
    def level(self) -> int:
        """How many tables the paragraph is in."""
        return max(self.depth, 1) if self.in_table else 0

    def reset_paragraph(self) -> None:
        """`\\pard`."""
        self.shape, self.stops, self.borders = Shape(widow_control=self.widow_control), (), {}
        self.next_stop, self.next_leader = "esquerda", ""
        self.in_table, self.depth, self.listed = False, 0, False
        self.shading = NO_SHADING
        self.border_place = None

    def add_stop(self, at: int) -> None:
        """`\\tx`: a tab stop of the kind and leader named before it, instead of one that is there already."""
        stop = Stop(length(at), self.next_stop, self.next_leader)
        place = bisect_left(self.stops, stop.at, key=_AT)
        same = place < len(self.stops) and self.stops[place].at == stop.at
        if same or len(self.stops) < MAX_STOPS:
            self.stops = (*self.stops[:place], stop, *self.stops[place + same :])
        self.next_stop, self.next_leader = "esquerda", ""

    def shape_parts(self) -> ShapeParts:
        """Return what makes the paragraph's shape."""
        return self.shape, self.stops, self.borders, self.shading


_PARTS: Final = attrgetter(*(each.name for each in fields(State)))
_AT: Final = attrgetter("at")


def whole_shape(parts: ShapeParts) -> Shape:
    """Return a paragraph's shape with its stops, borders and shading."""
    shape, stops, borders, shading = parts
    return replace(shape, stops=stops, borders=tuple(sorted(borders.items())), shading=shading.color())


Control = Callable[[State, int | None], None]
"""What a control word does: changes the state, by the word's number or None."""
