"""Copies of a SQLite file in use: one whole state of it. Over the copy before, only what differs is written."""

import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Final

import pytest

from printserver.copies import pages
from printserver.db import sqlite

_WRITER: Final = """
import random, sys
from pysqlite3 import dbapi2
base = dbapi2.connect(sys.argv[1], isolation_level=None)
base.execute("PRAGMA wal_autocheckpoint=7")  # the log begins again often
(n,) = base.execute("SELECT n FROM head").fetchone()
print("begun", flush=True)
while True:
    n += 1
    base.execute("BEGIN IMMEDIATE")
    base.execute("INSERT INTO entry VALUES (?, ?, randomblob(900))", (n, random.random()))
    base.execute("UPDATE entry SET v = v + 1 WHERE n IN (abs(random()) % ?, ?)", (n, n // 2))
    base.execute("UPDATE head SET n = ?", (n,))
    base.execute("COMMIT")
"""


@pytest.fixture
def base(tmp_path: Path) -> Path:
    """A database of about 4 MB with an index, in WAL mode."""
    path = tmp_path / "base.db"
    with closing(sqlite.dbapi.connect(str(path), isolation_level=None)) as made:
        made.execute("PRAGMA journal_mode=WAL")
        made.execute("CREATE TABLE entry (n INTEGER PRIMARY KEY, v REAL, what BLOB)")
        made.execute("CREATE INDEX entry_v ON entry (v)")
        made.execute("CREATE TABLE head (n INTEGER)")
        made.execute("BEGIN")
        made.executemany("INSERT INTO entry VALUES (?, ?, randomblob(900))", ((n, n / 7) for n in range(1, 4001)))
        made.execute("INSERT INTO head VALUES (4000)")
        made.execute("COMMIT")
    return path


@contextmanager
def reading(path: Path) -> Iterator[int]:
    with closing(sqlite.dbapi.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None)) as reader:
        reader.execute("BEGIN")
        yield reader.execute("SELECT n FROM head").fetchone()[0]


def head_of(copy: Path) -> int:
    """Return the last entry of a copy that is whole: each commit changed several pages together."""
    with closing(sqlite.dbapi.connect(str(copy), isolation_level=None)) as made:
        made.execute("PRAGMA journal_mode=DELETE")
        assert made.execute("PRAGMA integrity_check").fetchone()[0] == "ok"
        n, count, last = made.execute("SELECT (SELECT n FROM head), count(*), max(n) FROM entry").fetchone()
    assert (count, last) == (n, n)
    return int(n)


def copied(source: Path, target: Path) -> tuple[int, int]:
    """Return the last entry when the copy began, and that of the copy."""
    with reading(source) as began:
        pages.copy_pages(source, target)
    return began, head_of(target)


def bytes_written(source: Path, target: Path) -> int:
    """Copy and return how many bytes were written: the reader of `source`, a child, writes its whole size to us."""

    def of_all() -> int:
        lines = Path("/proc/self/io").read_text("ascii").splitlines()
        return int(dict(line.split(": ") for line in lines)["wchar"])  # children that ended count, too

    before = of_all()
    pages.copy_pages(source, target)
    return of_all() - before - source.stat().st_size


def test_b1_a_copy_is_one_state_whatever_is_committed_meanwhile(base: Path, tmp_path: Path) -> None:
    target, before = tmp_path / "copy.db", 0
    with subprocess.Popen([sys.executable, "-c", _WRITER, str(base)], stdout=subprocess.PIPE) as writer:
        assert writer.stdout is not None
        assert writer.stdout.readline() == b"begun\n"
        for _ in range(12):
            began, copy = copied(base, target)
            assert before <= began <= copy
            before = copy
        assert writer.poll() is None
        writer.kill()
    assert before > 4000


def test_b1_pages_that_did_not_change_are_not_written_again(base: Path, tmp_path: Path) -> None:
    target, size = tmp_path / "copy.db", base.stat().st_size
    assert bytes_written(base, target) >= size
    assert bytes_written(base, target) < size / 100
    with closing(sqlite.dbapi.connect(str(base))) as office:
        office.execute("UPDATE entry SET what = zeroblob(900) WHERE n = 2000")
        office.commit()
    assert 0 < bytes_written(base, target) < size / 10
    assert copied(base, target) == (4000, 4000)


@pytest.mark.parametrize("left", ["longer", "shorter", "damaged", "journal", "log", "another"])
def test_b1_what_an_interrupted_copy_left_is_mended(base: Path, tmp_path: Path, left: str) -> None:
    target = tmp_path / "copy.db"
    copied(base, target)
    whole = target.read_bytes()
    middle = len(whole) // 2
    broken = {
        "longer": whole + bytes(10_000),
        "shorter": whole[: middle + 77],
        "damaged": whole[:middle] + b"x" + whole[middle + 1 :],
        "another": b"no database at all",
    }
    target.write_bytes(broken.get(left, whole))
    if left == "journal":
        with closing(sqlite.dbapi.connect(str(target), isolation_level=None)) as copy:
            copy.execute("BEGIN")
            copy.execute("UPDATE entry SET what = 'half'")
            copy.execute("PRAGMA cache_spill=1")
            journal = target.with_name("copy.db-journal").read_bytes()
        target.with_name("copy.db-journal").write_bytes(journal)
    if left == "log":
        pages.log_of(target).write_bytes(b"7\x7f\x06\x82" + bytes(4096))
    assert copied(base, target) == (4000, 4000)


def test_b1_a_database_that_cannot_be_read_is_said(base: Path, tmp_path: Path) -> None:
    with pytest.raises(pages.ConfigError, match="não pode ser lido"):
        pages.copy_pages(base.with_name("none.db"), tmp_path / "copy.db")
