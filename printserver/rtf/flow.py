"""Collects paragraphs and cells of one text (body, header, text box) into blocks."""

from dataclasses import dataclass, field

from printserver.rtf.limits import MAX_CELLS, MAX_TABLE_DEPTH, refuse
from printserver.rtf.model import Block, Face, Paragraph, Run, Table
from printserver.rtf.rows import Contents, RowCount, make_rows
from printserver.rtf.state import RowDef, ShapeParts, State, whole_shape


@dataclass(slots=True)
class _Level:
    """A table that is being read: its rows so far, the cells of the present row, the blocks of the present cell."""

    rows: list[tuple[RowDef, Contents]] = field(default_factory=list)
    cells: Contents = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    row: RowDef = field(default_factory=RowDef)


class Flow:
    """One text. `count` bounds the rows of its tables; `around` is the number of tables that a box is in.

    `has_text`: it has more than blanks, in its boxes too.
    """

    def __init__(self, count: RowCount, around: int = 0) -> None:
        self.blocks: list[Block] = []
        self.has_text = False
        self._around = around
        self._inked = False  # whether the present paragraph has more than spaces
        self._levels: list[_Level] = []
        self._runs: list[tuple[list[str], Face]] = []  # pieces of text of one face
        self._shape: ShapeParts | None = None  # at the last character
        self._level = 0
        self._row = RowDef()
        self._count = count
        self._box = False

    def add(self, text: str, state: State) -> None:
        """Add characters to the present paragraph."""
        face = state.face
        if not self._runs or (self._runs[-1][1] is not face and self._runs[-1][1] != face):
            self._runs.append(([], face))
        self._runs[-1][0].append(text)
        self._inked = self._inked or bool(text.strip(" "))
        self.has_text = self.has_text or not text.isspace()
        self._shape, self._level, self._row = state.shape_parts(), state.level, state.row

    def box(self, state: State) -> "Flow":
        """Return the text of a box that is anchored in the present paragraph."""
        return Flow(self._count, self._around + max(state.level, len(self._levels)))

    def insert(self, blocks: list[Block], state: State, *, has_text: bool) -> None:
        """Put the blocks of a box before the present paragraph, in its place if it is without text."""
        self.has_text = self.has_text or has_text
        within_row = self._levels and (self._levels[-1].cells or self._levels[-1].blocks)
        if not within_row:
            self._open(state.level, state.row)
        self._into().extend(blocks)
        self._box = True

    def end_paragraph(self, state: State) -> None:
        """`\\par`: the paragraph has the shape in force at its end."""
        self._open(state.level, state.row)
        inked, runs = self._inked, self._taken()
        if not self._box or inked:
            self._into().append(Paragraph(whole_shape(state.shape_parts()), runs, state.face))
        self._shape, self._box = None, False

    def end_cell(self, state: State, level: int) -> None:
        """`\\cell`, `\\nestcell`: the cell ends with its last paragraph."""
        self._open(level, state.row)
        here = self._levels[-1]
        here.blocks.append(Paragraph(whole_shape(state.shape_parts()), self._taken(), state.face))
        if len(here.cells) >= MAX_CELLS:
            raise refuse(f"O RTF tem uma linha de tabela com mais de {MAX_CELLS} células.")
        here.cells.append(here.blocks)
        here.blocks, self._shape, self._box = [], None, False

    def end_row(self, state: State, level: int) -> None:
        """`\\row`, `\\nestrow`; text after the last cell is one more cell."""
        if self._inked:
            self.end_cell(state, level)
        self._open(level, state.row)
        self._close_row(self._levels[-1], state.row)

    def finish(self, face: Face) -> list[Block]:
        """Return the blocks; a last paragraph without an end counts if it has text."""
        if self._runs and self._shape is not None:
            self._open(self._level, self._row)
            self._into().append(Paragraph(whole_shape(self._shape), self._taken(), face))
        self._open(0, RowDef())
        return self.blocks

    def _taken(self) -> tuple[Run, ...]:
        """Return the runs of the present paragraph, and begin the next."""
        runs, self._runs = tuple(Run("".join(pieces), face) for pieces, face in self._runs), []
        self._inked = False
        return runs

    def _into(self) -> list[Block]:
        return self._levels[-1].blocks if self._levels else self.blocks

    def _open(self, level: int, row: RowDef) -> None:
        """Begin or end tables until so many are open."""
        while len(self._levels) > level:
            ended = self._levels.pop()
            if ended.blocks or ended.cells:
                if ended.blocks:
                    ended.cells.append(ended.blocks)
                    ended.blocks = []
                self._close_row(ended, ended.row)
            if ended.rows:
                self._into().append(Table(make_rows(ended.rows)))
        if self._around + level > MAX_TABLE_DEPTH:
            raise refuse(f"O RTF tem mais de {MAX_TABLE_DEPTH} tabelas umas dentro das outras.")
        while len(self._levels) < level:
            self._levels.append(_Level(row=row))
        if self._levels:
            self._levels[-1].row = row

    def _close_row(self, level: _Level, row: RowDef) -> None:
        if level.blocks:
            level.cells.append(level.blocks)
        if level.cells:
            self._count.add(max(len(level.cells), len(row.cells)))
            level.rows.append((row, level.cells))
        level.cells, level.blocks = [], []
