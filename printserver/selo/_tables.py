"""Reads the office's tables: a shipped TOML file, in which the office's rows replace or extend the shipped rows."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from datetime import date
from itertools import pairwise
from pathlib import Path
from typing import Annotated, Final, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError
from pydantic_core import ErrorDetails

from printserver.common import faults
from printserver.common.validation import portuguese
from printserver.errors import ConfigError

_SHIPPED: Final = Path(__file__).parent
_ISO_DAY: Final = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}")
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


def _day(value: object) -> object:
    """Read a day in quotes; as TOML writes it, without, it is one already."""
    if isinstance(value, str) and _ISO_DAY.fullmatch(value):
        with suppress(ValueError):
            return date.fromisoformat(value)
    if type(value) is date:
        return value
    raise ValueError('esperado um dia, como "2026-01-01"')


class TableRow(BaseModel):
    """Base of all table rows: no unknown keys, and a flag for rows still to be confirmed."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, str_strip_whitespace=True)

    a_confirmar: bool = False


class VersionRow(TableRow):
    """A row of which there may be several versions, each valid from a day on (C5)."""

    desde: Annotated[date, BeforeValidator(_day)] = date.min


L = TypeVar("L", bound=TableRow)
V = TypeVar("V", bound=VersionRow)


@dataclass(frozen=True, slots=True)
class TableFile:
    """The text of a table's file; `path` is where it stands, for messages."""

    path: Path
    text: str

    @classmethod
    def of_bytes(cls, path: Path, content: bytes) -> "TableFile":
        """Return the file with that content. Raises ConfigError (Portuguese) if it is no UTF-8."""
        try:
            return cls(path, content.decode("utf-8"))
        except UnicodeDecodeError as error:
            raise ConfigError(f"{path}: não é TOML válido em UTF-8: {error}") from error

    @classmethod
    def read(cls, path: Path) -> "TableFile":
        """Read the file. Raises ConfigError (Portuguese) if it cannot be read."""
        try:
            return cls.of_bytes(path, path.read_bytes())
        except OSError as error:
            raise ConfigError(f"{path}: não pode ser lido ({faults.of_os(error)})") from error

    @classmethod
    def of_office(cls, instance_dir: Path | None, name: str) -> "TableFile | None":
        """Read the office's own table `name`; None if it has none. Raises as `read`."""
        if instance_dir is None or not (instance_dir / name).exists():
            return None
        return cls.read(instance_dir / name)


def load_layers(
    name: str, office: TableFile | None, kinds: Mapping[re.Pattern[str], type[L]]
) -> tuple[dict[str, L], dict[str, L]]:
    """Return the rows of table `name` (a file name) by their key: the shipped ones that stay, and the office's.

    A row of the office replaces the shipped one of the same key as a whole. `kinds` gives the model of a row by the
    form of its key. Raises ConfigError (Portuguese) that names file, key and what is allowed.
    """
    shipped = _read(TableFile.read(_SHIPPED / name), kinds)
    own = _read(office, kinds) if office is not None else {}
    return {key: row for key, row in shipped.items() if key not in own}, own


def load_versions(
    names: Iterable[str], office: TableFile | None, row: type[V], key: re.Pattern[str]
) -> dict[str, list[V]]:
    """Return the versions of each row by its key, the newest first: `[name]` is one, `[[name]]` one of several.

    A later one of the shipped files `names`, and the office's own file, replace all versions of a row.
    Raises ConfigError (Portuguese) that names file, key and what is allowed; also where two versions begin on one day.
    """
    files = [TableFile.read(_SHIPPED / name) for name in names]
    found: dict[str, list[V]] = {}
    for file in [*files, office] if office is not None else files:
        found |= {name: _versions(file.path, name, values, row, key) for name, values in _tables(file).items()}
    return found


def _versions(path: Path, name: str, values: object, row: type[V], key: re.Pattern[str]) -> list[V]:
    if not isinstance(values, list) or not values:
        return [_row(path, name, values, {key: row})]
    rows = [_row(path, name, each, {key: row}, f"[[{name}]] ({n}ª)") for n, each in enumerate(values, 1)]
    rows.sort(key=lambda each: each.desde, reverse=True)
    for after, before in pairwise(rows):
        if after.desde == before.desde:
            when = "sem desde" if after.desde == date.min else f"desde {after.desde}"
            raise ConfigError(f"{path}: [[{name}]].desde: há duas versões {when}; cada uma começa em outro dia")
    return rows


def _read(file: TableFile, kinds: Mapping[re.Pattern[str], type[L]]) -> dict[str, L]:
    return {name: _row(file.path, name, values, kinds) for name, values in _tables(file).items()}


def _tables(file: TableFile) -> dict[str, object]:
    try:
        return tomllib.loads(file.text)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise ConfigError(f"{file.path}: não é TOML válido em UTF-8: {error}") from error


def _row(
    path: Path, name: str, values: object, kinds: Mapping[re.Pattern[str], type[L]], label: str | None = None
) -> L:
    label = label or f"[{name}]"
    model = next((row for key, row in kinds.items() if key.fullmatch(name)), None)
    if model is None:
        forms = " ou ".join(key.pattern for key in kinds)
        raise ConfigError(f"{path}: o nome [{name}] não é permitido; a forma é {forms}{_quotes(name, values)}")
    if not isinstance(values, Mapping):
        raise ConfigError(f"{path}: {name} deve ser uma tabela, [{name}], e não um valor solto")
    try:
        return model.model_validate(dict(values))
    except ValidationError as error:
        raise ConfigError(
            "; ".join(f"{path}: {_describe(label, problem, model)}" for problem in error.errors())
        ) from error


def _quotes(name: str, values: object) -> str:
    """Return what to do about a name with a point that was written without quotes: TOML takes it for two."""
    if not (isinstance(values, Mapping) and values and all(isinstance(each, Mapping) for each in values.values())):
        return ""
    return f'. Um nome com ponto vai entre aspas: ["{name}.{next(iter(values))}"]'


def _describe(label: str, problem: ErrorDetails, row: type[TableRow]) -> str:
    place = ".".join([label, *map(str, problem["loc"])])
    context = {**problem.get("ctx", {}), "keys": ", ".join(sorted(row.model_fields))}
    allowed = portuguese(problem["type"], context, _MESSAGES)
    # The checks of our own raise with Portuguese texts; pydantic puts a prefix before those of a plain ValueError.
    return f"{place}: {allowed or str(problem['msg']).removeprefix('Value error, ')}"
