"""Operations on text that several packages need."""

import unicodedata
from typing import Final

MONTHS: Final = (
    "janeiro",
    "fevereiro",
    "março",
    "abril",
    "maio",
    "junho",
    "julho",
    "agosto",
    "setembro",
    "outubro",
    "novembro",
    "dezembro",
)


def unaccented(text: str) -> str:
    """Return the text in lower case, without accents."""
    return "".join(
        letter for letter in unicodedata.normalize("NFD", text.casefold()) if not unicodedata.combining(letter)
    )


def capitalized(text: str) -> str:
    """Return the text with its first letter in upper case, and the others as they are."""
    return text[:1].upper() + text[1:]
