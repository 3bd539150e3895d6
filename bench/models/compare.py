"""Compares two layouts of one model: text, pages, lines and the last baseline."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import zip_longest
from typing import Final

from bench.models.lines import Line, Page, Piece

_SAME_PAPER: Final = 0.3
_SAME_PLACE: Final = 2.0
"""mm from a piece to the same piece of the other layout, sideways."""
_EMPTY: Final = Page((0, 0), (), "")


@dataclass(frozen=True, slots=True)
class Difference:
    """The first line that differs: its page, and the line in each layout (empty without one)."""

    page: int
    ours: str
    theirs: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """What is the same. `last_baseline` is ours less theirs in mm, where all lines are the same; None elsewhere.

    `text`: the same characters, blanks apart, on all pages; `order`: in the same order in the file, too.
    """

    pages: tuple[int, int]
    paper: bool
    text: bool
    order: bool
    same_lines: int
    lines: int
    last_baseline: float | None
    first: Difference | None

    @property
    def same_pages(self) -> bool:
        """Return whether the numbers of pages are the same."""
        return self.pages[0] == self.pages[1]

    @property
    def every_line(self) -> bool:
        """Return whether every line is the same, on the same page."""
        return self.same_pages and self.first is None


def compare(ours: Sequence[Page], theirs: Sequence[Page]) -> Comparison:
    """Compare two layouts."""
    same = lines = 0
    first = None
    for number, (one, other) in enumerate(zip_longest(ours, theirs, fillvalue=_EMPTY), 1):
        differ = _differing(one.lines, other.lines)
        lines += max(len(one.lines), len(other.lines))
        same += max(len(one.lines), len(other.lines)) - max(map(len, differ))
        if first is None and any(differ):
            first = Difference(number, *_first(*differ))
    text = "".join(page.text for page in ours), "".join(page.text for page in theirs)
    whole = len(ours) == len(theirs) and first is None
    return Comparison(
        pages=(len(ours), len(theirs)),
        paper=all(map(_same_paper, ours, theirs)),
        text=Counter(text[0]) == Counter(text[1]),
        order=text[0] == text[1],
        same_lines=same,
        lines=lines,
        last_baseline=_last(ours) - _last(theirs) if whole else None,
        first=first,
    )


def _differing(ours: Sequence[Line], theirs: Sequence[Line]) -> tuple[list[Line], list[Line]]:
    """Return the lines of a page that the other layout has not.

    A line is the same if its text is. Cells side by side may share a baseline in one layout only: a line whose pieces
    are all in the other layout, each at the same place sideways, is the same, too.
    """
    left = Counter(line.text for line in ours) - Counter(line.text for line in theirs)
    right = Counter(line.text for line in theirs) - Counter(line.text for line in ours)
    one, other = _take(ours, left), _take(theirs, right)
    return _not_in_pieces(one, other), _not_in_pieces(other, one)


def _take(lines: Sequence[Line], texts: Counter[str]) -> list[Line]:
    """Return the last lines with these texts, as many as are counted, in their order."""
    taken, counted = [], Counter(texts)
    for line in reversed(lines):
        if counted[line.text]:
            counted[line.text] -= 1
            taken.append(line)
    return taken[::-1]


def _not_in_pieces(lines: Sequence[Line], others: Sequence[Line]) -> list[Line]:
    pieces = [piece for line in others for piece in line.pieces]
    return [line for line in lines if not all(_is_among(piece, pieces) for piece in line.pieces)]


def _is_among(piece: Piece, pieces: Sequence[Piece]) -> bool:
    return any(each.text == piece.text and abs(each.x - piece.x) <= _SAME_PLACE for each in pieces)


def _first(ours: Sequence[Line], theirs: Sequence[Line]) -> tuple[str, str]:
    """Return the text of the first lines that differ: the upper one, and the other layout's nearest to it."""
    both = [*ours[:1], *theirs[:1]]
    y = min(line.y for line in both)
    near = [min(lines, key=lambda line: abs(line.y - y), default=None) for lines in (ours, theirs)]
    return near[0].text if near[0] else "", near[1].text if near[1] else ""


def _same_paper(one: Page, other: Page) -> bool:
    return all(abs(a - b) <= _SAME_PAPER for a, b in zip(one.size, other.size, strict=True))


def _last(pages: Sequence[Page]) -> float:
    lines = pages[-1].lines if pages else ()
    return lines[-1].y if lines else 0.0
