"""One office of twenty in a PostgreSQL, exported and imported into another database: equal to the row and to the byte.

`python -m bench.operations.one_of_twenty [--offices N] [--seals N] [--others N]`. The office has `--seals` seals, each
of the others `--others`. It is exported, imported into the database of another cluster, and exported from there: every
file of the two archives must be the same. The other offices must have the rows that they had. Then all are served by
one command. Shown are times, the peak of memory of each command, and the memory of the processes that serve. Exits with
1 if anything differs.
"""

import argparse
import hashlib
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import sqlalchemy as sa

from bench import office as offices
from bench import postgres
from bench.operations import big_office
from bench.server import share, tasks
from printserver import db
from printserver.db import Database

_PROGRAM: Final = Path(sys.executable).with_name("printserver")
_START_S: Final = 1800.0  # on a machine that others use


def main() -> int:
    """Measure, show the figures and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bench.operations.one_of_twenty", description=__doc__)
    parser.add_argument("--offices", type=int, default=20)
    parser.add_argument("--seals", type=int, default=20_000)
    parser.add_argument("--others", type=int, default=1_000)
    asked = parser.parse_args()
    with (
        tempfile.TemporaryDirectory(prefix="bench-") as temporary,
        postgres.database() as here,
        postgres.database() as there,
    ):
        folder = Path(temporary)
        _make(folder, here, asked)
        return 1 if _move(folder, here, there) + _serve(folder, here, asked.offices) else 0


def _make(folder: Path, url: str, asked: argparse.Namespace) -> None:
    start = time.perf_counter()
    first = big_office.make(folder / "office0", url, "990000")
    with offices.opened(first) as pattern:
        big_office.fill_spool(pattern.spool, 200)
        for n in range(1, asked.offices):
            made = offices.make(folder / f"office{n}", url, f"{990000 + n}")
            with offices.opened(made) as office:
                big_office.fill(office, asked.others, pattern)
        big_office.fill(pattern, asked.seals)
    print(f"{asked.offices} offices made in {time.perf_counter() - start:.0f} s", flush=True)


def _move(folder: Path, here: str, there: str) -> int:
    """Export the first office, import it, export it again; return how many files or tables differ."""
    before = _rows(here)
    instance, new = folder / "office0", folder / "imported"
    archive, again = folder / "archive", folder / "again"
    _command("export", here, "serventia", "exportar", archive, "--instance", instance)
    _command("import", "", "serventia", "importar", archive, "--instance", new, "--banco", there)
    _command("export from there", "", "serventia", "exportar", again, "--instance", new)
    files, unlike = _files(archive), _files(again)
    wrong = {name for name in files.keys() | unlike.keys() if files.get(name) != unlike.get(name)}
    rows = json.loads((archive / "manifesto.json").read_text())["tabelas"]
    count = sum(part["linhas"] for part in rows.values())
    print(f"{count} rows in {len(rows)} tables, {len(files)} files: {len(wrong)} differ {sorted(wrong)[:3]}")
    after = _rows(here)
    others = {name: found for name, found in after.items() if found != before[name] and name != "log"}
    written = after["log"] - before["log"]  # that it was exported
    print(f"the database that it came from: {len(others)} tables differ, {written} entry of the log more")
    return len(wrong) + len(others) + (written != 1)


def _command(what: str, url: str, *words: str | Path) -> None:
    """Run a command of the program; show its seconds and the peak of its memory. Raises RuntimeError if it fails."""
    environment = os.environ | ({"PRINTSERVER_BANCO_URL": url} if url else {})
    start = time.perf_counter()
    child = subprocess.Popen([_PROGRAM, *words], env=environment, stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(child.pid, 0)
    child.returncode = os.waitstatus_to_exitcode(status)
    if child.returncode:
        raise RuntimeError(f"{what}: {child.returncode}")
    spent = f"{time.perf_counter() - start:.1f} s, processor {usage.ru_utime + usage.ru_stime:.1f} s"
    print(f"{what}: {spent}, peak {usage.ru_maxrss / 1024:.0f} MB", flush=True)


def _files(archive: Path) -> dict[str, str]:
    """Return the SHA-256 of each file of an archive; of the manifest without the time of its making."""
    found = {}
    for path in archive.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            if path.name == "manifesto.json":
                content = json.dumps(json.loads(content) | {"feita_em": ""}).encode()
            found[str(path.relative_to(archive))] = hashlib.sha256(content).hexdigest()
    return found


def _rows(url: str) -> Counter[str]:
    """Return the rows of each table, of all offices."""
    database = Database(url)
    try:
        with database.read() as conn:
            tables = db.metadata.tables.values()
            counts = {each.name: sa.select(sa.func.count()).select_from(each) for each in tables}
            return Counter({name: conn.execute(query).scalar_one() for name, query in counts.items()})
    finally:
        database.close()


def _serve(folder: Path, url: str, count: int) -> int:
    """Serve all offices by one command; show the memory of its processes. Return how many do not answer."""
    ports = [_free_port() for _ in range(count)]
    words: list[str] = []
    for n, port in enumerate(ports):
        settings = folder / f"office{n}/printserver.toml"
        settings.write_text(f"{settings.read_text('utf-8')}\n[http]\nporta = {port}\n", "utf-8")
        words += ["--instance", str(folder / f"office{n}")]
    start = time.perf_counter()
    with _served(words, url, folder / "log") as pid:
        waiting = set(ports)
        while waiting and time.perf_counter() - start < _START_S:
            waiting = {port for port in waiting if not _answers(port)}
            time.sleep(0.2)
        print(f"{count - len(waiting)} of {count} offices answer after {time.perf_counter() - start:.0f} s")
        memory: dict[str, list[float]] = {}
        for child, task in tasks(pid):
            memory.setdefault(task, []).append(share(child) or 0.0)
        for name, sizes in sorted(memory.items()):
            print(f"{name}: {len(sizes)} of them, {sum(sizes):.0f} MB in all, the largest {max(sizes):.0f} MB")
    return len(waiting)


@contextmanager
def _served(words: list[str], url: str, log: Path) -> Iterator[int]:
    with log.open("wb") as out:
        environment = os.environ | {"PRINTSERVER_BANCO_URL": url}
        server = subprocess.Popen([_PROGRAM, "serve", *words], env=environment, stdout=out, stderr=out)
    try:
        yield server.pid
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait()


def _answers(port: int) -> bool:
    return subprocess.run(["curl", "-sf", f"http://127.0.0.1:{port}/healthz"], capture_output=True).returncode == 0


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


if __name__ == "__main__":
    sys.exit(main())
