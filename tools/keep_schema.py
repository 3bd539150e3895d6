"""Keeps a small database of the schema as it is released: `python tools/keep_schema.py`, when a version is tagged.

It writes `tests/data/schemas/VERSION.db.gz`, the database of an office that has prints, seals, questions and a log. A
test upgrades each of them to the newest schema in one step. `--out` names another file.
"""

import argparse
import gzip
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def main() -> None:
    """Write the file; never over one that is there."""
    sys.path[:0] = [str(ROOT), str(ROOT / "tests")]
    from printserver import __version__
    from printserver.db.sqlite import dbapi
    from support.court import rig_with_court
    from support.life import live

    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--out", type=Path, default=ROOT / f"tests/data/schemas/{__version__}.db.gz")
    out = parser.parse_args().out
    if out.exists():
        sys.exit(f"{out} is there: a released schema does not change")
    with tempfile.TemporaryDirectory() as work:
        with rig_with_court(Path(work) / "office") as (rig, court):
            live(rig, court)
            database = rig.folder / "printserver.db"
            rig.office.db.close()
            small = Path(work) / "small.db"
            connection = dbapi.connect(str(database))
            connection.execute("VACUUM INTO ?", (str(small),))
            connection.close()
        out.parent.mkdir(parents=True, exist_ok=True)
        out.write_bytes(gzip.compress(small.read_bytes(), mtime=0))
    print(f"{out}: {out.stat().st_size // 1024} KB")


if __name__ == "__main__":
    main()
