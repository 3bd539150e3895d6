"""`python -m bench`: runs all benchmarks and writes the tables to bench/RESULTS.md. See bench/README.md."""

import argparse
import shlex
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

from bench import accept, alone, court, day, machine, render, report, start
from bench.hostile import pdfs, run
from bench.models import measure as models
from bench.models import report as models_report
from bench.models import soffice

ALL = "abcdefghijk"
RESULTS = Path(__file__).parent / "RESULTS.md"


def main() -> None:
    """Run the requested parts."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", default=ALL, help="parts to measure, as bc; shown only, unless it is all")
    parser.add_argument("--rounds", type=int, default=40, help="prints of each engine in (b)")
    parser.add_argument("--presses", type=int, default=160, help="acceptances of each line in (a)")
    parser.add_argument("--documents", type=int, default=1000, help="documents in (c) and (d)")
    parser.add_argument("--bodies", type=int, default=200, help="damaged and odd bodies in (f)")
    parser.add_argument("--seals", type=int, default=8_000, help="seals that wait for the court in (e)")
    asked = parser.parse_args()
    about = machine.describe()
    if machine.busy():
        print("others are at work on this machine: the figures will not be a measure of the program", file=sys.stderr)
    head, parts = _head(about), []
    print(head, flush=True)
    for part in _parts(asked):
        print(f"\n{part}", flush=True)
        parts.append(part)
    text = "\n\n".join([head, *sorted(parts)]) + "\n"  # each begins with its letter
    if set(asked.only) == set(ALL):
        RESULTS.write_text(text, "utf-8")


def _parts(asked: argparse.Namespace) -> Iterator[str]:
    only = asked.only
    if "b" in only:
        yield report.render(*render.measure(asked.rounds))
    if "a" in only:
        yield report.accept(accept.measure(asked.presses))
    if "c" in only or "d" in only:
        result = day.measure(tuple(mark for mark in day.MARKS if mark <= asked.documents))
        yield from (text(result) for name, text in (("c", report.day), ("d", report.memory)) if name in only)
    if "e" in only:
        yield report.court(court.measure(asked.seals))
    if "f" in only:
        yield report.hostile(run.run(1, range(asked.bodies), pdfs.sources(), every_http=50))
    if "g" in only:
        yield models_report.part(models.measure() if soffice.available() else None)
    if "h" in only:
        yield report.start(start.measure())
    yield from (alone.run(part) for part in alone.PARTS if part in only)


def _head(about: list[tuple[str, str]]) -> str:
    command = shlex.join(["python", "-m", "bench", *sys.argv[1:]])
    lines = [*about, ("Command", f"`{command}`"), ("Date", f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC")]
    return "# Benchmarks\n\n" + report.table(("", ""), lines).replace("---:", "---")


if __name__ == "__main__":
    main()
