"""Connections: `Database` reads and writes."""

import json
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from printserver.db import sqlite
from printserver.db.columns import Moment
from printserver.db.witness import Testimony, Witness
from printserver.db.writer import Holder, WriterNote
from printserver.errors import Recusa

# A session that is silent amid a transaction is a machine that froze or is gone (TCP tells so after two hours): the
# rows that it locked must not hold the office up. And no query here is worth compiling: to do so takes up to 60 ms.
_SESSION = "-c idle_in_transaction_session_timeout=30s -c jit=off"


WAIT_S: Final = 30.0  # for another writer of SQLite, in this process and in others


_TESTIMONY: Final = "testimony"


class Database:
    """The two doors: `read()` for looking, `write()` for one transaction that commits whole or not at all."""

    def __init__(self, url: str) -> None:
        """Open `url` (SQLAlchemy form); nothing is connected until the first use.

        Raises `ConfigError` where SQLite is wanted and the installed one can lose a commit.
        """
        self.url = url
        self.sqlite = url.startswith("sqlite")
        self._write_lock = threading.Lock()
        file = sa.make_url(url).database if self.sqlite else None
        self.witness = Witness(Path(file) if file else None)
        self._writer_note = WriterNote(Path(file) if file else None)
        self.observe_write: Callable[[float], None] = lambda _seconds: None  # is told how long each transaction took
        if self.sqlite:
            sqlite.check_version()
            # A pooled connection per thread at work; waiting happens at our lock and at busy_timeout, not at the pool.
            options: dict[str, Any] = {"module": sqlite.dbapi, "connect_args": {"check_same_thread": False}}
            self._reader = sa.create_engine(url, pool_size=20, max_overflow=40, **options)
            self._writer = sa.create_engine(url, pool_size=1, max_overflow=1, **options)
            _tune_sqlite(self._reader, "BEGIN", self.witness)
            _tune_sqlite(self._writer, "BEGIN IMMEDIATE", self.witness)
        else:
            asked = sa.make_url(url).query
            self._reader = self._writer = sa.create_engine(
                url,
                pool_size=20,
                max_overflow=20,
                pool_pre_ping=True,
                connect_args={} if "options" in asked else {"options": _SESSION},
            )

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Give a connection for reading, one consistent view on SQLite."""
        with self._reader.connect() as conn:
            yield conn

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Give a connection for reading that sees one state of the whole database however long it reads."""
        with self._reader.connect() as conn:
            yield conn if self.sqlite else conn.execution_options(isolation_level="REPEATABLE READ")

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Give a connection inside a writing transaction: committed at the end, rolled back on any exception.

        Raises `Recusa` `servidor-ocupado` where another writer does not end, or the database is not the one that was
        opened. Nothing but the database may be waited for inside: all others wait meanwhile.
        """
        with self._turn() as conn:
            began = monotonic()
            self._writer_note.begun()
            kept = conn.info  # of the connection itself: it may be lost inside
            testimony = kept[_TESTIMONY] = Testimony(self.witness)
            try:
                self.witness.check()
                yield conn
                self.witness.check()  # a file that was taken away meanwhile would take this with it
                conn.commit()
            finally:
                kept.pop(_TESTIMONY, None)
        testimony.committed()
        self.observe_write(monotonic() - began)

    @contextmanager
    def _turn(self) -> Iterator[Connection]:
        """Give a connection whose transaction has begun.

        SQLite has one writer: a lock in the process stands before BEGIN IMMEDIATE, else many threads wait unfairly at
        its busy handler.
        """
        if not self.sqlite:
            with self._writer.connect() as conn:
                conn.begin()
                yield conn
            return
        end = monotonic() + WAIT_S
        if not self._write_lock.acquire(timeout=WAIT_S):
            raise self._busy()
        try:
            with self._writer.connect() as conn:
                try:
                    left = max(0.0, end - monotonic())
                    conn.connection.cursor().execute(f"PRAGMA busy_timeout={int(left * 1000)}")
                    conn.begin()
                except OperationalError as error:
                    if "locked" in str(error.orig):
                        raise self._busy() from error
                    raise
                yield conn
        finally:
            self._write_lock.release()

    def _busy(self) -> Recusa:
        holder = self.holder()
        who = f" {holder.text()}" if holder else " O banco de dados está ocupado por outra gravação que não termina."
        return Recusa(
            "servidor-ocupado", f"Nada foi gravado.{who} Envie o mesmo pedido de novo daqui a pouco.", retry_after=5
        )

    def holder(self) -> Holder | None:
        """Return who holds SQLite's write lock right now; None where none does, or it cannot be told."""
        return self._writer_note.holder()

    @property
    def versao(self) -> str:
        """Name and version of what keeps the office's records, as far as it is known without asking a server."""
        return f"SQLite {sqlite.VERSION_TEXT}" if self.sqlite else "PostgreSQL"

    @property
    def engine(self) -> Engine:
        """The writing engine, for migrations."""
        return self._writer

    def close(self) -> None:
        """Close every connection."""
        self._reader.dispose()
        self._writer.dispose()
        self._writer_note.close()


