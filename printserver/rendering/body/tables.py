"""Prepares the tables of an `html` body for the layout: no part of a table may be lost or overlap another (P2a).

WeasyPrint drops cells beyond the first row's columns and a head or foot that does not fit a page, and lets cells
overlap as HTML allows. Here a table gets explicit columns, ordered row groups and cells without overlap.
"""

from collections.abc import Iterator
from typing import Final

from printserver.rendering.body.characters import Notices, refuse
from printserver.rendering.body.tags import CELL_TAGS
from printserver.rendering.body.tree import Node

MAX_SPAN: Final = 50
"""Maximum span of a cell, and maximum columns of a table (multiplied by those of the tables around it)."""
LINES_KEPT_TOGETHER: Final = 12
"""Maximum (estimated) lines of a row that is kept on one page; a longer row continues on the next."""

ROOMY_COLUMNS: Final = 16
"""Maximum columns for which the widest letter fits between the borders on the narrowest page."""

_CHARACTERS_A_LINE: Final = 80
_GROUPS: Final = ("thead", "tbody", "tfoot")


def prepare(table: Node, around: int, notices: Notices) -> int:
    """Prepare `table` for the layout; return its columns times those of the tables around it, at least 1.

    Raises `Recusa` `corpo-invalido` for more than 50.
    """
    _order_groups(table)
    groups = [[row for row in group if row.tag == "tr"] for group in _groups(table)]
    _bound_spans(groups, notices)
    columns = max((_place(group) for group in groups), default=0)
    total = max(columns, 1) * around
    if total > MAX_SPAN:
        raise refuse(f"Uma tabela (com as que estão dentro dela) tem mais de {MAX_SPAN} colunas.")
    if total > ROOMY_COLUMNS:
        _make_small(table, groups, notices)
    first = [cell for group in groups[:1] for row in group[:1] for cell in _cells(row)]
    if sum(span(cell, "colspan") for cell in first) < columns:
        table.children.insert(0, Node("colgroup", {}, [Node("col", {}) for _ in range(columns)]))
    for row in (row for group in groups for row in group):
        if any(_lines(cell, columns) > LINES_KEPT_TOGETHER for cell in _cells(row)):
            row.css = "break-inside:auto"
    return total


def span(cell: Node, name: str) -> int:
    """Return the number of columns or rows that a cell spans, at least 1."""
    return number(cell.attributes.get(name, "")) or 1


def number(value: str) -> int:
    """Parse an integer as HTML does (leading digits), 0 if there is none; at most 9 digits."""
    digits = value.strip()[:9]
    for at, character in enumerate(digits):
        if character not in "0123456789":
            digits = digits[:at]
            break
    return int(digits) if digits else 0


def _make_small(table: Node, groups: list[list[Node]], notices: Notices) -> None:
    """Print a table of many columns in small type: otherwise its letters would overlap the next cell."""
    notices.add(f"Uma tabela de mais de {ROOMY_COLUMNS} colunas foi impressa em letra de 6 pt.")
    table.css = "font-size:6pt"
    for cell in (cell for group in groups for row in group for cell in _cells(row)):
        cell.css = "padding:0.3mm 0"


def _order_groups(table: Node) -> None:
    """Put the first head first and the first foot last, as a browser does, and drop groups without rows."""
    groups = [
        child for child in table.children if isinstance(child, Node) and (child.tag not in _GROUPS or child.children)
    ]
    head = next((group for group in groups if group.tag == "thead"), None)
    foot = next((group for group in groups if group.tag == "tfoot"), None)
    groups.sort(key=lambda group: (group is not head) + (group is foot))
    for group in groups:
        if group.tag == "tfoot":
            group.tag = "tbody"
    table.children[:] = [*(child for child in table.children if isinstance(child, str)), *groups]


def _groups(table: Node) -> Iterator[list[Node]]:
    loose = [child for child in table.children if isinstance(child, Node) and child.tag == "tr"]
    if loose:
        yield loose
    for group in table.children:
        if isinstance(group, Node) and group.tag in _GROUPS:
            yield [row for row in group.children if isinstance(row, Node)]


def _cells(row: Node) -> list[Node]:
    return [cell for cell in row.children if isinstance(cell, Node) and cell.tag in CELL_TAGS]


def _bound_spans(groups: list[list[Node]], notices: Notices) -> None:
    """Limit the spans of cells."""
    rows = [_cells(row) for group in groups for row in group]
    columns = 1
    for row in rows:
        spans = [span(cell, "colspan") for cell in row]
        columns = max(columns, sum(wide if wide <= MAX_SPAN else 1 for wide in spans))
    for cell in (cell for row in rows for cell in row):
        for name, limit in (("colspan", columns), ("rowspan", MAX_SPAN)):
            if span(cell, name) > MAX_SPAN:
                cell.attributes[name] = str(min(limit, MAX_SPAN))
                notices.add(f"O {name} de uma célula foi trazido ao limite de {MAX_SPAN}.")


def _place(group: list[Node]) -> int:
    """Return the columns of a group's grid; a cell that would overlap one from a row above is narrowed."""
    taken: dict[int, int] = {}  # column → rows for which it is still taken
    columns = 0
    for row in group:
        used: dict[int, int] = {}
        at = 0
        for cell in _cells(row):
            while taken.get(at, 0) or at in used:
                at += 1
            wide = next((n for n in range(1, span(cell, "colspan")) if taken.get(at + n, 0)), span(cell, "colspan"))
            if wide != span(cell, "colspan"):
                cell.attributes["colspan"] = str(wide)
            used.update(dict.fromkeys(range(at, at + wide), span(cell, "rowspan")))
            at += wide
        taken = {column: rows - 1 for column, rows in ({**taken, **used}).items() if rows > 1}
        columns = max(columns, at, *(column + 1 for column in used), *(column + 1 for column in taken), 0)
    return columns


def _lines(cell: Node, columns: int) -> float:
    """Estimate the lines of a cell; an image counts as a short row."""
    width = _CHARACTERS_A_LINE * span(cell, "colspan") / max(columns, 1)
    return sum(_lines_of(child, width) for child in cell.children)


def _lines_of(child: "Node | str", width: float) -> float:
    if isinstance(child, str):
        return len(child) / width
    own = {"br": 1.0, "img": float(LINES_KEPT_TOGETHER), "tr": 0.5, "p": 0.5, "div": 0.5, "li": 0.5}.get(child.tag, 0.0)
    return own + sum(_lines_of(inside, width) for inside in child.children)
