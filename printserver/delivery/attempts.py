"""The tries at paper of a job (`tentativa`): rows written before anything touches a queue. Nothing is sent here."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.delivery import claims, printout
from printserver.errors import Recusa


class LostClaim(Exception):
    """Another engine took the job over while this one worked: whatever it did not record is not to be built on."""


def new_attempt(
    conn: Connection,
    row: Mapping[Any, Any],
    now: datetime,
    *,
    owner: str | None = None,
    queue: str | None = None,
    paginas: str | None = None,
    pdf_sha256: str | None = None,
    passada: int | None = None,
) -> int:
    """Write the next try at paper of a job, before anything touches the queue. Return its number.

    Raises `Recusa` `impressao-em-andamento` while an earlier one that was released may still be at its queue.
    """
    if any(each["liberada_em"] is not None for each in at_queue(conn, row)):
        raise Recusa(
            "impressao-em-andamento",
            "A impressão anterior ainda não foi tirada da fila, onde pode sair. Tente de novo em um instante.",
            retry_after=2,
        )
    table = db.tentativa
    last = conn.execute(sa.select(sa.func.max(table.c.numero)).where(*_of(row))).scalar() or 0
    conn.execute(
        sa.insert(table).values(
            serventia_id=row["serventia_id"],
            job_id=row["id"],
            numero=last + 1,
            fila=queue or row["fila"],
            paginas=paginas,
            passada=passada,
            pdf_sha256=pdf_sha256 or row["pdf_sha256"],
            dono=owner,
            criada_em=now,
        )
    )
    return int(last) + 1


def current_attempt(conn: Connection, row: Mapping[Any, Any]) -> dict[str, Any] | None:
    """Return the newest try at paper of a job."""
    table = db.tentativa
    query = sa.select(table).where(*_of(row)).order_by(table.c.numero.desc()).limit(1)
    found = conn.execute(query).mappings().one_or_none()
    return dict(found) if found is not None else None


def at_queue(conn: Connection, row: Mapping[Any, Any]) -> list[dict[str, Any]]:
    """Return the tries of a job that have a CUPS job of which it is not known that it ended, oldest first."""
    table = db.tentativa
    query = sa.select(table).where(*_of(row), table.c.fim_em.is_(None), table.c.cups_id.is_not(None))
    return [dict(each) for each in conn.execute(query.order_by(table.c.numero)).mappings()]


def cups_name(attempt: Mapping[Any, Any]) -> str:
    """Return the id that the CUPS job of a try bears in its name: one no other try has."""
    job_id, number = attempt["job_id"], attempt["numero"]
    return str(job_id) if number == 1 else f"{job_id}-{number}"


def expected_pages(row: Mapping[Any, Any], attempt: Mapping[Any, Any]) -> int:
    """Return how many printed sides a try makes."""
    return printout.count_pages(attempt["paginas"], row["paginas"])


def end(conn: Connection, attempt: Mapping[Any, Any], now: datetime, result: str) -> None:
    """Nothing of the try is at its queue any more."""
    table = db.tentativa
    conn.execute(sa.update(table).where(table.c.id == attempt["id"]).values(fim_em=now, resultado=result, dono=None))


def give_up(conn: Connection, attempt: Mapping[Any, Any], now: datetime, result: str) -> None:
    """The try is given up: closed, or left open for the watcher to take off its queue (see `watch`)."""
    if attempt["cups_id"] is None:
        end(conn, attempt, now, result)
        return
    table = db.tentativa
    conn.execute(sa.update(table).where(table.c.id == attempt["id"]).values(resultado=result, dono=None))


def save(conn: Connection, row: Mapping[Any, Any], attempt: Mapping[Any, Any], owner: str, **changes: Any) -> None:
    """Write into a try while its job is still `owner`'s. Raises LostClaim."""
    job, table = db.job, db.tentativa
    mine = sa.select(job.c.n).where(job.c.n == row["n"], job.c.dono == owner)
    if conn.execute(mine.with_for_update()).first() is None:
        raise LostClaim(row["id"])
    conn.execute(sa.update(table).where(table.c.id == attempt["id"]).values(**changes))


def change(conn: Connection, row: dict[str, Any], owner: str, changes: dict[str, Any]) -> bool:
    """Change a job that is still as it was read, and still `owner`'s; return whether it was."""
    return bool(conn.execute(sa.update(db.job).where(*claims.owned(row, owner)).values(**changes)).rowcount)


def end_values(state: str) -> dict[str, Any]:
    """Return the changes of a job that has come to rest."""
    return {"estado": state, "encerrado": True, "vence_em": None, "dono": None, "posse_ate": None}


def _of(row: Mapping[Any, Any]) -> tuple[sa.ColumnElement[bool], ...]:
    table = db.tentativa
    return (table.c.serventia_id == row["serventia_id"], table.c.job_id == row["id"])
