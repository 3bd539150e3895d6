"""Turns at a queue: prints are handed off in the order of acceptance. Read-only.

Only the hand-off waits; stamping does not. A held, failed or handed-off print does not block others. A queue with
numbered paper waits for a person's report after each print that is not known to be good (P5).
"""

from dataclasses import dataclass
from functools import cache
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.clock import SAO_PAULO
from printserver.ledger import ACCEPTED, AWAITING_SELO, AWAITING_XA, MOVING, RENDERED, JobRow, Queue

TO_THE_QUEUE: Final = (ACCEPTED, RENDERED)
_WAITS_FOR_PERSON: Final = {
    AWAITING_XA: "Espera que uma pessoa diga se os selos anteriores podem ser excluídos.",
    AWAITING_SELO: "Espera que uma pessoa diga se a ficha leva selo.",
}


def may_be_due(serventia_id: sa.ColumnElement[int]) -> sa.Select[tuple[int]]:
    """Return the query for the numbers of the open jobs whose next step is allowed now, due or not.

    Any step is but a hand-off out of turn. The jobs that wait at a queue are not read: there may be thousands.
    """
    job, queue, tries = db.job, db.fila, db.tentativa
    others = sa.select(job.c.n).where(
        job.c.serventia_id == serventia_id,
        sa.not_(job.c.encerrado),
        sa.or_(*(job.c.estado == state for state in MOVING if state != RENDERED)),
    )
    waiting = db.job.alias("na_fila")
    queues = (
        sa.select(waiting.c.fila)
        .where(waiting.c.serventia_id == serventia_id, sa.text("NOT na_fila.encerrado"))
        .distinct()
        .subquery("filas")
    )
    first = (
        sa.select(_first(serventia_id, queues.c.fila)).select_from(queues).where(~_closed(serventia_id, queues.c.fila))
    )
    holder = db.job.alias("com_papel")
    hold = (
        sa.select(holder.c.n)
        .join(tries, sa.and_(tries.c.serventia_id == holder.c.serventia_id, tries.c.job_id == holder.c.id))
        .join(queue, sa.and_(queue.c.serventia_id == tries.c.serventia_id, queue.c.papel_tentativa == tries.c.id))
        .where(queue.c.serventia_id == serventia_id, _holds(holder))
    )
    # once, before the rows of jobs are read: PostgreSQL would do it again for each of them
    found = others.union_all(first, hold).cte("podem").prefix_with("MATERIALIZED")
    return sa.select(found.c.n)


def turn() -> sa.ColumnElement[bool]:
    """Return the condition on a row of `db.job`, rendered and open, that it may be handed to its queue now."""
    job = db.job
    first = job.c.n == _first(job.c.serventia_id, job.c.fila)
    return sa.or_(_holds(job), sa.and_(first, ~_closed(job.c.serventia_id, job.c.fila)))


def _holds(job: sa.FromClause) -> sa.ColumnElement[bool]:
    """Return the condition that the job's newest attempt holds its queue's paper.

    It goes first, also after a crash: the queue waits for its end.
    """
    queue, tries = db.fila.alias("a_fila"), db.tentativa.alias("a_tentativa")
    newest = (
        sa.select(sa.func.max(tries.c.id))
        .where(tries.c.serventia_id == job.c.serventia_id, tries.c.job_id == job.c.id)
        .correlate(job)
        .scalar_subquery()
    )
    return (
        sa.select(queue.c.id)
        .where(
            queue.c.serventia_id == job.c.serventia_id,
            queue.c.nome == job.c.fila,
            queue.c.papel_numerado,
            queue.c.papel_tentativa == newest,
        )
        .correlate(job)
        .exists()
    )


def _closed(serventia_id: sa.ColumnElement[int], nome: sa.ColumnElement[str]) -> sa.ColumnElement[bool]:
    """Return the condition that a queue with numbered paper waits: for the end of a print, or for a person."""
    queue = db.fila.alias("fechada")
    waits = sa.or_(
        queue.c.papel_tentativa.is_not(None), queue.c.papel_proximo.is_(None), queue.c.papel_parada.is_not(None)
    )
    this = (queue.c.serventia_id == serventia_id, queue.c.nome == nome)
    return sa.select(queue.c.id).where(*this, queue.c.papel_numerado, waits).exists()


def _first(serventia_id: sa.ColumnElement[int], nome: sa.ColumnElement[str]) -> sa.ScalarSelect[int]:
    """Return the number of the first print that is not yet handed to a queue."""
    before = db.job.alias("primeiro")
    query = sa.select(before.c.n).where(
        before.c.serventia_id == serventia_id,
        before.c.fila == nome,
        sa.text("NOT primeiro.encerrado"),  # spelled as in the index: `= 0` would not use it
        sa.or_(*(before.c.estado == state for state in TO_THE_QUEUE)),
        before.c.imprimir,
    )
    return query.order_by(before.c.n).limit(1).scalar_subquery()


