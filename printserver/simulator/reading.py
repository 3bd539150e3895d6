"""Reading the simulated court's table of seals, and the answer that tells what became of one."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver.simulator import tables
from printserver.simulator.rules import RECEBIDO, Erro, Guardado


def find_many(conn: Connection, codigos: Iterable[str]) -> dict[str, Guardado]:
    query = sa.select(tables.selo).where(tables.selo.c.codigo.in_(list(codigos)))
    return {row["codigo"]: Guardado(**row) for row in conn.execute(query).mappings()}


def um(conn: Connection, codigo: str) -> Guardado | None:
    return find_many(conn, [codigo]).get(codigo)


def follow(conn: Connection, de: Guardado, column: str) -> list[Guardado]:
    """Return the seals that follow one another by the column `column`. One that was objected to is passed over."""
    findings: list[Guardado] = []
    seen = {de.codigo}
    following: Guardado | None = de
    while following is not None and (codigo := getattr(following, column)) and codigo not in seen:
        seen.add(codigo)
        following = um(conn, codigo)
        if following is not None and following.situacao == RECEBIDO:
            findings.append(following)
    return findings


def resposta(codigo: str, erros: Sequence[Erro]) -> dict[str, Any]:
    return {"selo": codigo, "totalErros": len(erros), "erros": [asdict(error) for error in erros]}
