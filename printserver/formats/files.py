"""The files of an office's formats: `NAME.toml` and the templates in `modelos/`, read and written together.

Several processes read them while one writes: who writes holds the folder's lock, and who reads waits for it, so that
nobody sees a format with half of its files changed. Files that a person edits by hand are read as they are.
"""

import contextlib
import fcntl
import hashlib
import os
import re
import threading
import time
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from printserver.common.files import sync_folder, write_whole

TEMPLATES_FOLDER: Final = "modelos"
FILE: Final = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*\.toml|modelos/[a-z0-9_-]+\.(?:html|css)")
"""A file of a format, by its path in the folder of formats."""

Files = Mapping[str, str]
"""The texts of a format's own files, by their paths in the folder of formats."""

_LOCK: Final = ".trava"
_mine = threading.local()
_PATIENCE_S: Final = 2.0  # who reads goes on after it: a writer that hangs must not stop the prints


def digest(files: Files) -> str:
    """Return the hash of the texts of a format's files."""
    hasher = hashlib.sha256()
    for path in sorted(files):
        hasher.update(f"{path}\0{len(files[path])}\0{files[path]}".encode())
    return hasher.hexdigest()


def read(folder: Path, path: str) -> str | None:
    """Return the text of a file of the folder; None if there is none. Raises UnicodeDecodeError."""
    found = content(folder, path)
    return None if found is None else found.decode()


def templates(folder: Path) -> dict[str, str]:
    """Return all templates and style sheets of the office, by path; one that is not UTF-8 is left out."""
    found = {}
    for file in sorted((folder / TEMPLATES_FOLDER).glob("*.*")):
        path = f"{TEMPLATES_FOLDER}/{file.name}"
        with contextlib.suppress(UnicodeDecodeError):
            if (text := read(folder, path)) is not None:
                found[path] = text
    return found


def content(folder: Path, path: str) -> bytes | None:
    """Return the content of a file of the folder; None if there is none."""
    try:
        return (folder / path).read_bytes() if FILE.fullmatch(path) else None
    except (FileNotFoundError, IsADirectoryError):
        return None


def write(folder: Path, changes: Mapping[str, str | bytes | None]) -> None:
    """Write files, or delete those whose text is None; whoever calls it holds the lock.

    Each is replaced as a whole and synced. If one cannot be written, those before it are put back. Raises OSError.
    """
    before: dict[str, bytes | None] = {}
    try:
        for path in sorted(changes, key=lambda each: each.endswith(".toml")):  # the file that names the others is last
            before[path] = content(folder, path)
            _put(folder / path, changes[path])
    except BaseException:
        for path, old in before.items():
            _put(folder / path, old)
        raise


@contextlib.contextmanager
def writing(folder: Path) -> Iterator[None]:
    """Hold the folder alone, creating it if it is missing. Raises OSError."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    descriptor = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        _mine.folder = folder
        yield
    finally:
        _mine.folder = None
        os.close(descriptor)


@contextlib.contextmanager
def reading(folder: Path | None) -> Iterator[bool]:
    """Wait until nobody else writes, for a short time; nobody begins to write meanwhile. Yield whether that is so."""
    free = folder is None or getattr(_mine, "folder", None) == folder  # this thread holds it already
    try:
        descriptor = None if free else os.open(folder / _LOCK, os.O_RDONLY | os.O_CLOEXEC)  # type: ignore[operator]
    except OSError:  # nothing was ever written here
        descriptor = None
    if descriptor is None:
        yield True
        return
    try:
        until = time.monotonic() + _PATIENCE_S
        while not (shared := _share(descriptor)) and time.monotonic() < until:
            time.sleep(0.001)
        yield shared
    finally:
        os.close(descriptor)


def _share(descriptor: int) -> bool:
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _put(file: Path, new: str | bytes | None) -> None:
    if new is None:
        file.unlink(missing_ok=True)
    else:
        file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        write_whole(file, new.encode() if isinstance(new, str) else new)
    if file.parent.is_dir():
        sync_folder(file.parent)