def can_go(conn: Connection, row: JobRow) -> bool:
    """Return whether the rendered job of `row` may be handed to its queue now; checked again before the hand-off."""
    return conn.execute(_can_go(), {"serventia": row["serventia_id"], "numero": row["n"]}).first() is not None


@cache
def _can_go() -> sa.Select[Any]:
    job = db.job
    this = (job.c.serventia_id == sa.bindparam("serventia"), job.c.n == sa.bindparam("numero"))
    return sa.select(job.c.n).where(*this, turn())


@dataclass(frozen=True, slots=True)
class Wait:
    """Why a job waits, as a Portuguese sentence; None if it does not.

    `job_id`: the job that it waits for. `parada`: its queue is stopped until a person acts.
    """

    texto: str | None = None
    job_id: str | None = None
    parada: bool = False


def waits_for(conn: Connection, row: JobRow) -> Wait:
    """Return why a job waits now."""
    if row["encerrado"]:
        return Wait()
    if row["estado"] in _WAITS_FOR_PERSON:
        return Wait(_WAITS_FOR_PERSON[row["estado"]])
    if row["estado"] not in TO_THE_QUEUE or not row["imprimir"]:
        return Wait()
    if row["falhas"] and row["vence_em"] is not None:
        when = row["vence_em"].astimezone(SAO_PAULO)
        what = (
            "O PDF ainda não pôde ser feito" if row["estado"] == ACCEPTED else f"A fila {row['fila']} ainda não o tem"
        )
        return Wait(f"{what}, por uma falha que passa: nova tentativa às {when:%H:%M:%S} de {when:%d/%m}.")
    if row["estado"] == RENDERED and can_go(conn, row):
        return Wait()
    here = {"serventia": row["serventia_id"], "da_fila": row["fila"], "numero": row["n"]}
    first = conn.execute(_first_before(), here).first()
    if first is None and row["estado"] != RENDERED:
        return Wait()
    stopped = _paper(conn, row)
    if first is not None:
        text = (
            f"Espera a sua vez na fila {row['fila']}: antes dele vai o trabalho {first.id}, aceito antes e ainda não "
            "entregue a ela."
        )
        return Wait(text, first.id, stopped.parada)
    return stopped


@cache
def _first_before() -> sa.Select[Any]:
    """Return the query for the print that is handed to the queue `da_fila` before job `numero`."""
    job, serventia_id = db.job, sa.bindparam("serventia", type_=sa.Integer)
    first = _first(serventia_id, sa.bindparam("da_fila", type_=sa.Text))
    return sa.select(job.c.id).where(
        job.c.serventia_id == serventia_id, job.c.n == first, job.c.n < sa.bindparam("numero")
    )


def _paper(conn: Connection, row: JobRow) -> Wait:
    """Return why the job's queue, if it has numbered paper, gives nothing out now (P5)."""
    queue = db.find_row(conn, db.fila, {"serventia_id": row["serventia_id"], "nome": row["fila"]})
    return Wait() if queue is None else _stopped(conn, Queue.from_row(queue))


def why_stopped(conn: Connection, queue: Queue) -> str | None:
    """Return a sentence with the reason why a queue with numbered paper is stopped; None if it is not (P5)."""
    return _stopped(conn, queue).texto


def _stopped(conn: Connection, queue: Queue) -> Wait:
    nome = queue.nome
    if not queue.papel_numerado:
        return Wait()
    if queue.papel_tentativa is not None:
        tries, job = db.tentativa, db.job
        last = conn.execute(
            sa.select(job.c.id, job.c.encerrado)
            .join(tries, (tries.c.serventia_id == job.c.serventia_id) & (tries.c.job_id == job.c.id))
            .where(db.this_row(tries, queue.serventia_id, queue.papel_tentativa))
        ).one()
        if not last.encerrado:
            return Wait(f"A fila {nome}, de papel numerado, espera que o trabalho {last.id} termine.", last.id)
        text = (
            f"A fila {nome}, de papel numerado, parou depois do trabalho {last.id}, que não se sabe se saiu bem: "
            "confira as folhas e informe qual é o próximo número na bandeja."
        )
        return Wait(text, last.id, parada=True)
    if queue.papel_parada is not None:
        return Wait(f"A fila {nome} parou: {queue.papel_parada}", parada=True)
    if queue.papel_proximo is None:
        text = f"A fila {nome}, de papel numerado, ainda não sabe que número está por cima na bandeja: informe-o."
        return Wait(text, parada=True)
    return Wait()
