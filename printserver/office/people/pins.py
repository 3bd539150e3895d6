"""PINs of people: six digits asked in place before an act that cannot be undone (A1, A4); stored as argon2 hashes.

A PIN is chosen by its person and shown to nobody. It does not replace the password: with it alone nobody logs in.
"""

import re
from datetime import date
from typing import Final

import sqlalchemy as sa

from printserver import db
from printserver.errors import invalid_input
from printserver.office.people.passwords import hash_password, is_password
from printserver.office.people.persons import Person

PIN_DIGITS: Final = 6
_SHAPE: Final = re.compile(rf"[0-9]{{{PIN_DIGITS}}}", re.ASCII)
_ROWS: Final = ("01234567890123456789", "98765432109876543210")
_FEWEST_DIGITS: Final = 3  # different ones


def check_pin(pin: str, field: str = "pin") -> None:
    """Raise `Recusa` `entrada-invalida` at `field` for a PIN of another shape, or one that is tried first.

    Refused: few different digits, a repeated piece, digits in a row, and any date, since a birthday is known to others.
    """
    if not _SHAPE.fullmatch(pin):
        raise invalid_input(field, f"use {PIN_DIGITS} algarismos, sem espaços")
    if len(set(pin)) < _FEWEST_DIGITS or pin[:3] == pin[3:] or pin in (pin[:2] * 3, pin[::-1]):
        raise invalid_input(field, "fácil demais: use mais algarismos diferentes, sem repetir um pedaço")
    if any(pin in row for row in _ROWS):
        raise invalid_input(field, "fácil demais: não use algarismos em sequência")
    if any(_is_date(*parts) for parts in _as_dates(pin)):
        raise invalid_input(field, "fácil demais: não use uma data, como a de nascimento")


def set_pin(conn: sa.Connection, who: Person, pin: str) -> None:
    """Store the PIN of a person. Raises as `check_pin`."""
    check_pin(pin)
    conn.execute(
        sa.update(db.pessoa).where(db.this_row(db.pessoa, who.serventia_id, who.id)).values(pin_hash=hash_password(pin))
    )


def has_pin(conn: sa.Connection, who: Person) -> bool:
    """Return whether the person has set a PIN."""
    return _kept(conn, who) is not None


def is_pin(conn: sa.Connection, who: Person, pin: str) -> bool:
    """Return whether the PIN is that of the person; never without one."""
    return is_password(pin, _kept(conn, who))


def _kept(conn: sa.Connection, who: Person) -> str | None:
    found = conn.execute(
        sa.select(db.pessoa.c.pin_hash).where(db.this_row(db.pessoa, who.serventia_id, who.id))
    ).scalar_one_or_none()
    return None if found is None else str(found)


def _as_dates(pin: str) -> tuple[tuple[int, int, int], ...]:
    """Return the PIN read as day, month and year: DDMMAA, AAMMDD, MMAAAA and AAAAMM."""
    one, two, three = (int(pin[at : at + 2]) for at in (0, 2, 4))
    return ((one, two, 2000 + three), (three, two, 2000 + one), (1, one, int(pin[2:])), (1, three, int(pin[:4])))


def _is_date(day: int, month: int, year: int) -> bool:
    try:
        return 1900 <= date(year, month, day).year <= 2099
    except ValueError:
        return False
