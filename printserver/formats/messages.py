"""Errors of a format file, in Portuguese: the key and its allowed values."""

import difflib
import re
from collections.abc import Iterator, Sequence
from typing import get_args

from pydantic import BaseModel, ValidationError

from printserver.common.data import JsonObject
from printserver.common.validation import portuguese
from printserver.errors import BadField, ConfigError

_KEY = re.compile(r"((?:bloco|margens|imagens|pagina|template)(?:\.[a-z_]+)*): ")
_MESSAGES = {
    "float_type": "deve ser um número, e não {value}",
    "int_type": "deve ser um número inteiro, e não {value}",
    "int_from_float": "deve ser um número inteiro, e não {value}",
    "string_type": 'deve ser um texto, entre aspas: "…", e não {value}',
    "bool_type": "deve ser true ou false, e não {value}",
    "tuple_type": "deve ser uma lista: [ … ], e não {value}",
    "model_type": "deve ser uma tabela: [nome], com as suas chaves abaixo, e não {value}",
    "model_attributes_type": "deve ser uma tabela: [nome], com as suas chaves abaixo, e não {value}",
    "finite_number": "deve ser um número finito, e não {value}",
    "missing": "falta; é obrigatória",
    "string_pattern_mismatch": 'deve ser um nome de arquivo de letras minúsculas terminado em ".html", e não {value}',
    "greater_than": "{value} não é permitido: maior que {gt}",
    "greater_than_equal": "{value} não é permitido: no mínimo {ge}",
    "less_than": "{value} não é permitido: menor que {lt}",
    "less_than_equal": "{value} não é permitido: no máximo {le}",
    "string_too_short": "{value} não é permitido: ao menos, em caracteres, {min_length}",
    "string_too_long": "{value} não é permitido: no máximo, em caracteres, {max_length}",
    "value_error": "{error}",
}


class WrongFormat(ConfigError):
    """A format that cannot be used. `faults` name the key, counted from 0 in a list (`campos.0.x`), and what is wrong.

    An empty key is the file as a whole; `modelos/NAME` is a template or a style sheet.
    """

    def __init__(self, file: str, faults: Sequence[BadField]) -> None:
        super().__init__("\n".join(f"{file}: {_line(fault)}" for fault in faults))
        self.file = file
        self.faults = tuple(faults)

    def __reduce__(self) -> tuple[type["WrongFormat"], tuple[str, tuple[BadField, ...]]]:
        """Pickle what it was made of, for the render processes."""
        return type(self), (self.file, self.faults)


def _line(fault: BadField) -> str:
    """Return a fault as a line of text; in a list, people count from 1."""
    if not fault.campo or fault.campo.startswith("modelos/") or _KEY.match(fault.mensagem):
        return fault.mensagem
    path = ".".join(str(int(part) + 1) if part.isdigit() else part for part in fault.campo.split("."))
    return f"{path}: {fault.mensagem}"


def fault_of(error: ValueError) -> BadField:
    """Return the fault of an error raised while a valid definition is put together: its text names the key first."""
    path = getattr(error, "path", "")
    found = _KEY.match(str(error))
    return BadField(path or (found[1] if found else ""), str(error))


def faults_of(modelo: type[BaseModel], falha: ValidationError) -> Iterator[BadField]:
    """Yield each error of `falha`: the key's dotted path and its allowed values."""
    for error in falha.errors(include_url=False):
        path = ".".join(str(part) for part in error["loc"])
        text = _text(modelo, error["type"], error["loc"], error.get("ctx") or {}, error["input"])
        key, _, rest = text.partition(": ")
        if error["type"] == "value_error" and rest and key in _model_at(modelo, error["loc"]).model_fields:
            path, text = f"{path}.{key}" if path else key, rest  # a model's own check names the key first
        yield BadField(path, text)


def _text(modelo: type[BaseModel], kind: str, path: Sequence[str | int], context: JsonObject, value: object) -> str:
    if kind == "extra_forbidden":
        return _unknown_key(modelo, path)
    if kind == "literal_error":
        return f"{_show(value)} não é permitido; permitidos: {_allowed(str(context['expected']))}"
    limits = {name: f"{limit:g}" if isinstance(limit, float) else limit for name, limit in context.items()}
    text = portuguese(kind, {**limits, "value": _show(value)}, _MESSAGES)
    return text or f"{_show(value)} não é permitido"


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
        modelo = next((c for c in candidates if isinstance(c, type) and issubclass(c, BaseModel)), BaseModel)
    return modelo
