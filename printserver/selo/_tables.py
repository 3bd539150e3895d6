"""Reads the office's tables: a shipped TOML file, in which the office's rows replace or extend the shipped rows."""

import re
import tomllib
from collections.abc import Mapping
from pathlib import Path
from typing import Final, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from printserver.common import faults
from printserver.common.validation import portuguese
from printserver.errors import ConfigError

_SHIPPED: Final = Path(__file__).parent
_MESSAGES: Final = {
    "missing": "falta esta chave",
    "extra_forbidden": "chave desconhecida; permitidas: {keys}",
    "bool_type": "esperado true ou false",
    "int_type": "esperado um número inteiro, sem aspas",
    "string_type": "esperado um texto entre aspas",
    "string_too_short": "não pode ficar vazio",
    "string_too_long": "no máximo {max_length} caracteres",
    "literal_error": "esperado um destes: {expected}",
    "greater_than_equal": "esperado no mínimo {ge}",
    "less_than_equal": "esperado no máximo {le}",
    "too_short": "a lista não pode ficar vazia",
    "list_type": "esperada uma lista entre colchetes",
}


class TableRow(BaseModel):
    """Base of all table rows: no unknown keys, and a flag for rows still to be confirmed."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, str_strip_whitespace=True)

    a_confirmar: bool = False


L = TypeVar("L", bound=TableRow)


def load_table(nome: str, instance_dir: Path | None, linha: type[L], key: re.Pattern[str]) -> dict[str, L]:
    """Return the rows of table `nome` (a file name) by key: the shipped ones, replaced or extended by the office's.

    `key` is the pattern of a row's name. Raises ConfigError (Portuguese) that names file, key and allowed values.
    """
    linhas = _read(_SHIPPED / nome, linha, key)
    if instance_dir is not None and (instance_dir / nome).exists():
        linhas |= _read(instance_dir / nome, linha, key)
    return linhas


def _read(path: Path, linha: type[L], key: re.Pattern[str]) -> dict[str, L]:
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise ConfigError(f"{path}: não pode ser lido ({faults.of_os(error)})") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: não é TOML válido em UTF-8: {error}") from error
    return {nome: _row(path, nome, values, linha, key) for nome, values in tables.items()}


def _row(path: Path, nome: str, values: object, linha: type[L], key: re.Pattern[str]) -> L:
    if key.fullmatch(nome) is None:
        raise ConfigError(f"{path}: o nome [{nome}] não é permitido; a forma é {key.pattern}")
    if not isinstance(values, Mapping):
        raise ConfigError(f"{path}: {nome} deve ser uma tabela, [{nome}], e não um valor solto")
    try:
        return linha.model_validate(dict(values))
    except ValidationError as error:
        raise ConfigError(
            "; ".join(f"{path}: {_describe(nome, problem, linha)}" for problem in error.errors())
        ) from error


def _describe(nome: str, problem: ErrorDetails, linha: type[TableRow]) -> str:
    onde = ".".join([f"[{nome}]", *map(str, problem["loc"])])
    context = {**problem.get("ctx", {}), "keys": ", ".join(sorted(linha.model_fields))}
    allowed = portuguese(problem["type"], context, _MESSAGES)
    # This program's checks raise ValueError with Portuguese texts, to which pydantic adds a prefix.
    return f"{onde}: {allowed or str(problem['msg']).removeprefix('Value error, ')}"
