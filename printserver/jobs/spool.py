"""Finished PDFs on disk, named by their SHA-256: written to a temporary name, synced, renamed. Never changed."""

import hashlib
import os
import uuid
from pathlib import Path


def guardar(folder: Path, content: bytes) -> str:
    """Keep `content` and return its SHA-256 (hex); on return it has reached the disk. Kept twice, it is one file."""
    digest = hashlib.sha256(content).hexdigest()
    final = caminho(folder, digest)
    if final.exists():
        return digest
    final.parent.mkdir(mode=0o700, exist_ok=True)
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


def caminho(folder: Path, digest: str) -> Path:
    """Return where the PDF of that SHA-256 stands."""
    return folder / digest[:2] / f"{digest}.pdf"


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
