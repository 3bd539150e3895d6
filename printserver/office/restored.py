"""An office that came from a copy: it looks up, but seals, prints and reports nothing until a person released it (B3).

What was done after the copy is not in the database: its numbers would be given again, its documents printed again.
"""

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


@dataclass(frozen=True, slots=True)
class Restoration:
    """An open restoration: the copy's time and head of the log, and what a person brought so far, by step.

    `quando` is None if the copy's file was put in place by hand, without `printserver restaurar`.
    """

    id: int
    copia_de: datetime
    registro_n: int
    registro_hash: str
    quando: datetime | None
    origem: str | None
    passos: JsonView

    @classmethod
    def from_row(cls, row: Row) -> "Restoration":
        """Return the record of a row of `restauracao`."""
        return cls(
            *(row["id"], row["copia_de"], row["registro_n"], row["registro_hash"]),
            *(row["quando"], row["origem"], row["passos"]),
        )


def find(conn: Connection, serventia_id: int) -> Restoration | None:
    """Return the office's open restoration; None: it works as usual."""
    row = conn.execute(_open(), {"serventia": serventia_id}).mappings().one_or_none()
    return None if row is None else Restoration.from_row(row)


def is_open(conn: Connection, serventia_id: int) -> bool:
    """Return whether the office is restored and not yet released."""
    return conn.execute(_open(), {"serventia": serventia_id}).first() is not None


@cache
def _open() -> sa.Select[Any]:
    table = db.restauracao
    query = sa.select(table).where(table.c.serventia_id == sa.bindparam("serventia"), table.c.fim.is_(None))
    return query.order_by(table.c.id.desc()).limit(1)


def sentence(found: Restoration) -> str:
    """Return what stands in the way, for people and programs (Portuguese)."""
    return (
        f"Esta serventia foi recuperada da cópia de {local(found.copia_de):%d/%m/%Y às %Hh%M}: ela consulta, mas não "
        "sela nem imprime, até que se confiram os números dados depois dessa cópia, em Ajustes › Restauração."
    )
