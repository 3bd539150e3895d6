"""Compares printing with `lp`: `python -m bench.paper [--prints 20]`. Uses a real cupsd and a driverless printer.

Shows the time from the answer 202 to the recorded release (stamp, held job, file, release), alternating with the run
time of `lp` for the same PDF; and for both the prints per second received by the printer.
"""

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import median
from typing import Any

import sqlalchemy as sa

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "end_to_end"))


import deeds

from bench.report import percentile, table
from printserver import db
from printserver.db import sqlite
from support.cups import DriverlessPrinter, PrivateCups
from support.process import program, wait_until
from support.server import PrintServer

QUEUE = "papel"
AIM_MS = 50
LIMIT_S = 300


def main() -> None:
    """Measure and print the results."""
    parser = argparse.ArgumentParser(prog="python -m bench.paper", description=__doc__)
    parser.add_argument("--prints", type=int, default=20)
    asked = parser.parse_args()
    print(f"load before: {os.getloadavg()[0]:.1f} on {os.cpu_count()} cores")
    with tempfile.TemporaryDirectory(prefix="paper-") as folder, PrivateCups() as cupsd:
        base = Path(folder)
        with DriverlessPrinter(base / "printer", "application/pdf") as printer:
            cupsd.driverless_queue(QUEUE, printer.uri)
            server = PrintServer(base / "servidor")
            server.run(f"fila {QUEUE}", "--cups", QUEUE, "--servidor", str(cupsd.socket))
            with server:
                _measure(server, cupsd, printer, asked.prints)


def _measure(server: PrintServer, cupsd: PrivateCups, printer: DriverlessPrinter, prints: int) -> None:
    out = len(list(printer.kept.glob("*.print")))
    first, _ = _ours(server)  # warm-up
    _come_out(printer, out := out + 1)
    pdf = server.base / "same.pdf"
    pdf.write_bytes(server.client.pdf(first))
    _lp(cupsd, pdf)
    _come_out(printer, out := out + 1)
    taken: dict[str, datetime] = {}
    by_lp: list[float] = []
    for _ in range(prints):
        job_id, when = _ours(server)
        taken[job_id] = when
        _come_out(printer, out := out + 1)
        by_lp.append(_timed(lambda: _lp(cupsd, pdf)) * 1000)
        _come_out(printer, out := out + 1)
    ours = _released(server, taken)
    rate = prints / _timed(lambda: _all_out(prints, lambda: _ours(server), printer, out))
    out += prints
    lp_rate = prints / _timed(lambda: _all_out(prints, lambda: _lp(cupsd, pdf), printer, out))
    added = median(ours) - median(by_lp)
    lines = [
        ("202 to release, ms", f"{median(ours):.0f}", f"{percentile(ours, 0.95):.0f}", f"{rate:.2f}"),
        ("`lp` of the same PDF, ms", f"{median(by_lp):.0f}", f"{percentile(by_lp, 0.95):.0f}", f"{lp_rate:.2f}"),
        ("ours of `lp`", f"{median(ours) / median(by_lp):.2f}", "", f"{rate / lp_rate:.2f}"),
    ]
    print(table((f"{prints} prints of each", "p50", "p95", "prints a second"), lines))
    print(f"added to `lp`, p50: {added:.0f} ms; aim ≤ {AIM_MS} ms: {'held' if added <= AIM_MS else 'missed'}")


def _ours(server: PrintServer) -> tuple[str, datetime]:
    """Print a ficha; return its job and the moment of the answer."""
    answer = server.client.print(deeds.ficha(fila=QUEUE))
    when = datetime.now(UTC)
    assert answer.status == 202, answer.content
    return str(answer.job["id"]), when


def _released(server: PrintServer, taken: dict[str, datetime]) -> list[float]:
    """Return the time in ms from each answer to the recorded release."""
    engine = sa.create_engine(f"sqlite:///{server.instance / 'printserver.db'}", module=sqlite.dbapi)
    each = db.tentativa.c
    with engine.connect() as conn:
        rows = conn.execute(sa.select(each.job_id, each.liberada_em).where(each.job_id.in_(taken))).all()
    engine.dispose()
    assert len(rows) == len(taken)
    return [(row.liberada_em - taken[row.job_id]) / timedelta(milliseconds=1) for row in rows]


def _lp(cupsd: PrivateCups, pdf: Path) -> None:
    command = [program("lp"), "-h", str(cupsd.socket), "-d", QUEUE, "-o", "media=A4", str(pdf)]
    subprocess.run(command, check=True, capture_output=True)


def _all_out(prints: int, send: Callable[[], Any], printer: DriverlessPrinter, before: int) -> None:
    for _ in range(prints):
        send()
    _come_out(printer, before + prints)


def _come_out(printer: DriverlessPrinter, count: int) -> None:
    wait_until(lambda: len(list(printer.kept.glob("*.print"))) >= count, f"{count} prints", limit_s=LIMIT_S)


def _timed(call: Callable[[], Any]) -> float:
    start = time.perf_counter()
    call()
    return time.perf_counter() - start


if __name__ == "__main__":
    main()
