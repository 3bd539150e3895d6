"""The matrícula of a civil registry's assento (C10): its 32 digits, its parts, its two check digits."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

DIGITS: Final = 32
# The weights cycle 2 … 10, 0, 1; the second check digit begins one lower.
_WEIGHTS: Final = (2, 3, 4, 5, 6, 7, 8, 9, 10, 0, 1)


@dataclass(frozen=True, slots=True)
class Matricula:
    """The parts of a matrícula as written, with leading zeros."""

    cns: str
    collection: str
    servico: str
    ano: str
    livro_type: str
    livro: str
    folha: str
    termo: str

    def __str__(self) -> str:
        base = "".join(
            (self.cns, self.collection, self.servico, self.ano, self.livro_type, self.livro, self.folha, self.termo)
        )
        return base + check_digits(base)


def parse_matricula(text: str) -> Matricula:
    """Return the parts of a matrícula; blanks, points and hyphens between digits are ignored.

    Raises ValueError (Portuguese) unless it has 32 digits and both check digits are correct (C10).
    """
    digits = "".join(letter for letter in text if letter not in " .-")
    if len(digits) != DIGITS or not (digits.isascii() and digits.isdigit()):
        raise ValueError(f"a matrícula tem {DIGITS} algarismos: {text[:60]!r} não os tem")
    if check_digits(digits[:30]) != digits[30:]:
        raise ValueError(f"os dígitos verificadores da matrícula {digits} não conferem")
    cuts = (0, 6, 8, 10, 14, 15, 20, 23, 30)
    return Matricula(*(digits[start:end] for start, end in pairwise(cuts)))


def check_digits(base: str) -> str:
    """Return the two check digits of the first 30 digits (C10)."""
    first = _check_digit(base, 0)
    return first + _check_digit(base + first, -1)


def _check_digit(text: str, shift: int) -> str:
    checksum = sum(int(letter) * _WEIGHTS[(n + shift) % len(_WEIGHTS)] for n, letter in enumerate(text))
    remainder = checksum % 11
    return "1" if remainder == 10 else str(remainder)
