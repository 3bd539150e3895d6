"""The terms in which the norms want an incident reported, counted from the moment it was noticed.

Each is counted to the earliest end that its text allows: working hours run for the 24 hours of each working day, and
only holidays that hold everywhere in São Paulo by law are left out; towards a federal body, only those of the whole
country. Holidays of the city, of the courts and days off
by decree are not known here: with them the term ends later.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from typing import Final

from printserver.clock import SAO_PAULO, day_end, local, local_date
from printserver.common.data import JsonView

UNKNOWN_HOLIDAYS: Final = (
    "Feriados do município, do Judiciário e pontos facultativos não são conhecidos: com eles o prazo termina depois."
)
_FIXED: Final = ((1, 1), (4, 21), (5, 1), (9, 7), (10, 12), (11, 2), (11, 15), (12, 25))
_OF_SAO_PAULO: Final = (7, 9)
_BLACK_AWARENESS: Final = (11, 20)  # national since 2024 (Lei 14.759/2023)


@dataclass(frozen=True, slots=True)
class Term:
    """A term of the norms. `end` returns its end from the moment of notice (both aware); `aim`: the aim before it."""

    a_quem: str
    prazo: str
    norma: str
    quando: str
    end: Callable[[datetime], datetime]
    aim: timedelta | None = None


@cache
def _easter(year: int) -> date:
    """Return Easter Sunday of the Gregorian calendar (the anonymous algorithm)."""
    a, b, c = year % 19, year // 100, year % 100
    d = (19 * a + b - b // 4 - (b - (b + 8) // 25 + 1) // 3 + 15) % 30
    e = (32 + 2 * (b % 4) + 2 * (c // 4) - d - c % 4) % 7
    f = d + e - 7 * ((a + 11 * d + 22 * e) // 451) + 114
    return date(year, f // 31, f % 31 + 1)


def national(day: date) -> bool:
    """Return whether `day` is a holiday by law in the whole country."""
    found = (day.month, day.day)
    if found in _FIXED or (found == _BLACK_AWARENESS and day.year >= 2024):
        return True
    return day == _easter(day.year) - timedelta(days=2)


def holiday(day: date) -> bool:
    """Return whether `day` is a holiday by law in the whole state of São Paulo."""
    return national(day) or (day.month, day.day) == _OF_SAO_PAULO


def working(day: date, free: Callable[[date], bool] = holiday) -> bool:
    """Return whether `day` is a working day, as far as it is known. `free`: whether a day is a holiday."""
    return day.weekday() < 5 and not free(day)


def after_working_hours(begin: datetime, hours: float) -> datetime:
    """Return the moment at which `hours` of working days have passed since `begin` (aware)."""
    left, now = timedelta(hours=hours), begin
    while True:
        end = day_end(local_date(now))
        if working(local_date(now)):
            if now + left <= end:
                return now + left
            left -= end - now
        now = end


def after_federal_days(begin: datetime, days: int) -> datetime:
    """Return the end of the last of `days` working days of a federal body; the day of `begin` (aware) is not counted.

    It works on the holidays of a state.
    """
    day = local_date(begin)
    while days:
        day += timedelta(days=1)
        days -= working(day, national)
    return datetime.combine(day, time(23, 59, 59), SAO_PAULO)


TERMS: Final[Mapping[str, Term]] = {
    "corregedoria": Term(
        "Corregedoria",
        "72 horas (meta: 24)",
        "Provimento CNJ 213/2026, art. 11",
        "incidente crítico",
        lambda begin: begin + timedelta(hours=72),
        timedelta(hours=24),
    ),
    "anpd": Term(
        "ANPD",
        "3 dias úteis",
        "Resolução CD/ANPD 15/2024, art. 6º",
        "dados pessoais, com risco ou dano relevante aos titulares",
        lambda begin: after_federal_days(begin, 3),
    ),
    "titulares": Term(
        "Titulares, ANPD, juiz corregedor e CGJ",
        "48 horas úteis",
        "Provimento CNJ 149/2023, art. 91",
        "dados pessoais",
        lambda begin: after_working_hours(begin, 48),
    ),
}
"""The terms by their word. Numbers of articles are to be compared with the text in force."""


def first_due(begin: datetime, noted: JsonView) -> tuple[str, datetime] | None:
    """Return the word and the end of the earliest term that nothing is noted of; None: all are noted."""
    ends = [(term.end(begin), word) for word, term in TERMS.items() if word not in noted]
    return None if not ends else (min(ends)[1], local(min(ends)[0]))
