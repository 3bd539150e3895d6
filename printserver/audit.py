"""The one log (A3): append-only and hash-chained per office. Histories, events and the audit are views of it.

Nothing here changes or deletes a row; the database's triggers refuse both.
"""

import hashlib
import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.witness import HEAD

GENESIS = "0" * 64
_PUBLIC = ("job", "selo")


@dataclass(frozen=True, slots=True)
class Registro:
    """One thing to be written: what it is about, what happened, who did it (A1, A2)."""

    objeto: str
    objeto_id: str
    estado: str
    quem: str | None = None
    sistema: str | None = None
    endereco: str | None = None
    detalhe: Mapping[str, Any] = field(default_factory=dict)


def _digest(previous: str, row: Mapping[str, Any]) -> str:
    """Hash a row with the one before it; every field that is kept takes part."""
    moment: datetime = row["quando"]
    body = {
        "serventia": row["serventia_id"],
        "n": row["n"],
        "evento": row["evento"],
        "quando": moment.astimezone(UTC).isoformat(timespec="microseconds"),
        **{name: row[name] for name in ("objeto", "objeto_id", "estado", "quem", "sistema", "endereco", "detalhe")},
    }
    text = json.dumps(body, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(f"{previous}\n{text}".encode()).hexdigest()


def escrever(conn: Connection, serventia_id: int, quando: datetime, registros: list[Registro]) -> None:
    """Append `registros`, in the caller's transaction. Called last in it: the chain's head is locked from here on.

    Raises `Recusa` `servidor-ocupado` where the log is shorter than this process left it (see `witness`).
    """
    if not registros:
        return
    head = conn.execute(
        sa.select(db.cadeia.c.n, db.cadeia.c.evento, db.cadeia.c.hash)
        .where(db.cadeia.c.serventia_id == serventia_id)
        .with_for_update()
    ).one()
    n, evento, previous = head.n, head.evento, head.hash
    db.count(conn, serventia_id, HEAD, n, n + len(registros))
    rows = []
    for item in registros:
        n += 1
        public = item.objeto in _PUBLIC
        evento += public
        row: dict[str, Any] = {
            "serventia_id": serventia_id,
            "n": n,
            "evento": evento if public else None,
            "quando": quando,
            "objeto": item.objeto,
            "objeto_id": item.objeto_id,
            "estado": item.estado,
            "quem": item.quem,
            "sistema": item.sistema,
            "endereco": item.endereco,
            "detalhe": dict(item.detalhe),
        }
        previous = row["hash"] = _digest(previous, row)
        rows.append(row)
    conn.execute(sa.insert(db.log), rows)
    conn.execute(
        sa.update(db.cadeia).where(db.cadeia.c.serventia_id == serventia_id).values(n=n, evento=evento, hash=previous)
    )


def verificar(conn: Connection, serventia_id: int) -> tuple[int, str | None]:
    """Walk the chain. Return how many rows hold, and the Portuguese sentence of the first fault (None: all hold)."""
    previous, expected = GENESIS, 1
    for row in _rows(conn, serventia_id):
        if row["n"] != expected:
            return expected - 1, f"falta o registro {expected} da auditoria"
        if _digest(previous, row) != row["hash"]:
            return expected - 1, f"o registro {expected} da auditoria foi alterado"
        previous, expected = row["hash"], expected + 1
    head = conn.execute(sa.select(db.cadeia).where(db.cadeia.c.serventia_id == serventia_id)).mappings().one()
    if head["n"] != expected - 1 or head["hash"] != previous:
        return expected - 1, "o fim da auditoria não confere: faltam registros"
    return expected - 1, None


def _rows(conn: Connection, serventia_id: int) -> Iterator[dict[str, Any]]:
    statement = sa.select(db.log).where(db.log.c.serventia_id == serventia_id).order_by(db.log.c.n)
    for row in conn.execution_options(yield_per=1000).execute(statement).mappings():
        yield dict(row)
