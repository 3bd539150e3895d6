"""What goes into a copy, gathered in `copias/atual` of the office's folder: database, files, list of PDFs, manifest.

The PDFs themselves stay in the spool: they never change, and each was there before the row that names it. So the list
made after the database names every PDF that the database needs.
"""

import hashlib
import os
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Final

from printserver import __version__
from printserver.common import faults
from printserver.copies import database_copy, pages
from printserver.copies.manifest import (
    DUMP_FILE,
    FILES,
    MANIFEST,
    SPOOL_LIST,
    SQLITE_FILE,
    Manifest,
    sha256_of,
)
from printserver.errors import ConfigError
from printserver.office import Office, copy_key, folders, proof

AREA: Final = "copias"
STAGE: Final = "copias/atual"
SPOOL: Final = "spool"
_MB: Final = 1024 * 1024
_GB: Final = 1024 * _MB
_OTHERWISE: Final = frozenset({SPOOL, copy_key.KEY_FILE})
"""Of the office's folder: what is copied otherwise, and the key, which is never in a copy."""


def gather(office: Office, now: datetime) -> Manifest:
    """Make the stage of a copy, in place of the one before; return its manifest.

    Raises ConfigError (Portuguese) if there is no room or the database's copy is bad, OSError.
    """
    stage = office.instance / STAGE
    _require_room(office)
    stage.mkdir(mode=0o700, parents=True, exist_ok=True)
    (stage / MANIFEST).unlink(missing_ok=True)  # without it the stage is not whole
    files = stage / FILES
    shutil.rmtree(files, ignore_errors=True)
    heads = dict(_copied(office.instance, files, proof.PASTA))  # before the database: never a head that it has not
    target = stage / (SQLITE_FILE if office.db.sqlite else DUMP_FILE)
    other = stage / (DUMP_FILE if office.db.sqlite else SQLITE_FILE)
    other.unlink(missing_ok=True)
    if office.db.sqlite:
        state = database_copy.copy_sqlite(_sqlite_path(office), target, office.serventia_id, now)
    else:
        state = database_copy.copy_postgres(office.db, target, office.serventia_id)
    count, size, listed = _list_spool(office.spool, stage / SPOOL_LIST)
    others = sorted(name for name in _names(office.instance) if name != proof.PASTA)
    digests = {name: digest for top in others for name, digest in _copied(office.instance, files, top)}
    manifest = Manifest(
        programa=__version__,
        esquema=state.schema,
        cns=office.cns,
        instancia=office.instance_name,
        pasta=str(office.instance.absolute()),
        quando=now,
        banco="sqlite" if office.db.sqlite else "postgresql",
        banco_sha256=sha256_of(target),
        banco_bytes=target.stat().st_size,
        registro_n=state.registro_n,
        registro_hash=state.registro_hash,
        contagens=state.counts,
        arquivos=heads | digests,
        spool_arquivos=count,
        spool_bytes=size,
        spool_sha256=listed,
    )
    (stage / MANIFEST).write_bytes(manifest.as_json())
    return manifest


def _sqlite_path(office: Office) -> Path:
    return Path(office.db.url.removeprefix("sqlite:///"))


def _require_room(office: Office) -> None:
    """Raise ConfigError unless the copy of the database has room, so that the copy never fills the office's disk."""
    area = office.instance / AREA
    area.mkdir(mode=0o700, exist_ok=True)
    needed = (office.settings.disco.livre_mb + 8) * _MB
    if office.db.sqlite:
        before = area.parent / STAGE / SQLITE_FILE
        freed = before.stat().st_size if before.exists() else 0
        base = _sqlite_path(office)
        needed += sum(each.stat().st_size for each in (base, pages.log_of(base)) if each.exists()) - freed
    found = os.statvfs(area)
    if found.f_bavail * found.f_frsize < needed:
        free = f"deixe ao menos {needed // _GB + 1} GB livres"  # in whole GB: a fault that lasts is one incident
        raise ConfigError(f"o disco de {area} não tem lugar para a cópia: {free}; nada foi copiado")


def _names(instance: Path) -> Iterator[str]:
    for path in instance.iterdir():
        if path.name not in _OTHERWISE and not folders.stays(path.name):
            yield path.name


def _copied(instance: Path, target: Path, top: str) -> Iterator[tuple[str, str]]:
    """Copy one file or folder of the office's folder; yield the path and SHA-256 of each file.

    A file that is gone meanwhile is left out. Raises ConfigError for one that cannot be read.
    """
    source = instance / top
    paths = sorted(source.rglob("*")) if source.is_dir() else [source]
    for path in paths:
        if not path.is_file() or path.name.startswith("."):
            continue
        name = path.relative_to(instance).as_posix()
        try:
            content = path.read_bytes()
        except FileNotFoundError:
            continue
        except OSError as error:
            raise ConfigError(f"{path} não pode ser copiado: {faults.of_os(error)}") from error
        made = target / name
        made.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        made.write_bytes(content)
        yield name, hashlib.sha256(content).hexdigest()


def _list_spool(spool: Path, target: Path) -> tuple[int, int, str]:
    """Write the list of the PDFs, oldest first, so that it only grows at its end. Return count, bytes and SHA-256."""
    found = []
    for folder in os.scandir(spool):
        if len(folder.name) != 2 or not folder.is_dir():
            continue
        for file in os.scandir(folder.path):
            if file.name.endswith(".pdf") and not file.name.startswith("."):
                stat = file.stat()
                found.append((stat.st_mtime_ns, file.name[:-4], stat.st_size))
    content = "".join(f"{name}\n" for _when, name, _size in sorted(found)).encode("ascii")
    target.write_bytes(content)
    return len(found), sum(size for _when, _name, size in found), hashlib.sha256(content).hexdigest()
