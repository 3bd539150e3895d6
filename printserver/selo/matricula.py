"""The matrícula of a civil registry's assento (C10): its 32 digits, its parts, its two check digits."""

from dataclasses import dataclass
from itertools import pairwise
from typing import Final

DIGITOS: Final = 32
# The weights go round 2 … 10, 0, 1; the second check digit begins one lower.
_PESOS: Final = (2, 3, 4, 5, 6, 7, 8, 9, 10, 0, 1)


@dataclass(frozen=True, slots=True)
class Matricula:
    """A matrícula read: all parts as they are written, zeros included."""

    cns: str
    acervo: str
    servico: str
    ano: str
    tipo_do_livro: str
    livro: str
    folha: str
    termo: str

    def __str__(self) -> str:
        base = "".join(
            (self.cns, self.acervo, self.servico, self.ano, self.tipo_do_livro, self.livro, self.folha, self.termo)
        )
        return base + digitos(base)


def ler_matricula(texto: str) -> Matricula:
    """Return the parts of a matrícula; blanks, points and hyphens between digits are let pass.

    Raises ValueError (Portuguese) unless it has 32 digits and both check digits hold (C10).
    """
    so_digitos = "".join(letra for letra in texto if letra not in " .-")
    if len(so_digitos) != DIGITOS or not (so_digitos.isascii() and so_digitos.isdigit()):
        raise ValueError(f"a matrícula tem {DIGITOS} algarismos: {texto[:60]!r} não os tem")
    if digitos(so_digitos[:30]) != so_digitos[30:]:
        raise ValueError(f"os dígitos verificadores da matrícula {so_digitos} não conferem")
    corte = (0, 6, 8, 10, 14, 15, 20, 23, 30)
    return Matricula(*(so_digitos[de:ate] for de, ate in pairwise(corte)))


def digitos(base: str) -> str:
    """Return the two check digits of the first 30 digits (C10)."""
    primeiro = _digito(base, 0)
    return primeiro + _digito(base + primeiro, -1)


def _digito(texto: str, inicio: int) -> str:
    soma = sum(int(letra) * _PESOS[(n + inicio) % len(_PESOS)] for n, letra in enumerate(texto))
    resto = soma % 11
    return "1" if resto == 10 else str(resto)
