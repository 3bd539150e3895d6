"""The rows of a table as they are printed: cells merged across and down are one."""

from dataclasses import replace
from typing import Final

from printserver.rtf.limits import MAX_ROWS, MAX_TABLE_CELLS, refuse, said
from printserver.rtf.model import Block, Cell, Paragraph, Row, Shape, Side
from printserver.rtf.state import CellDef, RowDef

Contents = list[list[Block]]
"""The blocks of each cell of a row."""
_Made = list[tuple[Cell, CellDef]]

_TWIPS: Final = 3
_FILLING: Final = (1, 2)
_UNDEFINED_WIDTH: Final = 1440
_BESIDE: Final[tuple[Side, Side]] = ("left", "right")
_NEAR: Final = 15
"""Twips between the right edges of cells that are merged."""


class RowCount:
    """Counts the rows and the cells of all tables of a document."""

    def __init__(self) -> None:
        self._rows = self._cells = 0

    def add(self, cells: int) -> None:
        """Count a row with so many cells. Raises `Recusa` `corpo-invalido` at too many."""
        self._rows += 1
        self._cells += cells
        if self._rows > MAX_ROWS:
            raise refuse(f"O RTF tem tabelas com mais de {said(MAX_ROWS)} linhas. Divida o documento.")
        if self._cells > MAX_TABLE_CELLS:
            raise refuse(f"O RTF tem tabelas com mais de {said(MAX_TABLE_CELLS)} células. Divida o documento.")


def make_rows(read: list[tuple[RowDef, Contents]]) -> tuple[Row, ...]:
    """Return the rows of a table."""
    _share_padding([row for row, _ in read])
    rows = [_merge_across(row, contents) for row, contents in read]
    rights = [row[-1][0].right if row else 0 for row in rows]
    for at in range(len(rows) - 1, 0, -1):
        rows[at] = _merge_down(rows[at - 1], rows[at])
    return tuple(_row(row, cells, right) for (row, _), cells, right in zip(read, rows, rights, strict=True))


def _share_padding(rows: list[RowDef]) -> None:
    """Let rows without padding of their own have that of the table, which the last row that says one decides.

    So it is in LibreOffice. `\\trgaph` is such a padding of the table, left and right. It is not less than half of the
    borders of the table's first cell, which is what lies inside that.
    """
    shared: dict[Side, int] = {}
    for row in rows:
        beside: dict[Side, int] = {"left": row.gap, "right": row.gap} if row.gap else {}
        shared |= beside | row.padding
    if rows and rows[0].cells:
        first = rows[0].cells[0]
        for side in _BESIDE:
            shared[side] = max(shared.get(side, 0), first.border_width(side) // 2)
    for row in rows:
        row.shared = shared


def _row(row: RowDef, cells: _Made, right: int) -> Row:
    return Row(
        cells=tuple(cell for cell, _ in cells),
        left=row.left,
        right=right,
        height=row.height,
        alignment=row.alignment,
        keep=row.keep,
        header=row.header,
        width=row.width if row.width_unit == _TWIPS else 0,
        fills=row.width_unit in _FILLING,
    )


def _merge_across(row: RowDef, contents: Contents) -> _Made:
    made: _Made = []
    left = row.left
    for definition, blocks in zip(*_paired(row, contents), strict=True):
        right = max(definition.right, left)
        if right == left and definition.merge != "next":  # a cell without a width: its text gets one
            if not _has_text(blocks):
                continue
            right = left + _UNDEFINED_WIDTH
        if definition.merge == "next" and made:
            cell, first = made[-1]
            added = tuple(blocks) if _has_text(blocks) else ()
            made[-1] = (_cell(row, first, cell.left, right, (*cell.blocks, *added)), first)
        else:
            made.append((_cell(row, definition, left, right, tuple(blocks)), definition))
        left = right
    return made


def _paired(row: RowDef, contents: Contents) -> tuple[list[CellDef], Contents]:
    """Return definitions and contents of equal number: text without a definition is printed in a cell at the right."""
    defs = list(row.cells)
    while len(defs) < len(contents):
        defs.append(CellDef(right=(defs[-1].right if defs else row.left) + _UNDEFINED_WIDTH))
    empty: Block = Paragraph(Shape(), ())
    return defs, [*contents, *([empty] for _ in range(len(defs) - len(contents)))]


def _cell(row: RowDef, definition: CellDef, left: int, right: int, blocks: tuple[Block, ...]) -> Cell:
    return Cell(
        right=right,
        blocks=blocks,
        left=left,
        borders=tuple(sorted(definition.borders.items())),
        padding=row.padding_of(definition),
        shading=definition.shading.color(),
        vertical=definition.vertical,
    )


def _merge_down(above: _Made, row: _Made) -> _Made:
    """Let the cells of `above` grow by those of `row` that continue them; return the others."""
    places = {cell.left: at for at, (cell, _) in reversed(list(enumerate(above)))}
    kept: _Made = []
    for cell, definition in row:
        at = places.get(cell.left)
        same = at is not None and abs(above[at][0].right - cell.right) <= _NEAR
        if definition.merge_down != "next" or at is None or not same or _has_text(list(cell.blocks)):
            kept.append((cell, definition))
        else:
            first, of = above[at]
            above[at] = (replace(first, merge_down=cell.merge_down + 1), of)
    return kept


def _has_text(blocks: list[Block]) -> bool:
    return any(not isinstance(block, Paragraph) or block.text.strip() for block in blocks)
