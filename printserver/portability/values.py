"""Rows of a table as JSON lines: the same bytes from SQLite and from PostgreSQL, read back as the same row.

The office's number in its database is left out: it differs between databases.
"""

import base64
import json
from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.common.data import Columns, JsonObject
from printserver.errors import ConfigError

OFFICE: Final = "serventia_id"
_AT_ONCE: Final = 500
_WIDE: Final = frozenset({"corpo", "modelo_arquivo", "pedido_crc", "comunicacao", "formato", "formato_versao"})
_AT_ONCE_WIDE: Final = 8  # a row may hold a whole document
_encode: Final = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode


def tables(*, secrets: bool = True) -> list[sa.Table]:
    """Return every table that holds rows of an office, each after those that it refers to."""
    hidden = frozenset[str]() if secrets else _ALL_SECRET
    return [table for table in db.metadata.sorted_tables if OFFICE in table.c and table.name not in hidden]


# What a copy without secrets leaves out: columns by table. Sessions stay out as a whole.
_SECRET: Final[Mapping[str, frozenset[str]]] = {
    "pessoa": frozenset({"senha_hash", "pin_hash", "fator_segredo", "fator_reserva"}),
    "chave_api": frozenset({"sha256"}),
}
_ALL_SECRET: Final = frozenset({"sessao"})


def columns(table: sa.Table, *, secrets: bool = True) -> list[sa.Column[Any]]:
    """Return the columns of a table that are exported, in their order."""
    hidden = frozenset[str]() if secrets else _SECRET.get(table.name, frozenset())
    return [column for column in table.c if column.name != OFFICE and column.name not in hidden]


def lines(
    conn: Connection,
    serventia_id: int,
    table: sa.Table,
    changed: Callable[[Columns], Columns] = dict,
    *,
    secrets: bool = True,
) -> Iterator[bytes]:
    """Yield the rows of an office as JSON lines, in the order of their key. `changed` may replace values of a row.

    Raises `ConfigError` that names a row with a value that cannot be read.
    """
    kept = columns(table, secrets=secrets)
    write = {column.name: _writer(column) for column in kept}
    query = sa.select(*kept).where(table.c[OFFICE] == serventia_id).order_by(*_order(conn, table))
    at_once = _AT_ONCE_WIDE if table.name in _WIDE else _AT_ONCE
    rows = iter(conn.execute(query.execution_options(yield_per=at_once)).mappings())
    number = 0
    while True:
        try:
            row = next(rows)
        except StopIteration:
            return
        except (ValueError, TypeError) as error:
            raise ConfigError(
                f"tabela {table.name}, linha {number + 1}: um valor não se lê ({error}). Nada foi exportado: confira a "
                "auditoria com `printserver auditoria verificar`."
            ) from error
        number += 1
        values = changed(dict(row))
        yield _encode({name: as_json(values[name]) for name, as_json in write.items()}).encode() + b"\n"


def read_line(table: sa.Table, line: bytes) -> Columns:
    """Return the row of a JSON line, without the office's number. Raises ValueError if it is not one."""
    found = json.loads(line)
    kept = columns(table)
    if not isinstance(found, dict) or set(found) != {column.name for column in kept}:
        raise ValueError("as colunas não são as desta tabela")
    return {column.name: _reader(column)(found[column.name]) for column in kept}


def _order(conn: Connection, table: sa.Table) -> list[sa.ColumnElement[Any]]:
    """Return the key to sort by: texts by their bytes, whatever order the database has for them."""
    key = [column for column in table.primary_key.columns if column.name != OFFICE]
    if conn.dialect.name == "sqlite":
        return list(key)
    return [sa.collate(column, "C") if isinstance(column.type, sa.String) else column for column in key]


def _writer(column: sa.Column[Any]) -> Callable[[Any], Any]:
    kind = column.type
    if isinstance(kind, db.Moment):
        return lambda value: value and value.astimezone(UTC).isoformat(timespec="microseconds")
    if isinstance(kind, sa.Date):
        return lambda value: value and value.isoformat()
    if isinstance(kind, sa.LargeBinary):
        return lambda value: value if value is None else base64.b64encode(value).decode()
    return lambda value: value


def _reader(column: sa.Column[Any]) -> Callable[[Any], Any]:
    kind = column.type
    if isinstance(kind, db.Moment):
        return lambda value: None if value is None else datetime.fromisoformat(value)
    if isinstance(kind, sa.Date):
        return lambda value: None if value is None else date.fromisoformat(value)
    if isinstance(kind, sa.LargeBinary):
        return lambda value: None if value is None else base64.b64decode(value, validate=True)
    return lambda value: value


def office_row(conn: Connection, serventia_id: int) -> JsonObject:
    """Return what the archive says of the office itself."""
    row = conn.execute(sa.select(db.serventia).where(db.serventia.c.id == serventia_id)).mappings().one()
    created = row["criada_em"].astimezone(UTC).isoformat(timespec="microseconds")
    return {"cns": row["cns"], "instancia": row["instancia"], "criada_em": created}
