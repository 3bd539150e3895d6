"""Finished PDFs on disk: named by what they are, whole or not there, and for the server's user alone."""

import errno
import hashlib
import os
import resource
import signal
from pathlib import Path

import pytest

from printserver.delivery.spool import path_of, store


def test_a_pdf_is_named_by_its_sha256_and_kept_once(tmp_path: Path) -> None:
    content = b"%PDF-1.7 um"
    digest = store(tmp_path, content)
    assert digest == hashlib.sha256(content).hexdigest() == store(tmp_path, content)
    path = path_of(tmp_path, digest)
    assert path.read_bytes() == content
    assert [each for each in tmp_path.rglob("*") if each.is_file()] == [path]
    assert (path.stat().st_mode & 0o777, path.parent.stat().st_mode & 0o777) == (0o600, 0o700)


def test_a_full_disk_leaves_nothing_half_written(tmp_path: Path) -> None:
    """In a child of its own: the limit on a file's size stands for a disk without room."""
    child = os.fork()
    if child == 0:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
        try:
            store(tmp_path, b"x" * 100_000)
        except OSError:
            os._exit(7)
        os._exit(0)
    _pid, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 7
    assert [each for each in tmp_path.rglob("*") if each.is_file()] == []


def test_a_failed_rename_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_arguments: object) -> None:
        raise OSError(errno.ENOSPC, "sem espaço")

    monkeypatch.setattr(Path, "replace", fail)
    with pytest.raises(OSError, match="sem espaço"):
        store(tmp_path, b"x")
    assert [each for each in tmp_path.rglob("*") if each.is_file()] == []
