"""Sends bodies in several threads and counts the outcomes by kind."""

import json
import os
import re
import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

from bench.hostile import bodies, way
from bench.hostile.bodies import Body
from bench.hostile.way import End

OUT = Path(__file__).parents[1] / "out" / "hostile"
FAULTS = ("text", "hang", "left", "unprintable", "error")
"""Violations: incomplete text, hangs, leftover processes, sealed but unprintable, internal errors."""

_MARK = "PRINTSERVER_HOSTILE_RUN"
_SAVED = 200


@dataclass
class Count:
    """Outcomes so far: counts by kind, of `accepted`, `FAULTS` and each reason of a refusal."""

    seed: int
    sent: int = 0
    over_http: int = 0
    seconds: float = 0.0
    kinds: dict[str, Counter[str]] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)

    def add(self, body: Body, end: End) -> None:
        """Count one body's outcome."""
        self.sent += 1
        what = end.fault or (f"refused: {reason(end.refused)}" if end.refused else "accepted")
        self.kinds.setdefault(body.kind, Counter())[what] += 1
        if end.fault:
            self.wrong.append(f"{body.number} {body.kind}: {end.fault}: {end.wrong}")

    @property
    def violations(self) -> int:
        """The number of violations."""
        return sum(counted[fault] for counted in self.kinds.values() for fault in FAULTS)

    def save(self, file: Path) -> None:
        """Save it, to resume the run."""
        file.write_text(json.dumps(vars(self), ensure_ascii=False, indent=1), "utf-8")

    @classmethod
    def load(cls, file: Path) -> "Count":
        """Load the file of `save`."""
        kept = json.loads(file.read_text("utf-8"))
        return cls(**{**kept, "kinds": {kind: Counter(counted) for kind, counted in kept["kinds"].items()}})


def reason(refusal: str) -> str:
    """Return a refusal without the parts specific to a body."""
    plain = re.sub(r"“[^”]*”( \(U\+[^)]*\))?|U\+\w+[A-Z -]*", "…", refusal)
    return re.sub(r"\d+(,\d+)*", "n", plain)[:110]


def run(
    seed: int,
    numbers: Iterable[int],
    sources: Mapping[str, bytes],
    *,
    threads: int = 2,
    every_http: int = 0,
    minutes: float = 0.0,
    count: Count | None = None,
    progress: Callable[[Count], None] = lambda _: None,
    keep: Path | None = OUT,
) -> Count:
    """Send the bodies of `numbers` and count the outcomes. Every `every_http`-th goes over HTTP; 0: none.

    `minutes` limits the time (0: no limit). Wrong prints are saved in `keep`, by seed and number.
    """
    count = count or Count(seed)
    before, began, lock = count.seconds, time.monotonic(), threading.Lock()
    os.environ[_MARK] = mark = secrets.token_hex(8)

    def one(number: int) -> None:
        body = bodies.make(seed, number, sources)
        http = served is not None and number % every_http == 0
        end = served.send(body) if served is not None and http else pool.send(body)
        with lock:
            count.add(body, end)
            count.over_http += http
            count.seconds = before + time.monotonic() - began
            progress(count)
        if end.fault and keep is not None and len(count.wrong) <= _SAVED:
            save(seed, body, end, keep)

    with ExitStack() as stack:
        pool = stack.enter_context(way.Pool(threads))
        served = stack.enter_context(way.Served()) if every_http else None
        work = _until(numbers, began + minutes * 60 if minutes else float("inf"))
        crew = [threading.Thread(target=_each, args=(one, work, lock, count)) for _ in range(threads)]
        for member in crew:
            member.start()
        for member in crew:
            member.join()
    _count_left_behind(mark, count)
    return count


def _until(numbers: Iterable[int], end_at: float) -> Iterator[int]:
    for number in numbers:
        if time.monotonic() > end_at:
            return
        yield number


def _each(one: Callable[[int], None], work: Iterator[int], lock: threading.Lock, count: Count) -> None:
    """Call `one` for each number that no other thread has taken."""
    while True:
        with lock:
            number = next(work, None)
        if number is None:
            return
        try:
            one(number)
        except Exception as error:  # of the judge or the generator: counted, and the run continues
            with lock:
                count.kinds.setdefault("the run", Counter())["error"] += 1
                count.wrong.append(f"{number}: {type(error).__name__}: {error}")


def save(seed: int, body: Body, end: End, folder: Path) -> Path:
    """Save a body, its outcome and its print; return the folder."""
    kept = folder / f"{seed}-{body.number}"
    kept.mkdir(parents=True, exist_ok=True)
    ending = {"pdf": "pdf", "html": "html", "texto": "txt"}[body.formato]
    (kept / f"body.{ending}").write_bytes(body.file)
    (kept / "end.txt").write_text(f"{body.kind}\n{end.refused}{end.fault}: {end.wrong}\n", "utf-8")
    if end.pdf:
        (kept / "print.pdf").write_bytes(end.pdf)
    return kept


def _count_left_behind(mark: str, count: Count) -> None:
    """Count the processes of the run that are still alive."""
    del os.environ[_MARK]
    end = time.monotonic() + 10
    while (left := _marked(mark)) and time.monotonic() < end:
        time.sleep(0.1)
    if left:
        count.kinds.setdefault("the run", Counter())["left"] += len(left)
        count.wrong.append(f"processes left behind: {', '.join(left)}")


_WITH_US: Final = ("multiprocessing.resource_tracker", "multiprocessing.forkserver", "support.warm")
"""Children of this process that end with it."""


def _marked(mark: str) -> list[str]:
    """Return the commands of the other processes that have the run's mark in their environment."""
    found = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdecimal() or int(folder.name) == os.getpid():
            continue
        try:
            if f"{_MARK}={mark}".encode() not in (folder / "environ").read_bytes():
                continue
            command = (folder / "cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
            parent = int((folder / "stat").read_text("ascii").rpartition(")")[2].split()[1])
            if parent != os.getpid() or not any(each in command for each in _WITH_US):
                found.append(command[:120])
        except OSError:
            continue
    return found
