"""The fee of an act (S9): eight components and their total. Components are given, never computed from others."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from operator import add, attrgetter
from typing import Final, Self

from printserver.selo.money import (
    ZERO,
    centavos,
    check_reais,
    format_reais,
    from_centavos,
)

# In the order of the registro do ato (S6).
COMPONENTS: Final = (
    "tabeliao",
    "estado",
    "secretaria_fazenda",
    "santa_casa",
    "registro_civil",
    "tribunal_justica",
    "iss",
    "ministerio_publico",
)
LABELS: Final = {
    "tabeliao": "Tabelião",
    "estado": "Estado",
    "secretaria_fazenda": "Secretaria da Fazenda",
    "santa_casa": "Santa Casa",
    "registro_civil": "Registro Civil",
    "tribunal_justica": "Tribunal de Justiça",
    "iss": "ISS",
    "ministerio_publico": "Ministério Público",
}


class WrongTotal(ValueError):
    """A given total differs from the sum of the components (S9)."""


@dataclass(frozen=True, slots=True)
class Emolumentos:
    """The eight components of a fee, in reais with two decimals (S9). Raises ValueError for an invalid amount."""

    tabeliao: Decimal
    estado: Decimal
    secretaria_fazenda: Decimal
    santa_casa: Decimal
    registro_civil: Decimal
    tribunal_justica: Decimal
    iss: Decimal
    ministerio_publico: Decimal

    def __post_init__(self) -> None:
        for name in COMPONENTS:
            try:
                check_reais(getattr(self, name))
            except ValueError as error:
                raise ValueError(f"{name}: {error}") from None

    @classmethod
    def zero(cls) -> "Emolumentos":
        """Return the fee of an act that is free of charge: all eight 0.00."""
        return _zero()

    @classmethod
    def from_centavos(cls, values: Mapping[str, int]) -> Self:
        """Return the fee from components in whole centavos, by name; other names in `values` are ignored."""
        return cls(*(from_centavos(values[name]) for name in COMPONENTS))

    def to_centavos(self) -> dict[str, int]:
        """Return the components as whole centavos by their names, in the order of `COMPONENTS`."""
        return {name: centavos(getattr(self, name)) for name in COMPONENTS}

    @property
    def total(self) -> Decimal:
        """The sum of the eight: the figure that is printed, put in the QR and sent (S9)."""
        return sum(self._values(), ZERO)

    def total_do_selo(self, iss_a_parte: bool) -> Decimal:
        """Return the total of the seal: the sum, or the sum without the ISS (D1)."""
        return self.total - self.iss if iss_a_parte else self.total

    @property
    def isento_total(self) -> bool:
        """Whether all eight are zero: allowed only if the act is *isento* (S9)."""
        return not any(self._values())

    def times(self, n: int) -> "Emolumentos":
        """Return the fee of `n` such services, `n` a non-negative integer (C5)."""
        if n < 0:
            raise ValueError(f"quantidade negativa de serviços: {n}")
        return Emolumentos(*(value * n for value in self._values()))

    def __add__(self, other: "Emolumentos") -> "Emolumentos":
        """Return the fee of both services in one seal (D3)."""
        return Emolumentos(*map(add, self._values(), other._values()))

    def civil_line(self) -> str:
        """Return the fee line of Registro Civil (C5): oficial, Secretaria, ISS, total, and others that are not zero."""
        shown = ("tabeliao", "secretaria_fazenda", "iss")
        names = [name for name in COMPONENTS if name in shown or getattr(self, name)]
        labels = LABELS | {"tabeliao": "Oficial"}
        parts = [f"{labels[name]} {format_reais(getattr(self, name))}" for name in names]
        return "; ".join(parts) + f"; Total {format_reais(self.total)}"

    def one_line(self) -> str:
        """Return the fee line as printed (P4): all eight components and the total."""
        parts = [f"{LABELS[name]} {format_reais(getattr(self, name))}" for name in COMPONENTS]
        return "; ".join(parts) + f"; Total {format_reais(self.total)}"

    def check_total(self, stated: Decimal, *, iss_a_parte: bool = False) -> None:
        """Raise WrongTotal (Portuguese) if a given total is not the sum of the components (S9; D1: without the ISS)."""
        total = self.total_do_selo(iss_a_parte)
        if stated != total:
            given, expected = format_reais(stated), format_reais(total)
            raise WrongTotal(f"o total informado ({given}) não é a soma das parcelas ({expected})")

    def check_isento(self, isento: bool) -> None:
        """Raise ValueError (Portuguese) unless the fee is zero if and only if the act is *isento* (S9)."""
        if self.isento_total and not isento:
            raise ValueError("todas as parcelas são zero: diga que o ato é isento, com o motivo, ou dê os valores")
        if isento and not self.isento_total:
            raise ValueError(f"ato isento com valor de {format_reais(self.total)}: isento é sem valor nenhum")

    def _values(self) -> tuple[Decimal, ...]:
        values: tuple[Decimal, ...] = _values_of(self)
        return values


_values_of = attrgetter(*COMPONENTS)


@cache
def _zero() -> Emolumentos:
    return Emolumentos(*([ZERO] * len(COMPONENTS)))
