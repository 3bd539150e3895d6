"""`python -m bench.lookup`: measures searches among a million seals (T5), by every filter and deep in the list."""

import argparse
import gc
import os
import time
from collections.abc import Iterator, Sequence
from statistics import median
from typing import Any, Final

from bench import lookup_rows, office, postgres
from bench.report import percentile, table
from printserver import search
from printserver.db import Database
from printserver.office import Author, Office

AIM_MS: Final = 50
_PAGES: Final = (1, 20, 1000)
_MONTH: Final = {"de": "2024-03-01", "ate": "2024-03-31"}
# Common searches and the worst cases: many matches, few among many, none.
FILTERS: Final[Sequence[dict[str, str]]] = (
    {},
    {"codigo": "9900112CE0000000500000268"},
    {"parte": "268"},
    {"parte": "4268"},
    {"parte": "500000268"},
    {"parte": "0000000500000"},
    {"parte": "500000"},
    {"parte": "CE000000050000"},
    {"parte": "9900112CE"},
    {"parte": "9999"},
    {"livro": "777"},
    {"livro": "777", "folha": "12"},
    {"folha": "12"},
    {"termo": "4321"},
    {"matricula": "12345601552020100777"},
    {"identificador": "P-2026-0123458"},
    {"ato": "CE"},
    {"ato": "CS"},
    {"estado": "comunicado"},
    {"estado": "falha"},
    {"estado": "comunicação pendente"},
    {"validos": "1"},
    {"escrevente": "maria"},
    {"escrevente": "ninguem"},
    {"origem": "hibrido"},
    {"natureza": "2"},
    _MONTH,
    {"de": "2022-06-01", "ate": "2025-06-01"},
    {"valor_de": "95.12", "valor_ate": "95.12"},
    {"valor_de": "30.00", "valor_ate": "30.40"},
    {"valor_de": "10.00", "valor_ate": "60.00"},
    {**_MONTH, "ato": "TR", "validos": "1"},
    {"ato": "CE", "estado": "comunicado", "validos": "1"},
    {"ato": "ES", "estado": "falha"},
    {"escrevente": "maria", "ato": "AF", "valor_de": "20.00", "valor_ate": "21.00"},
    {"de": "2023-01-01", "ate": "2024-12-31", "escrevente": "bia", "estado": "retificado"},
)


def main() -> None:
    """Measure and print the tables."""
    parser = argparse.ArgumentParser(prog="python -m bench.lookup", description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--times", type=int, default=20, help="look-ups of each line")
    parser.add_argument("--database", choices=("sqlite", "postgresql"), help="this one alone")
    asked = parser.parse_args()
    print(f"{os.cpu_count()} cores, load before {os.getloadavg()[0]:.2f}, PostgreSQL {postgres.version()}")
    for name in (asked.database,) if asked.database else ("sqlite", "postgresql"):
        with office.filled(name, lambda opened: put(opened.db, lookup_rows.rows(asked.rows))) as (opened, seconds):
            gc.collect()
            gc.freeze()  # as a server does: a full collection takes 0.1 s
            print(f"\n## {name}: {asked.rows:,} seals, put in within {seconds:.0f} s\n")
            print(_look_ups(opened, asked.times), flush=True)
            for part in (_totals, _exports):
                print(f"\n{part(opened)}", flush=True)


def _look_ups(opened: Office, times: int) -> str:
    lines = []
    for filters in FILTERS:
        for page in _PAGES:
            spent = []
            for _ in range(times):
                start = time.perf_counter()
                found = search.list_all(opened, filters, page)
                spent.append((time.perf_counter() - start) * 1000)
            if page > 1 and not found["itens"]:
                break
            count = f"{found['total']:,}" if found["total_exato"] else f"> {found['total']:,}"
            p50, p95 = median(spent), percentile(spent, 0.95)
            named = ", ".join(f"{name}={value}" for name, value in filters.items()) or "(all)"
            judged = "held" if p95 < AIM_MS else "**missed**"
            lines.append((named, str(page), count, f"{p50:.1f}", f"{p95:.1f}", judged))
    return table(("filter", "page", "found", "p50 ms", "p95 ms", f"p95 < {AIM_MS} ms"), lines)


def _totals(opened: Office) -> str:
    lines = []
    for filters in ({**_MONTH, "validos": "1"}, {"validos": "1"}, {}):
        start = time.perf_counter()
        found = search.compute_totals(opened, filters)
        whole = time.perf_counter()
        search.add_up(opened, filters)
        spent = (f"{(whole - start) * 1000:.0f}", f"{(time.perf_counter() - whole) * 1000:.0f}")
        lines.append((str(filters), f"{found['quantidade']:,}", *spent))
    return table(("totals", "seals", "ms", "ms, sums alone"), lines)


def _exports(opened: Office) -> str:
    author = Author(opened.serventia_id, None, "bench", None, None, frozenset(), None)
    lines = []
    for format_, filters in (("csv", _MONTH), ("xlsx", _MONTH), ("csv", {})):
        start = time.perf_counter()
        size = sum(map(len, search.export_seals(opened, author, filters, format_).pieces))
        lines.append((f"{format_} {filters}", f"{size / 1e6:.1f}", f"{time.perf_counter() - start:.1f}"))
    return table(("export", "MB", "s"), lines)


def put(database: Database, rows: Iterator[tuple[object, ...]]) -> None:
    """Put seals into an empty table."""
    (_put_sqlite if database.sqlite else _put_postgres)(database, rows)


def _put_sqlite(database: Database, rows: Iterator[tuple[object, ...]]) -> None:
    """Drop the indexes, insert the rows, rebuild the indexes: ten times as fast."""
    raw = database.engine.raw_connection()
    cursor = raw.cursor()
    made = "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND tbl_name = 'selo' AND sql LIKE 'CREATE INDEX%'"
    indexes = cursor.execute(made).fetchall()
    cursor.execute("PRAGMA synchronous=OFF")
    cursor.execute("BEGIN")
    for name, _sql in indexes:
        cursor.execute(f"DROP INDEX {name}")
    names, marks = ", ".join(lookup_rows.COLUMNS), ", ".join("?" * len(lookup_rows.COLUMNS))
    cursor.executemany(f"INSERT INTO selo ({names}) VALUES ({marks})", rows)
    for _name, sql in indexes:
        cursor.execute(sql)
    cursor.execute("COMMIT")
    cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    raw.close()


def _put_postgres(database: Database, rows: Iterator[tuple[object, ...]]) -> None:
    raw: Any = database.engine.raw_connection()
    with raw.cursor().copy(f"COPY selo ({', '.join(lookup_rows.COLUMNS)}) FROM STDIN") as copy:
        for row in rows:
            copy.write_row(row)
    raw.commit()
    raw.driver_connection.autocommit = True
    raw.cursor().execute("VACUUM ANALYZE")  # as autovacuum does a minute later
    raw.driver_connection.autocommit = False
    raw.close()


if __name__ == "__main__":
    main()
