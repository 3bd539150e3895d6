"""A format as a form: what a person typed, by the paths of `formats.fields`, and the values that it means."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from flask import request

from printserver.common.data import JsonObject
from printserver.formats import Definition, fields
from printserver.formats.fields import Field
from printserver.web.formats import words

PREFIX: Final = "f."
NAMES: Final = r"f\.[a-z_]+(?:\.\d{1,2})?(?:\.[a-z_]+)?"
_MOST: Final = 60  # items of a list
_NUMBER: Final = re.compile(r"\d{1,4}(?:[.,]\d{1,3})?", re.ASCII)
_ONLY_FIXED: Final = ("canto", "x", "y", "altura", "rotacao", "no_texto")


@dataclass(frozen=True, slots=True)
class Typed:
    """What stands in the fields: texts (of several ticks, a tuple), by path; and how many items each list has."""

    values: Mapping[str, str | tuple[str, ...]]
    counts: Mapping[str, int]

    def text(self, path: str) -> str:
        """Return the text of a field."""
        found = self.values.get(path, "")
        return found if isinstance(found, str) else ""

    def ticks(self, path: str) -> tuple[str, ...]:
        """Return what is ticked in a field of several."""
        found = self.values.get(path, ())
        return found if isinstance(found, tuple) else ()

    def without(self, listing: str, number: int) -> "Typed":
        """Return the same without one item of a list."""
        kept: dict[str, str | tuple[str, ...]] = {}
        for path, value in self.values.items():
            found = re.fullmatch(rf"{listing}\.(\d+)\.(\w+)", path)
            if found is None:
                kept[path] = value
            elif int(found[1]) != number:
                kept[f"{listing}.{int(found[1]) - (int(found[1]) > number)}.{found[2]}"] = value
        count = self.counts[listing]
        return Typed(kept, {**self.counts, listing: count - (number < count)})

    def with_more(self, listing: str) -> "Typed":
        """Return the same with one more item of a list, with the defaults of its fields."""
        number = self.counts[listing]
        more = {
            path.replace("*", str(number)): value for path, value in _defaults(fields.of_item(listing), listing).items()
        }
        return Typed({**self.values, **more}, {**self.counts, listing: min(number + 1, _MOST)})


def shown(definition: Definition) -> Typed:
    """Return what a form shows of a format."""
    data = definition.model_dump(mode="json")
    values: dict[str, str | tuple[str, ...]] = {}
    for each in fields.general():
        values[each.path] = _as_typed(each, data[each.path])
    for table in fields.TABLES:
        inner = data[table] if data[table] is not None else fields.defaults(table)
        for each in fields.of_table(table):
            values[each.path] = _as_typed(each, inner.get(each.path.partition(".")[2]))
    for listing in fields.LISTS:
        for n, item in enumerate(data[listing]):
            for each in fields.of_item(listing):
                values[each.path.replace("*", str(n))] = _as_typed(each, item[each.path.rpartition(".")[2]])
    return Typed(values, {listing: len(data[listing]) for listing in fields.LISTS})


def sent() -> Typed:
    """Return what the form of this request holds."""
    values: dict[str, str | tuple[str, ...]] = {}
    counts = dict.fromkeys(fields.LISTS, 0)
    several = {each.path for each in (*fields.general(), *fields.of_table("bloco")) if each.kind == "several"}
    for name in request.form:
        path = name.removeprefix(PREFIX)
        if path == name:
            continue
        values[path] = tuple(request.form.getlist(name)) if path in several else request.form[name].strip()
        if found := re.fullmatch(r"(\w+)\.(\d+)\.\w+", path):
            counts[found[1]] = min(max(counts.get(found[1], 0), int(found[2]) + 1), _MOST)
    return Typed(values, counts)


def values(typed: Typed, *, images: bool) -> tuple[JsonObject, dict[str, str]]:
    """Return the values that were typed, nested as in the file, and what is wrong, by path.

    What has no meaning is left out: the place of a block that follows the text. `images`: the format has sheets of
    page images.
    """
    wrong: dict[str, str] = {}
    found: JsonObject = {each.path: _read(each, each.path, typed, wrong) for each in fields.general()}
    for table in fields.TABLES:
        if table != "imagens" or images:
            found[table] = {
                each.path.partition(".")[2]: _read(each, each.path, typed, wrong) for each in fields.of_table(table)
            }
    _block(found["bloco"], wrong)
    for listing in fields.LISTS:
        found[listing] = [
            {
                each.path.rpartition(".")[2]: _read(each, each.path.replace("*", str(n)), typed, wrong)
                for each in fields.of_item(listing)
            }
            for n in range(typed.counts[listing])
        ]
    return found, wrong


def _block(block: dict[str, Any], wrong: dict[str, str]) -> None:
    if block["onde"] == "fim":
        for name in _ONLY_FIXED:
            block[name] = {"rotacao": 0, "no_texto": False}.get(name)
            wrong.pop(f"bloco.{name}", None)
        return
    for name in ("canto", "x", "y", "largura", "altura"):
        if block[name] is None:
            wrong.setdefault(f"bloco.{name}", "preencha este campo: o bloco tem lugar fixo")
    if block["no_texto"] and (block["onde"] != "primeira" or block["rotacao"] or "inferior" in (block["canto"] or "")):
        wrong["bloco.no_texto"] = "só na primeira página, num canto de cima e sem giro"


def _read(each: Field, path: str, typed: Typed, wrong: dict[str, str]) -> Any:
    """Return the value of a field; None if it is blank or wrong, which `wrong` then says."""
    if each.kind == "several":
        ticked = typed.ticks(path)
        if unknown := [one for one in ticked if one not in each.options]:
            wrong[path] = f"não há a opção {unknown[0][:40]}"
        return [one for one in each.options if one in ticked]
    text = typed.text(path)
    if each.kind == "flag":
        if text not in ("", "sim"):
            wrong[path] = "marque ou desmarque"
        return text == "sim"
    if not text:
        if not each.optional:
            wrong[path] = "preencha este campo"
        return None
    if each.kind == "number":
        if not _NUMBER.fullmatch(text):
            wrong[path] = "deve ser um número, como 26,5"
            return None
        return float(text.replace(",", "."))
    if each.kind in ("choice", "whole") and text not in each.options:
        wrong[path] = "escolha uma das opções"
        return None
    return int(text) if text.isdigit() and each.path == "bloco.rotacao" else text


def in_order(values: JsonObject, before: JsonObject) -> JsonObject:
    """Return the values with lists of options in the order that the file has, where they are the same."""
    kept = dict(values)
    for name in ("imprime",):
        if set(kept[name]) == set(before.get(name, ())):
            kept[name] = before[name]
    old = before.get("bloco", {}).get("linhas")
    if old is not None and set(kept["bloco"]["linhas"]) == set(old):
        kept["bloco"] = {**kept["bloco"], "linhas": old}
    return kept


def _as_typed(each: Field, value: Any) -> str | tuple[str, ...]:
    if each.kind == "several":
        return tuple(value or ())
    if each.kind == "flag":
        return "sim" if value else ""
    if each.kind == "number":
        return words.number(value)
    return "" if value is None else str(value)


def _defaults(found: tuple[Field, ...], listing: str) -> dict[str, str]:
    chosen = {
        "campos": {
            "canto": "inferior-esquerdo",
            "alinhamento": "esquerda",
            "tamanho": "9",
            "fonte": "serifa",
            "paginas": "todas",
        },
        "areas": {"lado": "ambos"},
    }[listing]
    return {each.path: chosen.get(each.path.rpartition(".")[2], "") for each in found}
