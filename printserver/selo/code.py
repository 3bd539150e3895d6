"""The 25-character code of a seal (S1–S4): check digit, assembly, parsing; and paper seals. Allocates no numbers."""

import re
from dataclasses import dataclass
from typing import Final

ALPHABET: Final = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
MAX_NUMBER: Final = 10**13 - 1
NATUREZAS: Final = {
    1: "Tabelionato de Notas",
    2: "Registro Civil",
    3: "Registro de Imóveis",
    4: "Registro de Títulos e Documentos e Civil das Pessoas Jurídicas",
    5: "Protesto",
}

_CODIGO = re.compile(r"([0-9]{6})([1-5])([0-9A-Z]{2})([0-9A-Z]{13})([0-9]{2})([0-9A-Z])")
_PAYLOAD = re.compile(r"[0-9A-Z]{24}")
_PAPER_SEAL = re.compile(r"([0-9A-Z]{2})([0-9A-Z]{6})[ ]*([0-9]{7})")
_SERIE = re.compile(r"[0-9A-Z]{6}")

# Luhn mod 36 (S2): a character's value, and its double with the two base-36 digits added.
_PLAIN = {letter: value for value, letter in enumerate(ALPHABET)}
_DOUBLED = {letter: value * 2 // 36 + value * 2 % 36 for value, letter in enumerate(ALPHABET)}


@dataclass(frozen=True, slots=True)
class CodigoSelo:
    """The parts of a seal's code (S1); `str()` gives the 25 characters. `assemble_code` and `read` validate it."""

    cns: str
    natureza: int
    ato: str
    informacao: str
    ano: int
    dv: str

    def __str__(self) -> str:
        return f"{self.cns}{self.natureza}{self.ato}{self.informacao}{self.ano:02d}{self.dv}"


@dataclass(frozen=True, slots=True)
class PaperSeal:
    """A numbered paper seal (S4): `AU0371AJ 0979007` is ato AU, série 0371AJ (with its código), number 979007."""

    ato: str
    serie: str
    numero: int

    @property
    def informacao(self) -> str:
        """The 13 characters of the paper seal in its digital code (S4)."""
        return hibrido_informacao(self.serie, self.numero)

    def __str__(self) -> str:
        return f"{self.ato}{self.serie} {self.numero:07d}"


def check_digit(payload24: str) -> str:
    """Return the check digit of the first 24 characters of a code: Luhn mod 36, the rightmost doubled first (S2).

    Raises ValueError (Portuguese) if they are not 24 of `0-9A-Z`.
    """
    if _PAYLOAD.fullmatch(payload24) is None:
        raise ValueError(f"{payload24!r} não tem 24 caracteres de 0-9 e A-Z")
    checksum = sum(map(_PLAIN.__getitem__, payload24[::2])) + sum(map(_DOUBLED.__getitem__, payload24[1::2]))
    return ALPHABET[-checksum % 36]


def assemble_code(cns: str, natureza: int, ato: str, informacao: str, ano: int) -> CodigoSelo:
    """Return the code of these parts, with its check digit (S1, S2); `ano` has two digits (26 for 2026).

    Raises ValueError (Portuguese) if a part is invalid.
    """
    payload = f"{cns}{natureza}{ato}{informacao}{ano:02d}"
    codigo = read(payload + check_digit(payload))
    # Wrong lengths can compensate: 24 characters, but different parts.
    if (codigo.cns, codigo.natureza, codigo.ato, codigo.informacao, codigo.ano) != (
        cns,
        natureza,
        ato,
        informacao,
        ano,
    ):
        raise ValueError(
            f"partes de um código de selo com tamanhos errados: {cns}, {natureza}, {ato}, {informacao}, {ano}"
        )
    return codigo


def read(codigo: str) -> CodigoSelo:
    """Return the parts of a code of any office and natureza (S1, S3), checked by its last character (S2).

    Strict: blanks and lower-case letters are refused. Raises ValueError (Portuguese).
    """
    if len(codigo) != 25:
        raise ValueError(f"o código de selo tem 25 caracteres; {codigo[:40]!r} tem {len(codigo)}")
    parts = _CODIGO.fullmatch(codigo)
    if parts is None:
        raise ValueError(
            f"código de selo {codigo!r}: esperados CNS (6 algarismos), natureza (1 a 5), ato (2), informação (13), "
            "ano (2 algarismos) e dígito, em algarismos e letras maiúsculas"
        )
    cns, natureza, ato, informacao, ano, dv = parts.groups()
    if check_digit(codigo[:24]) != dv:
        raise ValueError(f"código de selo {codigo!r}: o dígito verificador não confere")
    return CodigoSelo(cns, int(natureza), ato, informacao, int(ano), dv)


def sequential_informacao(n: int) -> str:
    """Return the informação of the office's `n`-th seal: the number, zero-padded to 13 (S3). Raises ValueError."""
    if not 1 <= n <= MAX_NUMBER:
        raise ValueError(f"número de selo {n} fora de 1 a {MAX_NUMBER}")
    return f"{n:013d}"


def hibrido_informacao(serie: str, numero: int) -> str:
    """Return the informação of a paper seal: código + série (6 characters) and the number, padded to 7 (S4).

    Raises ValueError (Portuguese) if one is invalid.
    """
    if _SERIE.fullmatch(serie) is None:
        raise ValueError(f"série {serie!r}: esperados 6 caracteres de 0-9 e A-Z, como 0371AJ")
    if not 1 <= numero <= 9_999_999:
        raise ValueError(f"número {numero} do selo de papel fora de 1 a 9999999")
    return f"{serie}{numero:07d}"


def parse_paper_seal(text: str) -> PaperSeal:
    """Parse the text of a paper seal, `AU0371AJ 0979007` (S4); the blank is optional.

    Raises ValueError (Portuguese).
    """
    parts = _PAPER_SEAL.fullmatch(text)
    if parts is None:
        raise ValueError(
            f"selo de papel {text[:40]!r}: esperados ato (2), série (6) e número (7), como AU0371AJ 0979007"
        )
    ato, serie, numero = parts.groups()
    hibrido_informacao(serie, int(numero))
    return PaperSeal(ato, serie, int(numero))
