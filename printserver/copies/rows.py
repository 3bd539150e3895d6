"""The rows about copies, rehearsals and the key: written by those who made them, read for screens and metrics."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.common.data import JsonView, Row

DONE, FAILED = "feita", "falhou"


@dataclass(frozen=True, slots=True)
class Copy:
    """A copy, or an attempt at one, at one place; an empty `lugar`: it failed before any place."""

    lugar: str
    situacao: str
    inicio: datetime
    fim: datetime
    instantaneo: str | None = None
    registro_n: int | None = None
    registro_hash: str | None = None
    arquivos: int | None = None
    bytes: int | None = None
    falha: str | None = None

    @classmethod
    def from_row(cls, row: Row) -> "Copy":
        """Return the record of a row of `copia`."""
        return cls(**{name: row[name] for name in cls.__slots__})

    @property
    def done(self) -> bool:
        """Whether it is a copy."""
        return self.situacao == DONE


@dataclass(frozen=True, slots=True)
class Rehearsal:
    """A rehearsal of the restore: `figuras` as measured and compared, the file of its minutes with its SHA-256."""

    quando: datetime
    lugar: str
    instantaneo: str | None
    copia_de: datetime | None
    certo: bool
    figuras: JsonView
    falha: str | None
    ata: str | None
    ata_sha256: str | None
    quem: str
    id: int = 0

    @classmethod
    def from_row(cls, row: Row) -> "Rehearsal":
        """Return the record of a row of `ensaio`."""
        return cls(**{name: row[name] for name in cls.__slots__})


def insert_copy(conn: Connection, serventia_id: int, copy: Copy) -> None:
    """Write the row of a copy."""
    values = {name: getattr(copy, name) for name in Copy.__slots__}
    conn.execute(sa.insert(db.copia).values(serventia_id=serventia_id, **values))


def insert_rehearsal(conn: Connection, serventia_id: int, done: Rehearsal) -> int:
    """Write the row of a rehearsal; return its number."""
    values = {name: getattr(done, name) for name in Rehearsal.__slots__ if name != "id"}
    statement = sa.insert(db.ensaio).values(serventia_id=serventia_id, **values).returning(db.ensaio.c.id)
    return int(conn.execute(statement).scalar_one())


def newest_copy(conn: Connection, serventia_id: int, lugar: str, situacao: str | None = None) -> Copy | None:
    """Return the newest row of a place, of this outcome or of any."""
    table = db.copia
    query = sa.select(table).where(table.c.serventia_id == serventia_id, table.c.lugar == lugar)
    query = query if situacao is None else query.where(table.c.situacao == situacao)
    row = conn.execute(query.order_by(table.c.id.desc()).limit(1)).mappings().one_or_none()
    return None if row is None else Copy.from_row(row)


def failed_before_any(conn: Connection, serventia_id: int) -> Copy | None:
    """Return the newest attempt that failed before any place, if no copy succeeded after it.

    The order of the rows decides, since a clock may have been wrong.
    """
    table = db.copia
    counts = sa.or_(table.c.lugar == "", table.c.situacao == DONE)
    query = sa.select(table).where(table.c.serventia_id == serventia_id, counts).order_by(table.c.id.desc()).limit(1)
    row = conn.execute(query).mappings().one_or_none()
    return Copy.from_row(row) if row is not None and row["lugar"] == "" else None


def copied_after(conn: Connection, serventia_id: int, registro_n: int) -> bool:
    """Return whether there is a copy with more of the log than its entry `registro_n`."""
    table = db.copia
    mine = (table.c.serventia_id == serventia_id, table.c.situacao == DONE, table.c.registro_n > registro_n)
    return conn.execute(sa.select(sa.exists().where(*mine))).scalar_one()


def copies(conn: Connection, serventia_id: int, most: int) -> Sequence[Copy]:
    """Return the newest copies and attempts, newest first."""
    table = db.copia
    query = sa.select(table).where(table.c.serventia_id == serventia_id).order_by(table.c.id.desc()).limit(most)
    return [Copy.from_row(row) for row in conn.execute(query).mappings()]


def rehearsals(conn: Connection, serventia_id: int, most: int) -> Sequence[Rehearsal]:
    """Return the newest rehearsals, newest first."""
    table = db.ensaio
    query = sa.select(table).where(table.c.serventia_id == serventia_id).order_by(table.c.id.desc()).limit(most)
    return [Rehearsal.from_row(row) for row in conn.execute(query).mappings()]


def rehearsal(conn: Connection, serventia_id: int, number: int) -> Rehearsal | None:
    """Return one rehearsal; None if there is none of that number."""
    table = db.ensaio
    row = conn.execute(sa.select(table).where(table.c.serventia_id == serventia_id, table.c.id == number)).mappings()
    found = row.one_or_none()
    return None if found is None else Rehearsal.from_row(found)


def forget_old_attempts(conn: Connection, serventia_id: int, before: datetime) -> None:
    """Remove the rows of copies that ended before that time: the places themselves say which copies they hold."""
    table = db.copia
    conn.execute(sa.delete(table).where(table.c.serventia_id == serventia_id, table.c.fim < before))
