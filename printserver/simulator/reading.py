"""Reading the simulated court's table of seals, and the answer that tells what became of one."""

from collections.abc import Iterable, Sequence
from dataclasses import asdict
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver.simulator import tables
from printserver.simulator.rules import RECEBIDO, Erro, Guardado


def varios(conn: Connection, codigos: Iterable[str]) -> dict[str, Guardado]:
    query = sa.select(tables.selo).where(tables.selo.c.codigo.in_(list(codigos)))
    return {row["codigo"]: Guardado(**row) for row in conn.execute(query).mappings()}


def um(conn: Connection, codigo: str) -> Guardado | None:
    return varios(conn, [codigo]).get(codigo)


def seguir(conn: Connection, de: Guardado, para: str) -> list[Guardado]:
    """Return the seals that follow one another by the column `para`. One that was objected to is passed over."""
    achados: list[Guardado] = []
    vistos = {de.codigo}
    seguinte: Guardado | None = de
    while seguinte is not None and (codigo := getattr(seguinte, para)) and codigo not in vistos:
        vistos.add(codigo)
        seguinte = um(conn, codigo)
        if seguinte is not None and seguinte.situacao == RECEBIDO:
            achados.append(seguinte)
    return achados


def resposta(codigo: str, erros: Sequence[Erro]) -> dict[str, Any]:
    return {"selo": codigo, "totalErros": len(erros), "erros": [asdict(erro) for erro in erros]}
