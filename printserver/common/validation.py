"""Validation errors of Pydantic as Portuguese texts, for requests (JSON), settings, formats and tables (TOML)."""

from collections.abc import Mapping
from typing import Final

# Callers override some of these for their medium, and add error types of their own.
_COMMON: Final = {
    "string_type": "deve ser um texto, entre aspas",
    "string_too_long": "tem mais de {max_length} caracteres",
    "int_type": "deve ser um número inteiro",
    "float_type": "deve ser um número",
    "bool_type": "deve ser true ou false",
    "greater_than_equal": "deve ser {ge} ou mais",
    "less_than_equal": "deve ser {le} ou menos",
    "literal_error": "valor não aceito; os aceitos são {expected}",
}


def portuguese(kind: str, context: Mapping[str, object], own: Mapping[str, str]) -> str | None:
    """Return the text for an error of Pydantic's type `kind`; None for a type without a text.

    `own` are the caller's texts, which override the common ones. `context` fills the placeholders.
    """
    text = own.get(kind) or _COMMON.get(kind)
    if text is None:
        return None
    allowed = str(context.get("expected", "")).replace(" or ", " ou ")
    return text.format_map({**context, "expected": allowed})
