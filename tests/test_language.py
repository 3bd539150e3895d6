"""Identifiers are English, but for the nouns of docs/glossary.md and the names of contract data."""

import ast
import importlib
import inspect
import math
import pkgutil
import re
import unicodedata
from collections.abc import Iterator
from dataclasses import fields
from functools import cache
from pathlib import Path
from typing import NamedTuple

import click
import pytest
from pydantic import BaseModel
from wordfreq import get_frequency_dict

import printserver
from printserver import copies, db, portability, retention
from printserver.api import BLUEPRINTS, describe
from printserver.cli.main import cli
from printserver.closing import Figures
from printserver.formats import BlockValues, SeloValues
from printserver.office.proof.daily_head import Head
from printserver.rendering import Stamp
from printserver.simulator import faults, rules
from support.commands import commands_of

ROOT = Path(__file__).parents[1]
FILES = sorted(path for folder in ("printserver", "tests", "bench") for path in (ROOT / folder).rglob("*.py"))
# Dataclasses whose fields are written to a column or a file by their names.
KEPT = (
    *(copies.Manifest, portability.Manifest, Figures, Stamp, BlockValues, SeloValues, Head),
    *(faults.State, rules.Fault, rules.StoredSelo, retention.Held),
)
# Names of persons and places, and words of other standards that Portuguese text uses more than English.
NAMES = frozenset({"ana", "antonia", "antonio", "carlos", "jose", "maria", "paulo", "pedro", "sao", "tereza"})
TERMS = frozenset(
    {
        "auto",
        "bbox",
        "bind",
        "cid",
        "cnpj",
        "cpf",
        "em",
        "fds",
        "final",
        "luma",
        "param",
        "pdf",
        "pem",
        "portal",
        "recusa",
        "umask",
    }
)
# Portuguese words of two letters that are neither English nor a unit.
SHORT = frozenset({"ao", "da", "de", "ou", "um"})


class Found(NamedTuple):
    """An identifier where it is bound; `data`: it names a value, not a function, class or module."""

    name: str
    where: str
    data: bool


def words_of(name: str) -> list[str]:
    """Split an identifier at underscores, digits and capitals."""
    parted = re.sub(r"([a-z0-9])([A-Z])|([A-Z]+)(?=[A-Z][a-z])", r"\1\3_\2", name)
    return [word.lower() for word in re.split(r"[_\d]+", parted) if word]


