"""Check of the names of people and systems."""

from collections.abc import Callable

from printserver.errors import invalid_input
from printserver.formats import UnfitText

_LONGEST_NAME = 120


def checked_name(nome: str, read: Callable[[str], str]) -> str:
    """Return a name as it is stored, cleaned by `read`. Raises `Recusa` `entrada-invalida`."""
    found = nome.strip()
    if len(found.splitlines()) == 1:
        try:
            found = read(found)
        except UnfitText as error:
            raise invalid_input("nome", str(error)) from None
    if not 1 <= len(found) <= _LONGEST_NAME or len(found.splitlines()) > 1:
        raise invalid_input("nome", f"use de 1 a {_LONGEST_NAME} caracteres, numa linha só")
    return found
