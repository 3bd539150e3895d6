"""The fields of a format as a form has them: titles, units and limits of the model, by dotted paths (`bloco.x`).

In a list, the path of a field holds the item's number from 0 (`campos.2.x`).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, Final, Literal

import tomlkit
from tomlkit.items import AoT, Table

from printserver.common.data import JsonObject
from printserver.formats.model import Definition

Kind = Literal["number", "whole", "text", "choice", "several", "flag"]

LISTS: Final = ("areas", "campos")
TABLES: Final = ("pagina", "margens", "fontes", "bloco", "imagens")
FIXED: Final = ("tipo", "template")
"""Keys that a form of fields does not change."""


@dataclass(frozen=True, slots=True)
class Field:
    """One field: `low` and `high` are its limits, `above` that the lower one is excluded; `options` of a choice."""

    path: str
    title: str
    kind: Kind
    unit: str = ""
    low: float | None = None
    high: float | None = None
    above: bool = False
    options: tuple[str, ...] = ()
    optional: bool = False
    longest: int | None = None


@cache
def general() -> tuple[Field, ...]:
    """Return the fields of the file's top level."""
    return tuple(_fields(_schema(), "", {*LISTS, *TABLES, *FIXED}))


@cache
def of_table(name: str) -> tuple[Field, ...]:
    """Return the fields of a table."""
    return tuple(_fields(_table(name), f"{name}."))


@cache
def of_item(name: str) -> tuple[Field, ...]:
    """Return the fields of an item of a list; their paths begin with the list's name and a star (`campos.*.x`)."""
    return tuple(_fields(_table(name), f"{name}.*."))


def defaults(name: str) -> JsonObject:
    """Return the values of a table that the file does not have."""
    return {key: found.get("default") for key, found in _table(name)["properties"].items()}


def title_of(path: str) -> str:
    """Return the title of a field, of a table or of a list by its path; empty if there is none."""
    parts = path.split(".")
    if len(parts) == 3 and parts[0] in LISTS and parts[1].isdigit():
        found = next((each.title for each in of_item(parts[0]) if each.path == f"{parts[0]}.*.{parts[2]}"), "")
        return f"{found} ({int(parts[1]) + 1}º de {Definition.model_fields[parts[0]].title})" if found else ""
    if len(parts) == 2 and parts[0] in TABLES:
        return next((each.title for each in of_table(parts[0]) if each.path == path), "")
    info = Definition.model_fields.get(path)
    return (info.title or "") if info is not None else ""


def rewrite(text: str, values: JsonObject) -> str:
    """Return the text of a format's file with these values, nested as in the file; what it does not change it keeps.

    None takes a key away. Comments and order stay. A key that is missing and would get its default stays missing.
    """
    document = tomlkit.parse(text)
    _update(document, values, _schema())
    return tomlkit.dumps(document)


def plain(text: str) -> JsonObject:
    """Return the values of the text of a format's file."""
    return tomlkit.parse(text).unwrap()


def _update(table: Any, values: Mapping[str, Any], schema: JsonObject) -> None:
    for key, value in values.items():
        if key in TABLES and isinstance(value, Mapping):
            inner = _table(key)
            if key not in table:
                if all(each is None or each == _default(inner, name) for name, each in value.items()):
                    continue
                table[key] = tomlkit.table()
            _update(table[key], value, inner)
        elif key in LISTS:
            _update_list(table, key, value)
        elif value is None:
            table.pop(key, None)
        elif (_unwrapped(table[key]) if key in table else _default(schema, key)) != value:
            table[key] = value


def _update_list(table: Any, key: str, items: Sequence[Mapping[str, Any]]) -> None:
    kept = table.get(key)
    if isinstance(kept, AoT) and len(kept) == len(items):
        for old, new in zip(kept, items, strict=True):
            _update(old, new, _table(key))
        return
    if not items:
        table.pop(key, None)
        return
    listing = tomlkit.aot()
    for item in items:
        listing.append(_item(key, item))
    table[key] = listing


def _item(key: str, values: Mapping[str, Any]) -> Table:
    item = tomlkit.table()
    for name, value in values.items():
        if value is not None and value != _default(_table(key), name):
            item[name] = value
    return item


def _unwrapped(value: Any) -> Any:
    return value.unwrap() if hasattr(value, "unwrap") else value


def _default(schema: JsonObject, key: str) -> Any:
    return schema["properties"][key].get("default")


@cache
def _schema() -> JsonObject:
    return Definition.model_json_schema()


def _table(name: str) -> JsonObject:
    found = _schema()["properties"][name]
    reference = _plain(found).get("$ref") or found["items"]["$ref"]
    table: JsonObject = _schema()["$defs"][reference.rpartition("/")[2]]
    return table


def _plain(found: JsonObject) -> JsonObject:
    """Return the schema of a value that may also be null."""
    return next((each for each in found.get("anyOf", ()) if each.get("type") != "null"), found)


def _fields(schema: JsonObject, prefix: str, without: set[str] | frozenset[str] = frozenset()) -> Iterator[Field]:
    for name, outer in schema["properties"].items():
        if name in without:
            continue
        found = _plain(outer)
        above = "exclusiveMinimum" in found
        kinds: dict[str, Kind] = {"number": "number", "integer": "whole", "boolean": "flag", "array": "several"}
        choices = found.get("enum") or found.get("items", {}).get("enum") or ()
        kind = kinds.get(found["type"], "text")
        yield Field(
            path=prefix + name,
            title=outer["title"],
            kind="choice" if choices and kind != "several" else kind,
            unit=found.get("unit", ""),
            low=found.get("ge", found.get("minimum", found.get("exclusiveMinimum"))),
            high=found.get("le", found.get("maximum")),
            above=above,
            options=tuple(str(each) for each in choices),
            optional="anyOf" in outer,
            longest=found.get("maxLength"),
        )
