"""Reports of the office as PDF/A: a title, facts, and sections of tables and texts, every page numbered n of m.

The parts are plain text. It is escaped, long words are wrapped, and a character that the vendored fonts lack is
written by its number: a report is made of what is on record, whatever that is.
"""

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from printserver.formats import printable
from printserver.rendering import pool_tasks
from printserver.rendering.pool import Pool

PASTA: Final = Path(__file__).resolve().parent.parent / "templates" / "reports"
Fact = tuple[str, str]


@dataclass(frozen=True, slots=True)
class Table:
    """A table: headings, rows of as many cells, widths in percent. `codes`: columns of codes, in small type."""

    headings: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths: Sequence[int]
    codes: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Section:
    """A section: its title, a paragraph, facts by name, a table, and texts quoted as they are, with their captions."""

    title: str
    text: str = ""
    facts: Sequence[Fact] = ()
    table: Table | None = None
    quotes: Sequence[Fact] = ()


@dataclass(frozen=True, slots=True)
class Report:
    """A report. `office` stands at the head of each page, `made` (who and when) at its foot with the page's number."""

    title: str
    office: str
    made: str
    facts: Sequence[Fact]
    sections: Sequence[Section]
    banner: str = ""


def make(pool: Pool, report: Report) -> bytes:
    """Return the PDF of a report, made by the pool. Raises `Recusa` as `Pool.run`."""
    html = _environment().get_template("relatorio.html").render(relatorio=report)
    return pool.run(pool_tasks.make_report, html, (PASTA / "relatorio.css").read_text("utf-8"))


@cache
def _environment() -> Environment:
    return Environment(
        loader=FileSystemLoader(PASTA),
        autoescape=True,
        undefined=StrictUndefined,
        finalize=_printable,
        trim_blocks=True,
        lstrip_blocks=True,
    )


def _printable(value: object) -> object:
    """Return a text with the characters that cannot be printed by their numbers; markup of the template as it is."""
    if isinstance(value, Markup) or not isinstance(value, str):
        return value
    glyphs = printable()
    text = unicodedata.normalize("NFC", value).replace("\r\n", "\n")
    return "".join(each if ord(each) in glyphs or each in "\n\t" else f"[U+{ord(each):04X}]" for each in text)