def without_accents(word: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", word) if not unicodedata.combining(c))


@cache
def frequencies(language: str) -> dict[str, float]:
    found: dict[str, float] = {}
    for word, frequency in get_frequency_dict(language, "best").items():
        plain = without_accents(word)
        found[plain] = max(found.get(plain, 0.0), frequency)
    return found


@cache
def is_portuguese(word: str) -> bool:
    """Whether a word is twice as common in Portuguese, written without accents, as in English."""
    if len(word) < 3 or word in SHORT:
        return word in SHORT
    portuguese, english = frequencies("pt").get(word, 0.0), frequencies("en").get(word, 0.0)
    return portuguese > 0 and (english == 0 or math.log10(portuguese / english) > 0.3)


def glossary() -> set[str]:
    text = (ROOT / "docs" / "glossary.md").read_text("utf-8")
    nouns = {row[0] for row in re.findall(r"^\| ([a-z]+) \| (.*?) \| [A-Z]\d", text, re.M)}
    plurals = {noun + "s" for noun in nouns} | {re.sub("ao$", "oes", noun) for noun in nouns}
    return (
        nouns | plurals | {re.sub("or$", "ores", noun) for noun in nouns} | {re.sub("l$", "is", noun) for noun in nouns}
    )


def modules() -> Iterator[object]:
    for found in pkgutil.walk_packages(printserver.__path__, "printserver."):
        if ".migrations" not in found.name:
            yield importlib.import_module(found.name)


def commands(command: click.Command) -> Iterator[str]:
    for parameter in command.params:
        yield parameter.name or ""
    if isinstance(command, click.Group):
        for name, part in commands_of(command).items():
            yield name
            yield from commands(part)


@cache
def schemas() -> frozenset[str]:
    """Return the names of the OpenAPI's schemas, without the numbers that tell namesakes apart."""
    return frozenset(name.rstrip("0123456789") for name in describe(BLUEPRINTS)["components"]["schemas"])


@cache
def contract_names() -> frozenset[str]:
    """Columns, fields and schemas of the API, settings, commands, variables and fields of screens, parts of URLs."""
    names = {table.name for table in db.metadata.tables.values()}
    names |= {column.name for table in db.metadata.tables.values() for column in table.columns}
    names |= {field.name for kept in KEPT for field in fields(kept)}
    for module in modules():
        for _, model in inspect.getmembers(module, inspect.isclass):
            if issubclass(model, BaseModel):
                names |= set(model.model_fields)
            elif hasattr(model, "__total__"):
                names |= set(model.__annotations__)
    names |= set(commands(cli))
    names |= schemas()
    for path in [*(ROOT / "printserver").rglob("*.html")]:
        screen = path.read_text("utf-8")
        names |= set(re.findall(r" name=\"(\w+)\"", screen))
        for code in re.findall(r"\{[{%](.*?)[}%]\}", screen, re.S):
            names |= set(re.findall(r"[A-Za-z_]\w*", re.sub(r"\"[^\"]*\"|'[^']*'", "", code)))
    for path in FILES:
        source = path.read_text("utf-8")
        names |= set(re.findall(r"[/\"]<(?:\w+:)?(\w+)>", source))
        names |= set(re.findall(r"PRINTSERVER_[A-Z_]+", source))
        names |= set(re.findall(r"\.label\(\"(\w+)\"\)", source))
    return frozenset(name.replace("-", "_") for name in names)


def identifiers(path: Path) -> Iterator[Found]:
    """Give each identifier of a file where it is bound, and the names of its module and folder."""
    where = str(path.relative_to(ROOT))
    for part in Path(where).with_suffix("").parts:
        yield Found(part, where, data=False)
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        match node:
            case ast.FunctionDef(name=name, decorator_list=marks):
                yield Found(name, f"{where}:{node.lineno}", data=any(ast.unparse(mark) == "property" for mark in marks))
            case ast.ClassDef(name=name):  # of a request or an answer: it gives the OpenAPI's schema its name
                yield Found(name, f"{where}:{node.lineno}", data=name in schemas())
            case ast.arg(arg=name) | ast.Name(id=name, ctx=ast.Store()) | ast.Attribute(attr=name, ctx=ast.Store()):
                yield Found(name, f"{where}:{node.lineno}", data=True)
            case ast.keyword(arg=str(name)):
                yield Found(name, f"{where}:{node.value.lineno}", data=True)
            case ast.ExceptHandler(name=str(name)) | ast.MatchAs(name=str(name)):
                yield Found(name, f"{where}:{node.lineno}", data=True)
            case ast.alias(asname=str(name)):
                yield Found(name, where, data=True)


def state_constants(path: Path) -> set[str]:
    """Constants that are named as the contract's word that they hold (`CANCELADO = "cancelado"`)."""
    source = path.read_text("utf-8")
    held = re.findall(r"^([A-Z_]+)(?:: Final)? = \"([a-z_-]+)\"", source, re.M)
    return {name for name, word in held if name.lower() == word.replace("-", "_")}


def test_identifiers_are_english() -> None:
    allowed, data = glossary() | NAMES | TERMS, contract_names()
    constants = {name for path in FILES for name in state_constants(path)}
    wrong = [
        f"{found.where}: {found.name} ({', '.join(bad)})"
        for path in FILES
        if "versions" not in path.parts
        for found in identifiers(path)
        if not (found.data and (found.name in data or found.name in constants))
        and (bad := [word for word in words_of(found.name) if is_portuguese(word) and word not in allowed])
    ]
    assert wrong == []


@pytest.mark.parametrize(
    ("name", "bad"),
    [("listar_filas", True), ("list_queues", False), ("LerPedido", True), ("selo_code", False), ("_situacao", True)],
)
def test_portuguese_is_told_from_english(name: str, bad: bool) -> None:
    assert any(is_portuguese(word) and word not in glossary() for word in words_of(name)) is bad
