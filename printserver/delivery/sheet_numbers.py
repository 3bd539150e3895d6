"""Numbers of security paper: parsed, and written as lots."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.documents import canonical, normalize_sheet
from printserver.errors import invalid_input

_NUMBER: Final = re.compile(r"(.*?)([0-9]{1,15})", re.ASCII | re.DOTALL)


@dataclass(frozen=True, slots=True)
class SheetNumber:
    """The number of a sheet: what stands before its last digits, these as a number, and how many they are."""

    prefixo: str
    n: int
    algarismos: int

    def __str__(self) -> str:
        return f"{self.prefixo}{self.n:0{self.algarismos}d}"

    @property
    def chave(self) -> str:
        """The number as numbers are compared (X0)."""
        return normalize_sheet(str(self))

    def plus(self, k: int) -> "SheetNumber":
        """Return the number of the sheet `k` further down."""
        return replace(self, n=self.n + k)


def parse_number(text: str, field: str) -> SheetNumber:
    """Return the number as it is written. Raises `Recusa` `entrada-invalida` if it does not end in digits."""
    found = _NUMBER.fullmatch(canonical(text))
    if found is None:
        raise invalid_input(field, 'o número do papel termina em algarismos, como "A0000001"')
    return SheetNumber(found[1], int(found[2]), len(found[2]))


def received_lots(conn: Connection, queue: Mapping[Any, Any]) -> Sequence[Any]:
    """Return the lots of paper that a queue received."""
    lots = db.papel_lote
    query = sa.select(lots).where(lots.c.serventia_id == queue["serventia_id"], lots.c.fila == queue["nome"])
    return conn.execute(query).all()


def _lot(number: SheetNumber, lots: Sequence[Any]) -> int | None:
    return next((lot.id for lot in lots if lot.prefixo == number.prefixo and lot.de <= number.n <= lot.ate), None)
