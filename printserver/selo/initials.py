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

_PARTICULAS: Final = frozenset(
    {
        *("da", "das", "de", "do", "dos", "e"),
        *("dal", "dalla", "degli", "dei", "del", "della", "delle", "dello", "di", "du", "y"),
        *("den", "der", "van", "von"),
    }
)
_APOSTROFOS: Final = frozenset("'’‘‛`´′ʹʼ＇")
_ORDINAIS: Final = frozenset("ªº")
_SEM_LETRA: Final = "X"


def iniciais(nomes: Sequence[str]) -> str:
    """Return the initials of the parties (S6): `A.B.C`, several parties joined by `;`.

    They are the same for a name in capitals, small letters, and either form of Unicode. A name without a letter or
    digit has none: `tem_iniciais` tells.
    """
    return ";".join(feitas for nome in nomes if (feitas := _iniciais_de(nome)))


def tem_iniciais(nome: str) -> bool:
    """Return whether there is a letter or a digit in `nome`, so that the party is seen in the registro."""
    return bool(_iniciais_de(nome))


def _iniciais_de(nome: str) -> str:
    palavras = _palavras(nome)
    ultima = len(palavras) - 1
    return ".".join(
        _inicial(palavra)
        for indice, palavra in enumerate(palavras)
        if indice in (0, ultima) or palavra.casefold() not in _PARTICULAS
    )


def _palavras(nome: str) -> list[str]:
    """Return the words; one that a point follows keeps it, so that an abbreviation is no particle."""
    texto = "".join(_na_palavra(sinal) for sinal in unicodedata.normalize("NFC", nome))
    return [palavra for palavra in texto.split() if any(sinal.isalnum() for sinal in palavra)]


def _na_palavra(sinal: str) -> str:
    if sinal in _ORDINAIS or unicodedata.category(sinal) == "Cf":  # the latter are invisible
        return ""
    if sinal == ".":
        return ". "
    return sinal if sinal.isalnum() or sinal in _APOSTROFOS or unicodedata.category(sinal)[0] == "M" else " "


def _inicial(palavra: str) -> str:
    latinas = anyascii(palavra.upper())
    return next((sinal for sinal in latinas if sinal.isalnum()), _SEM_LETRA).upper()
