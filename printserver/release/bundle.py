"""A bundle: the files of a release in one tar file, or in the folder it was unpacked to.

Nothing of it is used before the signature of the manifest and the hash of the file are verified.
"""

import hashlib
import os
import tarfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, Final

from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey

from printserver.common import faults
from printserver.common.files import sync_folder
from printserver.errors import ConfigError
from printserver.release.manifest import MANIFEST, PUBLIC_KEY, SIGNATURE, Manifest, broken, verify

_PIECE: Final = 1 << 20
_SMALL: Final = 1 << 20  # manifest, signature and key are far smaller
_PROGRAMS: Final = frozenset({"install"})


class Bundle:
    """A bundle at `path`, for one use. Raises `ConfigError` if it cannot be read as one."""

    def __init__(self, path: Path) -> None:
        if not path.exists():
            raise ConfigError(f"{path}: não existe")
        self._path = path
        self._members: dict[str, tarfile.TarInfo] = {}
        if path.is_dir():
            return
        with self._tar() as tar:
            for member in tar.getmembers():
                self._members[member.name.partition("/")[2]] = member

    def verified(self, key: Ed25519PublicKey) -> Manifest:
        """Return the manifest once its signature is verified with `key`. Raises `ConfigError`."""
        return verify(self.small(MANIFEST), self.small(SIGNATURE), key)

    def small(self, name: str) -> bytes:
        """Return the content of a small file. Raises `ConfigError`."""
        with self._open(name) as file:
            return file.read(_SMALL)

    def unpack(self, manifest: Manifest, folder: Path) -> None:
        """Write every file of the manifest to the new folder, each verified by its hash, and sync them.

        Raises `ConfigError`; what was written is the caller's to remove.
        """
        for name, (sha256, size) in manifest.files.items():
            target = folder / name
            target.parent.mkdir(parents=True, exist_ok=True)
            with self._open(name) as source:
                if _copy(source, target, 0o755 if name in _PROGRAMS else 0o644) != (sha256, size):
                    raise broken()
        for name in (MANIFEST, SIGNATURE, PUBLIC_KEY):
            (folder / name).write_bytes(self.small(name))
        sync_folder(folder)

    @contextmanager
    def _open(self, name: str) -> Iterator[BinaryIO]:
        try:
            if self._path.is_dir():
                with (self._path / name).open("rb") as file:
                    yield file
                return
            with self._tar() as tar:
                member = self._members.get(name)
                found = tar.extractfile(member) if member is not None and member.isfile() else None
                if found is None:
                    raise broken()
                yield found  # type: ignore[misc]  # tarfile's reader has all that a binary file needs here
        except (tarfile.TarError, EOFError, FileNotFoundError, IsADirectoryError) as error:
            raise broken() from error
        except OSError as error:
            raise ConfigError(f"{self._path}: não pode ser lido ({faults.of_os(error)}); nada foi mudado") from error

    @contextmanager
    def _tar(self) -> Iterator[tarfile.TarFile]:
        try:
            with tarfile.open(self._path, "r:") as tar:
                yield tar
        except (tarfile.TarError, EOFError) as error:
            raise broken() from error
        except OSError as error:
            raise ConfigError(f"{self._path}: não pode ser lido ({faults.of_os(error)}); nada foi mudado") from error


def _copy(source: BinaryIO, target: Path, mode: int) -> tuple[str, int]:
    """Write the content of `source` to a new file; return its SHA-256 and size."""
    digest, size = hashlib.sha256(), 0
    descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, mode)
    with os.fdopen(descriptor, "wb") as file:
        os.fchmod(file.fileno(), mode)
        while piece := source.read(_PIECE):
            digest.update(piece)
            size += len(piece)
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())
    return digest.hexdigest(), size
