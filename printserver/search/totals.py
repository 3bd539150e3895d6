"""Sums of the seals of a search, by act, by day and by component of the fee (S9, S11)."""

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.common.data import JsonObject
from printserver.office import Office
from printserver.search.filters import Condition, Filters, conditions
from printserver.selo import COMPONENTS

_s = db.selo.c
_SUMS: Final = ("quantidade", "isentos", "total_centavos", "iss_centavos")


def compute_totals(office: Office, filters: Filters) -> JsonObject:
    """Return the sums of the seals that match `filters`, in whole centavos: total, by act and by day.

    The filter `validos` omits excluded and rectified seals, so that a rectified act counts once, by its newest seal
    (S11). For an act whose ISS is not part of the total (D1) the components add up to more than the total.
    Raises `Recusa` `entrada-invalida`.
    """
    where = conditions(office, filters)
    all_of_it, by_act, by_day = _zeros(), dict[str, Counter[str]](), dict[str, Counter[str]]()
    with office.db.read() as conn:
        for row in conn.execute(sa.select(_s.dia, _s.ato, *_columns()).where(*where).group_by(_s.dia, _s.ato)):
            sums = _sums(row)
            for each in (all_of_it, by_act.setdefault(row.ato, _zeros()), by_day.setdefault(str(row.dia), _zeros())):
                each.update(sums)
        parts = _component_sums(conn, where)
    names = office.atos.descriptions()
    return {
        **all_of_it,
        "emolumentos_centavos": dict(parts),
        "por_ato": [{"ato": ato, "descricao": names.get(ato, ato), **sums} for ato, sums in sorted(by_act.items())],
        "por_dia": [{"data": day, **sums} for day, sums in sorted(by_day.items(), reverse=True)],
    }


def add_up(office: Office, filters: Filters) -> dict[str, Counter[str]]:
    """Return only the sums, of the valid seals (`validos`) and of all (`todos`), from an index only.

    Raises `Recusa` `entrada-invalida`.
    """
    where = conditions(office, {name: value for name, value in filters.items() if name != "validos"})
    found = {"validos": _zeros(), "todos": _zeros()}
    with office.db.read() as conn:
        for row in conn.execute(sa.select(_s.vivo, *_columns()).where(*where).group_by(_s.vivo)):
            for each in ("todos", "validos") if row.vivo else ("todos",):
                found[each].update(_sums(row))
    return found


def _columns() -> tuple[sa.ColumnElement[int], ...]:
    paid = sa.func.count().filter(~_s.isento)
    return sa.func.count().label("n"), paid.label("paid"), _total(_s.total_centavos), _total(_s.iss_centavos)


def _sums(row: sa.Row[Any]) -> dict[str, int]:
    return dict(zip(_SUMS, (row.n, row.n - row.paid, row.total_centavos, row.iss_centavos), strict=True))


def _zeros() -> Counter[str]:
    return Counter(dict.fromkeys(_SUMS, 0))


def _total(column: sa.Column[int]) -> sa.Label[int]:
    return sa.cast(sa.func.sum(column), sa.BigInteger).label(column.name)


def _component_sums(conn: Connection, where: Sequence[Condition]) -> Counter[str]:
    """Return the sum of each component. There are many seals but few different fees: each is counted by its text and
    parsed once.
    """
    fees = sa.select(sa.cast(_s.emolumentos, sa.Text)).where(*where)
    counted: Counter[str] = Counter()
    for some in conn.execute(fees.execution_options(yield_per=5000)).scalars().partitions():
        counted.update(some)
    parts = Counter(dict.fromkeys(COMPONENTS, 0))
    for text, n in counted.items():
        parts.update({name: n * value for name, value in json.loads(text).items()})
    return parts
