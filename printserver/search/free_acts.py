"""The free acts of a month by fundamento and ato, and the papers used and spoiled (C24)."""

import csv
from datetime import date
from io import StringIO
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.common.data import JsonObject
from printserver.office import Office
from printserver.search.months import month_days
from printserver.search.paper_month import paper_month

CIVIL: Final = 2


def free_acts(office: Office, month: str) -> JsonObject:
    """Return the free acts of Registro Civil of `month` (`2026-11`), counted by fundamento and ato, and the papers.

    A rectified act counts once, an excluded one not (S11). Raises `Recusa` `entrada-invalida`.
    """
    first, last = month_days(month)
    with office.db.read() as conn:
        items = _counts(conn, office.serventia_id, first, last)
    paper = paper_month(office, month)["itens"]
    return {
        "mes": month,
        "itens": items,
        "total": sum(each["quantidade"] for each in items),
        "papeis": {
            "usados": sum(each["usados"] for each in paper),
            "inutilizados": sum(each["inutilizados"] + each["usados_inutilizados"] for each in paper),
        },
    }


def as_csv(found: JsonObject) -> str:
    """Return the free acts as CSV in the manner of a Brazilian spreadsheet."""
    out = StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(["mes", "fundamento", "ato", "descricao", "quantidade"])
    for each in found["itens"]:
        writer.writerow([found["mes"], each["fundamento"], each["ato"], each["descricao"], each["quantidade"]])
    return out.getvalue()


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
