"""The figures of closed days: tables of whole numbers, that add up, compare and are kept as JSON.

Money is in whole centavos. A table is a mapping of a row's key (texts) to its named numbers; a row of zeros is none.
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, fields
from typing import Final, Self

from printserver.common.data import JsonView
from printserver.selo import COMPONENTS

Key = tuple[str, ...]
Table = dict[Key, Counter[str]]

QUANTITY: Final = "quantidade"
FREE: Final = "isentos"
TOTAL: Final = "total_centavos"
VALUES: Final = (QUANTITY, FREE, TOTAL, *COMPONENTS)
"""The numbers of a row with values: acts, those free of charge, the total of the seals, and the components."""

QUIET: Final = frozenset({"sem_carga", "pendencias"})
"""Tables of what still waits: that it is dealt with after the signature changes nothing that was signed."""


@dataclass(frozen=True, slots=True)
class Figures:
    """The figures of a day, or the sum of those of several days.

    `atos`: by natureza and ato, the live seals (S11) with the acts at the counter that wait for their load, so that a
    load changes nothing. `origens`: the same by origin of the seal. `sem_carga`: of these, the acts that wait, by ato.
    `isentos`: by natureza, ato, fundamento and reason. `conferencia`: what the counter's check has. `impressoes`: by
    kind and state. `excecoes`: by class and person (A4). `papel`: numbered sheets by queue and series.
    `selos_de_papel`: paper seals by ato and série, used ones with those that wait for their load. `pendencias`: what
    is open, by kind.
    """

    atos: Table = field(default_factory=dict)
    origens: Table = field(default_factory=dict)
    sem_carga: Table = field(default_factory=dict)
    isentos: Table = field(default_factory=dict)
    conferencia: Table = field(default_factory=dict)
    impressoes: Table = field(default_factory=dict)
    excecoes: Table = field(default_factory=dict)
    papel: Table = field(default_factory=dict)
    selos_de_papel: Table = field(default_factory=dict)
    pendencias: Table = field(default_factory=dict)

    def add(self, table: str, key: Key, numbers: Mapping[str, int]) -> None:
        """Add numbers to a row."""
        rows: Table = getattr(self, table)
        rows.setdefault(key, Counter()).update(numbers)

    @classmethod
    def sum(cls, several: Iterable[Self]) -> Self:
        """Return the sum of the figures of several days."""
        found = cls()
        for each in several:
            for name in TABLES:
                for key, numbers in getattr(each, name).items():
                    found.add(name, key, numbers)
        return found

    def number(self, table: str, name: str = QUANTITY) -> int:
        """Return the sum of a named number over the rows of a table."""
        return sum(numbers[name] for numbers in getattr(self, table).values())

    @property
    def parcelas(self) -> dict[str, int]:
        """The sum of each component, in centavos."""
        return {name: self.number("atos", name) for name in COMPONENTS}

    @property
    def soma(self) -> int:
        """The sum of the day, in centavos: all components, the ISS that is apart from the total (D1) included."""
        return sum(self.parcelas.values())

    @property
    def selos(self) -> int:
        """The number of live seals."""
        return self.number("atos") - self.number("sem_carga")

    @property
    def dos_selos(self) -> int:
        """The total of the live seals, in centavos, as the search of seals adds it up."""
        return self.number("atos", TOTAL) - self.number("sem_carga", TOTAL)

    @property
    def iss_a_parte(self) -> int:
        """The ISS that is no part of a seal's total (D1), in centavos."""
        return self.soma - self.number("atos", TOTAL)

    @property
    def do_balcao(self) -> int:
        """The total of the counter, in centavos: its live seals and the acts that wait."""
        return self.origens.get(("hibrido",), Counter())[TOTAL]

    @property
    def vazias(self) -> bool:
        """Whether nothing happened."""
        return not any(rows for name in TABLES if name != "conferencia" and (rows := getattr(self, name)))

    def as_json(self) -> dict[str, list[list[object]]]:
        """Return the figures as kept: of each table its rows in order, each with its key and its numbers but zeros."""
        return {
            name: [
                [list(key), {each: n for each, n in sorted(numbers.items()) if n}]
                for key, numbers in sorted(getattr(self, name).items())
                if any(numbers.values())
            ]
            for name in TABLES
        }

    @classmethod
    def from_json(cls, kept: JsonView) -> Self:
        """Return the figures that `as_json` wrote; a table that came later is empty."""
        return cls(
            **{
                name: {tuple(key): Counter(numbers) for key, numbers in rows}
                for name, rows in kept.items()
                if name in TABLES
            }
        )

    def mark(self) -> str:
        """Return the hash of the figures but what waits: the same while `compare` finds only quiet differences."""
        kept = self.as_json() | {"impressoes": _by_kind(self).as_json()["impressoes"]}
        return digest({name: rows for name, rows in kept.items() if name not in QUIET})


TABLES: Final = tuple(each.name for each in fields(Figures))


def digest(content: object) -> str:
    """Return the SHA-256 (hex) of JSON content, written in one way."""
    text = json.dumps(content, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Difference:
    """A number that differs: its table, row and name; `quiet`: only something that waited was dealt with."""

    tabela: str
    chave: Key
    nome: str
    antes: int
    depois: int
    quiet: bool


def compare(before: Figures, now: Figures) -> list[Difference]:
    """Return the numbers that differ. A print that only went on, from one state to another, is a quiet difference."""
    found = [each for name in TABLES if name != "impressoes" for each in _of_table(name, before, now, name in QUIET)]
    kinds = list(_of_table("impressoes", _by_kind(before), _by_kind(now), False))
    moved = {each.chave[0] for each in kinds}
    states = [each for each in _of_table("impressoes", before, now, True) if each.chave[0] not in moved]
    return found + kinds + states


def _by_kind(figures: Figures) -> Figures:
    found = Figures()
    for key, numbers in figures.impressoes.items():
        found.add("impressoes", key[:1], numbers)
    return found


def _of_table(name: str, before: Figures, now: Figures, quiet: bool) -> Iterable[Difference]:
    old, new = getattr(before, name), getattr(now, name)
    for key in sorted(old.keys() | new.keys()):
        was, has = old.get(key, Counter()), new.get(key, Counter())
        for each in dict.fromkeys((*was, *has)):
            if was[each] != has[each]:
                yield Difference(name, key, each, was[each], has[each], quiet)
