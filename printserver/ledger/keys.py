"""Ids and locks of a document and of an instrumento, by their key."""

from dataclasses import dataclass

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.common.data import Columns


@dataclass(frozen=True, slots=True)
class LockedDocument:
    """A document's row, locked until the transaction's end. `new`: this transaction inserted it.

    No other row refers to a new one, and no other transaction sees it: it has no seals, print, question or names.
    """

    id: int
    new: bool


def lock_instrumento(conn: Connection, serventia_id: int, key: str) -> int:
    """Return the id of the instrumento's row, inserted if missing, locked until the transaction's end."""
    row = {"serventia_id": serventia_id, "chave": key}
    # Most acts are of an instrumento that is known: only the first one puts it in.
    found = db.find_row(conn, db.instrumento, row, lock=True)
    return int(found["id"]) if found is not None else _lock(conn, db.instrumento, row).id


def lock_document(
    conn: Connection, serventia_id: int, key: str, kind: str, instrumento_id: int | None, numero: int | None
) -> LockedDocument:
    """Lock the document's row (X0), inserted if missing."""
    row = {
        "serventia_id": serventia_id,
        "chave": key,
        "tipo": kind,
        "instrumento_id": instrumento_id,
        "numero": numero,
    }
    return _lock(conn, db.documento, row)


def _lock(conn: Connection, table: sa.Table, row: Columns) -> LockedDocument:
    made = db.insert_or_ignore(conn, table, row, returning="id")
    if made is not None:
        return LockedDocument(int(made), new=True)
    found = db.find_row(conn, table, {name: row[name] for name in ("serventia_id", "chave")}, lock=True)
    assert found is not None  # rows of these tables are not deleted
    return LockedDocument(int(found["id"]), new=False)


def lock_known_document(conn: Connection, serventia_id: int, document_id: int) -> None:
    """Lock the rows of a document's instrumento and of the document, in the lock order of all acts."""
    table = db.documento
    this = (table.c.serventia_id == serventia_id, table.c.id == document_id)
    instrumento = conn.execute(sa.select(table.c.instrumento_id).where(*this)).scalar_one()
    for locked, key in ((db.instrumento, instrumento), (table, document_id)):
        if key is not None:
            row = (locked.c.serventia_id == serventia_id, locked.c.id == key)
            conn.execute(sa.select(locked.c.id).where(*row).with_for_update())


def document_id(conn: Connection, serventia_id: int, key: str) -> int | None:
    """Return the id of the document with that key; None if there is none."""
    found = db.find_row(conn, db.documento, {"serventia_id": serventia_id, "chave": key})
    return None if found is None else int(found["id"])


def instrumento_id(conn: Connection, serventia_id: int, key: str) -> int | None:
    """Return the id of the instrumento's row; None if there is none."""
    found = db.find_row(conn, db.instrumento, {"serventia_id": serventia_id, "chave": key})
    return None if found is None else int(found["id"])


def key_of_instrumento(conn: Connection, serventia_id: int, instrumento_id: int | None) -> str | None:
    """Return the compared id (X0) of an instrumento by the number of its row; None without one."""
    table = db.instrumento
    its = (table.c.serventia_id == serventia_id, table.c.id == instrumento_id)
    return conn.execute(sa.select(table.c.chave).where(*its)).scalar_one_or_none()
