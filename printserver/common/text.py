"""Operations on text that several packages need."""

import re
import unicodedata
from typing import Final

from anyascii import anyascii

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


def tenths(number: float) -> str:
    """Return a length as it is written in Portuguese, with a tenth if there is one: `297`, `31,5`."""
    return f"{number:.1f}".replace(".", ",").removesuffix(",0")


def capitalized(text: str) -> str:
    """Return the text with its first letter in upper case, and the others as they are."""
    return text[:1].upper() + text[1:]


_APOSTROPHES: Final = re.compile("['’‘´`]")
_WORD: Final = re.compile("[a-z0-9]+")
_PARTICLES: Final = frozenset({"a", "as", "da", "das", "de", "do", "dos", "e", "em", "o", "os", "para", "por"})


def latin(text: str) -> str:
    """Return the text in lower-case letters a-z, without accents; other scripts are transliterated."""
    return anyascii(unicodedata.normalize("NFC", text)).casefold()


def search_words(text: str) -> frozenset[str]:
    """Return the words that a text is found by: letters a-z and digits, numbers without leading zeros.

    Particles (*de*, *e*) are none. A word with an apostrophe is found as one and by its parts: `davila`, `avila`; and
    so is a number of several parts: `P-2026-0012` as `p202612`, `p`, `2026`, `12`.
    """
    plain = latin(text)
    found = {_number(word) for form in (_APOSTROPHES.sub("", plain), plain) for word in _WORD.findall(form)}
    return frozenset(found - _PARTICLES | numbers_in(text).keys())


def typed_words(text: str) -> tuple[str, ...]:
    """Return the words of a search text as `search_words` writes them, each to match as a prefix.

    Particles and zeros count only where there is no other word: what is typed never finds everything.
    """
    found = dict.fromkeys(map(_number, _WORD.findall(_APOSTROPHES.sub("", latin(text)))))
    return tuple(word for word in found if word not in _PARTICLES and word != "0") or tuple(found)


def numbers_in(text: str) -> dict[str, tuple[str, ...]]:
    """Return the numbers of several parts in a text, each as one word, with its parts: `p202612`: `p`, `2026`, `12`."""
    found = {}
    for token in latin(text).split():
        parts = tuple(map(_number, _WORD.findall(token)))
        if len(parts) > 1 and any(part.isdigit() for part in parts):
            found["".join(parts)] = parts
    return found


def _number(word: str) -> str:
    return word.lstrip("0") or "0" if word.isdigit() else word
