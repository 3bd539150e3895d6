"""The exceptions of a period, by day and person, as the log has them (A4)."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.closing.periods import Period
from printserver.common.data import JsonView
from printserver.office import ISENTO, Office

_REASONS: Final = ("motivo", "motivo_isencao", "motivo_data", "texto")
_WAITS_AT_MOST: Final = timedelta(days=62)  # an act for its load; one that waited longer is told twice
_l = db.log.c


@dataclass(frozen=True, slots=True)
class Made:
    """An exception: its class (`office.exceptions`), what it is about, when, by whom, and the reason that was given.

    `quem` is a user name; `sistema:` and its name for what a program did on its own.
    """

    classe: str
    objeto: str
    nome: str
    quando: datetime
    quem: str
    motivo: str


def read(conn: Connection, office: Office, period: Period) -> Iterator[Made]:
    """Yield the exceptions of the period, in order. An isento of the counter is one, by who recorded the act (H1)."""
    loaded = _of_counter(conn, office, period)
    query = sa.select(_l.excecao, _l.objeto, _l.objeto_id, _l.quando, _l.quem, _l.sistema, _l.detalhe).where(
        _l.serventia_id == office.serventia_id,
        _l.excecao.is_not(None),
        _l.quando >= period.start,
        _l.quando < period.end,
    )
    for row in conn.execute(query.order_by(_l.quando, _l.n)):
        if row.excecao == ISENTO and row.objeto == "selo" and row.objeto_id in loaded:
            continue  # made by a load: the act was the exception
        who = row.quem or (f"sistema:{row.sistema}" if row.sistema else "")
        yield Made(row.excecao, row.objeto, row.objeto_id, row.quando, who, _reason(row.detalhe))


def _of_counter(conn: Connection, office: Office, period: Period) -> frozenset[str]:
    """Return the seals of acts at the counter that are isentos and that a load of the period may have made."""
    acts = db.ato_balcao.c
    days = (period.first - _WAITS_AT_MOST, period.last)
    query = sa.select(acts.codigo).where(
        acts.serventia_id == office.serventia_id, acts.data.between(*days), acts.isento, acts.codigo.is_not(None)
    )
    return frozenset(conn.execute(query).scalars())


def _reason(detail: JsonView) -> str:
    return next((str(detail[name]) for name in _REASONS if detail.get(name)), "")
