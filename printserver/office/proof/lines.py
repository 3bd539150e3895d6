"""The rows of a table held against what the log says of them (A6): changed, missing or added ones are named.

Rows are read in the order of their keys, some hundred at a time, with what the log says of each: nothing grows.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.office.proof.proofs import Linha, canonical_json, digests

DE_UMA_VEZ: Final = 500
_VINCULO: Final = "vínculo"  # an answer of the court on a link is no state of the seal

_log = db.log
_meant = db.as_meant(_log.c.prova)

Olhar = Callable[[Mapping[Any, Any]], None]


def check(conn: Connection, serventia_id: int, linha: Linha, olhar: Olhar) -> Iterator[str]:
    """Give a Portuguese sentence for each difference between a table and the log. `olhar` is called with each row."""
    table = linha.tabela
    key = next(iter(table.primary_key.columns))
    names = {"estado", linha.chave, key.name, *linha.muda, *(name for group in linha.grupos.values() for name in group)}
    columns = [table.c[name] for name in sorted(names)]
    meant = {column.name: db.as_meant(column) for column in columns}
    query = sa.select(*db.as_stored(columns)).where(table.c.serventia_id == serventia_id, key > sa.bindparam("last"))
    last: Any = -(2**62)
    while found := conn.execute(query.order_by(key).limit(DE_UMA_VEZ), {"last": last}).mappings().all():
        rows = [{name: read(each[name]) for name, read in meant.items()} for each in found]
        said = _ditas(conn, serventia_id, linha, [row[linha.chave] for row in rows])
        for row in rows:
            yield from _uma(linha, row, said.pop(_qual(linha, row[linha.chave], row[key.name]), ()))
            olhar(row)
        yield from _sem_numero(conn, linha, key, said)
        last = rows[-1][key.name]
    yield from _sem_linha(conn, serventia_id, linha)


class _Dita:
    """An entry of the log: its number, the state that it tells, what it keeps of the row."""

    __slots__ = ("estado", "linha", "mudou", "n", "objeto_id", "resumo")

    def __init__(self, row: Any) -> None:
        kept = _meant(row.prova)
        kept = kept if isinstance(kept, dict) else {}
        self.n: int = row.n
        self.objeto_id: str = row.objeto_id
        self.estado = str(row.estado)
        self.linha = kept["linha"] if isinstance(kept.get("linha"), int) else None
        self.resumo: Mapping[str, Any] = kept["resumo"] if isinstance(kept.get("resumo"), dict) else {}
        self.mudou: Mapping[str, Any] = kept["mudou"] if isinstance(kept.get("mudou"), dict) else {}


def _ditas(conn: Connection, serventia_id: int, linha: Linha, keys: Sequence[str]) -> dict[Any, list[_Dita]]:
    """Return what the log says of rows, in its order, by the row."""
    query = (
        sa.select(_log.c.n, _log.c.objeto_id, _log.c.estado, *db.as_stored([_log.c.prova]))
        .where(_log.c.serventia_id == serventia_id, _log.c.objeto == linha.objeto, _log.c.objeto_id.in_(keys))
        .order_by(_log.c.n)
    )
    found: dict[Any, list[_Dita]] = defaultdict(list)
    for each in map(_Dita, conn.execute(query)):
        found[_qual(linha, each.objeto_id, each.linha)].append(each)
    return found


def _qual(linha: Linha, key: str, numero: Any) -> Any:
    """Return what tells one row from another in the log: a job may have had many questions."""
    return (key, numero) if linha.numerada else key


def _uma(linha: Linha, row: Mapping[Any, Any], said: Sequence[_Dita]) -> Iterator[str]:
    name = f"{linha.nome} {row[linha.chave]}"
    if not said or set(said[0].resumo) != set(linha.grupos):
        yield f"{name} foi posto no banco fora do programa: a auditoria não registra a sua criação"
        return
    kept: dict[str, Any] = {}
    left = {each: canonical_json(value) for each, value in linha.muda.items()} | {"estado": ""}
    for entry in said:
        kept |= entry.resumo
        left |= entry.mudou
        if not entry.estado.startswith(_VINCULO):
            left["estado"] = entry.estado
    for grupo, digest in digests(linha, row).items():
        if digest != kept[grupo]:
            yield f"{name} foi alterado fora do programa: {grupo} (uma de: {', '.join(linha.grupos[grupo])})"
    for column in ("estado", *linha.muda):
        if canonical_json(row[column]) != left[column]:
            yield (
                f"{name} foi alterado fora do programa: {column} está {_texto(row[column])}, e a auditoria, até o "
                f"registro {said[-1].n}, deixa {_texto(left[column])}"
            )


def _texto(value: Any) -> str:
    return "vazio" if value is None else f"«{canonical_json(value)}»"


def _sem_numero(
    conn: Connection, linha: Linha, key: sa.ColumnElement[Any], said: Mapping[Any, Sequence[_Dita]]
) -> Iterator[str]:
    """Give the rows that share their key with others, and are there no more: the log knows them by their number."""
    if not linha.numerada:
        return
    numbers = {numero: entries[0] for (_key, numero), entries in said.items()}
    there = set(conn.execute(sa.select(key).where(key.in_(list(numbers)))).scalars()) if numbers else set()
    for number, first in numbers.items():
        if number not in there:
            yield f"{linha.nome} {first.objeto_id} sumiu do banco: está no registro {first.n} da auditoria"


def _sem_linha(conn: Connection, serventia_id: int, linha: Linha) -> Iterator[str]:
    """Give the rows that the log says were made, and are there no more."""
    table = linha.tabela
    there = sa.select(table.c[linha.chave]).where(
        table.c.serventia_id == _log.c.serventia_id, table.c[linha.chave] == _log.c.objeto_id
    )
    query = (
        sa.select(_log.c.objeto_id, sa.func.min(_log.c.n).label("n"))
        .where(_log.c.serventia_id == serventia_id, _log.c.objeto == linha.objeto, ~there.exists())
        .group_by(_log.c.objeto_id)
    )
    for each in conn.execution_options(yield_per=DE_UMA_VEZ).execute(query):
        yield f"{linha.nome} {each.objeto_id} sumiu do banco: está no registro {each.n} da auditoria"
