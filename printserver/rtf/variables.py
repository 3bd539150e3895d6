"""The variables `<Nome>` of a document: found in the text of a paragraph across its runs, and replaced in one pass."""

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from typing import Final

from printserver.rtf.model import Block, Paragraph, Row, Rtf, Run, Section, Table, paragraphs_of

VARIABLE: Final = re.compile(r"<([^\W\d]\w{0,99})>")
"""Letters, digits and `_`, 100 at most; it begins with no digit. `<>`, `< 10` and `<10>` are text."""
_DOUBLED: Final = re.compile(r"(\w)\1+")
_LINE_END: Final = re.compile("\r\n|[\r\v\f\x85\u2028\u2029]")
_MAX_COMPARED: Final = 500  # names; each is compared with all that are used more
_SHORTEST_SLIP: Final = 8  # letters; a letter more or less in a short name is another name

Value = Callable[[str], str | None]
"""Gives the value of a place by what is written there, as `<Nome>`; None: it stays."""


def variables(document: Rtf) -> Mapping[str, int]:
    """Return the names of the variables with the number of their places, in the order of the text.

    Headers and footers come after the text.
    """
    found: Counter[str] = Counter()
    for paragraph in every_paragraph(document):
        found.update(match[1] for match in VARIABLE.finditer(paragraph.text))
    return dict(found)


def substitute(
    document: Rtf, value: Value, pattern: re.Pattern[str] = VARIABLE, *, margins: Value | None = None
) -> Rtf:
    """Return the document with each variable, or place of `pattern`, replaced by its `value`.

    `margins` gives the values in headers and footers, if they are others there; they come after the text.

    The value takes the face of the variable's first character, wholly. It is text: nothing in it is markup or another
    variable. A line break in it, of any kind, breaks the line.
    """
    texts = tuple(replace(each, blocks=_blocks(each.blocks, value, pattern)) for each in document.sections)
    made: dict[int, tuple[Block, ...]] = {}

    def margin(blocks: tuple[Block, ...]) -> tuple[Block, ...]:
        """Return a header or footer with its values; sections that share one share this."""
        if id(blocks) not in made:
            made[id(blocks)] = _blocks(blocks, margins or value, pattern)
        return made[id(blocks)]

    return replace(document, sections=tuple(_section(each, margin) for each in texts))


def likely_slips(names: Mapping[str, int]) -> tuple[tuple[str, str], ...]:
    """Return names that are probably misspelt, each with the name that is meant, by their number of places.

    They differ from another name, which is used as often or more, only by case, by a doubled letter, or by one letter
    that is missing, added or exchanged with the next one, not at an end (`Nome_Avo` and `Nome_Avos` are two names).
    Of more than 500 names, those with the most places are compared.
    """
    found = []
    ordered = sorted(names, key=lambda name: -names[name])[:_MAX_COMPARED]
    plain = [_DOUBLED.sub(r"\1", name.casefold()) for name in ordered]
    for at, name in enumerate(ordered):
        meant = next((ordered[other] for other in range(at) if _is_slip(plain[at], plain[other])), None)
        if meant is not None:
            found.append((name, meant))
    return tuple(found)


def _is_slip(a: str, b: str) -> bool:
    """Return whether one of two names, folded and without doubled letters, is the other one misspelt."""
    if a == b:
        return True
    if min(len(a), len(b)) < _SHORTEST_SLIP or a[:2] + a[-2:] != b[:2] + b[-2:] or any(c.isdigit() for c in a + b):
        return False
    same = next(at for at, (x, y) in enumerate(zip(a + "\0", b + "\1", strict=False)) if x != y)
    rest_a, rest_b = a[same:], b[same:]
    return rest_a[1:] == rest_b or rest_a == rest_b[1:] or (rest_a[:2] == rest_b[1::-1] and rest_a[2:] == rest_b[2:])


def every_paragraph(document: Rtf) -> Iterator[Paragraph]:
    """Yield the paragraphs of the text, then those of its headers and footers, each once."""
    yield from document.paragraphs()
    seen: set[int] = set()
    for section in document.sections:
        for blocks in section.margin_texts():
            if id(blocks) not in seen:
                seen.add(id(blocks))
                yield from paragraphs_of(blocks)


def _section(section: Section, margin: Callable[[tuple[Block, ...]], tuple[Block, ...]]) -> Section:
    def whole(blocks: tuple[Block, ...] | None) -> tuple[Block, ...] | None:
        return None if blocks is None else margin(blocks)

    return replace(
        section,
        header=margin(section.header),
        footer=margin(section.footer),
        first_header=whole(section.first_header),
        first_footer=whole(section.first_footer),
        even_header=whole(section.even_header),
        even_footer=whole(section.even_footer),
    )


def _blocks(blocks: tuple[Block, ...], value: Value, pattern: re.Pattern[str]) -> tuple[Block, ...]:
    return tuple(
        _paragraph(each, value, pattern)
        if isinstance(each, Paragraph)
        else Table(tuple(_row(row, value, pattern) for row in each.rows))
        for each in blocks
    )


def _row(row: Row, value: Value, pattern: re.Pattern[str]) -> Row:
    return replace(row, cells=tuple(replace(cell, blocks=_blocks(cell.blocks, value, pattern)) for cell in row.cells))


def _paragraph(paragraph: Paragraph, value: Value, pattern: re.Pattern[str]) -> Paragraph:
    text = paragraph.text
    found = [
        (match.span(), _LINE_END.sub("\n", given))
        for match in pattern.finditer(text)
        if (given := value(match[0])) is not None
    ]
    return replace(paragraph, runs=tuple(_replaced(paragraph.runs, found))) if found else paragraph


def _replaced(runs: tuple[Run, ...], found: list[tuple[tuple[int, int], str]]) -> Iterator[Run]:
    """Yield the runs with the values at their places, given by their ends in the joined text."""
    waiting = iter(found)
    place = next(waiting, None)
    before = 0
    for run in runs:
        written, at, end = "", before, before + len(run.text)
        while place is not None and place[0][0] < end:
            (start, stop), given = place
            if start >= at:
                written += run.text[at - before : start - before] + given
            at = max(at, min(stop, end))
            if stop > end:
                break
            place = next(waiting, None)
        written += run.text[at - before :]
        before = end
        if written:
            yield Run(written, run.face)
