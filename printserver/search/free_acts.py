"""The free acts of a month by fundamento and ato, and the papers used and spoiled (C24)."""

import csv
from calendar import monthrange
from datetime import date
from io import StringIO
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.clock import day_end, day_start
from printserver.common.data import JsonObject
from printserver.errors import invalid_input
from printserver.office import Office

CIVIL: Final = 2


def free_acts(office: Office, month: str) -> JsonObject:
    """Return the free acts of Registro Civil of `month` (`2026-11`), counted by fundamento and ato, and the papers.

    A rectified act counts once, an excluded one not (S11). Raises `Recusa` `entrada-invalida`.
    """
    first, last = month_days(month)
    with office.db.read() as conn:
        items = _counts(conn, office.serventia_id, first, last)
        return {
            "mes": month,
            "itens": items,
            "total": sum(each["quantidade"] for each in items),
            "papeis": _papers(conn, office.serventia_id, first, last),
        }


def as_csv(found: JsonObject) -> str:
    """Return the free acts as CSV in the manner of a Brazilian spreadsheet."""
    out = StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(["mes", "fundamento", "ato", "descricao", "quantidade"])
    for each in found["itens"]:
        writer.writerow([found["mes"], each["fundamento"], each["ato"], each["descricao"], each["quantidade"]])
    return out.getvalue()


def month_days(month: str) -> tuple[date, date]:
    """Return the first and last day of a month written `2026-11`. Raises `Recusa` `entrada-invalida`."""
    try:
        year, number = month.split("-")
        if (len(year), len(number)) != (4, 2):
            raise ValueError
        first = date(int(year), int(number), 1)
    except ValueError:
        raise invalid_input("mes", 'deve ser um mês, escrito como "2026-11"') from None
    return first, first.replace(day=monthrange(first.year, first.month)[1])


def _counts(conn: Connection, serventia_id: int, first: date, last: date) -> list[JsonObject]:
    table = db.selo
    query = (
        sa.select(table.c.fundamento, table.c.ato, sa.func.min(table.c.descricao), sa.func.count())
        .where(
            table.c.serventia_id == serventia_id,
            table.c.natureza == CIVIL,
            table.c.isento,
            table.c.vivo,
            table.c.fundamento.is_not(None),
            table.c.dia.between(first, last),
        )
        .group_by(table.c.fundamento, table.c.ato)
        .order_by(table.c.fundamento, table.c.ato)
    )
    return [
        {"fundamento": fundamento, "ato": ato, "descricao": descricao, "quantidade": int(count)}
        for fundamento, ato, descricao, count in conn.execute(query)
    ]


def _papers(conn: Connection, serventia_id: int, first: date, last: date) -> JsonObject:
    """Return how many sheets of security paper were used and spoiled in the month (C24)."""
    table = db.papel
    query = (
        sa.select(table.c.estado, sa.func.count())
        .where(
            table.c.serventia_id == serventia_id,
            table.c.quando >= day_start(first),
            table.c.quando < day_end(last),
        )
        .group_by(table.c.estado)
    )
    found = {state: int(count) for state, count in conn.execute(query)}
    return {"usados": found.get("usado", 0), "inutilizados": found.get("inutilizado", 0)}
