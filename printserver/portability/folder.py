"""The files of an office's folder that are exported, and what of them belongs to the place where it runs.

Left out: the database, and what stays where it is (`office.folders`). In the settings the database's address
stays behind; the folder of a queue inside the office's folder is written as `{instancia}/...`.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Final

import tomlkit

from printserver.common.data import Columns
from printserver.errors import ConfigError
from printserver.office import folders
from printserver.office.settings import SETTINGS_FILE

_OPEN: Final = ("spool", "formatos", "auditoria", "relatorios")  # folders without secrets
_TABLES: Final = "*.toml"
_PLACE: Final = ("url", "cns")  # of section `banco`
HERE: Final = "{instancia}"


def files(instance: Path, *, secrets: bool) -> Iterator[tuple[str, Path]]:
    """Yield path within the folder (POSIX) and place of each file to export, sorted by path; not the settings."""
    names = sorted(entry for entry in instance.iterdir() if _is_exported(entry.name))
    for entry in names:
        if entry.is_dir():
            if secrets or entry.name in _OPEN:
                yield from _inside(instance, entry)
        elif secrets or entry.match(_TABLES):
            yield entry.name, entry


def _is_exported(name: str) -> bool:
    return name != SETTINGS_FILE and not folders.stays(name)


def _inside(instance: Path, folder: Path) -> Iterator[tuple[str, Path]]:
    for entry in sorted(folder.iterdir()):
        if entry.name.startswith("."):  # drafts and locks
            continue
        if entry.is_dir():
            yield from _inside(instance, entry)
        elif entry.is_file():
            yield entry.relative_to(instance).as_posix(), entry


def settings_away(instance: Path, *, secrets: bool) -> bytes:
    """Return the settings file without the place of its database, and without its passwords unless `secrets`."""
    path = instance / SETTINGS_FILE
    if not path.exists():
        return b""
    document = tomlkit.parse(path.read_text("utf-8"))
    gone = [("banco", name) for name in _PLACE]
    gone += [] if secrets else [("selo", "senha_do_certificado")]
    for section, name in gone:
        table = document.get(section)
        if isinstance(table, dict) and name in table:
            del table[name]
            if not table:
                del document[section]
    return (tomlkit.dumps(document).rstrip() + "\n").encode()


def settings_here(content: bytes, url: str, cns: str) -> bytes:
    """Return exported settings with the place of the database: empty `url` is SQLite in the office's folder."""
    if not url:
        return content
    document = tomlkit.parse(content.decode("utf-8"))
    if "banco" not in document:
        document["banco"] = tomlkit.table()
    table = document["banco"]
    if not isinstance(table, dict):
        raise ConfigError(f"{SETTINGS_FILE}: banco deve ser uma seção, [assim]")
    table.update({"url": url, "cns": cns})
    return tomlkit.dumps(document).encode()


def queue_away(instance: Path, row: Columns) -> Columns:
    """Return the row of a queue with a folder inside the office's folder written without that folder."""
    if row["tipo"] != "pasta":
        return row
    try:
        inside = Path(row["destino"]).relative_to(instance.absolute())
    except ValueError:
        return row
    return row | {"destino": f"{HERE}/{inside.as_posix()}"}


def queue_here(instance: Path, row: Columns) -> Columns:
    """Return the row of a queue with the folder of the office as it is here."""
    found = str(row["destino"])
    if row["tipo"] != "pasta" or not found.startswith(f"{HERE}/"):
        return row
    return row | {"destino": str(instance.absolute() / found.removeprefix(f"{HERE}/"))}
