"""`python -m bench.prints`: measures searches among 200,000 prints: by names, numbers, livro, period."""

import argparse
import os
import time
from collections.abc import Sequence
from statistics import median
from typing import Any, Final

from bench import office, postgres, print_rows
from bench.report import percentile, table
from printserver import jobs
from printserver.db import Database
from printserver.office import Office

AIM_MS: Final = 150
# A name, several, a beginning that very many have, two common words that seldom meet, numbers, places, nothing.
SEARCHES: Final[Sequence[tuple[str, dict[str, str]]]] = (
    ("", {}),
    ("", {"estado": "falhou"}),
    ("", {"tipo": "ficha_abertura", "estado": "incerto"}),
    ("", {"de": "2024-03-04", "ate": "2024-03-08"}),
    ("", {"de": "2023-01-01", "ate": "2024-12-31", "tipo": "traslado"}),
    ("quixaba", {}),
    ("silva", {}),
    ("maria silva", {}),
    ("maria quixaba", {}),
    ("escritura venda", {}),
    ("escritura ficha", {}),
    ("s", {}),
    ("esc mar sil", {}),
    ("P-2024-0077123", {}),
    ("77123", {}),
    ("livro 321", {}),
    ("livro 321 fls 77", {}),
    ("silva livro 321", {}),
    ("silva", {"de": "2024-03-04", "ate": "2024-03-08"}),
    ("xyzzy", {}),
)


def main() -> None:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(prog="python -m bench.prints", description=__doc__)
    parser.add_argument("--rows", type=int, default=200_000)
    parser.add_argument("--times", type=int, default=20, help="searches of each line")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), help="this one alone")
    asked = parser.parse_args()
    print(f"{os.cpu_count()} cores, load before {os.getloadavg()[0]:.2f}, PostgreSQL {postgres.version()}")
    for name in (asked.database,) if asked.database else ("sqlite", "postgresql"):
        with office.filled(name, lambda opened: _put(opened.db, asked.rows)) as (opened, seconds):
            print(f"\n## {name}: {asked.rows:,} prints, put in within {seconds:.0f} s\n")
            print(_searches(opened, asked.times), flush=True)


def _searches(opened: Office, times: int) -> str:
    lines = []
    for text, filters in SEARCHES:
        spent, after = [], []
        for _ in range(times):
            start = time.perf_counter()
            found = jobs.find(opened, filters, text)
            spent.append((time.perf_counter() - start) * 1000)
            if found["mais"]:
                start = time.perf_counter()
                jobs.find(opened, filters, text, found["itens"][-1]["id"])
                after.append((time.perf_counter() - start) * 1000)
        count = "> 1,000" if found["total"] is None else f"{found['total']:,}"
        named = " ".join(filter(None, (text, *(f"{name}={value}" for name, value in filters.items())))) or "(all)"
        p95 = percentile(spent, 0.95)
        page = f"{percentile(after, 0.95):.1f}" if after else ""
        judged = "held" if p95 < AIM_MS else "**missed**"
        lines.append((named, count, f"{median(spent):.1f}", f"{p95:.1f}", page, judged))
    return table(("search", "found", "p50 ms", "p95 ms", "p95 ms, page 2", f"p95 < {AIM_MS} ms"), lines)


def _put(database: Database, count: int) -> None:
    (_put_sqlite if database.sqlite else _put_postgres)(database, count)


def _put_sqlite(database: Database, count: int) -> None:
    raw = database.engine.raw_connection()
    cursor = raw.cursor()
    cursor.execute("PRAGMA synchronous=OFF")
    cursor.execute("BEGIN")
    for name, columns, rows in print_rows.tables(count):
        marks = ", ".join("?" * len(columns))
        cursor.executemany(f"INSERT INTO {name} ({', '.join(columns)}) VALUES ({marks})", rows)
    cursor.execute("COMMIT")
    cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw.close()


def _put_postgres(database: Database, count: int) -> None:
    raw: Any = database.engine.raw_connection()
    for name, columns, rows in print_rows.tables(count):
        with raw.cursor().copy(f"COPY {name} ({', '.join(columns)}) FROM STDIN") as copy:
            for row in rows:
                copy.write_row(row)
    raw.commit()
    raw.driver_connection.autocommit = True
    raw.cursor().execute("VACUUM ANALYZE")  # as autovacuum does a minute later
    raw.driver_connection.autocommit = False
    raw.close()


if __name__ == "__main__":
    main()
