"""An office that came from a copy: it looks up, but seals, prints and reports nothing until a person released it (B3).

What was done after the copy is not in the database: its numbers would be given again, its documents printed again.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.clock import local
from printserver.common.data import JsonView, Row

OPENED: Final = "restaurada"
"""The entry of the log that opens a restoration."""
MIRROR: Final = "espelho"
"""The step, and its entry of the log, that brings back what the mirror has."""
COURT: Final = "tribunal"
"""The step that moves the numbers past those that the court has."""


@dataclass(frozen=True, slots=True)
class Restoration:
    """An open restoration: where what may be missing begins, and what a person brought so far, by step.

    `copia_de`: from then on the court is asked. `registro_n`, `registro_hash`: what the mirror has beyond this entry of
    the log is missing. `copied_n`: the last entry of the copy itself. `quando` is None if the copy's file was put in
    place by hand, without `printserver restaurar`.
    """

    id: int
    copia_de: datetime
    registro_n: int
    registro_hash: str
    copied_n: int
    quando: datetime | None
    origem: str | None
    passos: JsonView


def find(conn: Connection, serventia_id: int) -> Restoration | None:
    """Return the office's open restoration; None: it works as usual.

    The copy may be of an office that waited for its release itself: its open restoration is then in the copy. What that
    one had not brought back yet is missing here too, so this one begins where that one did (B3).
    """
    rows = conn.execute(_open(), {"serventia": serventia_id}).mappings().all()
    if not rows:
        return None
    newest, mirror = rows[0], _first_without(rows, MIRROR)
    return Restoration(
        id=newest["id"],
        copia_de=min(mirror["copia_de"], _first_without(rows, COURT)["copia_de"]),
        registro_n=mirror["registro_n"],
        registro_hash=mirror["registro_hash"],
        copied_n=newest["registro_n"],
        quando=newest["quando"],
        origem=newest["origem"],
        passos=newest["passos"],
    )


def is_open(conn: Connection, serventia_id: int) -> bool:
    """Return whether the office is restored and not yet released."""
    return conn.execute(_open(), {"serventia": serventia_id}).first() is not None


def open_in(serventia: sa.ColumnElement[int]) -> sa.ColumnElement[bool]:
    """Return `is_open` as a condition of another query."""
    table = db.restauracao
    return sa.select(table.c.id).where(table.c.serventia_id == serventia, table.c.fim.is_(None)).exists()


@cache
def _open() -> sa.Select[Any]:
    table = db.restauracao
    query = sa.select(table).where(table.c.serventia_id == sa.bindparam("serventia"), table.c.fim.is_(None))
    return query.order_by(table.c.id.desc())


def _first_without(rows: Sequence[Row], step: str) -> Row:
    """Return, of open restorations from the newest back, the oldest since which the step was not taken."""
    found = rows[0]
    for row in rows[1:]:
        if step in row["passos"]:
            break
        found = row
    return found


def sentence(found: Restoration) -> str:
    """Return what stands in the way, for people and programs (Portuguese)."""
    return (
        f"Esta serventia foi recuperada da cópia de {local(found.copia_de):%d/%m/%Y às %Hh%M}: ela consulta, mas não "
        "sela nem imprime, até que se confiram os números dados depois dessa cópia, em Ajustes › Restauração."
    )
