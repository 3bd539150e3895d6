"""Numbers of numbered paper and the lots that a queue received (P5)."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.documents import canonical, normalize_sheet
from printserver.errors import invalid_input
from printserver.ledger import Queue

_NUMBER: Final = re.compile(r"(.*?)([0-9]{1,15})", re.ASCII | re.DOTALL)


@dataclass(frozen=True, slots=True)
class SheetNumber:
    """The number of a sheet: prefix, trailing digits as a number, and how many digits they are."""

    prefixo: str
    n: int
    algarismos: int

    def __str__(self) -> str:
        return f"{self.prefixo}{self.n:0{self.algarismos}d}"

    @property
    def chave(self) -> str:
        """The normalized form, by which numbers are compared (X0)."""
        return normalize_sheet(str(self))

    def plus(self, k: int) -> "SheetNumber":
        """Return the number `k` sheets later."""
        return replace(self, n=self.n + k)


def parse_number(text: str, field: str) -> SheetNumber:
    """Parse a number. Raises `Recusa` `entrada-invalida` if it does not end in digits."""
    found = _NUMBER.fullmatch(canonical(text))
    if found is None:
        raise invalid_input(field, 'o número do papel termina em algarismos, como "A0000001"')
    return SheetNumber(found[1], int(found[2]), len(found[2]))


@dataclass(frozen=True, slots=True)
class Lot:
    """A range of sheet numbers that a queue received: prefix, digit count, first and last number."""

    id: int
    prefixo: str
    algarismos: int
    de: int
    ate: int


def received_lots(conn: Connection, queue: Queue) -> list[Lot]:
    """Return the lots of paper that a queue received."""
    lots = db.papel_lote
    columns = (lots.c.id, lots.c.prefixo, lots.c.algarismos, lots.c.de, lots.c.ate)
    query = sa.select(*columns).where(lots.c.serventia_id == queue.serventia_id, lots.c.fila == queue.nome)
    return [Lot(*row) for row in conn.execute(query)]


def lot_of(number: SheetNumber, lots: Sequence[Lot]) -> int | None:
    """Return the id of the lot that contains a number; None if it was not received."""
    return next((lot.id for lot in lots if lot.prefixo == number.prefixo and lot.de <= number.n <= lot.ate), None)
