"""Placed lines as HTML: an empty block of exact height for each, and the CSS classes they need. Lengths in points."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from html import escape
from itertools import groupby
from typing import Final

from printserver.errors import Recusa
from printserver.rendering.rtf_body.faces import MAX_LETTERS, Letter
from printserver.rendering.rtf_body.heights import Height
from printserver.rendering.rtf_body.lines import Line, Part
from printserver.rendering.rtf_body.placed import written
from printserver.rendering.rtf_body.tokens import BROKEN_HYPHEN, NUMBER_BOX, SOFT_HYPHEN, Box, Piece, Token, piece_of
from printserver.rtf import PAGE_NUMBER, TWIPS_PER_POINT

BASE_CSS: Final = (
    ".rtf,.rtf div,.rtf p{margin:0;padding:0;text-indent:0}"
    ".rtf{font-kerning:none;font-variant-ligatures:none}"
    ".rtf table{border-collapse:separate;border-spacing:0;table-layout:fixed;margin:0;border:0}"
    ".rtf td{vertical-align:top;text-align:left;border:0 none;padding:0;box-decoration-break:clone}"
    ".rtf tr{break-inside:auto}"
    # Not with the line above, as the last lines of other bodies.
    ".rtf tr,.rtf p:not([style*=break-before]){break-before:auto!important}"
)
MAX_LEADERS: Final = 3_000_000
"""Dots or lines in the places of tabs: those of 20,000 full lines of small letters."""


@dataclass(slots=True)
class Sheet:
    """Collects the classes of a document, each set of declarations once, and counts the characters of its leaders."""

    _classes: dict[str, str] = field(default_factory=dict)
    _leaders: int = 0

    def name(self, declarations: str) -> str:
        """Return the class of these declarations."""
        return self._classes.setdefault(declarations, f"r{len(self._classes)}")

    def count_leaders(self, more: int) -> None:
        """Count characters that fill the places of tabs. Raises `Recusa` `corpo-invalido` for too many."""
        self._leaders += more
        if self._leaders > MAX_LEADERS:
            most = f"{MAX_LEADERS:,}".replace(",", ".")
            raise Recusa(
                "corpo-invalido",
                f"As tabulações do texto têm preenchimento demais: mais de {most} pontos ou traços. Divida o documento"
                " ou use letra maior.",
            )

    def css(self) -> str:
        """Return the rules of all classes."""
        return "\n".join(f".rtf .{name}{{{declarations}}}" for declarations, name in self._classes.items())


def points(value: float) -> str:
    """Return a length for CSS, to a thousandth of a point."""
    text = f"{value:.3f}".rstrip("0").rstrip(".")
    return f"{text}pt" if text not in ("-0", "0", "") else "0"


@dataclass(frozen=True, slots=True)
class _Bit:
    """Text of one letter and one stretch in a line, or with `box` an empty place. `x` from the left margin."""

    text: str
    letter: Letter
    x: float
    width: float
    stretch: float = 0.0
    box: Box | None = None


def line_html(
    line: Line, height: Height, end: Letter, sheet: Sheet, *, origin: float, style: str = "", new_page: bool = False
) -> str:
    """Return a line as a block; `origin` is the x of the block around it, `style` further declarations.

    The declarations are a class, which lines share: that is faster than a style of each. Only the break of a line that
    begins a `new_page` is its own, as `BASE_CSS` and the office's style sheets see it.
    """
    bits = list(_bits(line, sheet))
    texts = [bit for bit in bits if bit.box is None]
    main = max((bit.letter for bit in texts), key=lambda letter: (letter.size, _plain(letter)), default=end)
    boxes = [(bit.x - origin, bit.box) for bit in bits if bit.box is not None]
    if boxes:
        height = _around([box for _, box in boxes], height, main)
    attributes = f' class="{sheet.name(f"height:{points(height.height)};{style}")}"'
    if new_page:
        attributes += ' style="break-before:page"'
    if texts:
        middle = height.baseline - main.middle  # of the room of the text
        top = max(2 * middle - height.height, 0.0)
        placed = ((bit.x - origin, bit.width, bit.stretch, bit.letter, bit.text) for bit in texts)
        attributes += written((top, max(2 * middle - top, top), height.baseline), placed)
    return f"<p{attributes}>{''.join(_box_html(box, x, height) for x, box in boxes)}</p>"


def _around(boxes: list[Box], height: Height, main: Letter) -> Height:
    """Return the height of a line with boxes: above the baseline as high as the highest, or as `main` in its middle."""
    below = height.height - height.baseline
    baseline = max(below + 2 * main.middle, *(box.height * 72 / 25.4 for box in boxes))
    return replace(height, height=baseline + below, baseline=baseline)


def _box_html(box: Box, x: float, height: Height) -> str:
    """Return an empty place that stands on the baseline of its line. It takes no room from others on the line."""
    top = points(height.baseline - box.height * 72 / 25.4)
    size = f"width:{box.width:.2f}mm;height:{box.height:.2f}mm;margin:0 0 -{box.height:.2f}mm {points(x)}"
    return f'<span id="{escape(box.id)}" style="display:block;position:relative;top:{top};{size}"></span>'


@lru_cache(maxsize=MAX_LETTERS)
def _plain(letter: Letter) -> bool:
    """Return whether a letter is its font alone."""
    face = letter.face
    coloured = face.highlight or (face.color and face.color != "000000")
    return not (face.underline or face.strike or coloured or letter.spacing or letter.rise)


def _bits(line: Line, sheet: Sheet) -> Iterator[_Bit]:
    """Yield the text of a line by letter, from left to right."""
    x = line.parts[0].start
    for at, part in enumerate(line.parts):
        if part.tab is not None:
            yield from _tab(part, x, part.start, sheet)
        x = part.start
        pieces = _shown(part.tokens, last=at == len(line.parts) - 1, stretched=bool(part.stretch))
        yield from _texts(pieces, part.stretch, x)
        x = part.start + part.width


def _tab(part: Part, x: float, to: float, sheet: Sheet) -> Iterator[_Bit]:
    """Yield what fills the place of a tab: the leader's characters, a space of its width if it shows."""
    assert part.tab is not None
    letter = part.tab.letter
    leader = part.stop.leader if part.stop else ""
    count = _leaders(to - x, letter.width(leader), leader) if leader else 0
    if count:
        sheet.count_leaders(max(count, 0))
        width = letter.width(leader * count)
        yield _Bit(leader * count, letter, x, width)
        x += width
    if letter.face.underline or letter.face.strike or letter.face.highlight:
        yield _Bit(" ", letter, x, to - x, to - x - letter.width(" "))


