"""Tables as HTML tables of fixed layout: the edges of all cells of all rows are its columns. Lengths in points."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Final

from printserver.rendering.rtf_body.borders import border_css, border_width
from printserver.rendering.rtf_body.markup import points
from printserver.rtf import Block, Cell, Row, Table

_VALIGN: Final = {"alto": "top", "meio": "middle", "baixo": "bottom"}
_PADDINGS: Final = 240
"""Twips by which the width of a row may be more than that of its cells."""
_NEAR: Final = 8
"""Twips between edges that are the same column's."""


Cells = Callable[[tuple[Block, ...], float], tuple[str, float]]
"""Lays out the blocks of a cell in a width: returns HTML and height."""


def table_html(table: Table, width: float, style: str, cells: Cells) -> tuple[str, float]:
    """Return a table in a column of `width`, and its height; `style`: further declarations."""
    table = Table(tuple(_widened(row) for row in table.rows))
    edges = _edges(table)
    columns = "".join(f'<col style="width:{points((b - a) / 20)}">' for a, b in pairwise(edges))
    rows, height = [], 0.0
    covered: dict[int, int] = {}
    for row in table.rows:
        html, row_height = _row(row, edges, covered, cells)
        rows.append(html)
        height += row_height
    whole = (edges[-1] - edges[0]) / 20
    left = edges[0] / 20
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
    """Return a row. `covered` counts for each column the rows that a cell above still covers; it is brought on.

    The top and bottom padding of its cells is the largest of them.
    """
    made: list[str] = []
    heights = [max(row.height, 0) / 20]
    at = 0
    below: dict[int, int] = {}
    top, bottom = (max((cell.padding[side] for cell in row.cells), default=0) / 20 for side in (0, 2))
    for cell, place in zip(row.cells, _places(row, edges), strict=True):
        made += _gap(at, place.start, covered)
        html, height = _cell(cell, place, row, (top, bottom), cells)
        made.append(html)
        heights.append(height if not cell.merge_down else 0.0)
        at = place.end
        if cell.merge_down:
            below.update(dict.fromkeys(range(place.start, place.end), cell.merge_down))
    made += _gap(at, len(edges) - 1, covered)
    for column in list(covered):
        covered[column] -= 1
        if not covered[column]:
            del covered[column]
    covered.update(below)
    height = -row.height / 20 if row.height < 0 else max(heights)
    style = f"height:{points(abs(row.height) / 20)};" if row.height else ""
    style += "break-inside:avoid" if row.keep else ""
    return f'<tr style="{style}">{"".join(made)}</tr>' if style else f"<tr>{''.join(made)}</tr>", height


def _places(row: Row, edges: list[int]) -> Iterator[_Place]:
    sides = [{side: border_width(border) / 2 for side, border in cell.borders} for cell in row.cells]
    for at, cell in enumerate(row.cells):
        start = _column(edges, cell.left)
        end = max(_column(edges, cell.right), start + 1)
        before = sides[at - 1].get("right", 0.0) if at else 0.0
        after = sides[at + 1].get("left", 0.0) if at + 1 < len(sides) else 0.0
        own = sides[at]
        left, right = max(own.get("left", 0.0), before), max(own.get("right", 0.0), after)
        width = (edges[end] - edges[start]) / 20
        yield _Place(start, end, width, left, right, own.get("top", 0.0), own.get("bottom", 0.0))


def _gap(start: int, end: int, covered: dict[int, int]) -> Iterator[str]:
    """Yield empty cells for columns of a row that none of its cells takes, but those covered from above."""
    free = sum(1 for column in range(start, end) if column not in covered)
    if free:
        yield f'<td colspan="{free}"></td>' if free > 1 else "<td></td>"


def _cell(cell: Cell, place: _Place, row: Row, padding: tuple[float, float], cells: Cells) -> tuple[str, float]:
    """Return a cell. CSS lays half of a border inside the cell: the padding at the sides is less by it."""
    top, bottom = padding
    left, right = cell.padding[3] / 20, cell.padding[1] / 20
    html, height = cells(cell.blocks, place.width - left - right)
    left, right = max(left - place.left, 0), max(right - place.right, 0)
    style = f"padding:{points(top)} {points(right)} {points(bottom)} {points(left)};"
    style += "".join(border_css(side, border) for side, border in cell.borders)
    if cell.valign != "alto":
        style += f"vertical-align:{_VALIGN[cell.valign]};"
    if cell.shading:
        style += f"background:#{cell.shading};"
    outer = top + bottom + place.top + place.bottom
    if row.height < 0:
        html = f'<div style="height:{points(max(-row.height / 20 - outer, 0))}">{html}</div>'
    spans = f' colspan="{place.end - place.start}"' if place.end - place.start > 1 else ""
    spans += f' rowspan="{cell.merge_down + 1}"' if cell.merge_down else ""
    return f'<td style="{style}"{spans}>{html}</td>', height + outer
