"""Rows found, put in and changed by the values of their columns.

The statements are built once for each table and set of columns: to build one at each call takes four times as long as
to run it (docs/decisions/45).
"""

from collections.abc import Mapping, Sequence
from functools import cache
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.engine import Connection

from printserver.common.data import Columns

_SAME: Final = "same_"
"""Prefix of the parameters that select rows; those that are written bear the name of their column."""

Names = tuple[tuple[str, bool], ...]
"""Columns that select rows, each with whether it must be true."""


def find_row(conn: Connection, table: sa.Table, same: Mapping[str, Any], *, lock: bool = False) -> sa.RowMapping | None:
    """Return the one row whose columns have the values `same`, which are never None; None if there is none.

    `lock`: lock it until the transaction's end. Raises `sqlalchemy.exc.MultipleResultsFound`.
    """
    return conn.execute(_select(table, _names(same), None, lock), _named(same)).mappings().one_or_none()


def find_rows(conn: Connection, table: sa.Table, same: Mapping[str, Any], order_by: str) -> Sequence[sa.RowMapping]:
    """Return the rows whose columns have the values `same`, which are never None, in the order of `order_by`."""
    return conn.execute(_select(table, _names(same), order_by, False), _named(same)).mappings().all()


def insert(conn: Connection, table: sa.Table, rows: Columns | Sequence[Columns]) -> None:
    """Insert one row, or several with the same columns. Their values are no expressions of SQL."""
    conn.execute(_insert(table), rows)


def insert_or_ignore(conn: Connection, table: sa.Table, values: Columns, *, returning: str | None = None) -> Any:
    """Insert a row unless its key exists. Return the column `returning` of a row that was inserted, else None."""
    made = conn.execute(_insert_or_ignore(conn.dialect.name, table, returning), values)
    return made.scalar_one_or_none() if returning is not None else None


def update(conn: Connection, table: sa.Table, same: Mapping[str, Any], values: Columns) -> int:
    """Write `values` into the rows whose columns have the values `same`, which are never None; return how many.

    The values are no expressions of SQL.
    """
    return conn.execute(_update(table, _names(same)), {**values, **_named(same)}).rowcount


def delete(conn: Connection, table: sa.Table, same: Mapping[str, Any]) -> int:
    """Delete the rows whose columns have the values `same`, which are never None; return how many."""
    return conn.execute(_delete(table, _names(same)), _named(same)).rowcount


def _named(same: Mapping[str, Any]) -> dict[str, Any]:
    return {_SAME + name: value for name, value in same.items() if value is not True}


def _names(same: Mapping[str, Any]) -> Names:
    return tuple((name, value is True) for name, value in same.items())


def _where(table: sa.Table, names: Names) -> list[sa.ColumnElement[bool]]:
    """Return the conditions; True is no parameter, since an index of the rows with a flag would not serve it then."""
    return [table.c[name] if flag else table.c[name] == sa.bindparam(_SAME + name) for name, flag in names]


@cache
def _select(table: sa.Table, names: Names, order_by: str | None, lock: bool) -> sa.Select[Any]:
    query = sa.select(table).where(*_where(table, names))
    if order_by is not None:
        query = query.order_by(table.c[order_by])
    return query.with_for_update() if lock else query


@cache
def _insert(table: sa.Table) -> sa.Insert:
    return sa.insert(table)


@cache
def _insert_or_ignore(dialect: str, table: sa.Table, returning: str | None) -> sa.Insert:
    make = sqlite.insert if dialect == "sqlite" else postgresql.insert
    query = make(table).on_conflict_do_nothing()
    return query if returning is None else query.returning(table.c[returning])


@cache
def _update(table: sa.Table, names: Names) -> sa.Update:
    return sa.update(table).where(*_where(table, names))


@cache
def _delete(table: sa.Table, names: Names) -> sa.Delete:
    return sa.delete(table).where(*_where(table, names))
