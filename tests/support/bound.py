"""Every statement of the program names its office: watched in all tests that open one."""

import re
import traceback
from functools import cache
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event

import printserver
from printserver import db
from printserver.db import Database

_HOME = str(Path(printserver.__file__).parent)
_OURS = {name for name, table in db.metadata.tables.items() if "serventia_id" in table.c}
# `FROM a JOIN b AS c ON …`, `FROM a, b`, `UPDATE a`, `DELETE FROM a`
_NAMED = re.compile(r"\b(?:FROM|JOIN|UPDATE|,)\s+(\w+)(?:\s+AS\s+(\w+))?(?=[\s,)]|$)")

# Conditions that cannot be met: SQLAlchemy leaves out the others of their WHERE.
_NOTHING = re.compile(r"\bWHERE (?:false|0 = 1)\b")


def watch(database: Database) -> None:
    """Fail at a statement of the program that reads or changes a table without naming the office."""
    for engine in {database._reader, database._writer}:
        event.listen(engine, "before_cursor_execute", _look)


def _look(_conn: sa.Connection, _cursor: Any, statement: str, *_: object) -> None:
    if (table := _unbound(statement)) and (caller := _caller()):
        raise AssertionError(f"{caller}: the office is not named for {table}: {statement}")


@cache
def _unbound(statement: str) -> str | None:
    """Return a table whose office the statement does not name."""
    if statement.startswith("INSERT"):
        return None  # the values name it, and the column is not null
    if _NOTHING.search(statement):
        return None
    statement = statement.partition(" RETURNING ")[0]  # its columns may have names of tables
    for table, other in _NAMED.findall(statement):
        if table in _OURS and not re.search(rf"\b{other or table}\.serventia_id\b", _conditions(statement)):
            return str(table)
    return None


def _conditions(statement: str) -> str:
    """Return the statement without the lists of selected columns."""
    return re.sub(r"\bSELECT\b.*?\bFROM\b", "SELECT FROM", statement, flags=re.DOTALL)


def _caller() -> str | None:
    """Return where the program made the statement; None: a test made it."""
    for frame in reversed(traceback.extract_stack()):
        if "sqlalchemy" in frame.filename or frame.filename == __file__:
            continue
        if "contextlib" in frame.filename:
            continue
        return f"{frame.filename}:{frame.lineno}" if frame.filename.startswith(_HOME) else None
    return None
