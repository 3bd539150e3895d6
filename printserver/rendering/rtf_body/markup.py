"""Placed lines as HTML: one block of exact height a line, and the CSS classes that they need. Lengths in points."""

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from functools import lru_cache
from html import escape
from itertools import groupby
from typing import Final

from printserver.rendering.rtf_body.faces import MAX_LETTERS, Letter
from printserver.rendering.rtf_body.heights import Height
from printserver.rendering.rtf_body.lines import Line, Part
from printserver.rendering.rtf_body.tokens import BROKEN_HYPHEN, NUMBER_BOX, SOFT_HYPHEN, Box, Piece, Token, piece_of
from printserver.rtf import TWIPS_PER_POINT

BASE_CSS: Final = (
    ".rtf,.rtf div,.rtf p{margin:0;padding:0;text-indent:0}"
    ".rtf{font-kerning:none;font-variant-ligatures:none;text-align:left;hyphens:manual;color:#000;widows:1;orphans:1}"
    ".rtf p{white-space:pre}"
    ".rtf p>span{line-height:0}"
    ".rtf .pagina::before{content:counter(page)}"
    ".rtf table{border-collapse:separate;border-spacing:0;table-layout:fixed;margin:0;border:0}"
    ".rtf td{vertical-align:top;text-align:left;border:0 none;padding:0;box-decoration-break:clone}"
    ".rtf tr{break-inside:auto}"
    # Not with the line above, as the last lines of other bodies.
    ".rtf tr,.rtf p:not([style*=break-before]){break-before:auto!important}"
)


_LITTLE: Final = 0.0005


@dataclass(slots=True)
class Sheet:
    """Collects the classes of a document: each set of declarations once."""

    _classes: dict[str, str] = field(default_factory=dict)

    def name(self, declarations: str) -> str:
        """Return the class of these declarations."""
        return self._classes.setdefault(declarations, f"r{len(self._classes)}")

    def css(self) -> str:
        """Return the rules of all classes."""
        return "\n".join(f".rtf .{name}{{{declarations}}}" for declarations, name in self._classes.items())


def points(value: float) -> str:
    """Return a length for CSS, to a thousandth of a point."""
    text = f"{value:.3f}".rstrip("0").rstrip(".")
    return f"{text}pt" if text not in ("-0", "0", "") else "0"


@dataclass(frozen=True, slots=True)
class _Bit:
    """Text of one letter and one stretch in a line; `gap`: an empty place before it. With `box`, an empty box."""

    text: str
    letter: Letter
    stretch: float
    gap: float = 0.0
    box: Box | None = None


def line_html(
    line: Line, height: Height, end: Letter, sheet: Sheet, *, origin: float, style: str = "", new_page: bool = False
) -> str:
    """Return a line as a block; `origin` is the x of the block around it, `style` further declarations.

    All declarations are in classes, which lines share: that is faster than a style of each. Only the break of a line
    that begins a `new_page` is its own, as `BASE_CSS` and the office's style sheets see it.
    """
    indent, bits = _bits(line)
    if not bits:
        return _block_html([f"height:{points(height.height)}", style], "", sheet, new_page=new_page)
    letters = (bit.letter for bit in bits if bit.box in (None, NUMBER_BOX))
    main = max(letters, key=lambda letter: (letter.size, _plain(letter)), default=end)
    stretch = max(bit.stretch for bit in bits)
    css = [_block(main, height, boxes=any(bit.box not in (None, NUMBER_BOX) for bit in bits)), style]
    if _simple(line, bits):
        css.append(_place(line, origin, stretched=stretch > 0))
        inner = "".join(_bit_html(bit, main, bit.stretch, sheet) for bit in bits)
        return _block_html(css, inner, sheet, new_page=new_page)
    if abs(indent - origin) > _LITTLE:
        css.append(f"text-indent:{points(indent - origin)}")
    if stretch:
        css.append(f"word-spacing:{points(stretch)}")
    inner = "".join(_bit_html(bit, main, stretch, sheet) for bit in bits)
    return _block_html(css, inner, sheet, new_page=new_page)


def _block_html(css: list[str], inner: str, sheet: Sheet, *, new_page: bool) -> str:
    names = " ".join(sheet.name(each) for each in css if each)
    attribute = ' style="break-before:page"' if new_page else ""
    return f'<p class="{names}"{attribute}>{inner}</p>'


def _simple(line: Line, bits: list[_Bit]) -> bool:
    """Return whether CSS sets the line as it is: nothing in it depends on spaces that CSS would collapse."""
    text = "".join(bit.text for bit in bits)
    return len(line.parts) == 1 and "  " not in text and text[:1] != " " and all(bit.box is None for bit in bits)


def _place(line: Line, origin: float, *, stretched: bool) -> str:
    """Return the declarations of a block that is the room of its line, aligned as the line is."""
    part, room = line.parts[0], line.room
    css = f"white-space:nowrap;margin-left:{points(room.start - origin)};width:{points(room.end - room.start)};"
    if stretched:
        return css + "text-align-last:justify"
    before, after = part.start - room.start, room.end - part.start - part.ink
    if before < _LITTLE:
        return css
    return css + ("text-align:right" if abs(after) < _LITTLE else "text-align:center")


