"""Kills an office at random moments, loses its disk, restores it from copy and mirror, and counts the outcome.

`python -m bench.operations.lose_disk --kills 200 --seed N`. Each life of the office is a process of its own that
prints, copies and is killed with SIGKILL. Then its folder is deleted. It comes back from the last copy (as a folder,
without restic) and the mirror. Exits with 1 if a seal number was given twice, a document came out twice, or an answer
names a seal that the restored office does not know (B2, B3). Papers are files of a folder that outlives the office.
"""

import argparse
import contextlib
import random
import sys
import tempfile
from pathlib import Path


def main() -> int:
    """Run the lives."""
    from bench.operations import lives  # not by the processes that lay pages out: each imports this module again
    from printserver.errors import ConfigError

    parser = argparse.ArgumentParser(prog="python -m bench.operations.lose_disk", description=__doc__)
    parser.add_argument("--kills", type=int, default=200)
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    count = lives.Count(asked.seed)
    interrupted = contextlib.suppress(KeyboardInterrupt)  # what was counted so far is shown
    with tempfile.TemporaryDirectory(prefix="perdas-", ignore_cleanup_errors=True) as folder, interrupted:
        try:
            lives.run(Path(folder), asked.kills, random.Random(asked.seed), count)
        except ConfigError as error:
            sys.exit(f"the restore failed: {error}")
    print(count)
    return 1 if count.violations else 0


if __name__ == "__main__":
    sys.exit(main())
