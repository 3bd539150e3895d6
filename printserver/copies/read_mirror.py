"""Reads a mirror and checks it: of this office, chained, and going on from the copy (B2, B3)."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from sqlalchemy.engine import Connection

from printserver import db
from printserver.common import faults
from printserver.common.data import JsonObject, JsonView
from printserver.errors import invalid_input
from printserver.office import Office, audit, mirror, mirror_lines, restored

FIELD: Final = "espelho"
RowKey = tuple[Any, ...]


@dataclass(slots=True)
class Lost:
    """What a mirror knows beyond the copy.

    `rows` are the newest of each table by primary key, `sequences` the next numbers, `codigos` the seals named.
    `branch` is its name in the header, `ate` the last entry. `took_over` is False for the branch of a restoration that
    was lost itself before its step of the mirror: nothing was made in it.
    """

    arquivo: str
    branch: str
    entries: int = 0
    ate: tuple[int, str] = (0, "")
    took_over: bool = True
    sequences: dict[str, int] = field(default_factory=dict)
    codigos: set[str] = field(default_factory=set)
    rows: dict[str, dict[RowKey, JsonObject]] = field(default_factory=dict)


class _OtherBranch(Exception):
    """The file is of another office or goes on from another state of the log (Portuguese)."""


def read_mirror(conn: Connection, office: Office, place: Path, head: tuple[int, str], secret: AESGCM) -> Lost:
    """Return what the mirror at `place` (its file, or the folder of it) knows beyond `head`, an entry's `(n, hash)`.

    A folder holds a file for each branch: each restore begins one (B3). Those of other copies are passed over. Of
    those that go on from this copy the newest in which the office worked knows all that the older ones know, since it
    began with their mirror. The branch of the open restoration is in the same folder and is not one of them.

    Raises `Recusa` `entrada-invalida` (Portuguese): not there, of another office, damaged, another key, or not going on
    from the copy.
    """
    own = mirror.branch(conn, office.serventia_id)
    found: list[Lost] = []
    why = f"em {place} só há o espelho que esta recuperação começou: diga onde está o de antes"
    for path in _files(office, place):
        try:
            lost = _read(conn, office, path, head, secret)
        except _OtherBranch as reason:
            why = str(reason)
            continue
        if lost.branch != own:
            found.append(lost)
    if not found:
        raise invalid_input(FIELD, why)
    best = max(found, key=lambda each: (each.took_over, each.branch, each.ate[0]))
    for each in found:  # the numbers of every branch that goes on from the copy were given out (S3)
        best.sequences = _highest(best.sequences, each.sequences)
        best.codigos |= each.codigos
    return best


def _files(office: Office, place: Path) -> list[Path]:
    if place.is_file():
        return [place]
    found = sorted(place.glob(f"espelho-{office.cns}*.jsonl")) if place.is_dir() else []
    if not found:
        raise invalid_input(FIELD, f"não há espelho desta serventia em {place}: ligue o disco, ou diga o arquivo")
    return found


def _read(conn: Connection, office: Office, path: Path, head: tuple[int, str], secret: AESGCM) -> Lost:
    try:
        with path.open(encoding="utf-8", newline="\n") as file:
            return _checked(conn, office, path, head, secret, mirror_lines.read_lines(file))
    except mirror_lines.WrongKey:
        raise invalid_input(FIELD, f"{path}: foi cifrado com outra chave, ou foi alterado") from None
    except OSError as error:
        raise invalid_input(FIELD, f"{path}: não pode ser lido ({faults.of_os(error)})") from error
    except (ValueError, KeyError, TypeError) as error:
        text = str(error) if isinstance(error, ValueError) and "linha" in str(error) else "não é um espelho inteiro"
        raise invalid_input(FIELD, f"{path}: {text}") from error


def _checked(
    conn: Connection,
    office: Office,
    path: Path,
    head: tuple[int, str],
    secret: AESGCM,
    lines: Iterator[JsonObject],
) -> Lost:
    first = next(lines, {})
    if (first.get("cns"), first.get("instancia")) != (office.cns, office.instance_name):
        raise _OtherBranch(f"{path}: é de outra serventia")
    n, previous = int(first["n"]), str(first["hash"])
    lost = Lost(str(path), str(first.get("ramo", "")), sequences=dict(first["sequencias"]), ate=(n, previous))
    if lost.branch == mirror.branch(conn, office.serventia_id):
        return lost
    if n > head[0]:
        if _hash_here(conn, office, n) != previous:
            raise invalid_input(FIELD, f"{path}: começa no registro {n}, e a cópia termina no {head[0]}: falta o meio")
        lost.took_over = False  # of a restoration that was copied before its step of the mirror
    for line in lines:
        if n == head[0]:
            _require_point(conn, office, path, (n, previous), head)
        entry = mirror_lines.entry_of(line, office.serventia_id)
        if line["n"] != n + 1 or audit.digest(previous, office.cns, entry) != line["hash"]:
            _require_point(conn, office, path, (n, previous), head)
            raise invalid_input(FIELD, f"{path}: o registro {n + 1} foi alterado ou falta")
        n, previous = int(line["n"]), str(line["hash"])
        lost.ate = (n, previous)
        lost.sequences = _highest(lost.sequences, line.get("sequencias") or {})
        if n > head[0]:
            _take(lost, line, entry, secret)
    _require_point(conn, office, path, (n, previous), head)
    return lost


def _require_point(conn: Connection, office: Office, path: Path, point: tuple[int, str], head: tuple[int, str]) -> None:
    """Raise _OtherBranch unless this entry, if it is not beyond the copy's head, is the copy's own.

    The entries are chained: then those before it are, too.
    """
    if not 0 < point[0] <= head[0]:
        return
    there = head[1] if point[0] == head[0] else _hash_here(conn, office, point[0])
    if there != point[1]:
        raise _OtherBranch(f"{path}: não continua esta cópia (o registro {point[0]} é outro)")


def _hash_here(conn: Connection, office: Office, n: int) -> str | None:
    mine = (db.log.c.serventia_id == office.serventia_id, db.log.c.n == n)
    return conn.execute(sa.select(db.log.c.hash).where(*mine)).scalar_one_or_none()


def _highest(before: dict[str, int], now: JsonView) -> dict[str, int]:
    return before | {name: max(int(value), before.get(name, 1)) for name, value in now.items()}


def _take(lost: Lost, line: JsonView, entry: JsonView, secret: AESGCM) -> None:
    lost.entries += 1
    if entry["objeto"] == "selo":
        lost.codigos.add(str(entry["objeto_id"]))
    if entry["objeto"] == "restauracao" and entry["estado"] in (restored.OPENED, restored.MIRROR):
        lost.took_over = entry["estado"] == restored.MIRROR
    for name, rows in mirror_lines.rows_of(line, secret).items():
        table = db.metadata.tables[name]
        kept = lost.rows.setdefault(name, {})
        for row in rows:
            kept[tuple(row[column.name] for column in table.primary_key.columns)] = row
