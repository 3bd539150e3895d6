"""Tables as HTML tables of fixed layout: the edges of all cells of all rows are its columns. Lengths in points."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from printserver.rendering.rtf_body.borders import border_css, border_width
from printserver.rendering.rtf_body.markup import points
from printserver.rtf import TWIPS_PER_POINT, Block, Cell, Row, Table, paragraphs_of

_VERTICAL: Final = {"alto": "top", "meio": "middle", "baixo": "bottom"}
_PADDINGS: Final = 240
"""Twips by which the width of a row may be more than that of its cells."""
_OVERFLOW: Final = 3.0
"""Points by which text may be higher than a row of exact height. A row that would cover more is made higher."""
_NEAR: Final = 8
"""Twips between edges that are the same column's."""


Cells = Callable[[tuple[Block, ...], float], tuple[str, float]]
"""Lays out the blocks of a cell in a width: returns HTML and height."""


def table_html(table: Table, width: float, style: str, cells: Cells) -> tuple[str, float]:
    """Return a table in a column of `width`, and its height; `style`: further declarations."""
    table = Table(tuple(_widened(row) for row in table.rows))
    edges = _edges(table)
    columns = "".join(f'<col style="width:{points((b - a) / TWIPS_PER_POINT)}">' for a, b in pairwise(edges))
    rows, height = [], 0.0
    covered: dict[int, int] = {}
    for row in table.rows:
        html, row_height = _row(row, edges, covered, cells)
        rows.append(html)
        height += row_height
    whole = (edges[-1] - edges[0]) / TWIPS_PER_POINT
    left = edges[0] / TWIPS_PER_POINT
    alignment = table.rows[0].alignment
    if alignment in ("centro", "direita"):
        left = (width - whole) / (2 if alignment == "centro" else 1)
    left -= _outer(table)
    style += f"width:{points(whole)};margin-left:{points(left)}"
    return f'<table style="{style}"><colgroup>{columns}</colgroup>{"".join(rows)}</table>', height


def _widened(row: Row) -> Row:
    """Return a row whose cells fill the width that it says of itself, if that is a little more than theirs.

    WPTools says both; the right edge stays.
    """
    if not row.cells:
        return row
    right = row.cells[-1].right
    own = right - row.cells[0].left
    if not 0 < row.width - own <= _PADDINGS:
        return row

    def moved(at: int) -> int:
        return right - round((right - at) * row.width / own)

    cells = tuple(replace(cell, left=moved(cell.left), right=moved(cell.right)) for cell in row.cells)
    return replace(row, left=moved(row.left), cells=cells)


def _outer(table: Table) -> float:
    """Return the half of the left border that CSS puts inside the table, before its first column."""
    borders = (dict(row.cells[0].borders).get("left") for row in table.rows if row.cells)
    return max((border_width(border) for border in borders), default=0.0) / 2


def _edges(table: Table) -> list[int]:
    found = sorted({edge for row in table.rows for cell in row.cells for edge in (cell.left, cell.right)})
    edges = found[:1]
    for edge in found[1:]:
        if edge - edges[-1] > _NEAR:
            edges.append(edge)
    return edges if len(edges) > 1 else [*(edges or [0]), (edges or [0])[0] + 20]


def _column(edges: list[int], at: int) -> int:
    return min(range(len(edges)), key=lambda column: abs(edges[column] - at))


@dataclass(frozen=True, slots=True)
class _Place:
    """Where a cell is in its row: its columns, and its borders, with those of the cells at its sides."""

    start: int
    end: int
    width: float
    left: float
    right: float
    top: float
    bottom: float


