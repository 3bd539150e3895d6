"""Layout cache on disk: bounded, least recently used evicted first, layouts in use never evicted.

A layout is two files, `HASH.pdf` and `HASH.json`, readable only by the server's user. `HASH.json` is written last, so
its presence means that the layout is complete. Many processes may read and write the same folder.
"""

import contextlib
import hashlib
import os
import re
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

from printserver.common.files import write_whole

_HASH: Final = re.compile(r"^[0-9a-f]{64}$")
_ABANDONED_S: Final = 3600
_TARGET: Final = 0.9
"""Fraction of the limit kept after an eviction, so that not every new layout evicts."""


class Cache:
    """The folder of kept layouts. `limit_mb` in MB of files; `in_use` names the hashes that must stay."""

    def __init__(self, pasta: Path, *, limit_mb: int, in_use: Callable[[], set[str]]) -> None:
        pasta.mkdir(mode=0o700, parents=True, exist_ok=True)
        self.pasta = pasta
        self._limit = limit_mb * 1_000_000
        self._in_use = in_use
        self._size: int | None = None
        self._counted: set[str] = set()
        self._lock = threading.Lock()

    def pdf(self, hash: str) -> Path:
        """Return the path of a layout's pages; the file may not exist."""
        return _file_of(self.pasta, hash, ".pdf")

    def discard(self, hash: str) -> None:
        """Delete a layout. The `.json` is deleted first, so that no reader finds it without its pages."""
        for suffix in (".json", ".pdf"):
            _file_of(self.pasta, hash, suffix).unlink(missing_ok=True)

    def mark_used(self, hash: str) -> None:
        """Record that a layout was made or used now, and evict old ones over the limit."""
        for suffix in (".pdf", ".json"):
            with contextlib.suppress(FileNotFoundError):
                os.utime(_file_of(self.pasta, hash, suffix))
        with self._lock:
            if self._size is None:
                self._count()
            elif hash not in self._counted:
                self._counted.add(hash)
                self._size += self._size_of(hash)
            if (self._size or 0) > self._limit:
                self._prune(hash)

    def _size_of(self, hash: str) -> int:
        total = 0
        for suffix in (".pdf", ".json"):
            with contextlib.suppress(FileNotFoundError):
                total += _file_of(self.pasta, hash, suffix).stat().st_size
        return total

    def _count(self) -> list[tuple[float, str, int]]:
        """Recount the folder and delete leftovers of crashes; return (last use, hash, size) of each layout."""
        self._sweep()
        findings = []
        for file in self.pasta.glob("*.json"):
            with contextlib.suppress(FileNotFoundError):
                findings.append((file.stat().st_mtime, file.stem, self._size_of(file.stem)))
        self._counted = {hash for _, hash, _ in findings}
        self._size = sum(size for _, _, size in findings)
        return findings

    def _sweep(self) -> None:
        """Delete partial files, and pages without `.json`, that are too old to be in progress."""
        limit = time.time() - _ABANDONED_S
        for file in self.pasta.iterdir():
            orphan = file.name.startswith(".") or not file.with_suffix(".json").exists()
            with contextlib.suppress(FileNotFoundError):
                if orphan and file.stat().st_mtime < limit:
                    file.unlink()

    def _prune(self, current: str) -> None:
        kept = self._in_use() | {current}
        findings = self._count()
        for _, hash, size in sorted(findings):
            if (self._size or 0) <= self._limit * _TARGET:
                return
            if hash in kept:
                continue
            self.discard(hash)
            self._counted.discard(hash)
            self._size = (self._size or 0) - size


def save(pasta: Path, hash: str, pdf: bytes, beside: bytes) -> None:
    """Write a layout: each file under a temporary name, then renamed. Concurrent writers write the same bytes.

    Nothing is synced: both files are checked by their digests at each use, and every layout can be made again. Creates
    the folder if it was deleted.
    """
    pasta.mkdir(mode=0o700, parents=True, exist_ok=True)
    beside += b"\n" + _digest(hash, beside)
    for suffix, data in ((".pdf", pdf), (".json", beside)):
        write_whole(_file_of(pasta, hash, suffix), data, sync=False)


def read(pasta: Path, hash: str) -> bytes | None:
    """Return the JSON of a layout, or None if the layout is incomplete, changed or stored under another hash."""
    try:
        content = _file_of(pasta, hash, ".json").read_bytes()
    except FileNotFoundError:
        return None
    beside, _, digest = content.rpartition(b"\n")
    return beside if digest == _digest(hash, beside) and _file_of(pasta, hash, ".pdf").exists() else None


def _digest(hash: str, beside: bytes) -> bytes:
    return hashlib.sha256(hash.encode() + beside).hexdigest().encode()


def _file_of(pasta: Path, hash: str, suffix: str) -> Path:
    if not _HASH.match(hash):
        raise ValueError("not the hash of a layout")
    return pasta / f"{hash}{suffix}"