def _block(main: Letter, height: Height, *, boxes: bool) -> str:
    """Return the declarations of a block of that height whose text has that baseline.

    CSS centres the text in the line's height. What is missing or too much is padding.
    """
    fitting = 2 * (height.baseline - main.middle)
    above = max(fitting - height.height, 0.0)
    if boxes:
        line, above = max(2 * (height.height - height.baseline + main.middle), 0.0), 0.0
        below = 0.0
    else:
        line = max(fitting - 2 * above, 0.0)
        below = height.height - line - above
    css = font_css(main, line)
    if above > _LITTLE:
        css += f"padding-top:{points(above)};"
    if below > _LITTLE:  # not padding: WeasyPrint counts it twice at a page's end
        css += f"height:{points(line + below)};"
    return css


def font_css(letter: Letter, line: float) -> str:
    """Return the font of a letter, with the line height in points."""
    face = letter.face
    slant = "italic " if face.italic else ""
    weight = "bold " if face.bold else ""
    fallback = ",PsSemSerifa" if letter.family != "PsSemSerifa" else ""
    return f"font:{slant}{weight}{points(letter.size)}/{points(line)} {letter.family}{fallback};"


def letter_css(letter: Letter) -> str:
    """Return the declarations of a letter inside a line: it does not change the line's height."""
    face = letter.face
    css = font_css(letter, 0)
    lines = " ".join(name for name, on in (("underline", face.underline), ("line-through", face.strike)) if on)
    if lines:
        css += f"text-decoration:{lines};"
    if face.color and face.color != "000000":
        css += f"color:#{face.color};"
    if face.highlight:
        css += f"background:#{face.highlight};"
    if letter.spacing:
        css += f"letter-spacing:{points(letter.spacing)};"
    if letter.rise:
        css += f"position:relative;top:{points(-letter.rise)};"  # leaves the height of the line as it is
    return css


@lru_cache(maxsize=MAX_LETTERS)
def _plain(letter: Letter) -> bool:
    """Return whether a letter is its font alone, which a block may have without passing more on to what is in it."""
    return letter_css(letter) == font_css(letter, 0)


def _bit_html(bit: _Bit, main: Letter, stretch: float, sheet: Sheet) -> str:
    style = f"margin-left:{points(bit.gap)};" if bit.gap else ""
    if bit.box == NUMBER_BOX:
        return f'<span class="pagina {sheet.name(letter_css(bit.letter) + style)}"></span>'
    if bit.box is not None:
        size = f"width:{bit.box.width:.2f}mm;height:{bit.box.height:.2f}mm"
        return f'<span id="{escape(bit.box.id)}" style="display:inline-block;{style}{size}"></span>'
    if bit.stretch != stretch:
        style += f"word-spacing:{points(bit.stretch)}"
    text = escape(bit.text, quote=False)
    if bit.letter == main and not style and _plain(main):
        return text
    return f'<span class="{sheet.name(letter_css(bit.letter) + style)}">{text}</span>'


def _bits(line: Line) -> tuple[float, list[_Bit]]:
    """Return the offset of a line's first text, and its text by letter and stretch."""
    first = line.parts[0]
    bits: list[_Bit] = []
    indent, x = first.start, first.start
    for at, part in enumerate(line.parts):
        last = at == len(line.parts) - 1
        if part.tab is not None:
            leader = list(_tab(part, x, part.start))
            if not bits and len(leader) == 1 and not leader[0].text.strip() and not part.tab.letter.face.underline:
                indent = part.start
            else:
                bits += leader
        bits += _texts(_shown(part.tokens, last=last, stretched=bool(part.stretch)), part.stretch)
        x = part.start + part.width
    return indent, bits


def _tab(part: Part, x: float, to: float) -> Iterator[_Bit]:
    """Return what fills the place of a tab: a space of its width, or the leader's characters."""
    assert part.tab is not None
    letter = part.tab.letter
    gap = to - x
    leader = part.stop.leader if part.stop else ""
    count = _leaders(gap, letter.width(leader), leader) if leader else 0
    if count:
        yield _Bit(leader * count, letter, 0.0)
        rest = gap - letter.width(leader * count)
        yield _space(letter, rest)
    else:
        yield _space(letter, gap)


def _leaders(gap: float, width: float, leader: str) -> int:
    """Return how many characters fill a gap, in whole twips as LibreOffice; a line of `_` leaves no rest."""
    return round(gap * TWIPS_PER_POINT) // max(round(width * TWIPS_PER_POINT), 1) + (leader == "_")


def _space(letter: Letter, width: float) -> _Bit:
    """Return a space of that width."""
    own = letter.width(" ")
    if letter.face.underline or letter.face.strike or letter.face.highlight:
        return _Bit(" ", letter, width - own)
    return _Bit(" ", letter, 0.0, width - own)


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
    text = piece.text.replace(SOFT_HYPHEN, "") + (BROKEN_HYPHEN if ends_line else "")
    return replace(piece, text=text)


def _texts(pieces: Iterator[Piece], stretch: float) -> Iterator[_Bit]:
    for (letter, box), group in groupby(pieces, key=lambda piece: (piece.letter, piece.box)):
        if box is not None:
            yield _Bit("", letter, stretch, 0.0, box)
        else:
            yield _Bit("".join(piece.text for piece in group), letter, stretch)
