"""A paragraph's runs as tokens: words that do not break inside, spaces, tabs, line ends, page ends, boxes.

Lines may break at spaces, after a hyphen or dash inside a word, and at a soft hyphen. U+00A0 and U+2011 do not break.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Final, Literal

from printserver.rendering.body.characters import Notices, clean
from printserver.rendering.rtf_body.faces import Letter, letter
from printserver.rtf import Run

Kind = Literal["palavra", "espaco", "tab", "linha", "pagina"]

SOFT_HYPHEN: Final = "\u00ad"
BROKEN_HYPHEN: Final = "\u2010"
"""What is drawn where a line ends at a soft hyphen."""

_KNOWN: Final = re.compile("[\\x20-\\x7e\\xa0-\\xac\\xae-\u017f\u2013\u2014\u2018-\u201e\u2020-\u2022\u2026\u20ac]*")
"""Characters that all vendored fonts have. The others go through `clean`, which takes longer."""

_LINE_ENDS: Final = str.maketrans(dict.fromkeys("\x0b\x85\u2028\u2029\r", "\n"))
_OWN: Final = re.compile("([\\t\\n\\f\u00ad\u2011\ue000-\uf8ff])")
"""Characters with a meaning of their own in a paragraph; the private ones may mark boxes."""

_TOKEN: Final = re.compile(
    """
      (?P<espaco>[ ]+) | (?P<tab>\\t) | (?P<linha>\\n) | (?P<pagina>\\f)
    | (?P<palavra>[^ \\t\\n\\f]+?  # as far as
        (?: (?=[ \\t\\n\\f]|$)
          | (?<=[-\u2010–—]) (?![-\u2010–—]) (?: (?!\\d) | (?<![ \\t\\n\\f]-) (?<!^-) )  # a hyphen, no sign
          | (?<=[\u00ad\u200b])
        )
      )
    """,
    re.VERBOSE,
)


@dataclass(frozen=True, slots=True)
class Box:
    """An empty place in the text. Width and height in mm; `id` is the id of its element."""

    id: str
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Piece:
    """Characters of one letter in a word, or a box. In points: `width` as drawn, `room` where lines are broken."""

    text: str
    letter: Letter
    width: float
    room: float
    box: Box | None = None


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


class Reader:
    """Reads paragraphs as tokens. One per document: it counts characters and collects notices on them.

    `boxes` maps private characters of the text to the boxes that take their place.
    """

    def __init__(self, boxes: Mapping[str, Box], notices: Notices) -> None:
        self._boxes = boxes
        self._notices = notices
        self._before = 0

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
            for part in re.findall("[^a-zß-ÿ]+|[a-zß-ÿ]+", text):
                yield part.upper(), letter(face, small=part.islower())
        else:
            yield text, letter(face)

    def _clean(self, text: str) -> str:
        before = self._before
        self._before += len(text)
        if _KNOWN.fullmatch(text):
            return text
        parts = _OWN.split(text.translate(_LINE_ENDS))
        for at, part in enumerate(parts):
            if at % 2 == 0 or (part >= "\ue000" and part not in self._boxes):
                parts[at] = clean(part, self._notices, before=before)
            before += len(part)
        return "".join(parts)

    def _tokens(self, text: str, ends: list[tuple[int, Letter]]) -> Iterator[Token]:
        at = 0
        for match in _TOKEN.finditer(text):
            start, end = match.span()
            while ends[at][0] <= start:
                at += 1
            pieces, last = [], at
            while ends[last][0] < end:
                pieces.append((text[start : ends[last][0]], ends[last][1]))
                start = ends[last][0]
                last += 1
            pieces.append((text[start:end], ends[last][1]))
            made = tuple(piece for part, shown in pieces if part for piece in self._pieces(part, shown))
            yield Token(_kind(match.lastgroup), made, sum(piece.width for piece in made))

    def _pieces(self, text: str, shown: Letter) -> Iterator[Piece]:
        if text.isascii():
            yield piece_of(text, shown) if text >= " " else Piece(text, shown, 0.0, 0.0)
            return
        for part in re.split("([\ue000-\uf8ff])", text.replace("\u2011", "-")):
            if box := self._boxes.get(part):
                width = box.width * 72 / 25.4
                yield Piece("", shown, width, width, box)
            elif part:
                yield piece_of(part, shown)


def piece_of(text: str, shown: Letter) -> Piece:
    """Return characters with their widths. Marks of possible word breaks have none."""
    visible = text if text.isascii() else text.replace(SOFT_HYPHEN, "").replace("\u200b", "")
    return Piece(text, shown, shown.width(visible), shown.room(visible))


def _kind(name: str | None) -> Kind:
    for kind in ("palavra", "espaco", "tab", "linha"):
        if name == kind:
            return kind
    return "pagina"
