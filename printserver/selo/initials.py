"""The initials of the parties, as they stand in a registro do ato (S6). The court has not published how it takes them.

The rule of this program, for people and companies alike:

1. A word is a run of letters and digits. An apostrophe belongs to its word (D'Ávila: D, Sant'Anna: S, O'Neill: O); a
   blank, a hyphen, a point or any other sign ends it (Ana-Maria: A.M, S/A: S.A, J.R.: J.R). ª and º count for nothing.
2. A particle (da, de, do, e, di, del, y, von …) between two other words is left out (João da Silva: J.S). The first and
   the last word stay, and so does one that a point abbreviates (Maria E. Costa: M.E.C).
3. Every other word gives its first letter or digit, as a capital of A-Z or a digit 0-9: without accent or stroke (Ł: L,
   Ø: O, Đ: D), of a ligature the first part (Æ: A), of another script the letter that it is transliterated to (И: I).
   A word that cannot be transliterated gives X.
"""

import unicodedata
from collections.abc import Sequence
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

    They are the same for a name in capitals, small letters, and either form of Unicode. A name without a letter or
    digit has none: `has_initials` tells.
    """
    return ";".join(made for name in names if (made := _initials_of(name)))


def has_initials(name: str) -> bool:
    """Return whether there is a letter or a digit in `name`, so that the party is seen in the registro."""
    return bool(_initials_of(name))


def _initials_of(name: str) -> str:
    words = _words(name)
    last = len(words) - 1
    return ".".join(
        _initial(word) for index, word in enumerate(words) if index in (0, last) or word.casefold() not in _PARTICLES
    )


def _words(name: str) -> list[str]:
    """Return the words; one that a point follows keeps it, so that an abbreviation is no particle."""
    text = "".join(_in_word(character) for character in unicodedata.normalize("NFC", name))
    return [word for word in text.split() if any(character.isalnum() for character in word)]


def _in_word(character: str) -> str:
    if character in _ORDINALS or unicodedata.category(character) == "Cf":  # the latter are invisible
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
