"""States of a job, as in the contract: allowed transitions, and the one function that changes them."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.common.data import Row

AWAITING_XA: Final = "aguardando_xa"
AWAITING_SELO: Final = "aguardando_selo"
ACCEPTED: Final = "aceito"
RENDERED: Final = "renderizado"
HANDED_OFF: Final = "entregue"
PRINTED: Final = "impresso"
UNCERTAIN: Final = "incerto"
FAILED: Final = "falhou"
CANCELLED: Final = "cancelado"

HELD: Final = (AWAITING_XA, AWAITING_SELO)
# An engine or a queue works on these, unless the job is closed (`encerrado`).
MOVING: Final = (ACCEPTED, RENDERED, HANDED_OFF)

CUPS_ENDS: Final = ("canceled", "aborted", "completed")

INITIAL: Final = frozenset({ACCEPTED, AWAITING_XA, AWAITING_SELO})
TRANSITIONS: Final[Mapping[str, frozenset[str]]] = {
    # a yes; a no, another request for the document, or no answer in time (X1)
    AWAITING_XA: frozenset({ACCEPTED, CANCELLED}),
    AWAITING_SELO: frozenset({ACCEPTED, CANCELLED}),
    # stamped; given up, or cancelled before hand-off; in doubt after a restore (B3)
    ACCEPTED: frozenset({RENDERED, UNCERTAIN, FAILED}),
    # handed off, written to a folder; given up or cancelled; for a job that is not printed, a person's report (X5)
    RENDERED: frozenset({HANDED_OFF, PRINTED, UNCERTAIN, FAILED}),
    # the next pass or a resend; the queue's status or a person's report (X5)
    HANDED_OFF: frozenset({RENDERED, PRINTED, UNCERTAIN, FAILED}),
    # pages printed again; a person's report that differs from the count (X5)
    PRINTED: frozenset({RENDERED, UNCERTAIN, FAILED}),
    # a resend or pages printed again; a person's report, with or without back sides still to print (X5); from the start
    # if it has no PDF (B3)
    UNCERTAIN: frozenset({ACCEPTED, RENDERED, HANDED_OFF, PRINTED, FAILED}),
    # the same; from the start if it failed before it had a PDF
    FAILED: frozenset({ACCEPTED, RENDERED, HANDED_OFF, PRINTED, UNCERTAIN}),
    CANCELLED: frozenset(),
}

AT_REST: Final[Mapping[str, object]] = {"encerrado": True, "vence_em": None, "dono": None, "posse_ate": None}
"""Columns of a job that no engine works on."""


class ForbiddenTransition(ValueError):
    """A change of state that is not in `TRANSITIONS`."""


def due_at(moment: datetime) -> dict[str, object]:
    """Return the columns of a job that is due from `moment` on."""
    return {"encerrado": False, "vence_em": moment, "dono": None, "posse_ate": None}


def require_transition(before: str, after: str) -> None:
    """Raise `ForbiddenTransition` unless the transition is allowed; staying in a state is."""
    if after != before and after not in TRANSITIONS.get(before, ()):
        raise ForbiddenTransition(f"{before} -> {after}")


def change_state(
    conn: Connection,
    serventia_id: int,
    n: int,
    before: str,
    after: str,
    columns: Mapping[str, object] = AT_REST,
    *where: sa.ColumnElement[bool],
) -> bool:
    """Change the state of the job with the row number `n`, and its other `columns`, if it is still in `before`.

    `columns` is `AT_REST`, `due_at(…)` or other columns; `where` are further conditions on the row. Return whether the
    row was changed. Raises `ForbiddenTransition`.
    """
    require_transition(before, after)
    job = db.job
    change = sa.update(job).where(job.c.serventia_id == serventia_id, job.c.n == n, job.c.estado == before, *where)
    return bool(conn.execute(change.values(**columns, estado=after)).rowcount)


def on_its_way(row: Row) -> bool:
    """Return whether the job of a row may still be printed without another act of a person."""
    return not row["encerrado"] and row["estado"] in MOVING
