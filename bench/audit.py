"""`python -m bench.audit`: measures the audit's list in a log of three million entries, on SQLite and PostgreSQL.

Each filter, the first page and one deep in the list; an export; the time that an entry takes to be written.
"""

import argparse
import os
import sys
import time
from collections.abc import Iterator, Sequence
from datetime import date, timedelta
from statistics import median
from typing import Any, Final

from bench import audit_rows, machine, office, postgres
from bench.report import percentile, table
from printserver import search
from printserver.db import Database
from printserver.office import Author, LogEntry, Office, audit
from printserver.search import LogFilter

AIM_MS: Final = 100
_WAY_DOWN: Final = 20  # pages


def main() -> None:
    """Measure and print the tables; exit status 1 if an aim was missed."""
    parser = argparse.ArgumentParser(prog="python -m bench.audit", description=__doc__)
    parser.add_argument("--rows", type=int, default=3_000_000)
    parser.add_argument("--times", type=int, default=20, help="look-ups of each line")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), help="this one alone")
    asked = parser.parse_args()
    if machine.busy():
        print("others are at work on this machine: the figures will not be a measure of the program", file=sys.stderr)
    print(f"{os.cpu_count()} cores, load before {os.getloadavg()[0]:.2f}, PostgreSQL {postgres.version()}")
    held = True
    for name in (asked.database,) if asked.database else ("sqlite", "postgresql"):
        with office.filled(name, lambda opened: _put(opened.db, audit_rows.rows(asked.rows))) as (opened, seconds):
            print(f"\n## {name}: {asked.rows:,} entries, put in within {seconds:.0f} s\n")
            lines, good = _look_ups(opened, asked.rows, asked.times)
            print(lines, flush=True)
            print(f"\n{_writing(opened)}\n\n{_export(opened)}", flush=True)
            held = held and good
    sys.exit(0 if held else 1)


def _filters(rows: int) -> Sequence[LogFilter]:
    first = audit_rows.FIRST.date()
    middle = first + timedelta(days=rows // audit_rows.PER_DAY // 2)
    old = {"de": date(2022, 1, 3), "ate": date(2022, 1, 9)}
    person = f"pessoa:{audit_rows.PERSON}"
    return (
        LogFilter(),
        LogFilter(de=middle, ate=middle),
        LogFilter(**old),
        LogFilter(autor=person),
        LogFilter(autor="pessoa:ninguem"),
        LogFilter(autor="sistema:legado"),
        LogFilter(autor="sistema:tribunal", objeto="pessoa"),
        LogFilter(autor=search.THE_SERVER),
        LogFilter(objeto="selo"),
        LogFilter(objeto="pessoa"),
        LogFilter(objeto="exportacao"),
        LogFilter(objeto="acesso", **old),
        LogFilter(autor=person, objeto="exportacao"),
        LogFilter(autor=person, objeto="pessoa", de=middle, ate=middle),
        LogFilter(nome="notas"),
        LogFilter(nome=f"{5000:032x}"),
        LogFilter(nome="nada-disto"),
        LogFilter(objeto="fila", nome="notas"),
        LogFilter(excecoes=True),
        LogFilter(excecoes=True, autor=person),
        LogFilter(excecoes=True, **old),
        LogFilter(excecoes=True, objeto="pessoa"),
    )


def _look_ups(opened: Office, rows: int, times: int) -> tuple[str, bool]:
    lines, held = [], True
    for asked in _filters(rows):
        after: int | None = None
        for page in (1, _WAY_DOWN):
            spent = []
            for _ in range(times):
                start = time.perf_counter()
                search.read_log(opened, asked, after)
                spent.append((time.perf_counter() - start) * 1000)
            p95 = percentile(spent, 0.95)
            held = held and p95 < AIM_MS
            named = ", ".join(f"{name}={value}" for name, value in search.log_filter_text(asked).items()) or "(all)"
            judged = "held" if p95 < AIM_MS else "**missed**"
            lines.append((named, str(page), f"{median(spent):.1f}", f"{p95:.1f}", judged))
            after = _down(opened, asked, _WAY_DOWN)
            if after is None:
                break
    return table(("filter", "page", "p50 ms", "p95 ms", f"p95 < {AIM_MS} ms"), lines), held


def _down(opened: Office, asked: LogFilter, pages: int) -> int | None:
    """Return the last entry of so many pages; None if there are fewer."""
    after: int | None = None
    for _ in range(pages):
        found = search.read_log(opened, asked, after)
        if not found.mais:
            return None
        after = found.itens[-1]["n"]
    return after


def _writing(opened: Office) -> str:
    """Return the time of a transaction that writes ten entries, without and with its commit."""
    entries = [LogEntry("selo", f"9900111ES{n:013}260", "comunicado", None, "tribunal") for n in range(10)]
    inside, whole = [], []
    for _ in range(100):
        start = time.perf_counter()
        with opened.db.write() as conn:
            began = time.perf_counter()
            audit.write(conn, opened.serventia_id, opened.clock(), entries)
            inside.append((time.perf_counter() - began) * 1000)
        whole.append((time.perf_counter() - start) * 1000)
    return table(
        ("ten entries written", "p50 ms", "with the commit"), [("", f"{median(inside):.2f}", f"{median(whole):.2f}")]
    )


def _export(opened: Office) -> str:
    author = Author(opened.serventia_id, None, "bench", None, None, frozenset(), None)
    start = time.perf_counter()
    made = search.export_log(opened, author, LogFilter(objeto="pessoa"), ("n",), lambda row: (str(row["n"]),))
    size = sum(map(len, made.pieces))
    return table(("export", "MB", "s"), [("objeto=pessoa", f"{size / 1e6:.1f}", f"{time.perf_counter() - start:.1f}")])


def _put(database: Database, rows: Iterator[tuple[object, ...]]) -> None:
    """Put entries into the log, and set its head behind them."""
    raw: Any = database.engine.raw_connection()
    names = ", ".join(audit_rows.COLUMNS)
    if database.sqlite:
        cursor = raw.cursor()
        made = "SELECT name, sql FROM sqlite_master WHERE tbl_name = 'log' AND sql LIKE 'CREATE INDEX%'"
        indexes = cursor.execute(made).fetchall()
        triggers = cursor.execute("SELECT name, sql FROM sqlite_master WHERE name = 'log_sem_replace'").fetchall()
        cursor.execute("PRAGMA synchronous=OFF")
        cursor.execute("BEGIN")
        for index, _sql in indexes:
            cursor.execute(f"DROP INDEX {index}")
        cursor.execute("DROP TRIGGER log_sem_replace")
        marks = ", ".join("?" * len(audit_rows.COLUMNS))
        written = ((*row[:3], row[3].strftime("%Y-%m-%d %H:%M:%S.%f"), *row[4:]) for row in rows)  # type: ignore[attr-defined]
        cursor.executemany(f"INSERT INTO log ({names}) VALUES ({marks})", written)
        for _name, sql in (*indexes, *triggers):
            cursor.execute(sql)
    else:
        cursor = raw.cursor()
        with cursor.copy(f"COPY log ({names}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
    cursor.execute(
        "UPDATE cadeia SET n = (SELECT max(n) FROM log), evento = (SELECT max(evento) FROM log), "
        "hash = (SELECT hash FROM log ORDER BY n DESC LIMIT 1)"
    )
    cursor.execute("COMMIT")
    if not database.sqlite:
        raw.driver_connection.autocommit = True
        cursor.execute("VACUUM ANALYZE log")  # as autovacuum does a minute later
        raw.driver_connection.autocommit = False
    raw.close()


if __name__ == "__main__":
    main()
