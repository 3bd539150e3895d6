"""The lines of a PDF's pages, from the positions of its characters."""

import ctypes
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from operator import itemgetter
from pathlib import Path
from typing import Final

import pypdfium2
import pypdfium2.raw as pdfium

_MM: Final = 25.4 / 72
_SAME_BASELINE: Final = 1.1
"""mm between the baselines of one line: raised characters belong to it."""
_APART: Final = 3.0
"""mm of blank between two pieces of a line: columns, tab stops."""
_SAME_CHARACTER: Final = str.maketrans(
    {"\x02": "-", "\ufffe": "-", "\u2010": "-", "\u2011": "-", "\xad": "-", "\ufb01": "fi", "\ufb02": "fl"}
)
"""pdfium gives a hyphen at a line's end another code; a font may write hyphens and ligatures by other codes."""
_SURROGATES: Final = range(0xD800, 0xE000)


@dataclass(frozen=True, slots=True)
class Piece:
    """Text without blanks between two wide gaps of a line; `x` is its left end, in mm."""

    text: str
    x: float


@dataclass(frozen=True, slots=True)
class Line:
    """What has one baseline; `y` is its distance from the page's top, in mm."""

    y: float
    pieces: tuple[Piece, ...]

    @property
    def text(self) -> str:
        """The text without blanks."""
        return "".join(piece.text for piece in self.pieces)


@dataclass(frozen=True, slots=True)
class Page:
    """A page: width and height in mm, its lines from top to bottom, and its text in the order of the file."""

    size: tuple[float, float]
    lines: tuple[Line, ...]
    text: str


@dataclass(frozen=True, slots=True)
class _Character:
    text: str
    y: float
    x: float
    end: float


def pages(pdf: bytes | Path, *, without: str = "") -> list[Page]:
    """Return the pages of a PDF, `without` some characters: those that tab stops draw, as many as have room."""
    document = pypdfium2.PdfDocument(pdf)
    try:
        return [_page(page, without) for page in document]
    finally:
        document.close()


def _page(page: pypdfium2.PdfPage, without: str) -> Page:
    width, height = page.get_size()
    found = list(_characters(page, height))
    lines = [Line(y, _pieces(line, without)) for y, line in _by_baseline(found)]
    text = _shown((each.text for each in found), without)
    return Page((width * _MM, height * _MM), tuple(line for line in lines if line.text), text)


def _characters(page: pypdfium2.PdfPage, height: float) -> Iterator[_Character]:
    text_page = page.get_textpage()
    x, y = ctypes.c_double(), ctypes.c_double()
    box = pdfium.FS_RECTF()
    for index in range(text_page.count_chars()):
        code = pdfium.FPDFText_GetUnicode(text_page, index)
        character = "\ufffd" if code in _SURROGATES else chr(code)
        if character.isspace() or character in "\0\u200b\u2060":
            continue
        pdfium.FPDFText_GetCharOrigin(text_page, index, x, y)
        pdfium.FPDFText_GetLooseCharBox(text_page, index, box)
        yield _Character(character, (height - y.value) * _MM, x.value * _MM, box.right * _MM)


def _by_baseline(characters: Iterable[_Character]) -> Iterator[tuple[float, list[_Character]]]:
    """Yield the baseline of most characters of each line, and the characters."""
    line: list[_Character] = []
    for each in sorted(characters, key=lambda character: character.y):
        if line and each.y - line[0].y > _SAME_BASELINE:
            yield _usual(line), line
            line = []
        line.append(each)
    if line:
        yield _usual(line), line


def _usual(line: list[_Character]) -> float:
    counted: dict[float, int] = {}
    for each in line:
        counted[round(each.y, 2)] = counted.get(round(each.y, 2), 0) + 1
    return max(counted.items(), key=itemgetter(1))[0]


def _pieces(line: list[_Character], without: str) -> tuple[Piece, ...]:
    ordered = sorted(line, key=lambda character: character.x)
    cuts = [i for i in range(1, len(ordered)) if ordered[i].x - ordered[i - 1].end > _APART]
    parts = [ordered[a:b] for a, b in zip([0, *cuts], [*cuts, len(ordered)], strict=True)]
    pieces = (Piece(_shown((each.text for each in part), without), part[0].x) for part in parts)
    return tuple(piece for piece in pieces if piece.text)


def _shown(characters: Iterable[str], without: str) -> str:
    text = "".join(characters).translate(_SAME_CHARACTER)
    return "".join(character for character in text if character not in without)
