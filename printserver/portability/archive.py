"""The archive of an office: a folder of open files, with a manifest that counts and hashes all of them.

manifesto.json        what it is, of which office, counts and SHA-256 of all below
LEIA-ME.txt           the same in words, for people
selos.csv             the seals, as the program exports them
tabelas/NOME.jsonl    one JSON object a row, in the order of the key
arquivos.jsonl        path, size and SHA-256 of each file of the office's folder
pasta/...             those files: PDFs of the prints, formats, tables, settings, certificate
"""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass
from pathlib import Path, PurePosixPath
from typing import Final

from printserver.common.data import JsonObject
from printserver.errors import ConfigError

KIND: Final = "printserver-serventia"
VERSION: Final = 1
MANIFEST: Final = "manifesto.json"
README: Final = "LEIA-ME.txt"
SEALS: Final = "selos.csv"
TABLES: Final = "tabelas"
FILES: Final = "arquivos.jsonl"
FOLDER: Final = "pasta"
_PIECE: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Part:
    """A file of lines: how many lines, its size in bytes, and their SHA-256."""

    linhas: int
    tamanho: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Audit:
    """The log at the export: number and hash of its last entry, and how many faults its verification found."""

    n: int
    hash: str
    faltas: int


@dataclass(frozen=True, slots=True)
class Manifest:
    """What an archive says of itself.

    `final`: the office was closed where it came from, so that its numbers go on here. `segredos`: passwords, keys and
    certificate are in it. `esquema` is the revision of the database's schema.
    """

    programa: str
    esquema: str
    serventia: Mapping[str, str]
    feita_em: str
    final: bool
    segredos: bool
    auditoria: Audit
    tabelas: Mapping[str, Part]
    selos: Part
    arquivos: Part
    bytes_dos_arquivos: int

    def write(self, folder: Path) -> str:
        """Write it into the archive and return its SHA-256. Raises OSError."""
        content = json.dumps({"formato": KIND, "versao": VERSION, **asdict(self)}, ensure_ascii=False, indent=1)
        (folder / MANIFEST).write_text(content + "\n", "utf-8")
        return hashlib.sha256((content + "\n").encode()).hexdigest()


def read_manifest(folder: Path) -> Manifest:
    """Return the manifest of an archive. Raises `ConfigError` if it is missing, damaged or of another version."""
    path = folder / MANIFEST
    try:
        found = json.loads(path.read_text("utf-8"))
    except FileNotFoundError as error:
        raise ConfigError(f"{path} não existe: esta pasta não é uma exportação, ou ela não terminou") from error
    except ValueError as error:
        raise ConfigError(f"{path}: está danificado ({error}); traga a exportação de novo") from error
    if not isinstance(found, dict) or found.get("formato") != KIND:
        raise ConfigError(f"{path}: não é de uma exportação de serventia deste programa")
    if found.get("versao") != VERSION:
        raise ConfigError(f"{path}: a exportação é da versão {found.get('versao')}; este programa lê a {VERSION}")
    try:
        return _manifest({name: value for name, value in found.items() if name not in ("formato", "versao")})
    except (TypeError, KeyError, AttributeError) as error:
        raise ConfigError(f"{path}: faltam dados ou sobram ({error}); traga a exportação de novo") from error


def _manifest(found: JsonObject) -> Manifest:
    read: JsonObject = {
        "tabelas": {name: Part(**part) for name, part in found["tabelas"].items()},
        "auditoria": Audit(**found["auditoria"]),
        **{name: Part(**found[name]) for name in ("selos", "arquivos")},
    }
    return Manifest(**(found | read))


def write_lines(path: Path, pieces: Iterable[bytes]) -> Part:
    """Write a file from pieces of any size, and return what it holds. Raises OSError."""
    count, size, digest = 0, 0, hashlib.sha256()
    with path.open("xb") as file:
        for piece in pieces:
            file.write(piece)
            digest.update(piece)
            size += len(piece)
            count += piece.count(b"\n")
    return Part(count, size, digest.hexdigest())


def check_part(path: Path, part: Part) -> None:
    """Raise `ConfigError` unless a file is there as the manifest says."""
    try:
        with path.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
            size = file.tell()
    except FileNotFoundError as error:
        raise ConfigError(f"{path}: falta na exportação; traga-a inteira de novo") from error
    if (size, digest) != (part.tamanho, part.sha256):
        raise ConfigError(f"{path}: não é o que o manifesto diz (tamanho ou SHA-256); traga a exportação de novo")


def copy_hashed(source: Path, target: Path) -> tuple[int, str]:
    """Copy a file in pieces; return its size and SHA-256. Raises OSError."""
    digest, size = hashlib.sha256(), 0
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    with source.open("rb") as read, target.open("xb") as write:
        while piece := read.read(_PIECE):
            write.write(piece)
            digest.update(piece)
            size += len(piece)
    target.chmod(0o600)
    return size, digest.hexdigest()


@dataclass(frozen=True, slots=True)
class FileEntry:
    """A file of the office's folder: its path there (POSIX, relative), size in bytes and SHA-256."""

    caminho: str
    tamanho: int
    sha256: str

    def line(self) -> bytes:
        """Return it as a line of `arquivos.jsonl`."""
        return json.dumps(asdict(self), ensure_ascii=False, separators=(",", ":")).encode() + b"\n"


def file_entries(folder: Path) -> Iterator[FileEntry]:
    """Yield the files of an archive. Raises `ConfigError` for a line that is none, or that leads out of the folder."""
    with (folder / FILES).open("rb") as lines:
        for number, line in enumerate(lines, 1):
            try:
                entry = FileEntry(**json.loads(line))
                inside = PurePosixPath(entry.caminho)
            except (ValueError, TypeError) as error:
                raise ConfigError(f"{folder / FILES}, linha {number}: não se lê ({error})") from error
            if inside.is_absolute() or ".." in inside.parts or not inside.parts:
                raise ConfigError(f"{folder / FILES}, linha {number}: o caminho {entry.caminho!r} sai da pasta")
            yield entry
