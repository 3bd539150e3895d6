"""The initials of the parties in a registro do ato (S6). The court has not published its rule.

The rule of this program, for people and companies:

1. A word is a run of letters and digits. An apostrophe belongs to its word (D'Ávila: D, Sant'Anna: S, O'Neill: O); a
   blank, a hyphen, a point or any other sign ends it (Ana-Maria: A.M, S/A: S.A, J.R.: J.R). ª and º are ignored.
2. A particle (da, de, do, e, di, del, y, von …) between two other words is omitted (João da Silva: J.S). The first and
   the last word are kept, and so is an abbreviation with a point (Maria E. Costa: M.E.C).
3. Every other word gives its first letter or digit, as a capital of A-Z or a digit 0-9: without accent or stroke (Ł: L,
   Ø: O, Đ: D), for a ligature the first part (Æ: A), for another script the transliterated letter (И: I).
   A word that cannot be transliterated gives X.
"""

import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from typing import Final

from anyascii import anyascii

_PARTICLES: Final = frozenset(
    {
        *("da", "das", "de", "do", "dos", "e"),
        *("dal", "dalla", "degli", "dei", "del", "della", "delle", "dello", "di", "du", "y"),
        *("den", "der", "van", "von"),
    }
)
_APOSTROPHES: Final = frozenset("'’‘‛`´′ʹʼ＇")
_ORDINALS: Final = frozenset("ªº")
_NO_LETTER: Final = "X"


def party_initials(names: Sequence[str]) -> str:
    """Return the initials of the parties (S6): `A.B.C`, several parties joined by `;`.

    They do not depend on case or Unicode normalization. A name without a letter or digit has none (see
    `has_initials`).
    """
    return ";".join(made for name in names if (made := _initials_of(name)))


def has_initials(name: str) -> bool:
    """Return whether `name` has a letter or digit, so that the party appears in the registro."""
    return bool(_initials_of(name))


@lru_cache(maxsize=256)  # a name is checked, signed with each of its atos and kept for searches
def _initials_of(name: str) -> str:
    words = _words(name)
    last = len(words) - 1
    return ".".join(
        _initial(word) for index, word in enumerate(words) if index in (0, last) or word.casefold() not in _PARTICLES
    )


def _words(name: str) -> list[str]:
    """Return the words; a following point is kept, so that an abbreviation does not count as a particle."""
    text = "".join(_in_word(character) for character in unicodedata.normalize("NFC", name))
    return [word for word in text.split() if any(character.isalnum() for character in word)]


def _in_word(character: str) -> str:
    if character in _ORDINALS or unicodedata.category(character) == "Cf":  # Cf: invisible characters
        return ""
    if character == ".":
        return ". "
    return (
        character
        if character.isalnum() or character in _APOSTROPHES or unicodedata.category(character)[0] == "M"
        else " "
    )


def _initial(word: str) -> str:
    latin = anyascii(word.upper())
    return next((character for character in latin if character.isalnum()), _NO_LETTER).upper()
