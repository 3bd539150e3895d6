"""What is in force at one place of an RTF file: character face, paragraph shape, row definition; scoped by group."""

from dataclasses import dataclass, field, replace
from typing import Final

from printserver.rtf.limits import MAX_CELLS, MAX_STOPS, length
from printserver.rtf.model import Border, Face, Leader, Paper, Shape, Side, Stop, StopKind

DEFAULT_FACE: Final = Face()
_DEFAULT_PADDING: Final = 108  # twips left and right of a cell of a row that does not say it, as LibreOffice has it


@dataclass(slots=True)
class CellDef:
    """The definition of a cell: what stands before its `\\cellx`."""

    right: int = 0
    merge: str = ""
    """`first` or `next` of cells merged across."""
    merge_down: str = ""
    borders: dict[Side, Border] = field(default_factory=dict)
    padding: dict[Side, int] = field(default_factory=dict)
    shading: str | None = None
    valign: str = "alto"


@dataclass(slots=True)
class RowDef:
    """The definition of a row since its `\\trowd`. `coming` is the cell whose `\\cellx` has not come yet."""

    cells: list[CellDef] = field(default_factory=list)
    coming: CellDef = field(default_factory=CellDef)
    left: int = 0
    height: int = 0
    alignment: str = "esquerda"
    keep: bool = False
    header: bool = False
    gap: int | None = None
    padding: dict[Side, int] = field(default_factory=dict)
    width: int = 0
    width_unit: int = 0
    """As `\\trftsWidth` says: 3 is twips."""

    def end_cell(self, right: int) -> None:
        """Close the coming cell at its right edge."""
        self.coming.right = length(right)
        if len(self.cells) < MAX_CELLS:
            self.cells.append(self.coming)
        self.coming = CellDef()

    def padding_of(self, cell: CellDef) -> tuple[int, int, int, int]:
        """Return the padding of a cell: its own, the row's, or the gap between columns; top, right, bottom, left."""
        beside = _DEFAULT_PADDING if self.gap is None else self.gap
        found = {"top": 0, "bottom": 0, "left": beside, "right": beside, **self.padding, **cell.padding}
        return found["top"], found["right"], found["bottom"], found["left"]


@dataclass(slots=True)
class State:
    """The state of a group; a group begins with a copy of the one around it.

    `flow` is the number of the flow that takes the text, `skip`: the group's text is not printed. `table` says whether
    the paragraph is in a table and how deep. `border` is where border words write: a dict of sides, and the sides.
    """

    face: Face = DEFAULT_FACE
    shape: Shape = field(default_factory=Shape)
    borders: dict[Side, Border] = field(default_factory=dict)
    stops: tuple[Stop, ...] = ()
    next_stop: StopKind = "esquerda"
    next_leader: Leader = ""
    font: int = 0
    uc: int = 1
    skip: bool = False
    target: str = ""
    """Where text goes that is not printed: `fonts`, `generator`, `field`, …; empty for the document's text."""
    in_table: bool = False
    depth: int = 0
    row: RowDef = field(default_factory=RowDef)
    border_place: dict[Side, Border] | None = None
    border_sides: tuple[Side, ...] = ()
    shading: int = 0
    shading_color: str | None = None
    hidden: bool = False

    def copy(self) -> "State":
        """Return the state of a group inside this one."""
        return replace(self)

    @property
    def level(self) -> int:
        """How many tables the paragraph is in."""
        return max(self.depth, 1) if self.in_table else 0

    def reset_paragraph(self) -> None:
        """`\\pard`."""
        self.shape, self.stops, self.borders = Shape(), (), {}
        self.next_stop, self.next_leader = "esquerda", ""
        self.in_table, self.depth = False, 0
        self.shading, self.shading_color = 0, None
        self.border_place = None

    def add_stop(self, at: int) -> None:
        """`\\tx`: a tab stop of the kind and leader named before it."""
        if len(self.stops) < MAX_STOPS:
            stop = Stop(length(at), self.next_stop, self.next_leader)
            self.stops = tuple(sorted({*self.stops, stop}, key=lambda each: each.at))
        self.next_stop, self.next_leader = "esquerda", ""

    def full_shape(self) -> Shape:
        """Return the paragraph's shape with its stops, borders and shading."""
        shading = self.shading_color
        if shading is None and self.shading:
            grey = 255 - 255 * min(self.shading, 10_000) // 10_000
            shading = f"{grey:02X}" * 3
        return replace(self.shape, stops=self.stops, borders=tuple(sorted(self.borders.items())), shading=shading)


@dataclass(slots=True)
class PaperState:
    """Paper and margins of the document or of a section, in twips, as they are read."""

    paper: Paper = field(default_factory=Paper)
    gutter: int = 0
    title_page: bool = False
    new_page: bool = True

    def whole(self) -> Paper:
        """Return the paper, the gutter in its left margin."""
        return replace(self.paper, left=length(self.paper.left + self.gutter))
