"""Atomic writes: a file is replaced as a whole, its content synced. `sync_folder` makes a rename durable."""

import os
import secrets
from pathlib import Path


def write_whole(path: Path, content: bytes, *, sync: bool = True) -> None:
    """Write a file (mode 600) under a temporary name, sync and rename it, so that no partial file is ever visible.

    Without `sync`, for a file that is checked at each use and can be made again, a power failure may leave it empty.
    The temporary name begins with a dot. Raises OSError.
    """
    draft = path.with_name(f".{path.name}.{secrets.token_hex(6)}")
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                file.write(content)
                if sync:
                    file.flush()
                    os.fsync(file.fileno())
            draft.replace(path)
        except BaseException:
            draft.unlink(missing_ok=True)
            raise
    except OSError as error:
        error.filename, error.filename2 = str(path), None  # the caller's name, not the temporary one
        raise


def sync_folder(folder: Path) -> None:
    """Sync a folder's entries: otherwise a power failure may undo a rename. Raises OSError."""
    descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
