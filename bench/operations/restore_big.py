"""How long an office with 1,000,000 seals takes to come back from its copy, and how much of that is restic's.

`python -m bench.operations.restore_big [--seals N] [--pdfs N] [--folder FOLDER]`. The office is made, copied by restic
to a folder and restored from there into another. The database has a chain that holds; the PDFs are fewer than such an
office has, and restic's time grows with their bytes. Exits with 1 if the restore took over 15 minutes, or over 5
without restic. FOLDER has, or gets, the office (`office`) and its copies (`copies`), for the next run.
"""

import argparse
import os
import resource
import shutil
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from unittest.mock import patch

from bench import office as offices
from bench.operations import big_office
from printserver import copies
from printserver.clock import system_clock
from printserver.copies import restic
from printserver.office import Office, copy_key

WHOLE_S, OURS_S = 15 * 60, 5 * 60


def main() -> int:
    """Measure, show the figures and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bench.operations.restore_big", description=__doc__)
    parser.add_argument("--seals", type=int, default=1_000_000)
    parser.add_argument("--pdfs", type=int, default=20_000)
    parser.add_argument("--folder", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as temporary:
        folder = asked.folder or Path(temporary)
        if not (folder / "office").exists():
            _make(folder / "office", asked.seals)
        if not (folder / "copies").exists():
            _copy(folder, asked.pdfs)
        return _restore(folder)


def _make(place: Path, seals: int) -> None:
    made = big_office.make(place)
    with offices.opened(made) as office:
        big_office.fill(office, seals)


def _copy(folder: Path, pdfs: int) -> None:
    settings = folder / "office/printserver.toml"
    settings.write_text(f'{settings.read_text("utf-8")}\n[copias]\nlugares = ["{folder / "copies"}"]\n', "utf-8")
    size = big_office.fill_spool(folder / "office/spool", pdfs)
    office = Office.open_folder(folder / "office")
    try:
        start = time.perf_counter()
        with _restic_timed() as spent:
            made = copies.make_copy(office)
        whole = time.perf_counter() - start
    finally:
        office.close()
    if made.failures:
        raise RuntimeError(made.failures)
    database = big_office.database_mb(folder / "office")
    print(f"database {database:.0f} MB, {pdfs} PDFs with {size / 1e6:.0f} MB; copied in {whole:.0f} s,", end=" ")
    print(f"of which restic {sum(spent):.0f} s", flush=True)


def _restore(folder: Path) -> int:
    key = copy_key.read(folder / "office")
    assert key is not None
    shutil.rmtree(folder / "restored", ignore_errors=True)
    before = _processor()
    start = time.perf_counter()
    try:
        with _restic_timed() as spent:
            source = copies.Source(str(folder / "copies"), key)
            done = copies.restore(source, folder / "restored", "bench", system_clock)
        whole = time.perf_counter() - start
    finally:
        shutil.rmtree(folder / "restored", ignore_errors=True)
    ours = whole - sum(spent)
    mine, theirs = (now - then for now, then in zip(_processor(), before, strict=True))
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}")
    print(
        f"restored {done.registro_n} entries of the log in {whole:.0f} s: restic {sum(spent):.0f} s, ours {ours:.0f} s"
    )
    print(f"fetched and compared with the manifest: {done.fetch_s:.0f} s; built and checked: {done.build_s:.0f} s")
    print(f"processor: restic {theirs:.0f} s, ours {mine:.0f} s; peak of memory: {peak:.0f} MB")
    return 0 if whole <= WHOLE_S and ours <= OURS_S else 1


def _processor() -> tuple[float, float]:
    """Return the seconds of the processors that this process used, and those that its ended children did."""
    used = os.times()
    return used.user + used.system, used.children_user + used.children_system


@contextmanager
def _restic_timed() -> Iterator[list[float]]:
    """Give the seconds of each of restic's runs meanwhile."""
    spent: list[float] = []
    call = restic.Repository._call

    def timed(self: restic.Repository, *arguments: Any) -> Any:
        start = time.perf_counter()
        try:
            return call(self, *arguments)
        finally:
            spent.append(time.perf_counter() - start)

    with patch.object(restic.Repository, "_call", timed):
        yield spent


if __name__ == "__main__":
    sys.exit(main())
