"""Connections: `Database` reads and writes."""

import json
import re
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from time import monotonic
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError

from printserver.db import sqlite, walls
from printserver.db.columns import Moment
from printserver.db.witness import Testimony, Witness
from printserver.db.writer import Holder, WriterNote
from printserver.errors import Recusa

# A session that is idle in a transaction belongs to a frozen or lost machine (TCP reports that after two hours only):
# the timeout releases its row locks. JIT is off: it costs up to 60 ms and pays for no query here.
_SESSION = "-c idle_in_transaction_session_timeout=30s -c jit=off"


WAIT_S: Final = 30.0  # timeout for another SQLite writer, in this process or another


_TESTIMONY: Final = "testimony"
_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
_MOMENT: Final = re.compile(_DAY.pattern + r" [0-9]{2}:[0-9]{2}:[0-9]{2}\.[0-9]{6}")


class Database:
    """Database access: `read()` for queries, `write()` for one atomic transaction."""

    def __init__(self, url: str) -> None:
        """Open `url` (SQLAlchemy form). It connects on first use.

        Raises `ConfigError` if `url` is SQLite and the installed version can lose a commit.
        """
        self.url = url
        self.sqlite = url.startswith("sqlite")
        self._write_lock = threading.Lock()
        file = sa.make_url(url).database if self.sqlite else None
        self.witness = Witness(Path(file) if file else None)
        self._writer_note = WriterNote(Path(file) if file else None)
        self.office: int | None = None  # whose rows are read and written; announced in each transaction
        self.observe_write: Callable[[float], None] = lambda _seconds: None  # receives each duration
        if self.sqlite:
            sqlite.check_version()
            # The pool has one connection per working thread; threads wait at `_write_lock` and busy_timeout, not here.
            options: dict[str, Any] = {"module": sqlite.dbapi, "connect_args": {"check_same_thread": False}}
            options["hide_parameters"] = True  # they hold persons' names, and the text of an error is logged
            self._reader = sa.create_engine(url, pool_size=20, max_overflow=40, **options)
            self._writer = sa.create_engine(url, pool_size=1, max_overflow=1, **options)
            _tune_sqlite(self._reader, _begin_reading, self.witness)
            _tune_sqlite(self._writer, _begin_writing, self.witness)
        else:
            asked = sa.make_url(url).query
            self._reader = self._writer = sa.create_engine(
                url,
                pool_size=20,
                max_overflow=20,
                pool_pre_ping=True,
                hide_parameters=True,
                connect_args={} if "options" in asked else {"options": _SESSION},
            )
            event.listen(self._writer, "begin", self._announce)

    def serve(self, office: int) -> None:
        """Read and write the rows of that office, by its number in this database, in all transactions from now on."""
        self.office = office

    def _announce(self, conn: Connection) -> None:
        if self.office is not None:
            walls.announce(conn, self.office)

    @contextmanager
    def read(self) -> Iterator[Connection]:
        """Yield a connection for reading; on SQLite, one consistent view."""
        with self._reader.connect() as conn:
            yield conn

    @contextmanager
    def snapshot(self) -> Iterator[Connection]:
        """Yield a connection for reading that sees a single state of the database."""
        with self._reader.connect() as conn:
            yield conn if self.sqlite else conn.execution_options(isolation_level="REPEATABLE READ")

    @contextmanager
    def write(self) -> Iterator[Connection]:
        """Yield a connection in a write transaction: committed at the end, rolled back on any exception.

        Raises `Recusa` `servidor-ocupado` if another writer does not finish, or if the database is not the one that was
        opened. Do not wait for anything but the database inside: other writers are blocked.
        """
        with self._turn() as conn:
            began = monotonic()
            self._writer_note.begun()
            kept = conn.info  # a reference to the dict: the connection may be invalidated inside
            testimony = kept[_TESTIMONY] = Testimony(self.witness)
            try:
                self.witness.check()
                yield conn
                self.witness.check()  # a commit to a removed file would be lost
                conn.commit()
            finally:
                kept.pop(_TESTIMONY, None)
        testimony.committed()
        self.observe_write(monotonic() - began)

    @contextmanager
    def _turn(self) -> Iterator[Connection]:
        """Yield a connection whose transaction has begun.

        SQLite has one writer. A lock in the process precedes BEGIN IMMEDIATE, because waiting in SQLite's busy handler
        is unfair among many threads.
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
        """Return the current holder of SQLite's write lock; None if there is none, or it is unknown."""
        return self._writer_note.holder()

    @property
    def versao(self) -> str:
        """Name and, if known without querying a server, version of the database."""
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
    """Register with this process's witness that an office's count was `found`, under its lock, and becomes `left`.

    Raises `Recusa` `servidor-ocupado` if this process has committed a higher value.
    """
    testimony: Testimony | None = conn.info.get(_TESTIMONY)
    if testimony is not None:
        testimony.count((serventia_id, name), found, left)


def as_stored(columns: Iterable[sa.ColumnElement[Any]]) -> list[sa.ColumnElement[Any]]:
    """Return columns to select as raw values, so that a corrupt value raises no error."""
    return [sa.type_coerce(column, sa.types.NullType()).label(column.name) for column in columns]


def as_meant(column: sa.ColumnElement[Any]) -> Callable[[Any], Any]:
    """Return a function that converts a value read `as_stored` to the Python value; a corrupt one is unchanged."""
    if isinstance(column.type, sa.JSON):
        return _json_meant
    if isinstance(column.type, sa.Boolean):
        return lambda value: bool(value) if value in (0, 1) else value
    if isinstance(column.type, Moment):
        return _moment_meant
    if isinstance(column.type, sa.Date):
        return _day_meant
    return lambda value: value


def _json_meant(value: Any) -> Any:
    try:
        return json.loads(value) if isinstance(value, str | bytes) else value
    except ValueError:
        return value


def _moment_meant(value: Any) -> Any:
    try:  # in the one form in which it was written: another text is not the same record
        return datetime.fromisoformat(value).replace(tzinfo=UTC) if _is(_MOMENT, value) else value
    except ValueError:
        return value


def _day_meant(value: Any) -> Any:
    try:
        return date.fromisoformat(value) if _is(_DAY, value) else value
    except ValueError:
        return value


def _is(form: re.Pattern[str], value: Any) -> bool:
    return isinstance(value, str) and form.fullmatch(value) is not None


def _begin_reading(connection: Connection) -> None:
    """Begin without SQLAlchemy's handling of a statement: it takes ten times as long, and this one cannot fail."""
    connection.connection.cursor().execute("BEGIN")


def _begin_writing(connection: Connection) -> None:
    connection.exec_driver_sql("BEGIN IMMEDIATE")


def _tune_sqlite(engine: Engine, begin: Callable[[Connection], None], witness: Witness) -> None:
    def on_connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None  # this module issues BEGIN itself
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

    def before_connect(*_: object) -> None:
        witness.check()  # SQLite would create a missing file, empty

    event.listen(engine, "do_connect", before_connect)
    event.listen(engine, "connect", on_connect)
    event.listen(engine, "begin", begin)


def lost_a_race(error: DBAPIError) -> bool:
    """Return whether another transaction caused the error (unique index, deadlock), so that a retry may succeed."""
    return isinstance(error, IntegrityError) or getattr(error.orig, "sqlstate", None) in ("40001", "40P01")
