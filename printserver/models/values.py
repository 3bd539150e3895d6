"""The values of a model's variables in the text of a PDF that was printed of it."""

import re
from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

_ALIKE: Final = str.maketrans("\u2010\u2011", "--")
_NOT_COUNTED: Final = re.compile(r"\s|[._…]{3,}")  # spaces and leaders
_LINE_END: Final = re.compile(r"[\r\n]")
_SPACE: Final = re.compile(r"\s")
_SHOWN: Final = 40  # characters of a text that a reason quotes


@dataclass(frozen=True, slots=True)
class Values:
    """What a PDF has for the variables; `missing` is the beginning of the first text of the model that it lacks.

    `length` is that of the PDF's text up to the end of the model's, in characters that count.
    """

    by_name: Mapping[str, str]
    missing: str = ""
    length: int = 0


def squeezed(text: str) -> str:
    """Return what counts of a text in a comparison: no spaces, leaders or case."""
    kept = (text[at].translate(_ALIKE) for at in _places(text))
    return "".join(each.lower() if len(each.lower()) == 1 else each for each in kept)


def values_in(paper: str, text: str, names: Sequence[str]) -> Values:
    """Return the values of the variables of a model's text in the text of a PDF.

    The fixed texts are looked for one after another: what is between two is the value of the variable between them. A
    value that only a new paragraph ends is the rest of its line, one that only a space ends is a word.
    """
    page = _Page.of(paper)
    found = {name: f"<{name}>" for name in names if f"<{name}>" in paper}
    pieces = re.split(f"<({'|'.join(map(re.escape, names))})>", text) if names else [text]
    end = 0
    for number in range(0, len(pieces), 2):
        piece = pieces[number]
        fixed = squeezed(piece)
        if fixed:
            start = page.find(piece, fixed, end)
        elif number and (piece or number == len(pieces) - 1):
            following = next((each for each in pieces[number + 2 :: 2] if squeezed(each)), "")
            limit = page.find(following, squeezed(following), end) if following else -1
            start = page.end_of_value(end, limit, line="\n" in piece or number == len(pieces) - 1)
        else:
            start = end
        if start < 0:
            return Values(found, " ".join(piece.split())[:_SHOWN])
        if number and start > end:
            found.setdefault(pieces[number - 1], page.between(end, start))
        end = start + len(fixed)
    return Values(dict.fromkeys(names, "") | found, length=end)


@dataclass(frozen=True, slots=True)
class _Page:
    """The text of a PDF; positions are those of the characters that count."""

    text: str
    places: Sequence[int]
    squeezed: str

    @classmethod
    def of(cls, text: str) -> "_Page":
        return cls(text, _places(text), squeezed(text))

    def find(self, piece: str, fixed: str, begin: int) -> int:
        """Return where a fixed text is, best where spaces and line ends are as in the model; -1 if it is missing."""
        first = self.squeezed.find(fixed, begin)
        return next((at for at in self._all(fixed, first) if self._fits(piece, fixed, at)), first)

    def end_of_value(self, at: int, limit: int, *, line: bool) -> int:
        """Return the position after the word or line at a position, or `limit` if that is before and not negative."""
        if at >= len(self.places):
            return at
        ends = _LINE_END if line else _SPACE
        stop = ends.search(self.text, self.places[at])
        end = stop.start() if stop is not None else len(self.text)
        found = bisect_left(self.places, end)
        return min(found, limit) if limit >= 0 else found

    def between(self, begin: int, end: int) -> str:
        """Return the text of some positions, its spaces as single ones."""
        return " ".join(self.text[self.places[begin] : self.places[end - 1] + 1].split())

    def _all(self, fixed: str, first: int) -> Iterator[int]:
        while first >= 0:
            yield first
            first = self.squeezed.find(fixed, first + 1)

    def _fits(self, piece: str, fixed: str, at: int) -> bool:
        before, after = self._gap(at), self._gap(at + len(fixed))
        ends = piece[len(piece.rstrip()) :]
        return bool(before) == piece[:1].isspace() and bool(after) == bool(ends) and ("\n" not in ends or "\n" in after)

    def _gap(self, at: int) -> str:
        """Return the characters before a position that do not count; at both ends of the text a line end."""
        if at in (0, len(self.places)):
            return "\n"
        return self.text[self.places[at - 1] + 1 : self.places[at]]


def _places(text: str) -> list[int]:
    """Return the places of the characters that count."""
    left_out = {at for found in _NOT_COUNTED.finditer(text) for at in range(*found.span())}
    return [at for at in range(len(text)) if at not in left_out]
