"""The matrícula of a civil registry's assento (C10): its 32 digits, its parts, its two check digits."""

from collections.abc import Mapping
from dataclasses import dataclass
from itertools import accumulate, pairwise
from types import MappingProxyType
from typing import Final

DIGITS: Final = 32
SERVICE: Final = "55"  # the civil registry of natural persons
# The type of livro by what is registered in it (C10).
LIVRO_TYPES: Final[Mapping[str, str]] = MappingProxyType(
    {
        "nascimento": "1",
        "casamento": "2",
        "casamento-religioso": "3",
        "obito": "4",
        "natimorto": "5",
        "proclamas": "6",
        "livro-e": "7",
    }
)
_GROUPS: Final = (6, 2, 2, 4, 1, 5, 3, 7, 2)
# The weights go round 2 … 10, 0, 1; the second check digit begins one lower.
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

    @property
    def grouped(self) -> str:
        """The matrícula as a certidão prints it, in groups of 6 2 2 4 1 5 3 7 2 digits (C10)."""
        return group_digits(str(self))


def make_matricula(
    cns: str, collection: str, ano: str, livro_type: str, livro: str, folha: str, termo: str
) -> Matricula:
    """Return the matrícula of these parts, given as people write them: `1` and `00123` alike (C10).

    `collection` is the acervo, 01 the office's own. Raises ValueError (Portuguese) that names the part which is too
    long, is not digits, or is not one of those allowed.
    """
    year = ano.strip()
    if len(year) != 4 or not _is_number(year):
        raise ValueError(f"ano: escreva os quatro algarismos, não {ano[:20]!r}")
    return _checked(
        Matricula(
            cns=_padded("CNS", cns, 6),
            collection=_padded("acervo", collection, 2),
            servico=SERVICE,
            ano=year,
            livro_type=_padded("tipo do livro", livro_type, 1),
            livro=_padded("livro", livro, 5),
            folha=_padded("folha", folha, 3),
            termo=_padded("termo", termo, 7),
        )
    )


def parse_matricula(text: str) -> Matricula:
    """Return the parts of a matrícula; blanks, points and hyphens between digits are ignored.

    Raises ValueError (Portuguese) as `matricula_digits`, and unless the service is 55 and the type of livro one of the
    seven (C10).
    """
    digits = matricula_digits(text)
    return _checked(Matricula(*_cut(digits)[:-1]))


def matricula_digits(text: str) -> str:
    """Return the 32 digits of what is written like a matrícula: what was once recorded as one is found by it.

    Raises ValueError (Portuguese) unless it has 32 digits and both check digits hold (C10).
    """
    digits = "".join(letter for letter in text if letter not in " .-")
    if len(digits) != DIGITS or not _is_number(digits):
        raise ValueError(f"a matrícula tem {DIGITS} algarismos: {text[:60]!r} não os tem")
    if check_digits(digits[:30]) != digits[30:]:
        raise ValueError(f"os dígitos verificadores da matrícula {digits} não conferem")
    return digits


def group_digits(digits: str) -> str:
    """Return the 32 digits of a matrícula in groups of 6 2 2 4 1 5 3 7 2, with blanks between them (C10)."""
    return " ".join(_cut(digits))


def check_digits(base: str) -> str:
    """Return the two check digits of the first 30 digits (C10)."""
    first = _check_digit(base, 0)
    return first + _check_digit(base + first, -1)


def _check_digit(text: str, shift: int) -> str:
    checksum = sum(int(letter) * _WEIGHTS[(n + shift) % len(_WEIGHTS)] for n, letter in enumerate(text))
    remainder = checksum % 11
    return "1" if remainder == 10 else str(remainder)


def _cut(digits: str) -> list[str]:
    return [digits[start:end] for start, end in pairwise(accumulate(_GROUPS, initial=0))]


def _checked(matricula: Matricula) -> Matricula:
    """Return the matrícula if its service and type of livro are ones that exist; else raise ValueError (C10)."""
    if matricula.servico != SERVICE:
        raise ValueError(f"serviço: o da matrícula é {SERVICE}, do Registro Civil; {matricula} tem {matricula.servico}")
    if matricula.livro_type not in LIVRO_TYPES.values():
        raise ValueError(f"tipo do livro: o da matrícula vai de 1 a 7; {matricula} tem {matricula.livro_type}")
    return matricula


def _padded(name: str, text: str, width: int) -> str:
    """Return a number of `width` digits; zeros before it count for nothing."""
    clean = text.strip()
    if not _is_number(clean):
        raise ValueError(f"{name}: só algarismos, não {text[:20]!r}")
    number = clean.lstrip("0")
    if len(number) > width:
        raise ValueError(f"{name}: no máximo {width} algarismo{'s'[: width > 1]}, não {text[:20]!r}")
    return number.zfill(width)


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdigit()
