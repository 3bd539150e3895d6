"""Random certidões through every national model, each laid out, stamped and looked at (C14, C15, C16, P3, P6).

`python -m bench.records --records 1000 --seed N`: the property is that of `tests/rendering/test_civil.py`. Exits with 1
if a record has a fault; each is shown, and the run goes on. The seed determines the records.
"""

import argparse
import random
import sys
import tempfile
import time
import traceback
from collections import Counter
from pathlib import Path

from hypothesis import HealthCheck, Phase, given, seed, settings

sys.path.insert(0, str(Path(__file__).parent.parent / "tests"))
sys.path.insert(0, str(Path(__file__).parent.parent / "tests" / "rendering"))

from civil_records import Record, check, records
from layouts import Workbench

SHOWN = 1500  # characters of a faulty record
EVERY = 50  # records from one line of progress to the next


def run(how_many: int, number: int) -> int:
    """Check `how_many` records of the seed `number`; show the faults and return how many there are."""
    faults, models, pages = 0, Counter[str](), Counter[int]()
    began = time.monotonic()

    @seed(number)
    @settings(
        max_examples=how_many,
        deadline=None,
        database=None,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(records())
    def every(record: Record) -> None:
        nonlocal faults
        with tempfile.TemporaryDirectory() as one, tempfile.TemporaryDirectory() as two:
            try:
                pages[check(Workbench(Path(one)), Workbench(Path(two)), record)] += 1
            except Exception:
                faults += 1
                print(f"fault {faults}:\n{traceback.format_exc()}{repr(record)[:SHOWN]}", flush=True)
        models["-".join(record.key)] += 1
        if models.total() % EVERY == 0:
            print(f"{models.total()} records, {faults} faults, {time.monotonic() - began:.0f} s", flush=True)

    every()
    print(f"{models.total()} records, {pages.total()} without fault, {faults} with one")
    print("by model:", ", ".join(f"{name} {count}" for name, count in sorted(models.items())))
    print(f"pages: {sum(n * count for n, count in pages.items())}, at most {max(pages, default=0)} of one certidão")
    return faults


def main() -> int:
    """Run, print the counts and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bench.records", description=__doc__)
    parser.add_argument("--records", type=int, default=1000)
    parser.add_argument("--seed", type=int, help="what the records are (without it: a new one, shown)")
    asked = parser.parse_args()
    number = random.SystemRandom().randrange(10**6) if asked.seed is None else asked.seed
    print(f"seed {number}", flush=True)
    return 1 if run(asked.records, number) else 0


if __name__ == "__main__":
    sys.exit(main())
