"""The manifest of a copy: what is in it, with hashes and counts, and where the log stood (B1)."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from printserver.errors import ConfigError

MANIFEST: Final = "manifesto.json"
SPOOL_LIST: Final = "spool.txt"
FILES: Final = "pasta"
SQLITE_FILE, DUMP_FILE = "banco.db", "banco.dump"


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a copy holds.

    `pasta` was the office's folder, `quando` the time of the database's state; `contagens` are the rows of each table.

    `arquivos` are the SHA-256 of the files of the office's folder by path. The spool's files are named in a list, whose
    SHA-256 is `spool_sha256`; each is named by its own.
    """

    programa: str
    esquema: str
    cns: str
    instancia: str
    pasta: str
    quando: datetime
    banco: str
    banco_sha256: str
    banco_bytes: int
    registro_n: int
    registro_hash: str
    contagens: Mapping[str, int]
    arquivos: Mapping[str, str]
    spool_arquivos: int
    spool_bytes: int
    spool_sha256: str

    @property
    def database_file(self) -> str:
        """The name of the database's file in the copy."""
        return SQLITE_FILE if self.banco == "sqlite" else DUMP_FILE

    def as_json(self) -> bytes:
        """Return the manifest as its file."""
        values = asdict(self) | {"quando": self.quando.isoformat()}
        return (json.dumps(values, ensure_ascii=False, indent=1, sort_keys=True) + "\n").encode()


def read_manifest(folder: Path) -> Manifest:
    """Return the manifest of a copy's folder. Raises ConfigError if it is missing or not one: the copy is not whole."""
    path = folder / MANIFEST
    try:
        values: dict[str, Any] = json.loads(path.read_text("utf-8"))
        values["quando"] = datetime.fromisoformat(values["quando"])
        return Manifest(**{each.name: values[each.name] for each in fields(Manifest)})
    except FileNotFoundError:
        raise ConfigError(f"a cópia não está inteira: falta {MANIFEST}. Use outra cópia") from None
    except (OSError, ValueError, TypeError, KeyError) as error:
        raise ConfigError(f"a cópia não está inteira: {MANIFEST} não pode ser lido. Use outra cópia") from error


def sha256_of(path: Path) -> str:
    """Return the SHA-256 of a file. Raises OSError."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def faults(stage: Path, spool: Path, manifest: Manifest) -> Iterable[str]:
    """Yield what of a copy is missing or differs from its manifest (Portuguese): database, files, spool."""
    yield from _differs(stage / manifest.database_file, manifest.banco_sha256, "o banco de dados")
    for name, digest in manifest.arquivos.items():
        yield from _differs(stage / FILES / name, digest, name)
    yield from _differs(stage / SPOOL_LIST, manifest.spool_sha256, "a lista dos PDFs")
    if not (stage / SPOOL_LIST).is_file():
        return
    for name in (stage / SPOOL_LIST).read_text("ascii").splitlines():
        yield from _differs(spool / name[:2] / f"{name}.pdf", name, f"o PDF {name[:12]}…")


def _differs(path: Path, digest: str, name: str) -> Iterable[str]:
    try:
        if sha256_of(path) != digest:
            yield f"{name} está diferente do que foi copiado"
    except FileNotFoundError:
        yield f"falta {name}"
    except OSError as error:
        yield f"{name} não pode ser lido ({error.strerror})"
