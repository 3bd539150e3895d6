"""Exports the result of a search as CSV for Brazilian Excel or as XLSX, of any size. Exports are logged (A3).

No cell is a formula and no text becomes a number: by a leading apostrophe in CSV (`cells.py`), by its type in XLSX.
"""

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from printserver.clock import local
from printserver.common.cells import mark
from printserver.errors import Recusa, invalid_input
from printserver.office import Author, Office, acting, people
from printserver.search import columns, spreadsheet
from printserver.search.columns import Cell
from printserver.search.filters import Filters, conditions
from printserver.search.results import SearchRow, all_rows

FORMATS: Final[Mapping[str, str]] = {
    "csv": "text/csv; charset=utf-8",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}
SHEET_ROWS: Final = 1_048_576  # Excel's limit, including the heading
_ALL: Final = ("validos", "0")  # a filter without effect
_PIECE_BYTES: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Export:
    """An export: file name, media type, and its bytes in pieces, to be read once."""

    file: str
    tipo: str
    pieces: Iterator[bytes]


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
    return Export(name, FORMATS[file_format], _Until(pieces, office.listeners.release))


class _Until(Iterator[bytes]):
    """An iterator over the pieces, with a callback at the end or when the reader stops."""

    def __init__(self, pieces: Iterator[bytes], ended: Callable[[], None]) -> None:
        self._pieces = pieces
        self._ended: Callable[[], None] | None = ended

    def __next__(self) -> bytes:
        try:
            return next(self._pieces)
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        """End the reading. The HTTP server calls it in every case."""
        if self._ended is not None:
            ended, self._ended = self._ended, None
            ended()


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
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    buffer.write("\ufeff")
    writer.writerow(columns.CSV_ORDER)
    read = [columns.READERS[name] for name in columns.CSV_ORDER]
    for row in rows:
        writer.writerow([_as_csv(each(row)) for each in read])
        if buffer.tell() >= _PIECE_BYTES:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def _as_csv(value: Cell) -> str:
    if isinstance(value, str):  # the most common type
        return mark(value)
    if isinstance(value, Decimal):
        return str(value).replace(".", ",")
    if isinstance(value, bool):
        return "sim" if value else "não"
    if isinstance(value, datetime):
        return f"{value:%d/%m/%Y %H:%M:%S}"
    if isinstance(value, date):
        return f"{value:%d/%m/%Y}"
    return ""
