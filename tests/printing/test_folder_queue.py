"""The folder queue: each print once, whole or not at all, whatever happens meanwhile."""

import os
import resource
import signal
import stat
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printserver.printing import FolderQueue, Handoff, QueueRefused, QueueUnavailable


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "saida" / "notas"


@pytest.fixture
def queue(folder: Path) -> FolderQueue:
    queue = FolderQueue("notas", folder)
    queue.prepare()
    return queue


def test_print_is_the_very_file_named_by_our_job(
    queue: FolderQueue, folder: Path, errand: Callable[..., Handoff]
) -> None:
    print_ = errand("01ABC", pages=3)
    path = queue.hand_off(print_)
    assert path == folder / "01ABC.pdf"
    assert path.read_bytes() == print_.pdf.read_bytes()
    assert [file.name for file in folder.iterdir()] == ["01ABC.pdf"]


def test_folder_and_print_are_readable_by_the_server_alone(queue: FolderQueue, errand: Callable[..., Handoff]) -> None:
    old = os.umask(0)
    try:
        path = queue.hand_off(errand())
    finally:
        os.umask(old)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) == 0o700


def test_second_hand_off_of_one_job_changes_nothing(queue: FolderQueue, errand: Callable[..., Handoff]) -> None:
    first = queue.hand_off(errand())
    before = first.stat()
    second = queue.hand_off(errand())
    assert second == first
    assert (second.stat().st_ino, second.stat().st_mtime_ns) == (before.st_ino, before.st_mtime_ns)


def test_another_file_of_this_name_is_never_overwritten(queue: FolderQueue, errand: Callable[..., Handoff]) -> None:
    path = queue.hand_off(errand(pages=1))
    before = path.read_bytes()
    with pytest.raises(QueueRefused, match=r"já tem outro arquivo de nome 01JOB\.pdf"):
        queue.hand_off(errand(pages=2))
    assert path.read_bytes() == before


def test_file_and_folder_reach_the_disk_in_order(
    queue: FolderQueue, folder: Path, errand: Callable[..., Handoff], monkeypatch: pytest.MonkeyPatch
) -> None:
    seen: list[tuple[str, bool]] = []
    real = os.fsync

    def fsync(handle: int) -> None:
        kind = "folder" if stat.S_ISDIR(os.fstat(handle).st_mode) else "file"
        seen.append((kind, (folder / "01JOB.pdf").exists()))
        real(handle)

    monkeypatch.setattr(os, "fsync", fsync)
    queue.hand_off(errand())
    assert seen == [("file", False), ("folder", True)]
    # After a crash between the rename and the last sync, the next try must make up for it.
    queue.hand_off(errand())
    assert seen[2:] == [("folder", True)]


def test_missing_folder_is_not_made_by_a_print(folder: Path, errand: Callable[..., Handoff]) -> None:
    queue = FolderQueue("notas", folder)
    with pytest.raises(QueueUnavailable, match="notas"):
        queue.hand_off(errand())
    assert not folder.exists()
    assert queue.capabilities()["estado"] == "stopped"
    queue.prepare()
    assert queue.capabilities()["estado"] == "idle"
    assert queue.hand_off(errand()).exists()


def test_a_pdf_that_is_missing_or_changed_is_not_handed_over_and_may_be_tried_again(
    queue: FolderQueue, folder: Path, errand: Callable[..., Handoff]
) -> None:
    print_ = errand()
    whole = print_.pdf.read_bytes()
    print_.pdf.unlink()
    with pytest.raises(QueueUnavailable, match=r"01JOB não pode ser lido: arquivo ou pasta não existe"):
        queue.hand_off(print_)
    for changed in (whole[:100], whole + b" ", b"%PDF-1.7 de outro trabalho"):
        print_.pdf.write_bytes(changed)
        with pytest.raises(QueueUnavailable, match="01JOB mudou no disco"):
            queue.hand_off(print_)
    assert list(folder.iterdir()) == []
    print_.pdf.write_bytes(whole)
    assert queue.hand_off(print_).read_bytes() == whole


