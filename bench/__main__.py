"""`python -m bench`: measures all in one run and writes the tables to bench/RESULTS.md. See README.md here."""

import argparse
import shlex
import sys
from datetime import UTC, datetime
from pathlib import Path

from bench import accept, day, machine, render, report

RESULTS = Path(__file__).parent / "RESULTS.md"


def main() -> None:
    """Measure what was asked for."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--only", default="abcd", help="parts to measure, as bc; shown only, unless it is all")
    parser.add_argument("--rounds", type=int, default=40, help="prints of each engine in (b)")
    parser.add_argument("--presses", type=int, default=160, help="acceptances of each line in (a)")
    parser.add_argument("--documents", type=int, default=1000, help="documents in (c) and (d)")
    asked = parser.parse_args()
    about = machine.describe()
    if machine.busy():
        print("others are at work on this machine: the figures will not be a measure of the program", file=sys.stderr)
    text = "\n\n".join([_head(about), *_parts(asked.only, asked.rounds, asked.presses, asked.documents)]) + "\n"
    print(text)
    if set(asked.only) == set("abcd"):
        RESULTS.write_text(text, "utf-8")


def _parts(only: str, rounds: int, presses: int, documents: int) -> list[str]:
    parts = []
    if "b" in only:
        parts.append(report.render(*render.measure(rounds)))
    if "a" in only:
        parts.insert(0, report.accept(accept.measure(presses)))
    if "c" in only or "d" in only:
        result = day.measure(tuple(mark for mark in day.MARKS if mark <= documents))
        parts += [text(result) for name, text in (("c", report.day), ("d", report.memory)) if name in only]
    return parts


def _head(about: list[tuple[str, str]]) -> str:
    command = shlex.join(["python", "-m", "bench", *sys.argv[1:]])
    lines = [*about, ("Command", f"`{command}`"), ("Date", f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC")]
    return "# Benchmarks\n\n" + report.table(("", ""), lines).replace("---:", "---")


if __name__ == "__main__":
    main()