def count(conn: Connection, serventia_id: int, name: str, found: int, left: int) -> None:
    """Tell this process's witness that an office's count was `found`, under its lock, and will be `left`.

    Raises `Recusa` `servidor-ocupado` where this process committed it further on.
    """
    testimony: Testimony | None = conn.info.get(_TESTIMONY)
    if testimony is not None:
        testimony.count((serventia_id, name), found, left)


def as_stored(columns: Iterable[sa.ColumnElement[Any]]) -> list[sa.ColumnElement[Any]]:
    """Return columns to be selected as the database keeps them: a value that somebody spoiled breaks no reading."""
    return [sa.type_coerce(column, sa.types.NullType()).label(column.name) for column in columns]


def as_meant(column: sa.ColumnElement[Any]) -> Callable[[Any], Any]:
    """Return what makes a value that was read `as_stored` the one that was written; a spoiled one stays as it is."""
    if isinstance(column.type, sa.JSON):
        return _json_meant
    if isinstance(column.type, sa.Boolean):
        return lambda value: bool(value) if value in (0, 1) else value
    if isinstance(column.type, Moment):
        return lambda value: _time_meant(value, "%Y-%m-%d %H:%M:%S.%f")
    if isinstance(column.type, sa.Date):
        return lambda value: _time_meant(value, "%Y-%m-%d")
    return lambda value: value


def _json_meant(value: Any) -> Any:
    try:
        return json.loads(value) if isinstance(value, str | bytes) else value
    except ValueError:
        return value


def _time_meant(value: Any, form: str) -> Any:
    if not isinstance(value, str):
        return value
    try:
        found = datetime.strptime(value, form).replace(tzinfo=UTC)
    except ValueError:
        return value
    return found if "%H" in form else found.date()


def _tune_sqlite(engine: Engine, begin: str, witness: Witness) -> None:
    def on_connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # we say BEGIN ourselves
        cursor = connection.cursor()
        for pragma in (
            f"busy_timeout={int(WAIT_S * 1000)}",
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            "temp_store=MEMORY",
            "cache_size=-512",
        ):
            cursor.execute(f"PRAGMA {pragma}")
        cursor.close()
        witness.opened()

    def on_begin(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    def before_connect(*_: object) -> None:
        witness.check()  # a file that is gone would be made, empty

    event.listen(engine, "do_connect", before_connect)
    event.listen(engine, "connect", on_connect)
    event.listen(engine, "begin", on_begin)


def lost_a_race(error: DBAPIError) -> bool:
    """Return whether another transaction was quicker (unique index, deadlock): done again, the same may go through."""
    return isinstance(error, IntegrityError) or getattr(error.orig, "sqlstate", None) in ("40001", "40P01")


def insert_or_ignore(conn: Connection, table: sa.Table, values: dict[str, Any]) -> None:
    """Insert a row unless one with the same key is there."""
    if conn.dialect.name == "sqlite":
        from sqlalchemy.dialects.sqlite import insert as sqlite_insert

        conn.execute(sqlite_insert(table).values(values).on_conflict_do_nothing())
    else:
        from sqlalchemy.dialects.postgresql import insert as postgres_insert

        conn.execute(postgres_insert(table).values(values).on_conflict_do_nothing())
