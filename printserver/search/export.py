"""Exports the result of a search as CSV for Brazilian Excel or as XLSX, of any size. Exports are logged (A3).

No cell is a formula and no text becomes a number: by a leading apostrophe in CSV (`cells.py`), by its type in XLSX.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.clock import local
from printserver.errors import Recusa, invalid_input
from printserver.office import Author, Office, acting, people
from printserver.search import columns, spreadsheet
from printserver.search.filters import Filters, conditions
from printserver.search.results import PIECE_ROWS, SearchRow, all_rows
from printserver.search.streams import Export, Until, as_cell, write_csv

FORMATS: Final[Mapping[str, str]] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
SHEET_ROWS: Final = 1_048_576  # Excel's limit, including the heading
_ALL: Final = ("validos", "0")  # a filter without effect


def export_seals(office: Office, author: Author, filters: Filters, file_format: str) -> Export:
    """Return all seals that match `filters` as `file_format` (csv or xlsx). The export is logged.

    Raises `Recusa` `entrada-invalida`, and `servidor-ocupado` if too many exports and waits are in progress.
    """
    if file_format not in FORMATS:
        raise invalid_input("formato", f"um de: {', '.join(FORMATS)}")
    where = conditions(office, filters)
    if not office.listeners.acquire(blocking=False):
        raise Recusa("servidor-ocupado", "Já há muitas exportações e esperas em andamento: tente de novo.")
    try:
        now = office.clock()
        what = {"formato": file_format, "filtros": dict(filters)}
        with acting(office, author, now) as act:
            names = people.names(act.conn, office.serventia_id)
            act.log("exportacao", "selos", "pedida", what)
    except BaseException:
        office.listeners.release()
        raise
    rows = _with_names(all_rows(office, where), names)
    if file_format == "csv":
        pieces = _csv(rows)
    else:
        pieces = spreadsheet.write(rows, _summary(office, author, filters, names, now), SHEET_ROWS)
    name = f"selos-{office.cns}-{local(now):%Y%m%d-%H%M}.{file_format}"
    return Export(name, FORMATS[file_format], Until(pieces, office.listeners.release))


def all_seals_csv(conn: Connection, serventia_id: int) -> Iterator[bytes]:
    """Yield all seals of an office as CSV, as they were made, in one state of the database. Nothing is logged."""
    names = people.names(conn, serventia_id)
    query = sa.select(db.selo).where(db.selo.c.serventia_id == serventia_id).order_by(db.selo.c.id)
    found = conn.execute(query.execution_options(yield_per=PIECE_ROWS)).mappings()
    yield from _csv(_with_names(iter(found), names))


def _with_names(rows: Iterator[SearchRow], names: Mapping[str, str]) -> Iterator[SearchRow]:
    """Yield the rows with the person's name added."""
    for row in rows:
        yield {**row, "escrevente_nome": names.get(row["escrevente"])}


def _summary(
    office: Office, author: Author, filters: Filters, names: Mapping[str, str], now: datetime
) -> list[tuple[str, str]]:
    """Return the summary of a workbook: office, period, filters, author and time."""
    who = (
        f"{names.get(author.pessoa, author.pessoa)} ({author.pessoa})" if author.pessoa else f"sistema {author.sistema}"
    )
    others = {name: value for name, value in filters.items() if name not in ("de", "ate") and (name, value) != _ALL}
    return [
        ("Serventia", f"{office.settings.serventia.nome} (CNS {office.cns})"),
        ("Período", f"{_day(filters.get('de'), 'desde o primeiro')} a {_day(filters.get('ate'), 'hoje')}"),
        ("Filtros", "; ".join(f"{name}: {value}" for name, value in others.items()) or "nenhum"),
        ("Exportado por", who),
        ("Exportado em", f"{local(now):%d/%m/%Y às %H:%M}"),
    ]


def _day(given: str | None, otherwise: str) -> str:
    return "/".join(reversed(given.split("-"))) if given else otherwise


def _csv(rows: Iterator[SearchRow]) -> Iterator[bytes]:
    read = [columns.READERS[name] for name in columns.CSV_ORDER]
    return write_csv(columns.CSV_ORDER, ([as_cell(each(row)) for each in read] for row in rows))
