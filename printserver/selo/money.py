"""Money (S9): the only module that parses and formats reais. `Decimal` with two places, never float or negative."""

import re
from decimal import Decimal
from typing import Annotated, Any

from pydantic import PlainSerializer, PlainValidator, WithJsonSchema
from pydantic_core import PydanticCustomError

_REAIS = re.compile(r"[0-9]{1,9}\.[0-9]{2}")
_PATTERN = r"^[0-9]{1,9}\.[0-9]{2}$"
_REFUSAL = 'valor em reais inválido: escreva algarismos, um ponto e dois algarismos, entre aspas, como "95.12"'
# With a comma before the centavos, or with a point.
_CELL = re.compile(
    r"(\d{1,9}|\d{1,3}(?:\.\d{3}){1,2}(?=,))(?:,(\d{1,2}))?|(\d{1,9}|\d{1,3}(?:,\d{3}){1,2})\.(\d{1,2})", re.ASCII
)

ZERO = Decimal("0.00")


def parse_reais(text: object) -> Decimal:
    """Return the reais written in `text`: ASCII digits, a point, two digits, and nothing else (S9).

    Raises ValueError (Portuguese) otherwise: floats, signs, blanks, exponents, digits of other scripts.
    """
    if not isinstance(text, str) or _REAIS.fullmatch(text) is None:
        raise ValueError(_REFUSAL)
    return Decimal(text)


def read_reais(text: str) -> Decimal | None:
    """Return the reais of a cell as people and spreadsheets write them; None if it is blank.

    `R$ 1.234,50`, `1234,5`, `95`, `95.12`, `1,234.50`; `-` is the zero of a spreadsheet. `1.234` may be two amounts.
    Raises ValueError (Portuguese) for anything else.
    """
    plain = re.sub(r"R\$|\s", "", text)
    if not plain:
        return None
    if plain in ("-", "–", "—"):
        return ZERO
    found = _CELL.fullmatch(plain)
    if found is None:
        raise ValueError(f"{text.strip()[:30]!r} não é um valor em reais: escreva 1234,50")
    whole, cents = next((a, b) for a, b in ((found[1], found[2]), (found[3], found[4])) if a is not None)
    return Decimal(f"{re.sub('[.,]', '', whole)}.{(cents or '').ljust(2, '0')}")


def check_reais(value: Decimal) -> Decimal:
    """Return `value` if it is a valid amount of money: finite, not negative, exactly two decimals.

    Raises ValueError (Portuguese) otherwise.
    """
    if not isinstance(value, Decimal) or value.as_tuple().exponent != -2 or value.is_signed():
        raise ValueError(f"valor em reais inválido: {value!r} (esperado Decimal com duas casas, não negativo)")
    return value


def centavos(value: Decimal) -> int:
    """Return `value` (reais, two decimals) in whole centavos. Raises ValueError if it is not a valid amount."""
    return int(check_reais(value).scaleb(2))


def from_centavos(n: int) -> Decimal:
    """Return `n` centavos as reais with two decimals. Raises ValueError if `n` is negative or not an integer."""
    if not isinstance(n, int) or isinstance(n, bool) or n < 0:
        raise ValueError(f"centavos inválidos: {n!r} (esperado um inteiro não negativo)")
    return Decimal(n).scaleb(-2)


def format_reais(value: Decimal) -> str:
    """Return `value` formatted as `R$ 1.234,56`. Raises ValueError if it is not a valid amount."""
    return "R$ " + f"{check_reais(value):,.2f}".translate(_PT_BR)


_PT_BR = str.maketrans(",.", ".,")


def _validate(value: Any) -> Decimal:
    try:
        return check_reais(value) if isinstance(value, Decimal) else parse_reais(value)
    except ValueError as error:
        raise PydanticCustomError("reais", "{mensagem}", {"mensagem": str(error)}) from None


# The pydantic type of an amount of money in a request or a table: a string by `parse_reais`, or a valid Decimal.
Reais = Annotated[
    Decimal,
    PlainValidator(_validate),
    PlainSerializer(lambda value: f"{value:.2f}", return_type=str, when_used="json"),
    WithJsonSchema({"type": "string", "pattern": _PATTERN, "examples": ["95.12"]}),
]
