"""The lines of the mirror: each entry of the log with its numbers, and, ciphered, the rows that it is about (B2).

The rows hold names of persons: they are ciphered with the key of the copies (AES-256-GCM), and bound to their entry.
"""

import base64
import hashlib
import json
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

import sqlalchemy as sa
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy.engine import Connection

from printserver import db
from printserver.common.data import JsonObject, JsonView

_NONCE: Final = 12
_ENTRY: Final = ("evento", "quando", "objeto", "objeto_id", "estado", "quem", "sistema", "endereco")
_REST: Final = ("detalhe", "prova", "excecao")

# The tables whose rows go with an entry, in the order in which they can be inserted, and the column that names it.
OF_JOB: Final = (db.job, db.idempotencia, db.papel, db.folha_lado, db.citacao)
OF_SELO: Final = (db.selo, db.outbox, db.selo_papel, db.diario, db.pedido_crc)
OF_COUNTER: Final = (db.ato_balcao,)
TABLES: Final = (db.instrumento, db.documento, db.corpo, *OF_JOB, *OF_SELO, *OF_COUNTER)
LONGEST_TEXT: Final = 256 * 1024  # of a body, in characters; a longer one is sent again by its program
_BY_NAME: Final = {table.name: table for table in TABLES}


class WrongKey(Exception):
    """The rows were ciphered with another key, or were changed."""


def cipher(key: str) -> AESGCM:
    """Return the cipher of the mirror's rows."""
    return AESGCM(hashlib.sha256(f"espelho|{key}".encode()).digest())


def lines(conn: Connection, serventia_id: int, after: int, most: int, secret: AESGCM) -> Iterator[tuple[int, str, str]]:
    """Yield number, hash and line of the entries after number `after`, at most `most`, in one view of the database."""
    log = db.log.c
    query = sa.select(db.log).where(log.serventia_id == serventia_id, log.n > after).order_by(log.n).limit(most)
    entries = conn.execute(query).mappings().all()
    rows = _rows(conn, serventia_id, entries)
    for entry in entries:
        line: JsonObject = {"n": entry["n"], "hash": entry["hash"]}
        line["registro"] = {name: _plain(entry[name]) for name in (*_ENTRY, *_REST)}
        if found := rows.get(entry["n"]):
            line["numeros"] = _numbers(found)
            line["linhas"] = _sealed(found, entry["hash"], secret)
        if entry is entries[-1]:
            line["sequencias"] = sequences(conn, serventia_id)
        yield entry["n"], entry["hash"], json.dumps(line, ensure_ascii=False, separators=(",", ":"))


def sequences(conn: Connection, serventia_id: int) -> dict[str, int]:
    """Return the next number of each sequence."""
    table = db.sequencia
    query = sa.select(table.c.nome, table.c.proximo).where(table.c.serventia_id == serventia_id)
    return {row.nome: row.proximo for row in conn.execute(query)}


def rows_of(line: JsonView, secret: AESGCM) -> dict[str, list[JsonObject]]:
    """Return the rows of a line, by table, with the types of the columns. Raises WrongKey."""
    if "linhas" not in line:
        return {}
    sealed = base64.b64decode(line["linhas"])
    try:
        text = secret.decrypt(sealed[:_NONCE], sealed[_NONCE:], str(line["hash"]).encode())
    except InvalidTag as error:
        raise WrongKey from error
    return {
        name: [_meant(_BY_NAME[name], row) for row in found]
        for name, found in json.loads(text).items()
        if name in _BY_NAME
    }


def entry_of(line: JsonView, serventia_id: int) -> JsonObject:
    """Return a line's entry of the log as its row was, for the check of its hash."""
    entry = {**line["registro"], "n": line["n"], "serventia_id": serventia_id}
    entry["quando"] = datetime.fromisoformat(entry["quando"])
    return entry


def _rows(conn: Connection, serventia_id: int, entries: Sequence[Any]) -> dict[int, dict[str, list[JsonObject]]]:
    """Return the rows of each job and seal of these entries, by the number of the last entry about it."""
    last: dict[tuple[str, str], int] = {(e["objeto"], e["objeto_id"]): e["n"] for e in entries}
    found: dict[int, dict[str, list[JsonObject]]] = defaultdict(lambda: defaultdict(list))
    for kind, tables in (("job", OF_JOB), ("selo", OF_SELO), ("balcao", OF_COUNTER)):
        ids: list[Any] = [name for (what, name) in last if what == kind]
        ids = [int(each) for each in ids if each.isdigit()] if kind == "balcao" else ids
        for table in tables:
            key = _key(kind, table)
            for row in _select(conn, serventia_id, table, key, ids):
                found[last[(kind, str(row[key]))]][table.name].append(row)
    _add_paper_seals(conn, found)
    _add_documents(conn, serventia_id, found)
    _add_texts(conn, serventia_id, found)
    return found


