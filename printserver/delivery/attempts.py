"""Print attempts (`tentativa`): rows written before any access to a queue. This module sends nothing."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.delivery import claims, printout
from printserver.errors import Recusa
from printserver.ledger import Attempt, JobRow
from printserver.office import RELEASED


class LostClaim(Exception):
    """Another engine took over this job; unrecorded work must be discarded."""


@dataclass(frozen=True, slots=True)
class AttemptContent:
    """Content of an attempt: the index of its pass, its pages (None: all), its PDF (None: the job's).

    `passada` None: pages that are printed again.
    """

    passada: int | None
    paginas: str | None = None
    pdf_sha256: str | None = None


def new_attempt(
    conn: Connection,
    row: JobRow,
    now: datetime,
    content: AttemptContent,
    *,
    queue: str | None = None,
    owner: str | None = None,
) -> Attempt:
    """Insert the next attempt of a job, before any access to the queue (None: the job's queue). Return it.

    Raises `Recusa` `impressao-em-andamento` while an earlier released attempt may still be in its queue.
    """
    before = all_of(conn, row)
    if any(each.liberada_em is not None for each in _at_queue(before)):
        raise Recusa(
            "impressao-em-andamento",
            "A impressão anterior ainda não foi tirada da fila, onde pode sair. Tente de novo em um instante.",
            retry_after=2,
        )
    values = {
        "serventia_id": row["serventia_id"],
        "job_id": row["id"],
        "numero": before[-1].numero + 1 if before else 1,
        "fila": queue or row["fila"],
        "paginas": content.paginas,
        "passada": content.passada,
        "pdf_sha256": content.pdf_sha256 or row["pdf_sha256"],
        "dono": owner,
        "criada_em": now,
    }
    return Attempt.from_row(conn.execute(_inserted(), values).mappings().one())


@cache
def _inserted() -> sa.UpdateBase:
    return sa.insert(db.tentativa).returning(db.tentativa)


def current_attempt(conn: Connection, row: JobRow) -> Attempt | None:
    """Return the newest attempt of a job."""
    table = db.tentativa
    query = sa.select(table).where(*_of(row)).order_by(table.c.numero.desc()).limit(1)
    found = conn.execute(query).mappings().one_or_none()
    return Attempt.from_row(found) if found is not None else None


def all_of(conn: Connection, row: JobRow) -> list[Attempt]:
    """Return the attempts of a job, oldest first."""
    mine = {"serventia_id": row["serventia_id"], "job_id": row["id"]}
    return [Attempt.from_row(each) for each in db.find_rows(conn, db.tentativa, mine, "numero")]


def at_queue(conn: Connection, row: JobRow) -> list[Attempt]:
    """Return the attempts of a job whose CUPS job is not known to have ended, oldest first."""
    return _at_queue(all_of(conn, row))


def _at_queue(attempts: Iterable[Attempt]) -> list[Attempt]:
    return [each for each in attempts if each.fim_em is None and each.cups_id is not None]


def cups_name(attempt: Attempt) -> str:
    """Return the unique id that the name of the attempt's CUPS job contains."""
    return attempt.job_id if attempt.numero == 1 else f"{attempt.job_id}-{attempt.numero}"


def expected_pages(attempt: Attempt, total: int) -> int:
    """Return the number of printed sides of an attempt; `total`: pages of its job."""
    return printout.count_pages(attempt.paginas, total)


def end(conn: Connection, attempt: Attempt, now: datetime, result: str) -> None:
    """Record that the attempt is no longer in its queue."""
    _update(conn, attempt, {"fim_em": now, "resultado": result, "dono": None})


def give_up(conn: Connection, attempt: Attempt, now: datetime, result: str) -> None:
    """Give up the attempt: it is closed, or left open for the watcher to cancel in its queue (see `watcher`)."""
    if attempt.cups_id is None:
        end(conn, attempt, now, result)
    else:
        _update(conn, attempt, {"resultado": result, "dono": None})


def save(conn: Connection, row: JobRow, attempt: Attempt, owner: str, changes: Mapping[str, object]) -> None:
    """Update an attempt while its job is still held by `owner`. Raises `LostClaim`."""
    job = db.job
    mine = sa.select(job.c.n).where(job.c.serventia_id == row["serventia_id"], job.c.n == row["n"], job.c.dono == owner)
    if conn.execute(mine.with_for_update()).first() is None:
        raise LostClaim(row["id"])
    _update(conn, attempt, changes)


def change(conn: Connection, row: JobRow, owner: str, changes: Mapping[str, object]) -> bool:
    """Update a job if it is unchanged since it was read and held by `owner`; return whether it was."""
    return bool(db.update(conn, db.job, claims.owned(row, owner), dict(changes)))


def end_values(state: str) -> dict[str, object]:
    """Return the changes of a job without further steps."""
    return {"estado": state, "encerrado": True, "vence_em": None, **RELEASED}


def _update(conn: Connection, attempt: Attempt, changes: Mapping[str, object]) -> None:
    db.update(conn, db.tentativa, {"serventia_id": attempt.serventia_id, "id": attempt.id}, dict(changes))


def _of(row: JobRow) -> tuple[sa.ColumnElement[bool], ...]:
    table = db.tentativa
    return (table.c.serventia_id == row["serventia_id"], table.c.job_id == row["id"])
