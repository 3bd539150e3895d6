"""Reports on paper seals (H2): a day's totals to compare with the cash register, and each number's use. Read-only."""

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from datetime import date
from itertools import pairwise
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.clock import rfc3339
from printserver.common.data import JsonObject
from printserver.counter.paper_seals import REPORTED, SPOILED
from printserver.court import CARREGADO, ESTORNADO, WAITING
from printserver.office import Office

MAX_SHOWN: Final = 1000  # missing numbers per line


def day_check(office: Office, day: date) -> JsonObject:
    """Return a day's acts by type and by person, to compare with the cash register, and its numbers.

    Totals are of recorded acts that were not reversed, and of manual ranges; in centavos.
    """
    table = db.ato_balcao
    count = sa.func.count()
    query = (
        sa.select(
            table.c.ato,
            table.c.escrevente,
            table.c.estado,
            table.c.isento,
            count.label("quantidade"),
            sa.func.sum(table.c.total_centavos).label("total"),
        )
        .where(table.c.serventia_id == office.serventia_id, table.c.data == day)
        .group_by(table.c.ato, table.c.escrevente, table.c.estado, table.c.isento)
    )
    with office.db.read() as conn:
        rows = list(conn.execute(query))
        ranges = _by_range(conn, office, day)
        numbers = control_lines(conn, office, day, day)
    valid = [row for row in rows if row.estado != ESTORNADO]

    def add_up(state: str) -> dict[str, int]:
        mine = [row for row in rows if row.estado == state]
        return {"quantidade": sum(r.quantidade for r in mine), "total_centavos": sum(r.total for r in mine)}

    return {
        "data": day.isoformat(),
        "por_ato": [each | {"descricao": _description(office, each["ato"])} for each in _groups(valid, "ato")],
        "por_escrevente": _groups(valid, "escrevente"),
        "por_faixa": ranges,
        "aguardando": add_up(WAITING),
        "carregados": add_up(CARREGADO),
        "estornados": add_up(ESTORNADO),
        "total_centavos": sum(row.total for row in valid) + sum(each["total_centavos"] for each in ranges),
        "numeros": numbers,
    }


def checked_totals(conn: Connection, office: Office, de: date, ate: date) -> dict[date, tuple[int, int]]:
    """Return the number and the total (centavos) that `day_check` has of each day of a period, where it has any."""
    act, paper, seal = db.ato_balcao, db.selo_papel, db.selo
    count, sums = sa.func.count(), sa.func.sum
    acts = sa.select(act.c.data, count, sums(act.c.total_centavos)).where(
        act.c.serventia_id == office.serventia_id, act.c.data.between(de, ate), act.c.estado != ESTORNADO
    )
    recorded = sa.select(act.c.codigo).where(
        act.c.serventia_id == office.serventia_id, act.c.data.between(de, ate), act.c.codigo.is_not(None)
    )
    ranges = (
        sa.select(paper.c.data, count, sums(seal.c.total_centavos))
        .join(seal, (seal.c.serventia_id == paper.c.serventia_id) & (seal.c.codigo == paper.c.codigo))
        .where(
            paper.c.serventia_id == office.serventia_id,
            paper.c.data.between(de, ate),
            paper.c.codigo.not_in(recorded),  # an act and its paper seal have the same day
        )
    )
    found: dict[date, tuple[int, int]] = {}
    for query in (acts.group_by(act.c.data), ranges.group_by(paper.c.data)):
        for day, quantity, total in conn.execute(query):
            before = found.get(day, (0, 0))
            found[day] = (before[0] + int(quantity), before[1] + int(total))
    return found


def waiting_days(office: Office) -> list[JsonObject]:
    """Return the days with acts pending their load, oldest first (T1)."""
    table = db.ato_balcao
    query = (
        sa.select(table.c.data, sa.func.count().label("quantidade"), sa.func.sum(table.c.total_centavos).label("total"))
        .where(table.c.serventia_id == office.serventia_id, table.c.estado == WAITING)
        .group_by(table.c.data)
        .order_by(table.c.data)
    )
    with office.db.read() as conn:
        return [
            {"data": row.data.isoformat(), "quantidade": row.quantidade, "total_centavos": row.total}
            for row in conn.execute(query)
        ]


def control_report(office: Office, de: date, ate: date) -> list[JsonObject]:
    """Return the control of paper seals by day, type of act and série: first, last, used, void, waiting, missing.

    `faltam` are the numbers between first and last without any record, on any day: at most 1000 of `faltam_total`.
    Numbers reported by another program are listed only in `ranges_without_selo`.
    """
    with office.db.read() as conn:
        return control_lines(conn, office, de, ate)


