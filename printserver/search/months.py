"""A month as a request writes it."""

from calendar import monthrange
from datetime import date

from printserver.errors import invalid_input


def month_days(month: str) -> tuple[date, date]:
    """Return the first and last day of a month written `2026-11`. Raises `Recusa` `entrada-invalida`."""
    try:
        year, number = month.split("-")
        if (len(year), len(number)) != (4, 2):
            raise ValueError
        first = date(int(year), int(number), 1)
    except ValueError:
        raise invalid_input("mes", 'deve ser um mês, escrito como "2026-11"') from None
    return first, first.replace(day=monthrange(first.year, first.month)[1])
