"""Files that are sent in pieces: an export, its end, and CSV as Brazilian Excel reads it."""

import csv
import io
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Final

from printserver.common.cells import mark
from printserver.search.columns import Cell

_PIECE_BYTES: Final = 64 * 1024


@dataclass(frozen=True, slots=True)
class Export:
    """An export: file name, media type, and its bytes in pieces, to be read once."""

    file: str
    tipo: str
    pieces: "Until"


class Until(Iterator[bytes]):
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


def write_csv(headings: Sequence[str], rows: Iterator[Sequence[str]]) -> Iterator[bytes]:
    """Yield a CSV file in pieces. The cells are written as they are (see `as_cell`)."""
    buffer = io.StringIO(newline="")
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    buffer.write("\ufeff")
    writer.writerow(headings)
    for row in rows:
        writer.writerow(row)
        if buffer.tell() >= _PIECE_BYTES:
            yield buffer.getvalue().encode()
            buffer.seek(0)
            buffer.truncate()
    yield buffer.getvalue().encode()


def as_cell(value: Cell) -> str:
    """Return a value as Brazilian Excel reads it; no text becomes a formula or a number (`cells.mark`)."""
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
