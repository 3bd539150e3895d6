"""Changes of `printserver.toml` by a person at a screen: comments and order of the file stay as they were.

A change is tried before it is kept, and is on record with the values before and after. Passwords are never on record.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final, cast

import tomlkit
from tomlkit.items import Table

from printserver.errors import BadField, ConfigError, Recusa
from printserver.office.act import replacing
from printserver.office.office import Office
from printserver.office.people import Author
from printserver.office.reload import check_authority
from printserver.office.settings import (
    SETTINGS_FILE,
    Settings,
    SettingsError,
    all_settings,
    from_environment,
    read_settings,
    value_of,
)

SECRET: Final = frozenset({"selo.senha_do_certificado", "banco.url"})
"""Settings whose values are neither shown nor on record."""
CHANGED: Final = "Nada foi feito: entretanto isto mudou, em outra aba ou à mão. Aqui está como é agora: confira."
_HIDDEN: Final = "(não se mostra)"


@dataclass(frozen=True, slots=True)
class Difference:
    """A setting that changes: its name (`secao.nome`), and its value before and after."""

    name: str
    before: object
    after: object


@dataclass(frozen=True, slots=True)
class Draft:
    """The settings as they would be: the file's new content, what it says, and what changes."""

    content: bytes
    settings: Settings
    differences: tuple[Difference, ...]


def mark_of(path: Path) -> str:
    """Return a mark of the file's content, which a form carries: the file is not changed if it differs by then."""
    return hashlib.sha256(_read(path)).hexdigest()


def draft(office: Office, changes: Mapping[str, object]) -> Draft:
    """Return the file with these settings changed; it is not written. A setting that stays as it is is not touched.

    Raises `Recusa` `entrada-invalida`, with the settings as fields, for values that the settings refuse or that the
    environment gives.
    """
    path = office.instance / SETTINGS_FILE
    content = _read(path)
    before = _settings(content, path)
    given = from_environment()
    document = tomlkit.parse(content.decode("utf-8"))
    wrong = []
    for name, value in changes.items():
        if value == value_of(before, name):
            continue
        if name in given:
            wrong.append(BadField(name, "é dada pelo ambiente do servidor, e não se muda aqui"))
        section, _, option = name.partition(".")
        if section not in document:
            document.add(section, tomlkit.table())
        table = cast("Table", document[section])
        if value is None:
            table.pop(option, None)
        else:
            table[option] = value
    if wrong:
        raise Recusa("entrada-invalida", "Nada foi feito.", errors=wrong)
    new = tomlkit.dumps(document).encode()
    after = _settings(new, path)
    _check_files(office, before, after)
    names = [name for name in all_settings() if value_of(before, name) != value_of(after, name)]
    return Draft(new, after, tuple(Difference(name, value_of(before, name), value_of(after, name)) for name in names))


def keep(office: Office, author: Author, made: Draft, seen: str) -> None:
    """Write the draft, with its differences on record (A1). `office` goes on with the settings that it had.

    Raises `Recusa` `entrada-invalida` if the file is not the one of the mark `seen`; `servidor-ocupado` if it cannot
    be written.
    """
    what = {
        each.name: [_on_record(each.name, value) for value in (each.before, each.after)] for each in made.differences
    }
    replace_file(office, author, SETTINGS_FILE, made.content, seen, "mudada", {"mudancas": what})


def replace_file(
    office: Office, author: Author, name: str, content: bytes, seen: str, state: str, detail: Mapping[str, object]
) -> None:
    """Replace the file `name` of the office by a checked content, atomically, and log it: both or neither.

    `seen` is the `mark_of` the file that the person saw. Raises `Recusa` `entrada-invalida` if it has changed since;
    `servidor-ocupado` if it cannot be written. The caller has it read (`Office.current(at_once=True)`).
    """
    path = office.instance / name
    with replacing(office, author, path, content) as act:
        if mark_of(path) != seen:
            raise Recusa("entrada-invalida", CHANGED)
        act.log("ajustes", name, state, detail)


def _check_files(office: Office, before: Settings, after: Settings) -> None:
    """Raise `Recusa` `entrada-invalida` for a file that the settings name and that cannot be read.

    With such settings the server would not start again.
    """
    try:
        check_authority(office.instance, after)
    except ConfigError as error:
        name, _, reason = str(error).partition(": ")
        same = before.tribunal.autoridade == after.tribunal.autoridade
        where = f" A configuração já a nomeia: corrija antes {name}." if same else ""
        fault = BadField(name, f"{reason}{where}")
        raise Recusa("entrada-invalida", f"Nada foi feito: {fault.mensagem}", errors=[fault]) from error


def _settings(content: bytes, path: Path) -> Settings:
    """Return the settings of a file's content. Raises `Recusa` `entrada-invalida` with the settings as fields."""
    try:
        return read_settings(content, path)
    except SettingsError as error:
        fields = [BadField(name, text) for name, text in error.errors.items()]
        raise Recusa("entrada-invalida", f"Nada foi feito. {error}", errors=fields) from error


def _on_record(name: str, value: object) -> object:
    if name in SECRET:
        return _HIDDEN if value else ""
    if isinstance(value, date):
        return value.isoformat()
    return list(value) if isinstance(value, (list, tuple)) else value


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except FileNotFoundError:
        return b""
