"""The RTF files of a folder, each with the name of its model: a name that is in use never goes to another file."""

import hashlib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from itertools import count
from pathlib import Path, PurePosixPath
from typing import Final

from printserver.common import faults
from printserver.errors import ConfigError
from printserver.rtf import MAX_BYTES

EXTENSION: Final = ".rtf"
_OF_OTHERS: Final = (".doc", ".docx", ".dot", ".dotx", ".odt", ".wps")
"""Texts of other programs, which may be models too; files of any other kind are not mentioned."""
_LOCKS: Final = "~$"  # Word's lock files


@dataclass(frozen=True, slots=True)
class ModelFile:
    """One file: its model's name, its path in the folder, its content.

    `same_stem`: another file of the folder has the same name. `repeats` is the name of another model with the same
    content, which comes before.
    """

    nome: str
    arquivo: str
    content: bytes
    sha256: str
    same_stem: bool = False
    repeats: str = ""


@dataclass(slots=True)
class Folder:
    """The files of a folder: models, those with name and content of another one, and skipped ones with their reason."""

    files: list[ModelFile] = field(default_factory=list)
    repeated: list[ModelFile] = field(default_factory=list)
    skipped: list[tuple[str, str]] = field(default_factory=list)


def read(folder: Path, kept: Mapping[str, str]) -> Folder:
    """Return the files below a folder. `kept` are the names of the office's models by their path in the folder.

    A file that is a model keeps its name. A new one is named after its file; if several have that name, after its path,
    except the one that is in no folder below. Of new files with the same name and content only one is a model; with
    another name, each is one: programs may use every name. Raises `ConfigError` if the folder is missing or has no RTF.
    """
    if not folder.is_dir():
        raise ConfigError(f"{folder}: não é uma pasta")
    found = Folder()
    contents = dict(_contents(folder, found.skipped))
    if not contents:
        raise ConfigError(f"{folder}: não tem arquivo {EXTENSION}")
    digests = {path: hashlib.sha256(content).hexdigest() for path, content in contents.items()}
    of_name: dict[tuple[str, str], str] = {}
    of_content: dict[str, str] = {}
    for path in sorted(contents, key=lambda each: (each not in kept, each)):
        of_name.setdefault((digests[path], _stem(path)), path)
        of_content.setdefault(digests[path], path)
    models = [path for path in contents if path in kept or of_name[digests[path], _stem(path)] == path]
    names = names_of(models, kept)
    stems = Counter(map(_stem, models))
    for path, content in contents.items():
        digest = digests[path]
        if path in names:
            repeats = names[of_content[digest]] if of_content[digest] != path else ""
            found.files.append(ModelFile(names[path], path, content, digest, stems[_stem(path)] > 1, repeats))
        else:
            repeats = names[of_name[digest, _stem(path)]]
            found.repeated.append(ModelFile(PurePosixPath(path).stem, path, content, digest, repeats=repeats))
    return found


def _contents(folder: Path, skipped: list[tuple[str, str]]) -> Iterable[tuple[str, bytes]]:
    for path in sorted(folder.rglob("*")):
        ending = path.suffix.casefold()
        if not path.is_file() or ending not in (EXTENSION, *_OF_OTHERS):
            continue
        relative = path.relative_to(folder).as_posix()
        try:
            if (reason := _why_skipped(path)) is None:
                yield relative, path.read_bytes()
                continue
        except OSError as error:
            reason = f"não pode ser lido ({faults.of_os(error)})"
        skipped.append((relative, reason))


def _why_skipped(path: Path) -> str | None:
    """Return why a file is no model; None if it may be one."""
    if path.name.startswith(_LOCKS):
        return "arquivo de trava do Word"
    if path.suffix.casefold() in _OF_OTHERS:
        return "não é RTF: abra no editor de textos e salve como RTF"
    return f"maior que {MAX_BYTES // 1024 // 1024} MB" if path.stat().st_size > MAX_BYTES else None


def names_of(paths: Iterable[str], kept: Mapping[str, str]) -> Mapping[str, str]:
    """Return the name of each path; no two are the same without case."""
    ordered = sorted(paths, key=lambda each: (each not in kept, "/" in each, each))
    stems = Counter(map(_stem, ordered))
    names: dict[str, str] = {}
    taken: set[str] = set()
    for path in ordered:
        names[path] = next(
            each for each in _wanted(path, kept, alone=stems[_stem(path)] == 1) if each.casefold() not in taken
        )
        taken.add(names[path].casefold())
    return names


def _wanted(path: str, kept: Mapping[str, str], *, alone: bool) -> Iterator[str]:
    """Return the names that the model of a path may have, the best first."""
    if path in kept:
        yield kept[path]
    if alone or "/" not in path:
        yield PurePosixPath(path).stem
    yield path[: -len(EXTENSION)]
    yield from (f"{path[: -len(EXTENSION)]} ({number})" for number in count(2))


def _stem(path: str) -> str:
    return PurePosixPath(path).stem.casefold()
