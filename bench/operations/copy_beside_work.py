"""How long commits take while the office is copied, and how long the copy takes: an office with 2 GB of database.

`python -m bench.operations.copy_beside_work [--seals N] [--rounds N] [--folder FOLDER]`. The copy is a process of its
own, with the priority that its unit has. The first writes the whole database to an empty place; then come, as every 15
minutes in an office, copies over the one before: the stage alone (the copy of the database), then `printserver copia`,
which sends it with restic to a local folder. Each is stopped (SIGSTOP) for every other three seconds: commits meanwhile
count as those without a copy, so that what else runs on the machine weighs on both alike. Exits with 1 if the p95 of
the commits during a copy that is not the first is over 1.2 times that without, or a copy takes over 60 s of those in
which it runs. FOLDER keeps the office for the next run.
"""

import argparse
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from pathlib import Path
from statistics import median
from typing import Final

from bench import office as offices
from bench.operations import big_office
from bench.report import percentile, table
from printserver import jobs
from printserver.office import Office, acting

TIMES: Final = 1.2
COPY_S: Final = 60.0
FIRST: Final = "first copy"
_REST_S: Final = 0.01  # between two commits
_ACCEPT_S: Final = 0.5  # between two acceptances
_TURN_S: Final = 3.0
_STAGE: Final = "from printserver.copies import stage; from printserver.office import Office; import sys, pathlib; "
_GATHER: Final = "office = Office.open_folder(pathlib.Path(sys.argv[1])); stage.gather(office, office.clock())"
_UNIT: Final = ("nice", "-n", "10", "ionice", "-c", "3")  # as deploy/systemd has it


class Work:
    """The office at work: one thread commits small acts, another has prints accepted. Times are kept by phase."""

    def __init__(self, office: Office) -> None:
        self.office = office
        self.phase = ""
        self.acts: dict[str, list[float]] = {}
        self.prints: dict[str, list[float]] = {}
        self._over = threading.Event()
        self._number = int(time.time())
        self._threads = [
            threading.Thread(target=self._every, args=(self.acts, self._act, _REST_S)),
            threading.Thread(target=self._every, args=(self.prints, self._print, _ACCEPT_S)),
        ]

    def __enter__(self) -> "Work":
        self._print()  # starts what lays pages out
        for thread in self._threads:
            thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        for thread in self._threads:
            thread.join()

    def _every(self, kept: dict[str, list[float]], act: Callable[[], None], rest_s: float) -> None:
        while not self._over.wait(rest_s):
            phase, start = self.phase, time.perf_counter()
            act()
            kept.setdefault(phase, []).append((time.perf_counter() - start) * 1000)

    def _act(self) -> None:
        with acting(self.office, big_office.key(self.office)) as act:
            act.log("fila", "notas", "conferida")

    def _print(self) -> None:
        self._number += 1
        jobs.accept(self.office, big_office.key(self.office), big_office.document(self._number), str(self._number))


def main() -> int:
    """Measure, show the table and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bench.operations.copy_beside_work", description=__doc__)
    parser.add_argument("--seals", type=int, default=325_000)
    parser.add_argument("--rounds", type=int, default=1)
    parser.add_argument("--folder", type=Path)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="bench-") as folder:
        place = asked.folder or Path(folder) / "office"
        if not place.exists():
            _make(place, asked.seals)
        return _measure(place, Path(folder) / "copies", asked.rounds)


def _make(place: Path, seals: int) -> None:
    made = big_office.make(place)
    with offices.opened(made) as office:
        big_office.fill(office, seals)


def _measure(place: Path, target: Path, rounds: int) -> int:
    settings = place / "printserver.toml"
    before = settings.read_text("utf-8")
    settings.write_text(f'{before}\n[copias]\nlugares = ["{target}"]\n', "utf-8")
    office = Office.open_folder(place)
    program = Path(sys.executable).with_name("printserver")
    whole = [str(program), "copia", "--instance", str(place)]
    stage = [sys.executable, "-c", _STAGE + _GATHER, str(place)]
    shutil.rmtree(place / "copias", ignore_errors=True)
    spent: dict[str, list[tuple[float, float]]] = {}
    try:
        with Work(office) as work:
            for name, command in ((FIRST, whole), *(("stage", stage), ("copy", whole)) * rounds):
                spent.setdefault(name, []).append(_run(work, name, command))
    finally:
        office.close()
        settings.write_text(before, "utf-8")
    return _show(work, spent, big_office.database_mb(place))


def _run(work: Work, name: str, command: list[str]) -> tuple[float, float]:
    """Run a command, stopped for every other turn; return the seconds in which it ran, and those of its processors."""
    child = subprocess.Popen([*_UNIT, *command], stdout=subprocess.DEVNULL, start_new_session=True)
    ran, running = 0.0, True
    while True:
        work.phase = f"{name}: {'running' if running else 'stopped'}"
        start = time.perf_counter()
        ended, status, usage = 0, 0, None
        while time.perf_counter() - start < _TURN_S and not ended:
            ended, status, usage = os.wait4(child.pid, os.WNOHANG)
            time.sleep(0.02)
        work.phase = ""
        ran += (time.perf_counter() - start) * running
        if ended and usage is not None:
            child.returncode = os.waitstatus_to_exitcode(status)
            if child.returncode:
                raise RuntimeError(f"{command}: {child.returncode}")
            return ran, usage.ru_utime + usage.ru_stime
        running = not running
        os.killpg(child.pid, signal.SIGCONT if running else signal.SIGSTOP)


def _show(work: Work, spent: dict[str, list[tuple[float, float]]], size_mb: float) -> int:
    lines, held = [], True
    for what, kept in (("commit", work.acts), ("acceptance", work.prints)):
        for phase in spent:
            base = percentile(kept[f"{phase}: stopped"], 0.95)
            for each in (f"{phase}: stopped", f"{phase}: running"):
                p95 = percentile(kept[each], 0.95)
                held = held and (what != "commit" or phase == FIRST or p95 <= TIMES * base)
                figures = (f"{median(kept[each]):.1f}", f"{p95:.1f}", f"{max(kept[each]):.0f}", f"{p95 / base:.2f}")
                lines.append((what, each, str(len(kept[each])), *figures))
    print(table(("what", "the copy", "times", "p50 ms", "p95 ms", "worst ms", "p95 to stopped"), lines))
    print(f"{os.cpu_count()} cores, load {os.getloadavg()[0]:.1f}; database of {size_mb:.0f} MB")
    for phase, runs in spent.items():
        print(f"{phase}: {', '.join(f'{ran:.1f} s, of which processor {cpu:.1f} s' for ran, cpu in runs)}")
    return 0 if held and max(ran for runs in spent.values() for ran, _cpu in runs) <= COPY_S else 1


if __name__ == "__main__":
    sys.exit(main())
