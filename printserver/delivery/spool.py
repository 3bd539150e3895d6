"""Finished PDFs on disk, named by their SHA-256: written to a temporary name, synced, renamed, never changed.

Every read is checked against the name: a failing disk, a restored backup or a person may have changed the file.
"""

import hashlib
import os
import uuid
from pathlib import Path


class Altered(Exception):
    """The file of that SHA-256 is missing, or has other bytes."""


def store(folder: Path, content: bytes) -> str:
    """Store `content` durably and return its SHA-256 (hex). Equal contents share one file.

    A file of that name with other bytes is replaced. Raises OSError.
    """
    digest = hashlib.sha256(content).hexdigest()
    final = path_of(folder, digest)
    if _intact(final, digest) is not None:
        return digest
    final.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    draft = final.with_name(f".{digest}.{uuid.uuid4().hex}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.rename(final)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    _sync(final.parent)
    return digest


def read(folder: Path, digest: str) -> bytes:
    """Return the PDF of that SHA-256. Raises `Altered` if it is missing or changed, OSError if it cannot be read."""
    content = _intact(path_of(folder, digest), digest)
    if content is None:
        raise Altered(digest)
    return content


def path_of(folder: Path, digest: str) -> Path:
    """Return the path of the PDF of that SHA-256."""
    return folder / digest[:2] / f"{digest}.pdf"


def _intact(path: Path, digest: str) -> bytes | None:
    """Return the file's bytes, or None if it is missing or does not match its name."""
    try:
        content = path.read_bytes()
    except FileNotFoundError:
        return None
    return content if hashlib.sha256(content).hexdigest() == digest else None


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
