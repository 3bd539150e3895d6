"""The closing of a day, signed by name, and the month as the sum of its days.

It reads all others below it, and writes only its signatures and the log.
"""

from printserver.closing.compute import compute, documents_of, open_things
from printserver.closing.exceptions import Made
from printserver.closing.exceptions import read as exceptions_of
from printserver.closing.figures import FREE, QUANTITY, TOTAL, Difference, Figures, Table, compare
from printserver.closing.periods import Period, a_day, a_month
from printserver.closing.sheets import read as sheets_of
from printserver.closing.sign import (
    Compared,
    Signature,
    check,
    compare_till,
    holding,
    keep_head,
    reopen,
    sign,
    signatures,
    unsigned_days,
)

__all__ = [
    "FREE",
    "QUANTITY",
    "TOTAL",
    "Compared",
    "Difference",
    "Figures",
    "Made",
    "Period",
    "Signature",
    "Table",
    "a_day",
    "a_month",
    "check",
    "compare",
    "compare_till",
    "compute",
    "documents_of",
    "exceptions_of",
    "holding",
    "keep_head",
    "open_things",
    "reopen",
    "sheets_of",
    "sign",
    "signatures",
    "unsigned_days",
]
