"""Limits of an RTF file, and the refusal of one that is damaged or over them."""

from typing import Final

from printserver.errors import Recusa

MAX_BYTES: Final = 16 * 1024 * 1024
MAX_DEPTH: Final = 100
"""Groups in one another."""
MAX_TOKENS: Final = 300_000
"""Braces, control words and bytes. A deed of 300 pages with accents in hexadecimal has a third of them."""
MAX_PARAGRAPHS: Final = 20_000
"""A deed of 300 pages has at most 15,000 lines."""
MAX_CHARACTERS: Final = 1_200_000
"""Of the text: 400 full pages."""
MAX_SECTIONS: Final = 500
MAX_PAGE_BREAKS: Final = 500
MAX_ROWS: Final = 5_000
"""Rows of all tables."""
MAX_TABLE_CELLS: Final = 20_000
"""Cells of all tables."""
MAX_CELLS: Final = 200
"""Cells of a row."""
MAX_LENGTH: Final = 31_680
"""Largest length in twips, 22 inches, as Word has it."""
MAX_STOPS: Final = 100
"""Tab stops of a paragraph."""
MAX_TABLE_DEPTH: Final = 20
"""Tables in one another, those around a text box too."""
SAVE_AGAIN: Final = "Abra-o no programa de origem e salve de novo como RTF."
"""What to do about a damaged file."""


def refuse(reason: str) -> Recusa:
    """Return the refusal `corpo-invalido` for `reason` (Portuguese, whole sentences)."""
    return Recusa("corpo-invalido", reason)


def said(number: int) -> str:
    """Return a number as it is written in Portuguese."""
    return f"{number:,}".replace(",", ".")


def length(value: int) -> int:
    """Return a length in twips within the limits."""
    return max(-MAX_LENGTH, min(MAX_LENGTH, value))
