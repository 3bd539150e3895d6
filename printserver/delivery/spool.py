"""Finished PDFs on disk, named by their SHA-256: written to a temporary name, synced, renamed. Never changed by us.

Every reading is held against the name: a disk, a copy put back or a hand may have changed what is there.
"""

import hashlib
import os
import uuid
from pathlib import Path


class Altered(Exception):
    """The file of that SHA-256 is missing, or is not what was kept."""


def store(folder: Path, content: bytes) -> str:
    """Keep `content` and return its SHA-256 (hex); on return it has reached the disk. Kept twice, it is one file.

    A file of that name that holds other bytes is replaced. Raises OSError.
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
    """Return the PDF of that SHA-256. Raises `Altered` where it is missing or changed, OSError where unreadable."""
    content = _intact(path_of(folder, digest), digest)
    if content is None:
        raise Altered(digest)
    return content


def path_of(folder: Path, digest: str) -> Path:
    """Return where the PDF of that SHA-256 stands."""
    return folder / digest[:2] / f"{digest}.pdf"


def _intact(path: Path, digest: str) -> bytes | None:
    """Return the file's bytes, or None where it is not there or is not what its name says."""
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