def _leaders(gap: float, width: float, leader: str) -> int:
    """Return how many characters fill a gap, in whole twips as LibreOffice; a line of `_` leaves no rest."""
    return round(gap * TWIPS_PER_POINT) // max(round(width * TWIPS_PER_POINT), 1) + (leader == "_")


def _shown(tokens: list[Token], *, last: bool, stretched: bool) -> Iterator[Piece]:
    """Yield the pieces of a part; of the spaces at a line's end only one."""
    end = len(tokens)
    while last and end and tokens[end - 1].kind == "espaco":
        end -= 1
    for at, token in enumerate(tokens[:end]):
        for piece in token.pieces:
            if SOFT_HYPHEN in piece.text:
                yield _soft(piece, last and at == end - 1)
            else:
                yield piece
    if last and end < len(tokens) and not stretched:  # a stretched one would reach beyond the margin
        piece = tokens[end].pieces[0]
        yield piece_of(" ", piece.letter)


def _soft(piece: Piece, ends_line: bool) -> Piece:
    return piece_of(piece.text.replace(SOFT_HYPHEN, "") + (BROKEN_HYPHEN if ends_line else ""), piece.letter)


def _texts(pieces: Iterator[Piece], stretch: float, x: float) -> Iterator[_Bit]:
    """Yield pieces by letter; `x` is where they begin."""
    for (letter, box), group in groupby(pieces, key=lambda piece: (piece.letter, piece.box)):
        found = list(group)
        text = PAGE_NUMBER if box is NUMBER_BOX else "".join(piece.text for piece in found)
        blanks = text.count(" ") + text.count("\u00a0")
        width = sum(piece.width for piece in found) + stretch * blanks
        if text or box is not None:
            yield _Bit(text, letter, x, width, stretch if blanks else 0.0, None if box is NUMBER_BOX else box)
        x += width