def _row(row: Row, edges: list[int], covered: dict[int, int], cells: Cells) -> tuple[str, float]:
    """Return a row and its height. `covered` counts for each column the rows that a cell above still covers.

    The top and bottom padding of its cells is the largest of them.
    """
    made: list[str] = []
    heights = [max(row.height, 0) / TWIPS_PER_POINT]
    at = 0
    top, bottom = (max((cell.padding[side] for cell in row.cells), default=0) / TWIPS_PER_POINT for side in (0, 2))
    on_cells = bool(covered)
    for cell, place in zip(row.cells, _places(row, edges), strict=True):
        made += _gap(at, place.start, covered)
        html, height = _cell(cell, place, row, (top, bottom), cells, sized=on_cells)
        made.append(html)
        heights.append(0.0 if cell.merge_down else height)
        at = place.end
    made += _gap(at, len(edges) - 1, covered)
    _go_down(row, edges, covered)
    style = f"height:{points(row.height / TWIPS_PER_POINT)};" if row.height > 0 and not on_cells else ""
    style += "break-inside:avoid" if row.keep else ""
    attribute = f' style="{style}"' if style else ""
    return f"<tr{attribute}>{''.join(made)}</tr>", max(heights)


def _go_down(row: Row, edges: list[int], covered: dict[int, int]) -> None:
    """Bring `covered` on by one row."""
    for column in list(covered):
        covered[column] -= 1
        if not covered[column]:
            del covered[column]
    for cell in row.cells:
        if cell.merge_down:
            columns = range(_column(edges, cell.left), _column(edges, cell.right))
            covered.update(dict.fromkeys(columns, cell.merge_down))


def _places(row: Row, edges: list[int]) -> Iterator[_Place]:
    sides = [{side: border_width(border) / 2 for side, border in cell.borders} for cell in row.cells]
    for at, cell in enumerate(row.cells):
        start = _column(edges, cell.left)
        end = max(_column(edges, cell.right), start + 1)
        before = sides[at - 1].get("right", 0.0) if at else 0.0
        after = sides[at + 1].get("left", 0.0) if at + 1 < len(sides) else 0.0
        own = sides[at]
        left, right = max(own.get("left", 0.0), before), max(own.get("right", 0.0), after)
        width = (edges[end] - edges[start]) / TWIPS_PER_POINT
        yield _Place(start, end, width, left, right, own.get("top", 0.0), own.get("bottom", 0.0))


def _gap(start: int, end: int, covered: dict[int, int]) -> Iterator[str]:
    """Yield empty cells for columns of a row that none of its cells takes, but those covered from above."""
    free = sum(1 for column in range(start, end) if column not in covered)
    if free:
        yield f'<td colspan="{free}"></td>' if free > 1 else "<td></td>"


def _cell(
    cell: Cell, place: _Place, row: Row, padding: tuple[float, float], cells: Cells, *, sized: bool
) -> tuple[str, float]:
    """Return a cell and its height. CSS lays half of a border inside the cell: the padding at the sides is less by it.

    `sized`: the cell has the row's least height. WeasyPrint gives a row with a height of its own that of the cells from
    above too.
    """
    top, bottom = padding
    left, right = cell.padding[3] / TWIPS_PER_POINT, cell.padding[1] / TWIPS_PER_POINT
    html, height = cells(cell.blocks, place.width - left - right)
    left, right = max(left - place.left, 0), max(right - place.right, 0)
    style = f"padding:{points(top)} {points(right)} {points(bottom)} {points(left)};"
    style += "".join(border_css(side, border) for side, border in cell.borders)
    if cell.vertical != "alto":
        style += f"vertical-align:{_VERTICAL[cell.vertical]};"
    if cell.shading:
        style += f"background:#{cell.shading};"
    outer = top + bottom + place.top + place.bottom
    wanted = max(abs(row.height) / TWIPS_PER_POINT - outer, 0)
    if row.height < 0 and not cell.merge_down and (height <= wanted + _OVERFLOW or not _has_text(cell)):
        html, height = f'<div style="height:{points(wanted)}">{html}</div>', wanted
    elif sized and row.height > 0 and not cell.merge_down:
        style += f"height:{points(wanted)};"
    spans = f' colspan="{place.end - place.start}"' if place.end - place.start > 1 else ""
    spans += f' rowspan="{cell.merge_down + 1}"' if cell.merge_down else ""
    return f'<td style="{style}"{spans}>{html}</td>', height + outer


def _has_text(cell: Cell) -> bool:
    return any(paragraph.text.strip() for paragraph in paragraphs_of(cell.blocks))
