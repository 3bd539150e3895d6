"""The benchmarks that are programs of their own, within `make bench`: each is run, and its tables are kept."""

import subprocess
import sys
from dataclasses import dataclass

LIMIT_S = 15 * 60.0


@dataclass(frozen=True, slots=True)
class Alone:
    """A program of the benchmarks, by the letter of its part."""

    title: str
    about: str
    words: tuple[str, ...]


PARTS = {
    "i": Alone(
        "Paper",
        "A real cupsd and a driverless printer, alternating with `lp` of the same PDF.",
        ("bench.paper", "--prints", "20"),
    ),
    "j": Alone(
        "Look-ups among a million seals",
        "Each filter, the newest page and deep in the list.",
        ("bench.lookup", "--times", "20"),
    ),
    "k": Alone(
        "Torture",
        "Prints on PostgreSQL while engines, HTTP, workers and cupsd are killed or stalled; every sheet is counted.",
        ("bench.torture", "--minutes", "5", "--seed", "7"),
    ),
}


def run(part: str) -> str:
    """Run a part; return its section. A program that fails, or is not over in its time, says so there."""
    what = PARTS[part]
    command = " ".join(("python", "-m", *what.words))
    print(f"({part}) {command}", file=sys.stderr, flush=True)
    try:
        done = subprocess.run(
            [sys.executable, "-m", *what.words], stdout=subprocess.PIPE, text=True, timeout=LIMIT_S, check=False
        )
    except subprocess.TimeoutExpired:
        return f"## ({part}) {what.title}\n\n`{command}` was not over after {LIMIT_S / 60:.0f} minutes."
    said = done.stdout.strip().replace("\n## ", "\n### ")
    failed = "" if done.returncode == 0 else f"\n\n**Exit status {done.returncode}.**"
    return f"## ({part}) {what.title}\n\n{what.about} `{command}`\n\n{said}{failed}"
