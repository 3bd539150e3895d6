"""Prepares a body of `texto` or `html` for a format's page: safe, printable, without loss of text.

Pure functions for the render pool, which bounds time and memory. Bodies of `pdf` are in `pdf_body`.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from html import unescape
from typing import Final, Literal

from printserver.rendering.body import html, marks
from printserver.rendering.body.blanks import Blanks
from printserver.rendering.body.characters import (
    BodyNotice,
    Notices,
    clean,
    refuse,
)
from printserver.rendering.body.equivalents import symbol
from printserver.rendering.body.figures import Room
from printserver.rendering.body.marks import MARKS
from printserver.rendering.body.page_breaks import place_breaks
from printserver.rendering.body.runs import (
    PAGE_BREAK,
    Boundary,
    Part,
    TextRun,
    lines,
)
from printserver.rendering.body.tree import is_blank, strip_blank_end

__all__ = ["MARKS", "BodyNotice", "PreparedBody", "prepare_body"]

MAX_TEXT: Final = 1_500_000
"""Maximum characters of text; more than fit on 300 pages."""

_TAG: Final = re.compile(r"<[^>]*>")
_BLANK_LINES: Final = re.compile(r"\n(?:[ \t]*\n)+")


@dataclass(frozen=True)
class PreparedBody:
    """A body ready for the page: XHTML (one `div`), and notices for its sender."""

    html: str
    avisos: tuple[BodyNotice, ...]

    @property
    def vazio(self) -> bool:
        """Whether it shows no text and no image; markup and invisible characters do not count (P2a)."""
        return "<img" not in self.html and is_blank(unescape(_TAG.sub("", self.html)))


def prepare_body(
    body_format: Literal["texto", "html"], source: str, mark_values: Mapping[str, str], room: Room | None = None
) -> PreparedBody:
    """Return the body `source` as safe XHTML, its exact marks replaced by their plain text in `mark_values`.

    `mark_values` is by name without brackets (`TOTAL`); a mark that is not in it stays unchanged. In `texto`, blank
    lines separate paragraphs, form feeds separate pages, and line breaks, tabs and blanks are kept. Blank content at
    the end is dropped (P2a); a blank body is "". `room` is the room of a page for images. Raises `Recusa`
    `corpo-invalido` with its reason for content over the limits or that cannot be printed.
    """
    notices = Notices()
    text = _TextCleaner(notices)
    parts = list(
        _pages(source, text) if body_format == "texto" else html.prepare(source, text, notices, room or Room())
    )
    _replace_marks(parts, mark_values, notices)
    content = Blanks(notices).write(place_breaks(parts, notices))
    return PreparedBody(f"<div>{content}</div>" if content else "", notices.all())


def _replace_marks(parts: list[Part], values: Mapping[str, str], notices: Notices) -> None:
    known = {name: clean(value, notices) for name, value in values.items() if name in MARKS}
    marks.replace(list(lines(parts)), known, notices)


class _TextCleaner:
    """Makes consecutive pieces of text printable."""

    def __init__(self, notices: Notices) -> None:
        self._notices = notices
        self._length = 0

    def __call__(self, text: str, font: str = "") -> str:
        """Return `text` in printable characters; `font` names a symbol font, whose letters become its symbols."""
        before, self._length = self._length, self._length + len(text)
        if self._length > MAX_TEXT:
            raise refuse(f"O texto tem mais de {MAX_TEXT} caracteres.")
        if font:
            text = "".join(_drawn(character, font, before + at) for at, character in enumerate(text, 1))
        return clean(text, self._notices, before=before)


def _drawn(character: str, font: str, place: int) -> str:
    drawn = symbol(character, font)
    if drawn is None:
        raise refuse(
            f"O caractere “{character}” da fonte de símbolos {font.title()}, na posição {place} do texto, não se"
            " imprime. Troque-o por um sinal escrito em outra fonte."
        )
    return drawn


def _pages(source: str, text: _TextCleaner) -> Iterator[Part]:
    """Yield plain text as paragraphs, without blank ones at the end; a form feed begins a page."""
    pages = source.split("\f")
    last = max((number for number, page in enumerate(pages) if not is_blank(page)), default=0)
    for number, page in enumerate(pages):
        if number:
            yield PAGE_BREAK
        printed = text(page)
        yield from _paragraphs(printed if number < last else strip_blank_end(printed))


def _paragraphs(text: str) -> Iterator[Part]:
    """Yield plain text as paragraphs; each blank line after the first keeps its height."""
    at = 0
    for gap in _BLANK_LINES.finditer(text):
        yield from _paragraph(text[at : gap.start()])
        yield Boundary("<p><br/></p>" * (gap[0].count("\n") - 2))
        at = gap.end()
    yield from _paragraph(text[at:])


def _paragraph(lines: str) -> Iterator[Part]:
    lines = lines.strip("\n")
    if not lines.strip(" \t"):
        return
    yield Boundary("<p>")
    for number, line in enumerate(lines.split("\n")):
        if number:
            yield Boundary("<br/>")
        yield TextRun(line.rstrip(" \t"), "pre")
    yield Boundary("</p>")
