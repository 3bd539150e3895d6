"""Idempotency keys: each is bound to the outcome of its request, for replays (contract, `Idempotency-Key`).

Keys in progress are held in the memory of the process: after a crash the key is free. If two processes race, the
unique index lets one commit, and the other answers as a replay.
"""

import hashlib
import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final

import sqlalchemy as sa

from printserver import db
from printserver.errors import ErrorWord, Recusa
from printserver.office import Act, Author, Office

_PIECE: Final = 100_000  # characters


@dataclass(frozen=True, slots=True)
class Outcome:
    """The outcome of a key: its job, and the error word of the first answer (None: success).

    For a call that makes no job `job_id` is empty, and `feito` holds the codes or ids of what it made (JSON).
    """

    job_id: str
    palavra: ErrorWord | None = None
    feito: Any = None


def digest(route: str, data: object) -> str:
    """Return the hash of a request; equal routes and JSON values have equal hashes."""
    hasher = hashlib.sha256()
    _write([route, data], lambda piece: hasher.update(piece.encode("ascii")))
    return hasher.hexdigest()


def _write(value: object, put: Callable[[str], None]) -> None:
    """Give a JSON value to `put` as text: names sorted, ASCII, no blanks, and 1.0 written as 1.

    In pieces, because encoding a text of 24 MB in one step would block every other thread.
    """
    if isinstance(value, str):
        if len(value) <= _PIECE:
            put(json.dumps(value))
            return
        put('"')
        for at in range(0, len(value), _PIECE):
            put(json.dumps(value[at : at + _PIECE])[1:-1])
        put('"')
    elif isinstance(value, dict):
        between = "{"
        for name in sorted(value):
            put(f"{between}{json.dumps(name)}:")
            _write(value[name], put)
            between = ","
        put("}" if value else "{}")
    elif isinstance(value, list):
        between = "["
        for item in value:
            put(between)
            _write(item, put)
            between = ","
        put("]" if value else "[]")
    else:
        put(json.dumps(int(value) if isinstance(value, float) and value.is_integer() else value))


def find(office: Office, author: Author, key: str | None, request_digest: str) -> Outcome | None:
    """Return the outcome of the key; None for a new key. Raises `Recusa` `chave-reutilizada`."""
    if key is None:
        return None
    mine = {"serventia_id": office.serventia_id, "chave_id": author.chave_id or 0, "chave": key}
    with office.db.read() as conn:
        row = db.find_row(conn, db.idempotencia, mine)
    if row is None:
        return None
    if row["resumo"] != request_digest:
        raise Recusa(
            "chave-reutilizada",
            f"A chave de idempotência {key!r} já serviu a outro pedido: use uma chave nova para cada acionamento.",
        )
    return Outcome(row["job_id"], row["palavra"], row["feito"])


def job_of_key(office: Office, author: Author, key: str | None) -> str | None:
    """Return the id of the job that the author made with the key; None if it made none."""
    table = db.idempotencia
    mine = (table.c.serventia_id == office.serventia_id, table.c.chave_id == (author.chave_id or 0))
    with office.db.read() as conn:
        return conn.execute(sa.select(table.c.job_id).where(*mine, table.c.chave == key)).scalar_one_or_none() or None


def is_used(office: Office, author: Author, key: str | None) -> bool:
    """Return whether a request of the author with this key was answered."""
    table = db.idempotencia
    mine = (table.c.serventia_id == office.serventia_id, table.c.chave_id == (author.chave_id or 0))
    with office.db.read() as conn:
        return conn.execute(sa.select(table.c.chave).where(*mine, table.c.chave == key)).first() is not None


@contextmanager
def working_on(office: Office, author: Author, key: str | None) -> Iterator[None]:
    """Hold the key while its request runs. Raises `Recusa` `em-processamento` if it is held already."""
    if key is None:
        yield
        return
    mine = (author.chave_id or 0, key)
    with office.lock:
        if mine in office.working_on:
            raise Recusa(
                "em-processamento",
                "O mesmo pedido ainda está em processamento: repita com a mesma chave em um instante.",
                retry_after=1,
            )
        office.working_on.add(mine)
    try:
        yield
    finally:
        with office.lock:
            office.working_on.discard(mine)


def register(act: Act, author: Author, key: str | None, request_digest: str, made: Outcome) -> None:
    """Bind the key of the request's `author` to its outcome, in the transaction of `act`."""
    if key is None:
        return
    row = {
        "serventia_id": act.office.serventia_id,
        "chave_id": author.chave_id or 0,
        "chave": key,
        "resumo": request_digest,
        "job_id": made.job_id,
        "palavra": made.palavra,
        "feito": made.feito,
        "criada_em": act.now,
    }
    db.insert(act.conn, db.idempotencia, row)
