"""Collects paragraphs and cells of one text (body, header, text box) into blocks."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Final, cast

from printserver.rtf.limits import MAX_CELLS, MAX_ROWS, refuse
from printserver.rtf.model import Alignment, Block, Cell, Face, Paragraph, Row, Run, Shape, Table
from printserver.rtf.state import CellDef, RowDef, State


@dataclass(slots=True)
class _Level:
    """A table that is being read: its rows so far, the cells of the present row, the blocks of the present cell."""

    rows: list[tuple[RowDef, list[list[Block]]]] = field(default_factory=list)
    cells: list[list[Block]] = field(default_factory=list)
    blocks: list[Block] = field(default_factory=list)
    row: RowDef = field(default_factory=RowDef)


class Flow:
    """One text. `count_row` is called for each row of a table, to bound their number."""

    def __init__(self, count_row: Callable[[], None]) -> None:
        self.blocks: list[Block] = []
        self._levels: list[_Level] = []
        self._runs: list[tuple[list[str], Face]] = []  # pieces of text of one face
        self._shape: Shape | None = None
        self._level = 0
        self._row = RowDef()
        self._count_row = count_row
        self._box = False

    def add(self, text: str, state: State) -> None:
        """Add characters to the present paragraph."""
        if not self._runs or self._runs[-1][1] != state.face:
            self._runs.append(([], state.face))
        self._runs[-1][0].append(text)
        self._shape, self._level, self._row = state.full_shape(), state.level, state.row

    def insert(self, blocks: list[Block]) -> None:
        """Put the blocks of a box before the present paragraph, in its place if it is without text."""
        self._into().extend(blocks)
        self._box = True

    def end_paragraph(self, state: State) -> None:
        """`\\par`: the paragraph has the shape in force at its end."""
        self._open(state.level, state.row)
        if not self._box or any("".join(pieces).strip() for pieces, _ in self._runs):
            self._into().append(Paragraph(state.full_shape(), self._taken(), state.face))
        self._runs, self._shape, self._box = [], None, False

    def end_cell(self, state: State, level: int) -> None:
        """`\\cell`, `\\nestcell`: the cell ends with its last paragraph."""
        self._open(level, state.row)
        here = self._levels[-1]
        here.blocks.append(Paragraph(state.full_shape(), self._taken(), state.face))
        if len(here.cells) >= MAX_CELLS:
            raise refuse(f"O RTF tem uma linha de tabela com mais de {MAX_CELLS} células.")
        here.cells.append(here.blocks)
        here.blocks, self._shape = [], None

    def end_row(self, state: State, level: int) -> None:
        """`\\row`, `\\nestrow`."""
        self._open(level, state.row)
        self._close_row(self._levels[-1], state.row)

    def finish(self, face: Face) -> list[Block]:
        """Return the blocks; a last paragraph without an end counts if it has text."""
        if self._runs and self._shape is not None:
            self._open(self._level, self._row)
            self._into().append(Paragraph(self._shape, self._taken(), face))
        self._open(0, RowDef())
        return self.blocks

    def _taken(self) -> tuple[Run, ...]:
        """Return the runs of the present paragraph, and begin the next."""
        runs, self._runs = tuple(Run("".join(pieces), face) for pieces, face in self._runs), []
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
                self._into().append(Table(tuple(_rows(ended.rows))))
        while len(self._levels) < level:
            self._levels.append(_Level(row=row))
        if self._levels:
            self._levels[-1].row = row

    def _close_row(self, level: _Level, row: RowDef) -> None:
        if level.blocks:
            level.cells.append(level.blocks)
        if level.cells:
            self._count_row()
            level.rows.append((row, level.cells))
        level.cells, level.blocks = [], []


_TWIPS: Final = 3


class RowCount:
    """Counts the rows of all tables. Raises `Recusa` `corpo-invalido` at too many."""

    def __init__(self) -> None:
        self._count = 0

    def __call__(self) -> None:
        self._count += 1
        if self._count > MAX_ROWS:
            raise refuse(f"O RTF tem tabelas com mais de {MAX_ROWS} linhas. Divida o documento.")


def _rows(read: list[tuple[RowDef, list[list[Block]]]]) -> list[Row]:
    """Return the rows of a table, cells merged across and down in one."""
    rows = [_merge_across(row, cells) for row, cells in read]
    for at in range(len(rows) - 1, 0, -1):
        _merge_down(rows, at)
    return [
        Row(
            tuple(cell for cell, _ in cells),
            row.left,
            row.height,
            cast("Alignment", row.alignment),
            row.keep,
            row.header,
            row.width if row.width_unit == _TWIPS else 0,
        )
        for (row, _), cells in zip(read, rows, strict=True)
    ]


_Made = list[tuple[Cell, CellDef]]


def _merge_across(row: RowDef, contents: list[list[Block]]) -> _Made:
    defs = list(row.cells)
    while len(defs) < len(contents):  # text is never lost: a cell without a definition stands at the right
        defs.append(CellDef(right=(defs[-1].right if defs else row.left) + 1440))
    empty: Block = Paragraph(Shape(), ())
    contents = [*contents, *([empty] for _ in range(len(defs) - len(contents)))]
    made: _Made = []
    left = row.left
    for definition, blocks in zip(defs, contents, strict=True):
        right = max(definition.right, left)
        if definition.merge == "next" and made:
            cell, first = made[-1]
            added = tuple(blocks) if _has_text(blocks) else ()
            made[-1] = (_cell(row, first, cell.left, right, (*cell.blocks, *added)), first)
        else:
            made.append((_cell(row, definition, left, right, tuple(blocks)), definition))
        left = right
    return made


def _cell(row: RowDef, definition: CellDef, left: int, right: int, blocks: tuple[Block, ...]) -> Cell:
    return Cell(
        right=right,
        blocks=blocks,
        left=left,
        borders=tuple(sorted(definition.borders.items())),
        padding=row.padding_of(definition),
        shading=definition.shading,
        valign=definition.valign,  # type: ignore[arg-type]  # one of the three words
    )


def _merge_down(rows: list[_Made], at: int) -> None:
    """Give the cells of row `at` that continue the cell above to that one."""
    kept: _Made = []
    for cell, definition in rows[at]:
        above = next((n for n, (each, _) in enumerate(rows[at - 1]) if each.left == cell.left), None)
        if definition.merge_down != "next" or above is None or _has_text(list(cell.blocks)):
            kept.append((cell, definition))
            continue
        found, of = rows[at - 1][above]
        grown = Cell(
            found.right,
            found.blocks,
            found.left,
            found.borders,
            found.padding,
            found.shading,
            found.valign,
            cell.merge_down + 1,
        )
        rows[at - 1][above] = (grown, of)
    rows[at] = kept


def _has_text(blocks: list[Block]) -> bool:
    return any(not isinstance(block, Paragraph) or block.text.strip() for block in blocks)
