"""Queries on the simulated court's table of seals, and the answer of one seal."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver.common.data import JsonObject
from printserver.simulator import tables
from printserver.simulator.rules import RECEBIDO, Fault, StoredSelo


def find_many(conn: Connection, codigos: Iterable[str]) -> dict[str, StoredSelo]:
    query = sa.select(tables.selo).where(tables.selo.c.codigo.in_(list(codigos)))
    return {row["codigo"]: StoredSelo(**row) for row in conn.execute(query).mappings()}


def single(conn: Connection, codigo: str) -> StoredSelo | None:
    return find_many(conn, [codigo]).get(codigo)


def follow(conn: Connection, de: StoredSelo, column: str) -> list[StoredSelo]:
    """Return the seals that follow by the reference column `column`, without those that were objected to."""
    findings: list[StoredSelo] = []
    seen = {de.codigo}
    following: StoredSelo | None = de
    while following is not None and (codigo := getattr(following, column)) and codigo not in seen:
        seen.add(codigo)
        following = single(conn, codigo)
        if following is not None and following.situacao == RECEBIDO:
            findings.append(following)
    return findings


def answer_of(codigo: str, erros: Sequence[Fault]) -> JsonObject:
    return {"selo": codigo, "totalErros": len(erros), "erros": [asdict(error) for error in erros]}
