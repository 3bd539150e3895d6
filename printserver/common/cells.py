"""Text in a CSV cell that spreadsheets do not change (T5).

Rule: a text that begins with an apostrophe, or that a spreadsheet would interpret as a formula, number, date, time,
amount of money or truth value, gets one apostrophe before it. Reading a cell removes one apostrophe.

Excel and LibreOffice keep a CSV's apostrophe as part of the text and write it when the file is saved.
"""

import re
import unicodedata
from functools import lru_cache
from typing import Final

_STARTS: Final = frozenset("'=+-@#＝＋－＠")
_BOOLEANS: Final = frozenset({"true", "false", "verdadeiro", "falso"})
# Integers that survive: a spreadsheet shows, and so saves, eleven digits.
_INTEGER: Final = re.compile(r"0|[1-9][0-9]{0,10}")
# A matrícula in groups (C10): no spreadsheet interprets it as a number.
_MATRICULA: Final = re.compile(r"[0-9]{6} [0-9]{2} [0-9]{2} [0-9]{4} [0-9] [0-9]{5} [0-9]{3} [0-9]{7} [0-9]{2}")
_DIGIT: Final = re.compile(r"\d")
_LETTER: Final = re.compile(r"[^\W\d_]")
_MONTHS: Final = (
    "jan(?:eiro|uary)?|fev(?:ereiro)?|feb(?:ruary)?|mar(?:[cç]o|ch)?|abr(?:il)?|apr(?:il)?|mai(?:o)?|may|jun(?:ho|e)?"
    "|jul(?:ho|y)?|ago(?:sto)?|aug(?:ust)?|set(?:embro)?|sep(?:t(?:ember)?)?|out(?:ubro)?|oct(?:ober)?|nov(?:embro|ember)?"
    "|dez(?:embro)?|dec(?:ember)?"
)
# Letters in numbers, amounts of money, dates and times: 12E5, R$ 5, 10h30, 2 pm, 3-mar, 5 de maio.
_VALUE_LETTERS: Final = re.compile(
    r"(?<=\d)\s?e(?=[+-]?\d)|(?<=\d)[thm](?=\d|$)|(?<=\d)z$|(?<=\d)\s*[ap]m?$|^(?:r|us)(?=\$)|^(?:brl|usd|eur)\b"
    rf"|(?<![^\W\d_])(?:{_MONTHS}|de)(?![^\W\d_])"
)


@lru_cache(maxsize=8192)
def mark(text: str) -> str:
    """Return the cell for `text`, with an apostrophe before it if a spreadsheet would change it."""
    return f"'{text}" if _would_change(text) else text


def unmark(cell: str) -> str:
    """Return the text of a cell made by `mark`."""
    return cell.removeprefix("'")


def _would_change(text: str) -> bool:
    if not text or _INTEGER.fullmatch(text) or _MATRICULA.fullmatch(text):
        return False
    if text[0] in _STARTS or text != text.strip():
        return True
    plan = text.casefold() if text.isascii() else unicodedata.normalize("NFKC", text).casefold()
    if plan in _BOOLEANS:
        return True
    if not _DIGIT.search(plan):
        return False
    return not _LETTER.search(_VALUE_LETTERS.sub("", plan))
