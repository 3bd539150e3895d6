"""The periods of a closing: a day, or a month."""

import re
from calendar import monthrange
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final

from printserver.clock import day_end, day_start, local_date
from printserver.errors import invalid_input

FIRST_DAY: Final = date(1900, 1, 2)
"""The first day that an act may have (S7a)."""


_MONTH: Final = re.compile(r"(?P<m>\d{1,2})[/.-](?P<a>\d{4})|(?P<aaaa>\d{4})-(?P<mm>\d\d)", re.ASCII)


@dataclass(frozen=True, slots=True)
class Period:
    """Days from `first` to `last`, of the office's time zone."""

    first: date
    last: date

    @property
    def days(self) -> list[date]:
        """The days, in order."""
        return [self.first + timedelta(days=n) for n in range((self.last - self.first).days + 1)]

    @property
    def start(self) -> datetime:
        """The moment (UTC) at which the period begins."""
        return day_start(self.first)

    @property
    def end(self) -> datetime:
        """The moment (UTC) at which the period is over: the first that is no part of it."""
        return day_end(self.last)

    def is_over(self, now: datetime) -> bool:
        """Return whether the last day has ended."""
        return self.end <= now


def a_day(day: date, now: datetime, field: str = "dia") -> Period:
    """Return the period of one day. Raises `Recusa` `entrada-invalida` for a day to come, or before all acts (S7a)."""
    if day > local_date(now):
        raise invalid_input(field, f"o dia {day:%d/%m/%Y} ainda não chegou")
    if day < FIRST_DAY:
        raise invalid_input(field, "antes de 02/01/1900 não há atos")
    return Period(day, day)


def a_month(text: str, now: datetime, field: str = "mes") -> Period:
    """Return the period of a month written `11/2026` or `2026-11`.

    Raises `Recusa` `entrada-invalida`, also for one to come.
    """
    found = _MONTH.fullmatch(text)
    number = int(found["mm"] or found["m"]) if found else 0
    if found is None or not 1 <= number <= 12:
        raise invalid_input(field, "deve ser um mês do calendário, como 11/2026")
    first = date(max(1, int(found["aaaa"] or found["a"])), number, 1)
    if first > local_date(now):
        raise invalid_input(field, f"o mês {first:%m/%Y} ainda não chegou")
    if first < FIRST_DAY.replace(day=1):
        raise invalid_input(field, "antes de 1900 não há atos")
    return Period(first, first.replace(day=monthrange(first.year, first.month)[1]))
