"""Errors of a format file, in Portuguese: the key and what is allowed there."""

import difflib
from collections.abc import Iterator, Sequence
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

_KINDS = {
    "float_type": "deve ser um número",
    "int_type": "deve ser um número inteiro",
    "int_from_float": "deve ser um número inteiro",
    "string_type": 'deve ser um texto, entre aspas: "…"',
    "bool_type": "deve ser true ou false",
    "tuple_type": "deve ser uma lista: [ … ]",
    "model_type": "deve ser uma tabela: [nome], com as suas chaves abaixo",
    "model_attributes_type": "deve ser uma tabela: [nome], com as suas chaves abaixo",
    "finite_number": "deve ser um número finito",
    "missing": "falta; é obrigatória",
    "string_pattern_mismatch": 'deve ser um nome de arquivo de letras minúsculas terminado em ".html"',
}
_LIMITS = {
    "greater_than": ("maior que", "gt"),
    "greater_than_equal": ("no mínimo", "ge"),
    "less_than": ("menor que", "lt"),
    "less_than_equal": ("no máximo", "le"),
    "string_too_short": ("ao menos, em caracteres,", "min_length"),
    "string_too_long": ("no máximo, em caracteres,", "max_length"),
}


def error_list(modelo: type[BaseModel], falha: ValidationError) -> Iterator[str]:
    """Yield one line for each error of `falha`: the key's dotted path, and what is allowed."""
    for error in falha.errors(include_url=False):
        path = ".".join(str(part + 1) if isinstance(part, int) else part for part in error["loc"])
        text = _text(modelo, error["type"], error["loc"], error.get("ctx") or {}, error["input"])
        yield f"{path}: {text}" if path else text


def _text(modelo: type[BaseModel], kind: str, path: Sequence[str | int], context: dict[str, Any], value: object) -> str:
    if kind == "extra_forbidden":
        return _unknown_key(modelo, path)
    if kind == "literal_error":
        return f"{_show(value)} não é permitido; permitidos: {_allowed(str(context['expected']))}"
    if kind in _LIMITS:
        phrase, key = _LIMITS[kind]
        limit = f"{context[key]:g}" if isinstance(context[key], float) else context[key]
        return f"{_show(value)} não é permitido: {phrase} {limit}"
    if kind == "value_error":
        return str(context["error"])
    if kind in _KINDS:
        return _KINDS[kind] if kind == "missing" else f"{_KINDS[kind]}, e não {_show(value)}"
    return f"{_show(value)} não é permitido"


def _allowed(expected: str) -> str:
    """Turn pydantic's "'a', 'b' or 'c'" into a plain list."""
    return expected.replace(" or ", ", ").replace("'", '"')


def _show(value: object) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    text = f'"{value}"' if isinstance(value, str) else str(value)
    return text if len(text) <= 60 else text[:57] + "…"


def _unknown_key(modelo: type[BaseModel], path: Sequence[str | int]) -> str:
    allowed = sorted(_model_at(modelo, path[:-1]).model_fields)
    near = difflib.get_close_matches(str(path[-1]), allowed, n=1)
    suggestion = f'; quis dizer "{near[0]}"?' if near else ""
    return f"chave desconhecida{suggestion}; permitidas: {', '.join(allowed)}"


def _model_at(modelo: type[BaseModel], path: Sequence[str | int]) -> type[BaseModel]:
    """Return the model at `path` within `modelo`."""
    for part in path:
        if isinstance(part, int):
            continue
        annotation = modelo.model_fields[part].annotation
        candidates = (annotation, *get_args(annotation))
        modelo = next(c for c in candidates if isinstance(c, type) and issubclass(c, BaseModel))
    return modelo
