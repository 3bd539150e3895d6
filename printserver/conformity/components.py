"""What the program is made of: versions with their end of support, and a CycloneDX list with licences."""

import platform
import re
import tomllib
import uuid
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from importlib import metadata
from pathlib import Path
from typing import Final

from printserver import __version__
from printserver.common.data import JsonObject
from printserver.conformity import machine
from printserver.office import Office

_SUPPORT: Final = Path(__file__).with_name("support.toml")
_LICENCE: Final = "License :: "
_NAME: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")
_EXTRA: Final = re.compile(r"extra\s*==\s*[\"']([\w-]+)")
_OPTIONS: Final = re.compile(r"\[[^\]]*\]")
_MOST_NAME: Final = 100  # a longer licence is its whole text


@dataclass(frozen=True, slots=True)
class Version:
    """A component: its name, its version, until when it is mended (None: not known), and who says so."""

    nome: str
    versao: str
    ate: date | None
    fonte: str


def checked_on() -> date:
    """Return the day on which the shipped table of ends of support was looked up."""
    found: date = tomllib.loads(_SUPPORT.read_text("utf-8"))["conferido_em"]
    return found


def versions(office: Office) -> Sequence[Version]:
    """Return the versions of what the server runs on."""
    table = tomllib.loads(_SUPPORT.read_text("utf-8"))
    system, number = machine.system_name()
    python = platform.python_version()
    database, _, release = office.db.versao.partition(" ")
    found = [
        _known(table, f"sistema {system or '?'}", system, number, number),
        _known(table, "Python", "python", python, ".".join(python.split(".")[:2])),
        Version("printserver", __version__, None, "a serventia usa a versão mais nova"),
    ]
    if office.db.sqlite:
        found.append(Version(database, release, None, "vem com o programa, e muda com ele"))
    else:
        found.append(_known(table, database, "postgresql", release, release.split(".")[0]))
    for name, package in (("CUPS", "cups-daemon"), ("restic", "restic")):
        if told := machine.ask("dpkg-query", "-W", "-f", "${Version}", package):
            found.append(Version(name, told.strip(), found[0].ate, "mantido pelo sistema"))
    return found


def _known(table: JsonObject, name: str, key: str, version: str, series: str) -> Version:
    until = table.get(key, {}).get(series)
    return Version(name, version, until, "tabela do programa" if until else "fora da tabela do programa: confira")


def bill_of_materials(now: datetime) -> JsonObject:
    """Return the list of the installed components in the form of CycloneDX 1.6, each with its licence."""
    root, parts = _closure("printserver")
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid4()}",
        "version": 1,
        "metadata": {"timestamp": now.strftime("%Y-%m-%dT%H:%M:%SZ"), "component": _component(root, "application")},
        "components": [_component(each, "library") for each in parts],
        "dependencies": [
            {"ref": _ref(each), "dependsOn": sorted({_ref(one) for one in _required(each)})} for each in (root, *parts)
        ],
    }


def _closure(name: str) -> tuple[metadata.Distribution, Sequence[metadata.Distribution]]:
    """Return a distribution, and all that it needs and that is installed, by name."""
    root = metadata.distribution(name)
    found, waiting = {_key(root): root}, [root]
    while waiting:
        for each in _required(waiting.pop()):
            if _key(each) not in found:
                found[_key(each)] = each
                waiting.append(each)
    return root, [found[key] for key in sorted(found) if key != _key(root)]


def _required(of: metadata.Distribution, extra: str = "") -> Iterator[metadata.Distribution]:
    """Yield what a distribution needs and that is installed: always, or (`extra`) for one of its extras alone."""
    for line in of.requires or ():
        name, under = _NAME.match(line), _EXTRA.search(line)
        if name is None or (under[1] if under else "") != extra:
            continue
        try:
            found = metadata.distribution(name[0])
        except metadata.PackageNotFoundError:
            continue  # for another platform or version of Python
        yield found
        options = _OPTIONS.match(line, name.end())
        for wanted in re.findall(r"[\w-]+", options[0]) if options else ():
            yield from _required(found, wanted)


def _key(of: metadata.Distribution) -> str:
    return re.sub(r"[-_.]+", "-", of.metadata["Name"]).lower()


def _ref(of: metadata.Distribution) -> str:
    return f"pkg:pypi/{_key(of)}@{of.version}"


def _component(of: metadata.Distribution, kind: str) -> JsonObject:
    return {
        "type": kind,
        "bom-ref": _ref(of),
        "name": _key(of),
        "version": of.version,
        "purl": _ref(of),
        "licenses": licences(of),
    }


def licences(of: metadata.Distribution) -> list[JsonObject]:
    """Return the licences that a distribution names of itself, as CycloneDX writes them; empty: it names none."""
    if expression := of.metadata.get_all("License-Expression"):
        return [{"expression": expression[0]}]
    named = [
        each.rpartition(" :: ")[2] for each in of.metadata.get_all("Classifier") or () if each.startswith(_LICENCE)
    ]
    own = next(iter(of.metadata.get_all("License") or ()), "").strip()
    if not named and own and "\n" not in own and len(own) <= _MOST_NAME:
        named = [own]
    return [{"license": {"name": each}} for each in named]
