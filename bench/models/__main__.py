"""Compares how this program lays out RTF models with how LibreOffice does.

`python -m bench.models [FOLDER…] [--keep DIR] [--csv FILE]`: without a folder the models of the tests. Exits with 1 if
LibreOffice is missing.
"""

import argparse
import sys
from pathlib import Path

from bench.models import report, soffice
from bench.models.measure import measure


def main() -> int:
    """Compare, print the tables and return the exit status."""
    parser = argparse.ArgumentParser(prog="python -m bench.models", description=__doc__)
    parser.add_argument("folders", nargs="*", type=Path, metavar="FOLDER", help="folders of .rtf, with those in them")
    parser.add_argument("--keep", type=Path, metavar="DIR", help="keeps the mended files and both PDFs of each model")
    parser.add_argument("--csv", type=Path, metavar="FILE", help="one row a model")
    asked = parser.parse_args()
    if not soffice.available():
        print(report.MISSING, file=sys.stderr)
        return 1
    result = measure(asked.folders, asked.keep)
    print(report.render(result))
    if asked.csv:
        report.write_csv(result, asked.csv)
    return 0


if __name__ == "__main__":
    sys.exit(main())