def test_full_disk_leaves_nothing_behind_and_may_be_tried_again(
    queue: FolderQueue, folder: Path, errand: Callable[..., Handoff]
) -> None:
    print_ = errand()
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)
    ignored = signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    try:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100, limit[1]))
        with pytest.raises(QueueUnavailable, match="não pode ser escrita"):
            queue.hand_off(print_)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limit)
        signal.signal(signal.SIGXFSZ, ignored)
    assert list(folder.iterdir()) == []
    assert queue.hand_off(print_).read_bytes() == print_.pdf.read_bytes()


# Writes the print in another process that the kernel kills at the first byte that goes to the file.
_KILLED_WRITER = """\
import hashlib, os, resource, signal, sys
from pathlib import Path
from printserver.printing import FolderQueue, Handoff
def fsync(handle):
    os.kill(os.getpid(), signal.SIGKILL)
os.fsync = fsync
pdf, folder = map(Path, sys.argv[1:])
digest = hashlib.sha256(pdf.read_bytes()).hexdigest()
FolderQueue("notas", folder).hand_off(Handoff("01JOB", pdf, "t", 1, None, None, 210, 297, digest))
"""


def test_writer_killed_midway_is_cleaned_up_by_the_next_try(
    queue: FolderQueue, folder: Path, errand: Callable[..., Handoff]
) -> None:
    print_ = errand()
    other = folder / ".01OTHER.pdf.abc.tmp"
    other.write_bytes(b"another job's, maybe being written now")
    command = [sys.executable, "-c", _KILLED_WRITER, str(print_.pdf), str(folder)]
    assert subprocess.run(command, timeout=120).returncode == -signal.SIGKILL
    left = set(folder.iterdir()) - {other}
    assert [file.suffix for file in left] == [".tmp"]
    path = queue.hand_off(print_)
    assert set(folder.iterdir()) == {other, path}
    assert path.read_bytes() == print_.pdf.read_bytes()


@given(st.text(min_size=1, max_size=90))
def test_a_job_id_can_never_name_a_file_elsewhere(job_id: str) -> None:
    try:
        print_ = Handoff(job_id, Path("x.pdf"), "t", 1, None, None, 210, 297, "0" * 64)
    except ValueError:
        return
    assert Path("/a", f"{print_.job_id}.pdf").resolve().parent == Path("/a")
    assert not print_.job_id.startswith(".")


@pytest.mark.parametrize("job_id", ["../x", "a/b", ".x", "", "a\0", "a b", "a\n", "x" * 81])
def test_improper_job_ids_are_refused(job_id: str) -> None:
    with pytest.raises(ValueError, match="identificador"):
        Handoff(job_id, Path("x.pdf"), "t", 1, None, None, 210, 297, "0" * 64)


@pytest.mark.parametrize("fields", [{"copias": 0}, {"width_mm": 0.0}, {"height_mm": -1.0}])
def test_impossible_numbers_are_refused(fields: dict[str, float]) -> None:
    whole = {
        "copias": 1,
        "faces": None,
        "bandeja": None,
        "width_mm": 210.0,
        "height_mm": 297.0,
        "sha256": "",
        **fields,
    }
    with pytest.raises(ValueError, match="impossível"):
        Handoff("01JOB", Path("x.pdf"), "t", **whole)


@pytest.mark.parametrize(("mode", "readable"), [(0o700, 0o600), (0o750, 0o640), (0o2770, 0o640), (0o755, 0o640)])
def test_whoever_opens_the_folder_to_its_group_opens_its_prints(
    queue: FolderQueue, folder: Path, errand: Callable[..., Handoff], mode: int, readable: int
) -> None:
    folder.chmod(mode)
    made = queue.hand_off(errand("01ABC")).stat()
    assert stat.S_IMODE(made.st_mode) == readable
    assert made.st_gid == folder.stat().st_gid
