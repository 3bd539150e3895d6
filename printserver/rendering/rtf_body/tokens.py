"""A paragraph's runs as tokens: words that do not break inside, spaces, tabs, line ends, page ends, boxes."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import chain, groupby
from typing import Final

from printserver.rendering.body.characters import Notices, clean
from printserver.rendering.rtf_body.breaks import Kind
from printserver.rendering.rtf_body.breaks import tokens as tokens_of
from printserver.rendering.rtf_body.faces import DOTS_PER_POINT, Letter, letter
from printserver.rtf import PAGE_NUMBER, Run

SOFT_HYPHEN: Final = "\u00ad"
BROKEN_HYPHEN: Final = "\u2010"
"""What is drawn where a line ends at a soft hyphen."""
TIES: Final = ("\u00a0", "\u2011")

_KNOWN: Final = re.compile("[\\x20-\\x7e\\xa0-\\xac\\xae-\u017f\u2013\u2014\u2018-\u201e\u2020-\u2022\u2026\u20ac]*")
"""Characters that all vendored fonts have. The others go through `clean`, which takes longer."""

_BOX: Final = "\ufffc"
_LINE_ENDS: Final = str.maketrans(dict.fromkeys("\x0b\x85\u2028\u2029\r", "\n"))
_OWN: Final = re.compile("([\\t\\n\\f\u00ad\u2011\ue000-\uf8ff])")
"""Characters with a meaning of their own in a paragraph; the private ones may mark boxes."""
_ALONE: Final = re.compile("([\u00a0\u2011\ue000-\uf8ff])")


@dataclass(frozen=True, slots=True)
class Box:
    """An empty place in the text. Width and height in mm; `id` is the id of its element."""

    id: str
    width: float
    height: float


NUMBER_BOX: Final = Box("", 0.0, 0.0)
"""What marks the place of a page's number. It is as wide as one digit: the number is known when pages are made."""


@dataclass(frozen=True, slots=True)
class Piece:
    """Characters of one letter in a word, or a box. `width` as drawn in points, `room` where lines break in dots.

    `tie`: it is a blank or a hyphen that ties words, which LibreOffice measures by itself.
    """

    text: str
    letter: Letter
    width: float
    room: int
    box: Box | None = None
    tie: bool = False


@dataclass(frozen=True, slots=True)
class Token:
    """A part of a paragraph that a line takes as a whole. `width` in points."""

    kind: Kind
    pieces: tuple[Piece, ...]
    width: float

    @property
    def letter(self) -> Letter:
        """The letter of its first characters."""
        return self.pieces[0].letter

    @property
    def text(self) -> str:
        """Its characters, one for each box."""
        return "".join(piece.text or _BOX for piece in self.pieces)


class Reader:
    """Reads paragraphs as tokens. One per document: it counts characters and collects notices on them.

    `boxes` maps private characters of the text to the boxes that take their place.
    """

    def __init__(self, boxes: Mapping[str, Box], notices: Notices) -> None:
        self._boxes = boxes
        self._notices = notices
        self._before = 0
        self._known: dict[tuple[str, Letter], Token] = {}
        self._measured: dict[tuple[str, Letter], tuple[Piece, ...]] = {}

    def read(self, runs: tuple[Run, ...]) -> list[Token]:
        """Return the tokens of runs. Raises `Recusa` `corpo-invalido` for a character that cannot be printed."""
        text, ends = "", []
        for run in runs:
            for part, shown in self._shown(run):
                text += part
                ends.append((len(text), shown))
        return list(self._tokens(text, ends))

    def _shown(self, run: Run) -> Iterator[tuple[str, Letter]]:
        text = self._clean(run.text)
        face = run.face
        if face.caps:
            yield text.upper(), letter(face)
        elif face.small_caps:
            letters = letter(face), letter(face, small=True)
            for small, part in groupby(text, key=lambda character: character.upper() != character):
                yield "".join(part).upper(), letters[small]
        else:
            yield text, letter(face)

    def _clean(self, text: str) -> str:
        before = self._before
        self._before += len(text)
        if _KNOWN.fullmatch(text):
            return text
        parts = _OWN.split(text.translate(_LINE_ENDS))
        for at, part in enumerate(parts):
            if at % 2 == 0 or (part >= "\ue000" and part != PAGE_NUMBER and part not in self._boxes):
                parts[at] = clean(part, self._notices, before=before)
            before += len(part)
        return "".join(parts)

    def _tokens(self, text: str, ends: list[tuple[int, Letter]]) -> Iterator[Token]:
        at = 0
        for kind, start, end in tokens_of(text):
            while ends[at][0] <= start:
                at += 1
            if ends[at][0] >= end:
                yield self._token(kind, text[start:end], ends[at][1])
                continue
            pieces, last = [], at
            while ends[last][0] < end:
                pieces.append((text[start : ends[last][0]], ends[last][1]))
                start = ends[last][0]
                last += 1
            pieces.append((text[start:end], ends[last][1]))
            made = tuple(chain.from_iterable(self._measure(part, shown) for part, shown in pieces if part))
            yield Token(kind, made, sum(piece.width for piece in made))

    def _token(self, kind: Kind, text: str, shown: Letter) -> Token:
        """Return a token of one letter. Words and spaces of a document repeat, and are measured once."""
        known = self._known.get((text, shown))
        if known is None:
            pieces = self._measure(text, shown) if text else ()
            known = self._known[text, shown] = Token(kind, pieces, sum(piece.width for piece in pieces))
        return known if known.kind == kind else Token(kind, known.pieces, known.width)

    def _measure(self, text: str, shown: Letter) -> tuple[Piece, ...]:
        """Return the pieces of a text of one letter; equal ones are measured once."""
        known = self._measured.get((text, shown))
        if known is None:
            known = self._measured[text, shown] = tuple(self._pieces(text, shown))
        return known

    def _pieces(self, text: str, shown: Letter) -> Iterator[Piece]:
        if text.isascii():
            yield piece_of(text, shown) if text >= " " else Piece(text, shown, 0.0, 0)
            return
        for part in _ALONE.split(text):
            if part in TIES:
                yield replace(piece_of(part.replace("\u2011", "-"), shown), tie=True)
            elif box := self._boxes.get(part):
                width = box.width * 72 / 25.4
                yield Piece("", shown, width, round(width * DOTS_PER_POINT), box)
            elif part == PAGE_NUMBER:
                yield Piece("", shown, shown.width("0"), shown.room("0"), NUMBER_BOX)
            elif part:
                yield piece_of(part, shown)


def piece_of(text: str, shown: Letter) -> Piece:
    """Return characters with their widths. Marks of possible word breaks have none."""
    visible = text if text.isascii() else text.replace(SOFT_HYPHEN, "").replace("\u200b", "")
    return Piece(text, shown, shown.width(visible), shown.room(visible))


def divided(token: Token, cuts: list[int]) -> list[Token]:
    """Return a token cut before some of the characters of its `text`, in their order."""
    parts: list[list[Piece]] = [[]]
    at = 0
    for piece in token.pieces:
        first, end = at, at + (len(piece.text) or 1)
        while len(parts) <= len(cuts) and cuts[len(parts) - 1] < end:
            cut = cuts[len(parts) - 1]
            if cut > at:
                parts[-1].append(piece_of(piece.text[at - first : cut - first], piece.letter))
            parts.append([])
            at = cut
        if at < end:
            parts[-1].append(piece if at == first else piece_of(piece.text[at - first :], piece.letter))
        at = end
    return [Token(token.kind, tuple(pieces), sum(piece.width for piece in pieces)) for pieces in parts]