def _key(kind: str, table: sa.Table) -> str:
    if kind == "selo":
        return "codigo"
    return "id" if table is db.job or kind == "balcao" else "job_id"


def _select(
    conn: Connection, serventia_id: int, table: sa.Table, key: str, ids: Sequence[object]
) -> Iterator[JsonObject]:
    if not ids:
        return
    query = sa.select(table).where(table.c.serventia_id == serventia_id, table.c[key].in_(ids))
    yield from (dict(row) for row in conn.execute(query).mappings())


def _add_documents(conn: Connection, serventia_id: int, found: Mapping[int, dict[str, list[JsonObject]]]) -> None:
    """Add the rows of document and instrumento that the jobs and seals point at."""
    for rows in found.values():
        for table, column in ((db.instrumento, "instrumento_id"), (db.documento, "documento_id")):
            pointed = [row[column] for name in ("job", "selo") for row in rows.get(name, ()) if row.get(column)]
            rows[table.name] += _select(conn, serventia_id, table, "id", sorted(set(pointed)))
        for row in rows[db.instrumento.name]:
            del row["minuta"], row["minuta_em"]  # its text is large, and the program sends it again


def _add_paper_seals(conn: Connection, found: Mapping[int, dict[str, list[JsonObject]]]) -> None:
    """Add what is known of the paper seal of each act at the counter (S4)."""
    table = db.selo_papel.c
    for rows in found.values():
        for act in rows.get("ato_balcao", ()):
            same = (table.serventia_id == act["serventia_id"], table.ato == act["ato"], table.serie == act["serie"])
            query = sa.select(db.selo_papel).where(*same, table.numero == act["numero"])
            rows["selo_papel"] += [dict(row) for row in conn.execute(query).mappings()]


def _add_texts(conn: Connection, serventia_id: int, found: Mapping[int, dict[str, list[JsonObject]]]) -> None:
    """Add the texts of the jobs, without which they could not be printed again."""
    table = db.corpo
    for rows in found.values():
        digests = sorted({each for job in rows.get("job", ()) for each in _digests([job["pedido"], job["composicao"]])})
        if not digests:
            continue
        here = (table.c.serventia_id == serventia_id, table.c.sha256.in_(digests))
        query = sa.select(table).where(*here, sa.func.length(table.c.conteudo) <= LONGEST_TEXT)
        rows[table.name] += [dict(row) for row in conn.execute(query).mappings()]


def _digests(value: Any) -> Iterator[str]:
    """Yield the SHA-256 of the bodies in a stored value (see `ledger.bodies`)."""
    if isinstance(value, dict):
        if "sha256" in value and "formato" in value:
            yield str(value["sha256"])
        else:
            yield from (each for item in value.values() for each in _digests(item))
    elif isinstance(value, list):
        yield from (each for item in value for each in _digests(item))


def _numbers(rows: Mapping[str, Sequence[JsonView]]) -> JsonObject:
    """Return what a person reads without the key: seals, papers, and the state of the print."""
    numbers: JsonObject = {}
    if seals := rows.get("selo"):
        numbers["selos"] = [row["codigo"] for row in seals]
    if papers := rows.get("papel"):
        numbers["papeis"] = [row["numero"] for row in papers]
    if jobs := rows.get("job"):
        numbers["trabalho"] = {"id": jobs[0]["id"], "estado": jobs[0]["estado"]}
    return numbers


def _sealed(rows: Mapping[str, Sequence[JsonView]], digest: str, secret: AESGCM) -> str:
    plain = {name: [{key: _plain(value) for key, value in row.items()} for row in many] for name, many in rows.items()}
    nonce = os.urandom(_NONCE)
    text = json.dumps(plain, ensure_ascii=False, separators=(",", ":")).encode()
    return base64.b64encode(nonce + secret.encrypt(nonce, text, digest.encode())).decode("ascii")


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime | date) else value


def _meant(table: sa.Table, row: JsonView) -> JsonObject:
    return {name: _typed(table.c[name], value) for name, value in row.items() if name in table.c}


def _typed(column: sa.Column[Any], value: Any) -> Any:
    if value is None:
        return None
    if isinstance(column.type, db.Moment):
        return datetime.fromisoformat(value)
    return date.fromisoformat(value) if isinstance(column.type, sa.Date) else value


def read_lines(text: Iterable[str]) -> Iterator[JsonObject]:
    """Yield the lines of a mirror's file; the last one may be torn, by a power cut, and is left out.

    Raises ValueError (Portuguese) for any other line that is not one.
    """
    torn: int | None = None
    for number, each in enumerate(text, 1):
        if torn is not None:
            raise ValueError(f"a linha {torn} do espelho está estragada")
        try:
            found = json.loads(each)
        except ValueError:
            torn = number
            continue
        if not each.endswith("\n") or not isinstance(found, dict):
            torn = number
            continue
        yield found
