"""Comparison of a table's rows with the log (A6): reports changed, missing and added rows.

Rows are read in key order, some hundred at a time, with their log entries: memory use is constant.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.common.data import JsonObject, JsonView
from printserver.office.proof.proofs import LogRow, canonical_json, digests, later_digests

AT_ONCE: Final = 500
_VINCULO: Final = "vínculo"  # an answer of the court on a link is not a state of the seal

_log = db.log
_meant = db.as_meant(_log.c.prova)

Look = Callable[[JsonView], None]


def check(conn: Connection, serventia_id: int, linha: LogRow, look_at: Look) -> Iterator[str]:
    """Yield a Portuguese sentence for each difference between a table and the log. Calls `look_at` with each row."""
    table = linha.tabela
    key = next(iter(table.primary_key.columns))
    names = {
        "estado",
        linha.chave,
        key.name,
        *linha.changes_with,
        *linha.parts,
        *(name for group in linha.groups.values() for name in group),
    }
    columns = [table.c[name] for name in sorted(names)]
    meant = {column.name: db.as_meant(column) for column in columns}
    query = sa.select(*db.as_stored(columns)).where(table.c.serventia_id == serventia_id, key > sa.bindparam("last"))
    last: Any = -(2**62)
    while found := conn.execute(query.order_by(key).limit(AT_ONCE), {"last": last}).mappings().all():
        rows = [{name: read(each[name]) for name, read in meant.items()} for each in found]
        said = _claimed(conn, serventia_id, linha, [row[linha.chave] for row in rows])
        for row in rows:
            yield from _one(linha, row, said.pop(_which(linha, row[linha.chave], row[key.name]), ()))
            look_at(row)
        yield from _without_number(conn, linha, key, said)
        last = rows[-1][key.name]
    yield from _without_entry(conn, serventia_id, linha)


class _Claimed:
    """An entry of the log: its number, state, and evidence about the row."""

    __slots__ = ("changed", "estado", "linha", "n", "objeto_id", "resumo")

    def __init__(self, row: Any) -> None:
        kept = _meant(row.prova)
        kept = kept if isinstance(kept, dict) else {}
        self.n: int = row.n
        self.objeto_id: str = row.objeto_id
        self.estado = str(row.estado)
        self.linha = kept["linha"] if isinstance(kept.get("linha"), int) else None
        self.resumo: JsonView = kept["resumo"] if isinstance(kept.get("resumo"), dict) else {}
        self.changed: JsonView = kept["mudou"] if isinstance(kept.get("mudou"), dict) else {}


def _claimed(conn: Connection, serventia_id: int, linha: LogRow, keys: Sequence[str]) -> dict[Any, list[_Claimed]]:
    """Return the log entries of rows, in log order, by row."""
    query = (
        sa.select(_log.c.n, _log.c.objeto_id, _log.c.estado, *db.as_stored([_log.c.prova]))
        .where(_log.c.serventia_id == serventia_id, _log.c.objeto == linha.objeto, _log.c.objeto_id.in_(keys))
        .order_by(_log.c.n)
    )
    found: dict[Any, list[_Claimed]] = defaultdict(list)
    for each in map(_Claimed, conn.execute(query)):
        found[_which(linha, each.objeto_id, each.linha)].append(each)
    return found


def _which(linha: LogRow, key: str, numero: Any) -> Any:
    """Return the identity of a row in the log; a job may have several questions."""
    return (key, numero) if linha.numbered else key


def _one(linha: LogRow, row: JsonView, said: Sequence[_Claimed]) -> Iterator[str]:
    name = f"{linha.nome} {row[linha.chave]}"
    kept: JsonObject = {**later_digests(linha), **said[0].resumo} if said else {}
    if set(kept) != set(linha.groups):
        yield f"{name} foi posto no banco fora do programa: a auditoria não registra a sua criação"
        return
    left = {each: canonical_json(value) for each, value in linha.changes_with.items()} | {"estado": ""}
    for entry in said:
        kept |= entry.resumo
        left |= entry.changed
        if not entry.estado.startswith(_VINCULO):
            left["estado"] = entry.estado
    for group, digest in digests(linha, row).items():
        if digest != kept[group]:
            yield f"{name} foi alterado fora do programa: {group} (uma de: {', '.join(linha.groups[group])})"
    for column, part in linha.parts.items():
        if row[column] != row[linha.chave][part]:
            yield f"{name} foi alterado fora do programa: {column} não é parte de {linha.chave}"
    for column in ("estado", *linha.changes_with):
        if canonical_json(row[column]) != left[column]:
            yield (
                f"{name} foi alterado fora do programa: {column} está {_text(row[column])}, e a auditoria, até o "
                f"registro {said[-1].n}, deixa {_text(left[column])}"
            )


def _text(value: Any) -> str:
    return "vazio" if value is None else f"«{canonical_json(value)}»"


def _without_number(
    conn: Connection, linha: LogRow, key: sa.ColumnElement[Any], said: Mapping[Any, Sequence[_Claimed]]
) -> Iterator[str]:
    """Yield the missing rows of a `numbered` table, which the log identifies by number."""
    if not linha.numbered:
        return
    numbers = {numero: entries[0] for (_key, numero), entries in said.items()}
    there = set(conn.execute(sa.select(key).where(key.in_(list(numbers)))).scalars()) if numbers else set()
    for number, first in numbers.items():
        if number not in there:
            yield f"{linha.nome} {first.objeto_id} sumiu do banco: está no registro {first.n} da auditoria"


def _without_entry(conn: Connection, serventia_id: int, linha: LogRow) -> Iterator[str]:
    """Yield the rows that are logged as created, but are missing."""
    table = linha.tabela
    there = sa.select(table.c[linha.chave]).where(
        table.c.serventia_id == _log.c.serventia_id, table.c[linha.chave] == _log.c.objeto_id
    )
    query = (
        sa.select(_log.c.objeto_id, sa.func.min(_log.c.n).label("n"))
        .where(_log.c.serventia_id == serventia_id, _log.c.objeto == linha.objeto, ~there.exists())
        .group_by(_log.c.objeto_id)
    )
    for each in conn.execute(query.execution_options(yield_per=AT_ONCE)):
        yield f"{linha.nome} {each.objeto_id} sumiu do banco: está no registro {each.n} da auditoria"
