"""Tables as HTML tables of fixed layout. Lengths in points."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import pairwise
from typing import Final

from printserver.rendering.rtf_body.borders import SIDES, border_width, borders_css, drawn_width
from printserver.rendering.rtf_body.grid import Grid, Placed
from printserver.rendering.rtf_body.markup import Sheet, points
from printserver.rtf import TWIPS_PER_POINT, Block, Border, Cell, Row, Side, Table, paragraphs_of

_VERTICAL: Final = {"alto": "top", "meio": "middle", "baixo": "bottom"}
_OVERFLOW: Final = 3.0
"""Points by which text may be higher than a row of exact height. A row that would cover more is made higher."""


Cells = Callable[[tuple[Block, ...], float], tuple[str, float]]
"""Lays out the blocks of a cell in a width: returns HTML and height."""


@dataclass(frozen=True, slots=True)
class Around:
    """What is around a table: the column's `width`, the right `edge` of the paper, further declarations of `style`.

    `cell`: the column is a cell.
    """

    width: float
    edge: float
    style: str
    cell: bool = False


@dataclass(frozen=True, slots=True)
class _Sides:
    """Lengths at the sides of a cell."""

    top: float
    right: float
    bottom: float
    left: float

    @property
    def high(self) -> float:
        """What is above and below."""
        return self.top + self.bottom


def table_html(table: Table, around: Around, cells: Cells, sheet: Sheet) -> tuple[str, float]:
    """Return a table in a column, and its height."""
    edge, column = (round(length * TWIPS_PER_POINT) for length in (around.edge, around.width))
    return _Maker(Grid(table, edge, column, cell=around.cell), cells, sheet).table(around)


class _Maker:
    """Makes one table. Borders between cells are drawn half in each; those at the table's sides wholly in the cells.

    So the table is wider by half of its outer borders at each side.
    """

    def __init__(self, grid: Grid, cells: Cells, sheet: Sheet) -> None:
        self._grid = grid
        self._cells = cells
        self._sheet = sheet
        self._last = len(grid.edges) - 1
        self._left, self._right = (self._outer(side) for side in ("left", "right"))
        self._borders = [[self._drawn(placed) for placed in row] for row in grid.cells]
        self._edges = list(self._row_edges())

    def _outer(self, side: Side) -> float:
        """Return half of the widest border at a side of the table."""
        at_side = (
            placed
            for row in self._grid.cells
            for placed in row
            if (placed.start == 0 if side == "left" else placed.end == self._last)
        )
        return max((border_width(placed.border(side)) for placed in at_side), default=0.0) / 2

    def _row_edges(self) -> Iterator[tuple[float, float]]:
        """Yield what borders take at the top and the bottom of each row, in all its cells: as much as the widest."""
        tops = [max((drawn.top for drawn in row), default=0.0) for row in self._borders]
        lines = [0.0] * (len(tops) + 1)
        for row in self._grid.cells:
            for placed in row:
                for side, border in placed.cell.borders:
                    if side in ("top", "bottom"):
                        at = placed.top if side == "top" else placed.bottom
                        lines[at] = max(lines[at], border_width(border))
        yield from zip(
            tops, (max(line - top, 0.0) for line, top in zip(lines[1:], [*tops[1:], 0.0], strict=True)), strict=True
        )

    def table(self, around: Around) -> tuple[str, float]:
        edges = [edge / TWIPS_PER_POINT for edge in self._grid.edges]
        left, whole = edges[0], edges[-1] - edges[0]
        alignment = self._grid.rows[0].alignment
        if alignment in ("centro", "direita"):
            left = (around.width - whole) / (2 if alignment == "centro" else 1)
        edges[0], edges[-1] = edges[0] - self._left, edges[-1] + self._right
        columns = "".join(f'<col style="width:{points(b - a)}">' for a, b in pairwise(edges))
        made = [self._row(at) for at in range(len(self._grid.rows))]
        style = f"{around.style}width:{points(edges[-1] - edges[0])};margin-left:{points(left - self._left)}"
        html = f'<table style="{style}"><colgroup>{columns}</colgroup>{"".join(html for html, _ in made)}</table>'
        return html, sum(height for _, height in made)

    def _row(self, at: int) -> tuple[str, float]:
        """Return a row and its height."""
        row = self._grid.rows[at]
        top, bottom = (max((cell.padding[side] for cell in row.cells), default=0) / TWIPS_PER_POINT for side in (0, 2))
        pairs = zip(self._grid.cells[at], self._borders[at], strict=True)
        cells = [self._cell(placed, drawn, row, (top, bottom)) for placed, drawn in pairs]
        own = [cell for cell in cells if not cell.placed.cell.merge_down]
        made, column = [], 0
        covered = self._grid.covered(at)
        for cell in cells:
            made.append(_gap(column, cell.placed.start, covered))
            made.append(cell.shown(self._sheet))
            column = cell.placed.end
        made.append(_gap(column, self._last, covered))
        attribute = f' class="{self._sheet.name("break-inside:avoid")}"' if row.keep else ""
        height = max((max(cell.height, cell.wanted) + cell.around for cell in own), default=0.0)
        return f"<tr{attribute}>{''.join(made)}</tr>", max(height, row.height / TWIPS_PER_POINT)

    def _drawn(self, placed: Placed) -> _Sides:
        """Return what of its borders a cell draws."""
        return _Sides(*(drawn_width(side, placed.border(side), self._others(placed, side)) for side in SIDES))

    def _least(self, placed: Placed, padding: _Sides) -> float:
        """Return the height of an empty cell: its padding, and half of the widest border at each of its edges."""
        borders = sum(self._widest(placed, side) for side in ("top", "bottom"))
        return padding.high + borders / 2

    def _widest(self, placed: Placed, side: Side) -> float:
        return max(map(border_width, (placed.border(side), *self._others(placed, side))))

    def _others(self, placed: Placed, side: Side) -> list[Border | None]:
        """Return the borders of other cells at an edge of a cell."""
        opposite = SIDES[SIDES.index(side) - 2]
        return [other.border(opposite) for other in self._grid.facing(placed, side)]

    def _cell(self, placed: Placed, drawn: _Sides, row: Row, high: tuple[float, float]) -> "_Cell":
        """Return a cell. `high`: the top and bottom padding of all cells of its row, the largest of them."""
        cell = placed.cell
        left, right = cell.padding[3] / TWIPS_PER_POINT, cell.padding[1] / TWIPS_PER_POINT
        html, height = self._cells(cell.blocks, (cell.right - cell.left) / TWIPS_PER_POINT - left - right)
        left += (self._left if placed.start == 0 else 0.0) - drawn.left
        right += (self._right if placed.end == self._last else 0.0) - drawn.right
        above = max(self._edges[placed.top][0] - drawn.top, 0.0)
        below = max(self._edges[placed.bottom - 1][1] - drawn.bottom, 0.0)
        padding = _Sides(high[0] + above, max(right, 0.0), high[1] + below, max(left, 0.0))
        wanted = 0.0
        if row.height and not cell.merge_down:
            wanted = max(abs(row.height) / TWIPS_PER_POINT - self._least(placed, padding), 0.0)
        if row.height < 0 and height > wanted and (height <= wanted + _OVERFLOW or not _has_text(cell)):
            html, height = f'<div style="height:{points(wanted)}">{html}</div>', wanted
        return _Cell(placed, html, height, wanted, padding.high + drawn.high, _look(cell, padding, drawn))


@dataclass(frozen=True, slots=True)
class _Cell:
    """A cell with its text. `height`, `wanted`: of its text, and that which the row says; `around`: what is around it.

    `look`: its declarations.
    """

    placed: Placed
    html: str
    height: float
    wanted: float
    around: float
    look: str

    def shown(self, sheet: Sheet) -> str:
        """Return the HTML. A row moves to the next page if its height has no room, even if some of its lines have."""
        placed = self.placed
        look = self.look + (f"height:{points(self.wanted)};" if self.height < self.wanted else "")
        columns, rows = placed.end - placed.start, placed.bottom - placed.top
        spans = f' colspan="{columns}"' if columns > 1 else ""
        spans += f' rowspan="{rows}"' if rows > 1 else ""
        return f'<td class="{sheet.name(look)}"{spans}>{self.html}</td>'


def _look(cell: Cell, padding: _Sides, drawn: _Sides) -> str:
    """Return the declarations of a cell."""
    sides = (padding.top, padding.right, padding.bottom, padding.left)
    style = f"padding:{' '.join(points(side) for side in sides)};"
    style += borders_css((side, border, getattr(drawn, side)) for side, border in cell.borders)
    if cell.vertical != "alto":
        style += f"vertical-align:{_VERTICAL[cell.vertical]};"
    return style + (f"background:#{cell.shading};" if cell.shading else "")


def _gap(start: int, end: int, covered: list[Placed]) -> str:
    """Return empty cells for columns of a row that none of its cells takes, but those covered from above.

    `covered` are the cells that cover them, from left to right.
    """
    free, at = 0, start
    for placed in covered if start < end else ():
        free += max(min(placed.start, end) - at, 0)
        at = max(at, placed.end)
    free += max(end - at, 0)
    return f'<td colspan="{free}"></td>' if free > 1 else "<td></td>" * free


def _has_text(cell: Cell) -> bool:
    return any(paragraph.text.strip() for paragraph in paragraphs_of(cell.blocks))
