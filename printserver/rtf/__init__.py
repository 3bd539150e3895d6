"""Reads RTF: bytes to plain data. Knows no HTML and no layout."""

from printserver.rtf.model import (
    TWIPS_PER_MM,
    TWIPS_PER_POINT,
    Block,
    Border,
    Cell,
    Face,
    Notice,
    Paper,
    Paragraph,
    Row,
    Rtf,
    Run,
    Section,
    Shape,
    Side,
    Stop,
    Table,
    paragraphs_of,
)
from printserver.rtf.reader import read
from printserver.rtf.variables import likely_slips, substitute, variables

__all__ = [
    "TWIPS_PER_MM",
    "TWIPS_PER_POINT",
    "Block",
    "Border",
    "Cell",
    "Face",
    "Notice",
    "Paper",
    "Paragraph",
    "Row",
    "Rtf",
    "Run",
    "Section",
    "Shape",
    "Side",
    "Stop",
    "Table",
    "likely_slips",
    "paragraphs_of",
    "read",
    "substitute",
    "variables",
]
