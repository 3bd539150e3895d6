"""Finished PDFs on disk, named by their SHA-256: written to a temporary name, synced, renamed, never changed.

Every read is verified against the name: a disk fault, a restored backup or a person may have changed the file.
"""

import hashlib
from pathlib import Path

from printserver.common.files import sync_folder, write_whole


class Altered(Exception):
    """The file of that SHA-256 is missing or has other content."""


def store(folder: Path, content: bytes) -> str:
    """Store `content` durably and return its SHA-256 (hex). Equal contents share one file.

    A file of that name with other bytes is replaced. Raises OSError.
    """
    digest = hashlib.sha256(content).hexdigest()
    final = path_of(folder, digest)
    if _intact(final, digest) is not None:
        return digest
    final.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    write_whole(final, content)
    sync_folder(final.parent)
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
