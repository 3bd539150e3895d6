"""The numbered paper of a month: received, used, spoiled and in stock, by queue and series (C24, P5)."""

import csv
from collections import defaultdict
from collections.abc import Mapping
from io import StringIO
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.clock import day_end, day_start
from printserver.common.cells import mark
from printserver.common.data import JsonObject
from printserver.documents import normalize
from printserver.office import Office
from printserver.search.months import month_days

COUNTS: Final = ("estoque_anterior", "recebidos", "usados", "inutilizados", "usados_inutilizados", "estoque")

_Counts = dict[tuple[str, str], dict[str, int]]


def paper_month(office: Office, month: str) -> JsonObject:
    """Return the sheets of `month` (`2026-11`) by queue and series, the letters before the number.

    `usados` and `inutilizados` are the sheets that left the stock in the month, as they stood at its end;
    `usados_inutilizados` left it in an earlier month as used, and were spoiled in this one. So `estoque_anterior` and
    `recebidos`, less `usados` and `inutilizados`, are `estoque`, and what happens later changes no earlier month.
    Numbers that came with a request, of no queue, have no stock. Raises `Recusa` `entrada-invalida`.
    """
    first, last = month_days(month)
    start, end = day_start(first), day_end(last)
    found: _Counts = defaultdict(lambda: dict.fromkeys(("antes", "recebidos", "saidas", *COUNTS), 0))
    with office.db.read() as conn:
        lots, sheets = db.papel_lote, db.papel
        size, left = lots.c.ate - lots.c.de + 1, sheets.c.saiu_em
        spoiled = sheets.c.estado == "inutilizado"
        here = (left >= start) & (left < end)
        by_end = spoiled & (sheets.c.quando < end)
        received = {"antes": (lots.c.quando < start, size), "recebidos": (lots.c.quando >= start, size)}
        gone = {
            "saidas": (left < start, 1),
            "usados": (here & ~by_end, 1),
            "inutilizados": (here & by_end, 1),
            "usados_inutilizados": ((left < start) & by_end & (sheets.c.quando >= start), 1),
        }
        of_office = office.serventia_id
        _add(conn, found, received, lots.c.fila, lots.c.prefixo, lots.c.serventia_id == of_office, lots.c.quando < end)
        # The series of a sheet is its number without the digits at the end.
        series = sa.func.rtrim(sheets.c.numero, "0123456789")
        queue = sa.func.coalesce(sheets.c.fila, "")
        _add(conn, found, gone, queue, series, sheets.c.serventia_id == of_office, left < end)
    return {"mes": month, "itens": [_item(*key, found[key]) for key in sorted(found) if _says(key, found[key])]}


def as_csv(found: JsonObject) -> str:
    """Return the paper of a month as CSV in the manner of a Brazilian spreadsheet."""
    out = StringIO()
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(["mes", "fila", "serie", *COUNTS])
    for each in found["itens"]:
        counts = ["" if each[name] is None else each[name] for name in COUNTS]
        writer.writerow([found["mes"], mark(each["fila"] or ""), mark(each["serie"]), *counts])
    return out.getvalue()


def _add(
    conn: Connection,
    found: _Counts,
    sums: Mapping[str, tuple[sa.ColumnElement[bool], object]],
    queue: sa.ColumnElement[str],
    series: sa.ColumnElement[str],
    *where: sa.ColumnElement[bool],
) -> None:
    columns = [sa.func.sum(sa.case((when, value), else_=0)).label(name) for name, (when, value) in sums.items()]
    query = sa.select(queue.label("fila_"), series.label("serie_"), *columns).where(*where)
    for row in conn.execute(query.group_by("fila_", "serie_")).mappings():
        counts = found[(row["fila_"], normalize(row["serie_"]))]
        for name in sums:
            counts[name] += int(row[name])


def _says(key: tuple[str, str], counts: dict[str, int]) -> bool:
    """Return whether a line is shown: it has stock, or something happened in the month."""
    moved = any(counts[name] for name in ("recebidos", "usados", "inutilizados", "usados_inutilizados"))
    return moved or (key[0] != "" and counts["antes"] != counts["saidas"])


def _item(queue: str, series: str, counts: dict[str, int]) -> JsonObject:
    before = counts["antes"] - counts["saidas"]
    after = before + counts["recebidos"] - counts["usados"] - counts["inutilizados"]
    stock = {"estoque_anterior": before, "estoque": after} if queue else {"estoque_anterior": None, "estoque": None}
    return {"fila": queue or None, "serie": series, **{name: counts[name] for name in COUNTS}, **stock}