def ranges_without_selo(office: Office) -> list[JsonObject]:
    """Return the ranges recorded as void or as reported by another program, newest first.

    `nome` is `inutilizados` or `comunicados`; at most 200.
    """
    table = db.log
    query = (
        sa.select(table.c.objeto_id, table.c.quem, table.c.quando, table.c.detalhe)
        .where(
            table.c.serventia_id == office.serventia_id,
            table.c.objeto == "hibridos",
            table.c.objeto_id.in_(["inutilizados", "comunicados"]),
        )
        .order_by(table.c.n.desc())
        .limit(200)
    )
    with office.db.read() as conn:
        return [
            {**row.detalhe, "nome": row.objeto_id, "quem": row.quem, "quando": rfc3339(row.quando)}
            for row in conn.execute(query)
        ]


def _groups(rows: Iterable[sa.Row[Any]], nome: str) -> list[JsonObject]:
    found: dict[str, JsonObject] = {}
    for row in rows:
        name = getattr(row, nome)
        group = found.setdefault(name, {nome: name, "quantidade": 0, "isentos": 0, "total_centavos": 0})
        group["quantidade"] += row.quantidade
        group["isentos"] += row.quantidade if row.isento else 0
        group["total_centavos"] += row.total
    return [found[name] for name in sorted(found)]


def _by_range(conn: Connection, office: Office, day: date) -> list[JsonObject]:
    """Return by type the seals of a day's paper seals that have no act at the counter (H3)."""
    paper, seal, act = db.selo_papel, db.selo, db.ato_balcao
    recorded = sa.select(act.c.codigo).where(
        act.c.serventia_id == office.serventia_id, act.c.data == day, act.c.codigo.is_not(None)
    )
    query = (
        sa.select(paper.c.ato, sa.func.count().label("quantidade"), sa.func.sum(seal.c.total_centavos).label("total"))
        .join(seal, (seal.c.serventia_id == paper.c.serventia_id) & (seal.c.codigo == paper.c.codigo))
        .where(paper.c.serventia_id == office.serventia_id, paper.c.data == day, paper.c.codigo.not_in(recorded))
        .group_by(paper.c.ato)
        .order_by(paper.c.ato)
    )
    return [
        {
            "ato": row.ato,
            "descricao": _description(office, row.ato),
            "quantidade": row.quantidade,
            "total_centavos": row.total,
        }
        for row in conn.execute(query)
    ]


def control_lines(conn: Connection, office: Office, de: date, ate: date) -> list[JsonObject]:
    """Return the lines of `control_report`, read on `conn`."""
    table = db.selo_papel
    query = sa.select(table.c.data, table.c.ato, table.c.serie, table.c.numero, table.c.estado).where(
        table.c.serventia_id == office.serventia_id,
        table.c.data.between(de, ate),
        (table.c.estado != REPORTED) | table.c.codigo.is_not(None),
    )
    groups: dict[tuple[date, str, str], dict[str, list[int]]] = {}
    for row in conn.execute(query.order_by(table.c.data, table.c.ato, table.c.serie, table.c.numero)):
        groups.setdefault((row.data, row.ato, row.serie), {}).setdefault(row.estado, []).append(row.numero)
    ends: dict[tuple[str, str], list[int]] = {}  # of each série, the first and last numbers of its lines
    for (_, ato, serie), numbers in groups.items():
        ends.setdefault((ato, serie), []).extend(end for each in numbers.values() for end in (each[0], each[-1]))
    known = {key: _known(conn, office, *key, min(some), max(some)) for key, some in ends.items()}
    lines = []
    for (day, ato, serie), numbers in groups.items():
        first, last = min(map(min, numbers.values())), max(map(max, numbers.values()))
        missing, count = _missing(known[ato, serie], first, last)
        lines.append(
            {
                "data": day.isoformat(),
                "ato": ato,
                "serie": serie,
                "primeiro": first,
                "ultimo": last,
                "usados": len(numbers.get(REPORTED, ())),
                "inutilizados": numbers.get(SPOILED, []),
                "aguardando": len(numbers.get(WAITING, ())),
                "faltam": missing,
                "faltam_total": count,
            }
        )
    return lines


def _known(conn: Connection, office: Office, ato: str, serie: str, first: int, last: int) -> list[int]:
    """Return every recorded number of a série from `first` to `last`, in order."""
    table = db.selo_papel
    mine = (
        table.c.serventia_id == office.serventia_id,
        table.c.ato == ato,
        table.c.serie == serie,
        table.c.numero.between(first, last),
    )
    return list(conn.execute(sa.select(table.c.numero).where(*mine).order_by(table.c.numero)).scalars())


def _missing(known: Sequence[int], first: int, last: int) -> tuple[list[int], int]:
    """Return the numbers between `first` and `last` (both known) that are not in `known`, and their count."""
    inside = known[bisect_left(known, first) : bisect_right(known, last)]
    missing: list[int] = []
    for before, after in pairwise(inside):
        missing += range(before + 1, min(after, before + 1 + MAX_SHOWN - len(missing)))
    return missing, last - first + 1 - len(inside)


def _description(office: Office, ato: str) -> str:
    kind = office.atos.get(ato, 1)
    return kind.descricao if kind else ato
