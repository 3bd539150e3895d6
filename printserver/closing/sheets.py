"""The sheets of numbered paper of a period: which left the stock, which were spoiled, and numbers without a fate (P5).

A number is missing if a higher one of its lot left the stock before it. It counts on the day on which that one left,
so that days add up and stay as they are. Before the first number of a lot that left, nothing is missing: a lot may be
begun in the middle.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.closing.periods import Period
from printserver.documents import normalize_sheet
from printserver.office import Office

LEFT, SPOILED, MISSING = "sairam", "inutilizadas", "faltam"
_NUMBER: Final = re.compile(r"(.*?)([0-9]{1,18})", re.DOTALL)
_p, _lots = db.papel.c, db.papel_lote.c


@dataclass(frozen=True, slots=True)
class Moved:
    """So many sheets of a queue (empty: their numbers came with the request) and series that left, or are spoiled.

    Of missing ones `numeros` says which.
    """

    fila: str
    serie: str
    nome: str
    quando: datetime
    quantidade: int = 1
    numeros: str = ""


@dataclass(frozen=True, slots=True)
class _Lot:
    fila: str
    serie: str
    prefixo: str
    algarismos: int
    de: int
    ate: int
    quando: datetime

    def text(self, n: int) -> str:
        return f"{self.prefixo}{n:0{self.algarismos}d}"


def read(conn: Connection, office: Office, period: Period) -> Iterator[Moved]:
    """Yield the sheets of the period."""
    mine = _p.serventia_id == office.serventia_id
    left = sa.select(_p.fila, _p.numero, _p.saiu_em).where(mine, _p.saiu_em >= period.start, _p.saiu_em < period.end)
    numbers: dict[tuple[str, str], dict[int, datetime]] = {}
    for queue, number, when in conn.execute(left):
        series, n = _parse(number)
        yield Moved(queue or "", series, LEFT, when)
        if queue and n is not None:
            numbers.setdefault((queue, series), {})[n] = when
    spoiled = sa.select(_p.fila, _p.numero, _p.quando).where(
        mine, sa.text("estado = 'inutilizado'"), _p.quando >= period.start, _p.quando < period.end
    )
    for queue, number, when in conn.execute(spoiled):
        yield Moved(queue or "", _parse(number)[0], SPOILED, when)
    for lot in _received(conn, office, {queue for queue, _ in numbers}):
        of_lot = {n: when for n, when in numbers.get((lot.fila, lot.serie), {}).items() if lot.de <= n <= lot.ate}
        if of_lot:
            yield from _missing(conn, office, lot, of_lot, period.start)


def _missing(
    conn: Connection, office: Office, lot: _Lot, left: Mapping[int, datetime], start: datetime
) -> Iterator[Moved]:
    """Yield the gaps above the highest number of the lot that had left before, in the order in which numbers left."""
    highest = _highest_before(conn, office, lot, start)
    for n, when in sorted(left.items(), key=lambda each: (each[1], each[0])):
        if highest is not None and n > highest + 1:
            first, last = lot.text(highest + 1), lot.text(n - 1)
            numbers = first if first == last else f"{first} a {last}"
            yield Moved(lot.fila, lot.serie, MISSING, when, n - highest - 1, numbers)
        highest = n if highest is None else max(n, highest)


def _highest_before(conn: Connection, office: Office, lot: _Lot, start: datetime) -> int | None:
    """Return the highest number of a lot that left before `start`: none leaves before the lot was received.

    A number is kept without leading zeros: of one series, longer ones are higher, and those of a length sort as texts.
    """
    size = sa.func.length(_p.numero)
    prefix = len(lot.serie)
    first, last = f"{lot.serie}{lot.de}", f"{lot.serie}{lot.ate}"
    query = sa.select(_p.numero).where(
        _p.serventia_id == office.serventia_id,
        _p.saiu_em >= lot.quando,
        _p.saiu_em < start,
        _p.fila == lot.fila,
        sa.func.substr(_p.numero, 1, prefix) == lot.serie,
        (size > len(first)) | ((size == len(first)) & (_p.numero >= first)),
        (size < len(last)) | ((size == len(last)) & (_p.numero <= last)),
    )
    highest = conn.execute(query.order_by(size.desc(), _p.numero.desc()).limit(1)).scalar_one_or_none()
    return None if highest is None else _parse(highest)[1]


def _received(conn: Connection, office: Office, queues: Collection[str]) -> Iterator[_Lot]:
    if not queues:
        return
    columns = (_lots.fila, _lots.prefixo, _lots.algarismos, _lots.de, _lots.ate, _lots.quando)
    query = sa.select(*columns).where(_lots.serventia_id == office.serventia_id, _lots.fila.in_(sorted(queues)))
    for queue, prefix, digits, first, last, when in conn.execute(query):
        series = _parse(normalize_sheet(f"{prefix}1"))[0]
        yield _Lot(queue, series, prefix, digits, first, last, when)


def _parse(number: str) -> tuple[str, int | None]:
    found = _NUMBER.fullmatch(number)
    return (found[1], int(found[2])) if found else (number, None)
