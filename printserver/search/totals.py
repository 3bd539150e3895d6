"""What seals come to, by act, by day and by component of the fee, over the filters of a search (S9, S11)."""

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.office.office import Office
from printserver.search.filters import Condicao, Filtros, condicoes
from printserver.selo import COMPONENTES

_s = db.selo.c
_SOMAS: Final = ("quantidade", "isentos", "total_centavos", "iss_centavos")


def totalizar(office: Office, filtros: Filtros) -> dict[str, Any]:
    """Return the sums of the seals that pass `filtros`, in whole centavos: of all, by act and by day.

    `validos` among the filters leaves out what is excluded or rectified, so that a rectified act counts once, by its
    newest seal (S11). Of an act whose ISS is no part of the total (D1) the components come to more than the total.
    Raises `Recusa` `entrada-invalida`.
    """
    where = condicoes(office, filtros)
    all_of_it, by_act, by_day = _nada(), dict[str, Counter[str]](), dict[str, Counter[str]]()
    with office.db.read() as conn:
        for row in conn.execute(sa.select(_s.dia, _s.ato, *_colunas()).where(*where).group_by(_s.dia, _s.ato)):
            sums = _somas(row)
            for each in (all_of_it, by_act.setdefault(row.ato, _nada()), by_day.setdefault(str(row.dia), _nada())):
                each.update(sums)
        parts = _componentes(conn, where)
    return {
        **all_of_it,
        "emolumentos_centavos": dict(parts),
        "por_ato": [{"ato": ato, "descricao": _nome(office, ato), **sums} for ato, sums in sorted(by_act.items())],
        "por_dia": [{"data": day, **sums} for day, sums in sorted(by_day.items(), reverse=True)],
    }


def somar(office: Office, filtros: Filtros) -> dict[str, Counter[str]]:
    """Return the sums alone, of what is valid (`validos`) and of all (`todos`): quick, from an index, among a million.

    Raises `Recusa` `entrada-invalida`.
    """
    where = condicoes(office, {name: value for name, value in filtros.items() if name != "validos"})
    found = {"validos": _nada(), "todos": _nada()}
    with office.db.read() as conn:
        for row in conn.execute(sa.select(_s.vivo, *_colunas()).where(*where).group_by(_s.vivo)):
            for each in ("todos", "validos") if row.vivo else ("todos",):
                found[each].update(_somas(row))
    return found


def _colunas() -> tuple[sa.ColumnElement[int], ...]:
    paid = sa.func.count().filter(~_s.isento)
    return sa.func.count().label("n"), paid.label("paid"), _soma(_s.total_centavos), _soma(_s.iss_centavos)


def _somas(row: sa.Row[Any]) -> dict[str, int]:
    return dict(zip(_SOMAS, (row.n, row.n - row.paid, row.total_centavos, row.iss_centavos), strict=True))


def _nada() -> Counter[str]:
    return Counter(dict.fromkeys(_SOMAS, 0))


def _soma(column: sa.Column[int]) -> sa.Label[int]:
    return sa.cast(sa.func.sum(column), sa.BigInteger).label(column.name)


def _componentes(conn: Connection, where: Sequence[Condicao]) -> Counter[str]:
    """Return the sum of each component. Fees come from a table, so that they are few and the seals many: each is
    counted by its text, and read once.
    """
    fees = sa.select(sa.cast(_s.emolumentos, sa.Text)).where(*where)
    counted: Counter[str] = Counter()
    for some in conn.execution_options(yield_per=5000).execute(fees).scalars().partitions():
        counted.update(some)
    parts = Counter(dict.fromkeys(COMPONENTES, 0))
    for text, n in counted.items():
        parts.update({name: n * value for name, value in json.loads(text).items()})
    return parts


def _nome(office: Office, ato: str) -> str:
    kind = office.atos.get(ato)
    return kind.descricao if kind else ato
