"""A consistent copy of the running database: of SQLite's pages, or by pg_dump. Both are one state of it.

The copy is marked as one: put in the place of the database it seals and prints nothing (B3).
"""

import json
import os
import shutil
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa

from printserver import db
from printserver.common.files import sync_folder
from printserver.copies import pages
from printserver.db import Database, sqlite, walls
from printserver.errors import ConfigError

_LIMIT_S: Final = 3 * 3600.0


@dataclass(frozen=True, slots=True)
class DatabaseState:
    """The state that was copied: the head of the log, the schema, the rows of each table."""

    registro_n: int
    registro_hash: str
    schema: str
    counts: dict[str, int]


def copy_sqlite(source: Path, target: Path, serventia_id: int, now: datetime) -> DatabaseState:
    """Copy a SQLite database in use over the copy before it, `target`; check it and mark it as a copy.

    Raises ConfigError if the copy does not pass SQLite's own check, OSError and the driver's errors.
    """
    reader = sqlite.dbapi.connect(f"file:{source}?mode=ro", uri=True, isolation_level=None)
    try:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM alembic_version")  # from here on this transaction sees one state
        pages.copy_pages(source, target)
    finally:
        reader.close()
    writer = sqlite.dbapi.connect(str(target), isolation_level=None)
    try:
        writer.execute("PRAGMA synchronous=OFF")  # synced as a whole below
        writer.execute("PRAGMA journal_mode=DELETE")  # with what the write-ahead log has
        check_sqlite(writer)
        state = _state(writer, serventia_id)
        _mark(writer, serventia_id, state, now)
    finally:
        writer.close()
    with target.open("rb") as file:
        os.fsync(file.fileno())
    sync_folder(target.parent)
    return state


def check_sqlite(connection: Any) -> None:
    """Raise ConfigError unless SQLite finds the file in order."""
    found = [row[0] for row in connection.execute("PRAGMA quick_check(3)")]
    if found != ["ok"]:
        raise ConfigError(f"o banco de dados copiado está estragado ({'; '.join(map(str, found))[:300]})")


def copy_postgres(database: Database, target: Path, serventia_id: int) -> DatabaseState:
    """Dump one office of a PostgreSQL database in use into the new file `target`. Raises ConfigError.

    Row-level security leaves the other offices of the database out. A role that passes by it is refused there.
    """
    program = shutil.which("pg_dump")
    if program is None:
        raise ConfigError("falta o programa pg_dump: instale-o (apt install postgresql-client) e repita")
    with database.snapshot() as conn:
        conn.exec_driver_sql("SET LOCAL idle_in_transaction_session_timeout = 0")
        bypassing = walls.bypassing(conn)
        if bypassing and conn.execute(sa.select(sa.func.count()).select_from(db.serventia)).scalar_one() > 1:
            raise ConfigError(
                "este banco tem outras serventias, e o usuário do banco lê as linhas de todas: nada foi copiado. Use "
                "um usuário sem SUPERUSER e sem BYPASSRLS (veja no guia: Várias serventias num banco) e repita"
            )
        snapshot = conn.exec_driver_sql("SELECT pg_export_snapshot()").scalar_one()
        command = [program, "--format=custom", "--compress=0", f"--snapshot={snapshot}", f"--file={target}"]
        if not bypassing:
            command.append("--enable-row-security")
        run_tool(command, database.url, options=f"-c {walls.SETTING}={serventia_id}")
        head = conn.execute(sa.select(db.cadeia).where(db.cadeia.c.serventia_id == serventia_id)).one()
        tables = sorted(db.metadata.tables.values(), key=lambda table: table.name)
        counts = {table.name: count_rows(conn, table, serventia_id) for table in tables}
        schema = conn.exec_driver_sql("SELECT version_num FROM alembic_version").scalar_one()
    listing = shutil.which("pg_restore")
    if listing is not None:
        run_tool([listing, "--list", str(target)], "")
    return DatabaseState(head.n, head.hash, str(schema), counts)


def count_rows(conn: sa.Connection, table: sa.Table, serventia_id: int) -> int:
    """Return how many rows of `table` are the office's."""
    office = table.c.id if table is db.serventia else table.c.serventia_id
    return int(conn.execute(sa.select(sa.func.count()).select_from(table).where(office == serventia_id)).scalar_one())


def run_tool(command: list[str], url: str, options: str = "") -> None:
    """Run one of PostgreSQL's programs on the database `url`, with `options` of the session.

    Raises ConfigError with what it said.
    """
    environment = dict(os.environ)
    if options:
        environment["PGOPTIONS"] = f"{environment.get('PGOPTIONS', '')} {options}".strip()
    if url:
        parts = sa.make_url(url).set(drivername="postgresql")
        if parts.password:
            environment["PGPASSWORD"] = str(parts.password)
        bare = parts.set(password=None).difference_update_query(["options"])
        command = [*command, f"--dbname={bare.render_as_string(hide_password=False)}"]
    try:
        done = subprocess.run(command, env=environment, capture_output=True, text=True, timeout=_LIMIT_S, check=False)
    except subprocess.TimeoutExpired:
        raise ConfigError(f"{Path(command[0]).name} não terminou no tempo") from None
    if done.returncode:
        said = (done.stderr.strip().splitlines() or ["sem explicação"])[-1]
        raise ConfigError(f"{Path(command[0]).name} não conseguiu: {said}")


def _state(connection: Any, serventia_id: int) -> DatabaseState:
    n, digest = connection.execute("SELECT n, hash FROM cadeia WHERE serventia_id = ?", (serventia_id,)).fetchone()
    counts = {
        name: int(connection.execute(f'SELECT count(*) FROM "{name}"').fetchone()[0])  # noqa: S608  # our own names
        for name in sorted(db.metadata.tables)
    }
    schema = connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]
    return DatabaseState(int(n), str(digest), str(schema), counts)


def _mark(connection: Any, serventia_id: int, state: DatabaseState, now: datetime) -> None:
    """Write into the copy that it is one. A restoration that is still open stays: what it lacks, the copy lacks too."""
    made = now.astimezone(UTC).replace(tzinfo=None).strftime("%Y-%m-%d %H:%M:%S.%f")
    connection.execute(
        "INSERT INTO restauracao (serventia_id, copia_de, registro_n, registro_hash, passos) VALUES (?, ?, ?, ?, ?)",
        (serventia_id, made, state.registro_n, state.registro_hash, json.dumps({})),
    )
