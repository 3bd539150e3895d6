"""Finished PDFs on disk, named by their SHA-256: written to a temporary name, synced, renamed. Never changed by us.

Every reading is held against the name: a disk, a copy put back or a hand may have changed what is there.
"""

import hashlib
from pathlib import Path

from printserver.files import sync_folder, write_whole


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
    write_whole(final, content)
    sync_folder(final.parent)
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
