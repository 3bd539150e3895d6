"""`python -m bench.hostile`: 20,000 damaged and unusual bodies, each judged; exit status 1 if a print is wrong."""

import argparse
import sys
import time
from collections.abc import Callable
from pathlib import Path

from bench import report
from bench.hostile import bodies, pdfs, run
from bench.hostile.run import OUT, Count

_SAY_EVERY_S = 30.0


def main() -> int:
    """Send and judge the bodies, print the table, and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bench.hostile", description=__doc__)
    parser.add_argument("--bodies", type=int, default=20_000)
    parser.add_argument("--seed", type=int, default=1, help="what the bodies are")
    parser.add_argument("--minutes", type=float, default=0, help="the longest that it takes (0: as long as it needs)")
    parser.add_argument("--http", type=int, default=100, help="of so many bodies one goes over HTTP (0: none)")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--resume", action="store_true", help="go on where the last run of this seed was stopped")
    parser.add_argument("--replay", type=int, metavar="N", help="send body N alone, and keep it with its print")
    asked = parser.parse_args()
    sources = pdfs.sources()
    print(f"PDFs of {', '.join(sources)}", flush=True)
    if len(sources) < pdfs.LEAST:
        print(
            f"fewer programs that make PDFs than {pdfs.LEAST}: install more of {', '.join(pdfs.MAKERS)}",
            file=sys.stderr,
        )
        return 2
    if asked.replay is not None:
        return _replay(asked.seed, asked.replay, sources)
    kept = OUT / f"progress-{asked.seed}.json"
    count = Count.load(kept) if asked.resume and kept.exists() else Count(asked.seed)
    count = run.run(
        asked.seed,
        range(count.sent, asked.bodies),
        sources,
        threads=asked.threads,
        every_http=asked.http,
        minutes=asked.minutes,
        count=count,
        progress=_teller(kept),
    )
    count.save(kept)
    print(report.hostile(count))
    return 1 if count.violations else 0


def _teller(kept: Path) -> Callable[[Count], None]:
    """Return a function that prints and saves the progress periodically."""
    last = time.monotonic()

    def tell(count: Count) -> None:
        nonlocal last
        if time.monotonic() - last > _SAY_EVERY_S:
            last = time.monotonic()
            count.save(kept)
            print(
                f"{count.sent} bodies, {count.sent / count.seconds:.1f} a second, {count.violations} wrong", flush=True
            )

    return tell


def _replay(seed: int, number: int, sources: dict[str, bytes]) -> int:
    from bench.hostile import way

    body = bodies.make(seed, number, sources)
    with way.Pool(1) as pool:
        end = pool.send(body)
    print(f"{body.kind}: {end.refused or 'accepted'} {end.fault} {end.wrong}")
    print(f"kept in {run.save(seed, body, end, OUT)}")
    return 1 if end.fault else 0


if __name__ == "__main__":
    sys.exit(main())
