"""The row of a job."""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.clock import rfc3339
from printserver.documents import (
    label,
)
from printserver.errors import Recusa

Row = sa.RowMapping


def job_by_id(conn: Connection, serventia_id: int, job_id: str) -> Row:
    """Return a job's row. Raises `Recusa` `nao-encontrado`."""
    table = db.job
    row = conn.execute(sa.select(table).where(table.c.serventia_id == serventia_id, table.c.id == job_id)).mappings()
    found = row.one_or_none()
    if found is None:
        raise Recusa("nao-encontrado", f"Não há trabalho com o identificador {job_id!r}.")
    return found


def live_job(conn: Connection, serventia_id: int, document_id: int, *, lock: bool = False) -> Row | None:
    """Return the document's one job that bears live seals (X1); locked, if nobody may send it to paper meanwhile."""
    table = db.job
    query = sa.select(table).where(
        table.c.serventia_id == serventia_id, table.c.documento_id == document_id, table.c.viva
    )
    if lock:
        query = query.with_for_update()
    return conn.execute(query).mappings().one_or_none()


def job_do_selo(conn: Connection, serventia_id: int, codigo: str) -> Row:
    """Return the job that a seal was made for, locked until the transaction's end."""
    table, selo = db.job, db.selo
    mine = sa.select(selo.c.job_id).where(selo.c.serventia_id == serventia_id, selo.c.codigo == codigo)
    query = sa.select(table).where(table.c.serventia_id == serventia_id, table.c.id.in_(mine))
    return conn.execute(query.with_for_update()).mappings().one()


def copies_of_livro(conn: Connection, serventia_id: int, codigos: Sequence[str], *, lock: bool = False) -> list[Row]:
    """Return the live jobs that were made from a livro with one of the seals `codigos` (X6); locked, as `live_job`."""
    table = db.job
    shown = sa.select(db.citacao.c.job_id).where(
        db.citacao.c.serventia_id == serventia_id, db.citacao.c.codigo.in_(list(codigos))
    )
    query = (
        sa.select(table)
        .where(table.c.serventia_id == serventia_id, table.c.id.in_(shown), table.c.viva)
        .order_by(table.c.n)
    )
    if lock:
        query = query.with_for_update()
    return list(conn.execute(query).mappings())


def previous(row: Mapping[Any, Any], fields: Mapping[str, Any] | None = None) -> dict[str, Any]:
    """Return `anterior` of the contract: the print before, as its job's row tells it.

    With `documento` where the document asked for, of these `campos`, is spelled in another way (X0).
    """
    spelled = {} if fields is None or label(fields) == label(row["campos"]) else {"documento": row["campos"]}
    return {
        "id": row["id"],
        "quando": rfc3339(row["criado_em"]),
        "quem": row["escrevente"],
        "fila": row["fila"],
        "estado": row["estado"],
        **spelled,
    }
