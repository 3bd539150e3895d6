"""Where the cells of a table are: its columns are the edges of all cells of all rows. Lengths in twips."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from itertools import accumulate
from math import floor
from operator import attrgetter
from typing import Final

from printserver.rtf import Border, Cell, Row, Side, Table

_start, _end = attrgetter("start"), attrgetter("end")
_NEAR: Final = 8
"""Between edges that are the same column's."""
_RAGGED: Final = 284
"""By how much a row may be narrower than its table. Such a row is widened, as in LibreOffice; others are not."""
_SAME_WIDTH: Final = 22
"""By how much a row may be narrower than another and still be measured as it is."""
_PARTS: Final = 10_000
_LEAST: Final = 0.5
"""Part of the width of a row's cells that its width may be. A smaller one is a slip."""


@dataclass(frozen=True, slots=True)
class Placed:
    """A cell in the grid: the columns from `start` to `end`, the rows from `top` to `bottom`."""

    cell: Cell
    start: int
    end: int
    top: int
    bottom: int

    def border(self, side: Side) -> Border | None:
        """Return its own border at a side."""
        return dict(self.cell.borders).get(side)


class Grid:
    """The cells of a table, by rows. `rows` are those of the table with the widths that they have in it.

    `edge`: how far right a row may be widened. `column`: the width of what the table is in, which may be a `cell`.
    """

    def __init__(self, table: Table, edge: int, column: int, *, cell: bool) -> None:
        self.rows = _centred(_fitted(table.rows, edge, column if cell else 0), column)
        self.edges = _edges(self.rows)
        self.cells = [list(self._placed(at, row)) for at, row in enumerate(self.rows)]

    def _placed(self, at: int, row: Row) -> Iterator[Placed]:
        for cell in row.cells:
            start, end = (bisect_right(self.edges, edge) - 1 for edge in (cell.left, cell.right))
            yield Placed(cell, start, end, at, at + cell.merge_down + 1)

    @cached_property
    def _covering(self) -> list[list[Placed]]:
        """The cells that are in each row, from left to right, with those that begin above it."""
        rows: list[list[Placed]] = [[] for _ in self.rows]
        for placed in (each for row in self.cells for each in row):
            for row in rows[placed.top : placed.bottom]:
                row.append(placed)
        return [sorted(row, key=_start) for row in rows]

    def covered(self, at: int) -> list[Placed]:
        """Return the cells in a row that begin above it."""
        return [placed for placed in self._covering[at] if placed.top < at]

    def facing(self, placed: Placed, side: Side) -> list[Placed]:
        """Return the cells at a side of another."""
        if side in ("top", "bottom"):
            row = placed.top - 1 if side == "top" else placed.bottom
            found = self._covering[row] if 0 <= row < len(self.rows) else []
            first = bisect_right(found, placed.start, key=_end)
            return found[first : bisect_left(found, placed.end, key=_start)]
        return [other for row in self._covering[placed.top : placed.bottom] for other in _beside(placed, side, row)]


def _beside(placed: Placed, side: Side, row: list[Placed]) -> list[Placed]:
    """Return the cell of a row that is next to another of it, if there is one."""
    if side == "left":
        found = row[: bisect_left(row, placed.start, key=_start)][-1:]
        return [other for other in found if other.end == placed.start]
    at = bisect_left(row, placed.end, key=_start)
    return [other for other in row[at : at + 1] if other.start == placed.end]


def _fitted(rows: Sequence[Row], edge: int, cell: int) -> list[Row]:
    """Return rows with the widths that they have in their table.

    Rows that end nearly together fill the table, whose width is that which the last row with one says, or the measure
    of the last row. As in LibreOffice, a row is measured by the widest row up to itself, and what it lacks goes to its
    last cell; if it lacks next to nothing, by itself. A table in a `cell` fills it if its last row leaves its width to
    the program.
    """
    widths = [_width(row) for row in rows if row.cells]
    filled = cell if rows and rows[-1].fills else 0
    ragged = not filled and widths and max(widths) - min(widths) > _RAGGED
    if not widths or ragged or len({row.left for row in rows}) > 1:
        return _even([_scaled(row, _width(row), row.width, edge) for row in rows])
    found = [_width(row) for row in rows]
    measures = [
        widest if widest - own > _SAME_WIDTH else own for own, widest in zip(found, accumulate(found, max), strict=True)
    ]
    table = filled or next((row.width for row in reversed(rows) if row.width), measures[-1])
    return [_scaled(row, own, table, edge) for row, own in zip(rows, measures, strict=True)]


def _width(row: Row) -> int:
    """Return the width of a row's cells."""
    return max(row.right - row.left, row.cells[-1].right - row.left, 1) if row.cells else 0


def _scaled(row: Row, own: int, wanted: int, edge: int) -> Row:
    """Return a row whose `own` width is scaled to that `wanted`, from its left edge; no cell is without width."""
    if not row.cells:
        return row
    wanted = min(wanted, max(edge - row.left, own))
    width = wanted if wanted >= own * _LEAST else own
    last = max(row.right, row.cells[-1].right)
    cells, at = [], row.left
    for cell in row.cells:
        right = own if cell.right == last else cell.right - row.left
        start, end = (row.left + _part(place, own, width) for place in (cell.left - row.left, right))
        start = max(start, at)
        at = max(end, start + _NEAR + 1)
        cells.append(replace(cell, left=start, right=at))
    return replace(row, cells=tuple(cells), right=max(row.left + width, at))


def _part(at: int, own: int, width: int) -> int:
    """Return a place in a row of the cells' own width, in the row's width. LibreOffice rounds so; it decides lines."""
    return floor(at * _PARTS / own + 0.5) * width // _PARTS


def _even(rows: list[Row]) -> list[Row]:
    """Return rows that end together, where they nearly do."""
    end = max(row.right for row in rows)
    return [_widened(row, end) if 0 < end - row.right <= _RAGGED else row for row in rows]


def _widened(row: Row, end: int) -> Row:
    cells = (replace(cell, right=end) if cell.right == row.right else cell for cell in row.cells)
    return replace(row, cells=tuple(cells), right=end)


def _centred(rows: list[Row], column: int) -> list[Row]:
    """Return rows whose last cells are a twip wider if the table is centred and the rest of its column has no half."""
    end = max((row.right for row in rows), default=0)
    rest = column - end + min((row.left for row in rows), default=0)
    centred = bool(rows) and rows[0].alignment == "centro"
    return [_widened(row, end + 1) if row.right == end else row for row in rows] if centred and rest % 2 else rows


def _edges(rows: list[Row]) -> list[int]:
    """Return the edges of the columns, at least two."""
    found = sorted({edge for row in rows for cell in row.cells for edge in (cell.left, cell.right)})
    edges = found[:1]
    for edge in found[1:]:
        if edge - edges[-1] > _NEAR:
            edges.append(edge)
    return edges if len(edges) > 1 else [*(edges or [0]), (edges or [0])[0] + 20]
