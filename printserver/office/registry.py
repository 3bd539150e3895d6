"""The offices of one database: each folder's settings name its own, by CNS, where there are several (`banco.cns`)."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
import structlog
from sqlalchemy.engine import Connection

from printserver import db
from printserver.db import Database
from printserver.errors import ConfigError
from printserver.office.settings import Settings

_log = structlog.get_logger()


def serve_office(database: Database, settings: Settings) -> sa.Row[Any]:
    """Let `database` read and write the rows of the office of these settings; return the office's row.

    Raises `ConfigError` if there is no such office, or several and the settings name none.
    """
    with database.read() as conn:
        office = _find(conn, settings.banco.cns)
        unguarded = db.walls.bypassing(conn)
        others = conn.execute(sa.select(sa.func.count()).select_from(db.serventia)).scalar_one() - 1
    database.serve(office.id)
    if unguarded and others:
        _log.warning(
            "the role of the database passes by row-level security: use one that is no superuser", offices=others + 1
        )
    return office


def _find(conn: Connection, cns: str) -> sa.Row[Any]:
    table = db.serventia
    query = sa.select(table).order_by(table.c.id)
    rows = conn.execute(query.where(table.c.cns == cns) if cns else query.limit(2)).all()
    if not rows and cns:
        raise ConfigError(f"banco.cns: o banco não tem a serventia de CNS {cns}; confira o CNS e banco.url")
    if not rows:
        raise ConfigError("o banco não tem serventia: crie-a com `printserver init`")
    if len(rows) > 1:
        raise ConfigError("o banco tem mais de uma serventia: diga a desta pasta, pelo CNS, em banco.cns")
    return rows[0]


def new_office(conn: Connection, cns: str, instancia: str, created: datetime) -> int:
    """Insert an office and return its number in this database; its rows can be written in this transaction.

    A SQLite file has one office. Raises `ConfigError` if there is one already, or one of that CNS.
    """
    table = db.serventia
    if conn.dialect.name == "postgresql":  # two offices that are made at once must not get one number
        conn.exec_driver_sql("LOCK TABLE serventia IN SHARE ROW EXCLUSIVE MODE")
    others = {row.cns: row.id for row in conn.execute(sa.select(table.c.id, table.c.cns))}
    if others and conn.dialect.name == "sqlite":
        raise ConfigError("o banco configurado já tem uma serventia: nada foi mudado")
    if cns in others:
        raise ConfigError(f"o banco configurado já tem a serventia de CNS {cns}: nada foi mudado")
    number = max(others.values(), default=0) + 1
    db.walls.announce(conn, number)
    conn.execute(sa.insert(table).values(id=number, cns=cns, instancia=instancia, criada_em=created))
    return number


def moved_at(conn: Connection, serventia_id: int) -> datetime | None:
    """Return when the office moved away; None: it works here."""
    query = sa.select(db.serventia.c.mudou_em).where(db.serventia.c.id == serventia_id)
    found: datetime | None = conn.execute(query).scalar_one()
    return found
