"""The log (A3): append-only and hash-chained per office. Histories, events and the audit are views of it.

This module changes and deletes no rows; the database's triggers refuse both.
"""

import hashlib
import json
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import cache
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.clock import local
from printserver.common.data import JsonObject, JsonView
from printserver.db import HEAD
from printserver.errors import Recusa
from printserver.office.exceptions import exception_of

GENESIS = "0" * 64
_PUBLIC = ("job", "selo")
_encode: Final = json.JSONEncoder(sort_keys=True, ensure_ascii=False, separators=(",", ":"), default=repr).encode
_KEPT = ("objeto", "objeto_id", "estado", "quem", "sistema", "endereco", "detalhe", "prova")


@dataclass(frozen=True, slots=True)
class LogEntry:
    """One entry to write: object, event, author (A1, A2).

    `prova`: evidence about the row, for verification (A6, see `office.proof.proofs`); it is not shown.
    """

    objeto: str
    objeto_id: str
    estado: str
    quem: str | None = None
    sistema: str | None = None
    endereco: str | None = None
    detalhe: JsonView = field(default_factory=dict)
    prova: JsonView | None = None


def digest(previous: str, cns: str, row: JsonView) -> str:
    """Hash a row together with the previous hash; every stored field is included.

    The office counts by its CNS: its number differs between databases, and a log that is moved keeps its hashes.
    """
    moment: datetime = row["quando"]
    body = {
        "serventia": cns,
        "n": row["n"],
        "evento": row["evento"],
        "quando": moment.astimezone(UTC).isoformat(timespec="microseconds"),
        **{name: row[name] for name in _KEPT},
        **({} if row["excecao"] is None else {"excecao": row["excecao"]}),
    }
    return hashlib.sha256(f"{previous}\n{_encode(body)}".encode()).hexdigest()


def write(conn: Connection, serventia_id: int, quando: datetime, registros: list[LogEntry]) -> None:
    """Append `registros`, in the caller's transaction. Call it last: it locks the head of the chain.

    Raises `Recusa` `servidor-ocupado` if the log is shorter than this process left it (see `witness`), or if the office
    moved away (S3).
    """
    if not registros:
        return
    head = conn.execute(_head(), {"serventia": serventia_id}).one()
    if head.mudou_em is not None:
        raise Recusa("servidor-ocupado", f"Nada foi feito. {moved_text(head.mudou_em)}")
    n, evento, previous = head.n, head.evento, head.hash
    db.count(conn, serventia_id, HEAD, n, n + len(registros))
    rows = []
    for item in registros:
        n += 1
        public = item.objeto in _PUBLIC
        evento += public
        row: JsonObject = {
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
            "prova": None if item.prova is None else dict(item.prova),
            "excecao": exception_of(item.objeto, item.objeto_id, item.detalhe),
        }
        previous = row["hash"] = digest(previous, head.cns, row)
        rows.append(row)
    db.insert(conn, db.log, rows)
    db.update(conn, db.cadeia, {"serventia_id": serventia_id}, {"n": n, "evento": evento, "hash": previous})


def head(conn: Connection, serventia_id: int) -> tuple[int, str]:
    """Return number and hash of the log's last entry."""
    mine = db.cadeia.c.serventia_id == serventia_id
    row = conn.execute(sa.select(db.cadeia.c.n, db.cadeia.c.hash).where(mine)).one()
    return row.n, row.hash


@cache
def _head() -> sa.Select[Any]:
    """Return the query for the end of the chain, which it locks, and the office's state."""
    return (
        sa.select(db.cadeia.c.n, db.cadeia.c.evento, db.cadeia.c.hash, db.serventia.c.cns, db.serventia.c.mudou_em)
        .join(db.serventia, db.serventia.c.id == db.cadeia.c.serventia_id)
        .where(db.cadeia.c.serventia_id == sa.bindparam("serventia"))
        .with_for_update(of=db.cadeia)
    )


def moved_text(moment: datetime) -> str:
    """Return why an office that moved away writes nothing (Portuguese)."""
    return (
        f"Esta serventia está fechada aqui desde {local(moment):%d/%m/%Y às %H:%M}, porque trabalha em outro lugar: "
        "aqui só se consulta. Se lá ela não trabalha, quem cuida do servidor a abre aqui com `printserver serventia "
        "abrir`."
    )


def hashes_right(conn: Connection, serventia_id: int, numbers: Collection[int]) -> set[int]:
    """Return those of the entries `numbers` whose hash is that of their content and of the entry before them."""
    log, right, cns = db.log.c, set[int](), _cns(conn, serventia_id)
    wanted = sorted({each for n in numbers for each in (n - 1, n)})
    previous: tuple[int, str] = (0, GENESIS)
    for row in _read(conn, serventia_id, log.n.in_(wanted)):
        if previous[0] == row["n"] - 1 and row["n"] in numbers and isinstance(row["quando"], datetime):
            right |= {row["n"]} if digest(previous[1], cns, row) == row["hash"] else set()
        previous = row["n"], row["hash"]
    return right


def verify(conn: Connection, serventia_id: int) -> tuple[int, str | None]:
    """Verify the chain. Return the number of valid rows before the first fault, and its text (None: no fault)."""
    last: tuple[int, str | None] = (0, None)
    for last in walk(conn, serventia_id):
        if last[1] is not None:
            break
    return last


def walk(conn: Connection, serventia_id: int) -> Iterator[tuple[int, str | None]]:
    """Verify the chain to its end, streaming. Yield the number of each row, and for each fault the number before it.

    A fault has a Portuguese text. After a fault the walk continues from the stored hash.
    """
    previous, last, event, cns = GENESIS, 0, 0, _cns(conn, serventia_id)
    for row in _read(conn, serventia_id):
        n = row["n"]
        if n != last + 1:
            gap = f"falta o registro {last + 1}" if n == last + 2 else f"faltam os registros {last + 1} a {n - 1}"
            yield last, f"{gap} da auditoria"
        elif not isinstance(row["quando"], datetime) or digest(previous, cns, row) != row["hash"]:
            yield last, f"o registro {n} da auditoria foi alterado"
        previous, last, event = row["hash"], n, row["evento"] or event
        yield n, None
    head = conn.execute(sa.select(db.cadeia).where(db.cadeia.c.serventia_id == serventia_id)).mappings().one_or_none()
    if head is None or (head["n"], head["hash"], head["evento"]) != (last, previous, event):
        yield last, "o fim da auditoria não confere: faltam registros"


def _cns(conn: Connection, serventia_id: int) -> str:
    return str(conn.execute(sa.select(db.serventia.c.cns).where(db.serventia.c.id == serventia_id)).scalar_one())


def _read(conn: Connection, serventia_id: int, *which: sa.ColumnElement[bool]) -> Iterator[JsonObject]:
    mine = (db.log.c.serventia_id == serventia_id, *which)
    statement = sa.select(*db.as_stored(db.log.c)).where(*mine).order_by(db.log.c.n)
    meant = {column.name: db.as_meant(column) for column in db.log.c}
    for row in conn.execute(statement.execution_options(yield_per=1000)).mappings():
        yield {name: read(row[name]) for name, read in meant.items()}
