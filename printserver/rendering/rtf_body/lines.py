"""Breaks a paragraph into lines: greedy, between words, with exact tab stops. Lengths in points."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from math import floor
from typing import Final

from printserver.errors import Recusa
from printserver.rendering.rtf_body.faces import DOTS_PER_POINT, Letter
from printserver.rendering.rtf_body.stops import LEAST_TAB, BeforeComma, Room, Stops, begin, over_margin
from printserver.rendering.rtf_body.tokens import BROKEN_HYPHEN, SOFT_HYPHEN, Piece, Token, divided, piece_of
from printserver.rtf import TWIPS_PER_POINT, Alignment, Stop

_BLANK: Final = re.compile("(?<=[^ ]) +(?=[^ ])")
_LITTLE: Final = 0.002
"""Lines may be this much too wide: lengths are sums of rounded numbers."""
MAX_LINES: Final = 30_000
"""Twice those of a deed of 300 pages. More are not laid out in the time that a document has."""
_DOTS_PER_TWIP: Final = DOTS_PER_POINT // TWIPS_PER_POINT


def check_lines(count: int) -> None:
    """Raise `Recusa` `corpo-invalido` for a document of too many lines."""
    if count > MAX_LINES:
        most = f"{MAX_LINES:,}".replace(",", ".")
        raise Recusa(
            "corpo-invalido",
            f"O texto tem linhas demais: mais de {most}. Divida o documento ou use colunas mais largas.",
        )


@dataclass(slots=True)
class _Measure:
    """Width of text as LibreOffice adds it up: pieces of one letter in whole twips, rounded, but the last one up.

    What ties words is a piece of its own.

    The spacing after the last character of a line does not count, nor a negative one at a change of letter.
    """

    before: int = 0
    letter: Letter | None = None
    dots: int = 0
    tie: bool = False

    def copy(self) -> "_Measure":
        """Return the same width, for text that may not stay."""
        return _Measure(self.before, self.letter, self.dots, self.tie)

    def add(self, pieces: tuple[Piece, ...]) -> None:
        """Take more text."""
        for piece in pieces:
            if piece.letter is not self.letter or piece.tie or self.tie:
                self.before = self._closed()
                self.letter, self.dots, self.tie = piece.letter, 0, piece.tie
            self.dots += piece.room

    def free(self, piece: Piece, width: float) -> int:
        """Return how many dots of a piece have room in a width in points, its last spacing apart."""
        whole = floor((width + _LITTLE) * TWIPS_PER_POINT)
        if self._parts_from(piece):
            return (whole - self._closed()) * _DOTS_PER_TWIP
        return (whole - self.before) * _DOTS_PER_TWIP - self.dots

    def with_more(self, pieces: tuple[Piece, ...]) -> float:
        """Return the width in points if `pieces` came to it."""
        if len(pieces) > 1 or self._parts_from(pieces[0]):
            whole = self.copy()
            whole.add(pieces)
            return whole.width()
        return self.width(pieces[0].room)

    def width(self, more: int = 0) -> float:
        """Return the width in points, with so many dots more in the same letter."""
        return (self.before - (self._spacing() - self.dots - more) // _DOTS_PER_TWIP) / TWIPS_PER_POINT

    def _parts_from(self, piece: Piece) -> bool:
        return piece.letter is not self.letter or piece.tie or self.tie

    def _closed(self) -> int:
        """Return the width in twips if a new piece begins."""
        spacing = self.letter.spacing_dots if self.letter else 0
        dots = self.dots - spacing if spacing < 0 else self.dots
        return self.before + (2 * dots + _DOTS_PER_TWIP) // (2 * _DOTS_PER_TWIP)

    def _spacing(self) -> int:
        return self.letter.spacing_dots if self.letter else 0


@dataclass(slots=True)
class Part:
    """Tokens of a line between two tabs. `x`: where its tab begins (or the line), `start`: where its text begins.

    `ink`: its width without the spaces at its end. `stretch`: added to each of its spaces by the justification.
    `decimal`: the decimal stop that a line in a cell begins at without a tab.
    """

    x: float
    stop: Stop | None = None
    tab: Token | None = None
    tokens: list[Token] = field(default_factory=list)
    width: float = 0.0
    ink: float = 0.0
    start: float = 0.0
    stretch: float = 0.0
    decimal: Stop | None = None
    measure: _Measure = field(default_factory=_Measure)
    _head: BeforeComma | None = field(default=None, init=False, compare=False)
    _counted: int = field(default=0, init=False, compare=False)  # tokens in the head

    def add(self, token: Token) -> None:
        """Put `token` at its end."""
        self.tokens.append(token)
        self.width += token.width
        self.measure.add(token.pieces)
        if token.kind != "espaco":
            self.ink = self.width

    def with_tokens(self, tokens: list[Token]) -> "Part":
        """Return the part with other tokens."""
        part = Part(self.x, self.stop, self.tab, decimal=self.decimal)
        for token in tokens:
            part.add(token)
        return part

    @property
    def decimal_stop(self) -> bool:
        """Whether its text begins where its decimal comma says."""
        stop = self.stop or self.decimal
        return stop is not None and stop.kind == "decimal"

    def begin(self, width: float, room: Room, before: float | None = None) -> float:
        """Return where its text begins if it is `width` wide; `before`: what of that is before its decimal comma.

        Without `before`, that of its tokens.

        Text at the stop of a cell that would reach beyond it begins so much further left.
        """
        stop = self.stop or self.decimal
        if stop is None:
            return self.x
        decimal = 0.0
        if stop.kind == "decimal":
            decimal = self.before_comma() if before is None else before
        start = begin(stop, self.x, width, min(decimal, width), room)
        return max(min(start, room.end - width), self.x + LEAST_TAB) if self.decimal else start

    def before_comma(self, more: Token | None = None) -> float:
        """Return how much of its text is before its decimal comma, with one token `more` at its end."""
        head = self.head(more)
        return head.width() if head else 0.0

    def head(self, more: Token | None = None) -> BeforeComma | None:
        """Return what is before the decimal comma of its text, with one token `more` at its end; None if it is empty.

        Each of its tokens is looked at once.
        """
        if self._head is None and self.tokens:
            self._head = BeforeComma(self.tokens[0].letter)
        if self._head is not None:
            for token in self.tokens[self._counted :]:
                _add_to(self._head, token)
            self._counted = len(self.tokens)
        if more is None:
            return replace(self._head) if self._head else None
        whole = replace(self._head) if self._head else BeforeComma(more.letter)
        _add_to(whole, more)
        return whole


@dataclass(slots=True)
class Line:
    """A line: its parts from left to right, all placed. `page_break`: it begins a page; `end`: its line break."""

    parts: list[Part]
    room: Room
    page_break: bool = False
    end: Token | None = None

    @property
    def tokens(self) -> Iterator[Token]:
        """All its tokens, tabs and line break too."""
        for part in self.parts:
            if part.tab is not None:
                yield part.tab
            yield from part.tokens
        if self.end is not None:
            yield self.end


class _Breaker:
    def __init__(self, first: Room, room: Room, stops: Stops, alignment: Alignment, decimal: Stop | None) -> None:
        self._room = first
        self._next = room
        self._stops = stops
        self._alignment = alignment
        self._decimal = decimal
        self.lines: list[Line] = []
        self._parts: list[Part] = [Part(first.start, decimal=decimal)]
        self._page_break = False

    def take(self, token: Token) -> None:
        if token.kind in ("palavra", "ligada"):
            self._word(token)
        elif token.kind == "espaco":
            self._parts[-1].add(token)
        elif token.kind == "tab":
            self._tab(token)
        else:
            self._break(token)

    def _break(self, token: Token) -> None:
        """End the line at a line break or page break; a page break before all text is one before the paragraph."""
        page = token.kind == "pagina"
        if not (page and self._blank() and not self.lines):
            self.end(token, full=False)
        self._page_break = page

    def end(self, last: Token | None = None, *, full: bool = False) -> None:
        """End the line; `last` is its line break; `full`: it is ended for want of room."""
        line = Line(self._parts, self._room, self._page_break, last)
        _place(line, self._alignment, full=full)
        if self._decimal is not None:
            line.parts[:1] = _after_tab(line)
        self.lines.append(line)
        check_lines(len(self.lines))
        self._room = self._next
        self._parts = [Part(self._room.start, decimal=self._decimal)]
        self._page_break = False

    def _blank(self) -> bool:
        return len(self._parts) == 1 and not self._parts[0].tokens

    def _fits(self, word: Token) -> bool:
        """Return whether a word has room on the line."""
        width = self._parts[-1].measure.with_more(word.pieces)
        if word.pieces[-1].text[-1:] == SOFT_HYPHEN:
            width += _hyphen(word)
        part = self._parts[-1]
        return self._has_room(width, part.before_comma(word) if part.decimal_stop else None)

    def _has_room(self, width: float, before: float | None) -> bool:
        """Return whether the last part of the line has room if it is `width` wide; `before` as in `Part.begin`.

        Text after a tab to a decimal stop or to a stop beyond the room must fit where the tab begins. It may then reach
        beyond the room, but not beyond the paper.
        """
        part, room = self._parts[-1], self._room
        end = part.begin(width, room, before) + width
        beyond = part.stop is not None and over_margin(part.stop, room)
        if part.stop is not None and (beyond or part.stop.kind == "decimal"):
            fitting = max(room.end, room.column) if beyond else room.end
            return part.x + LEAST_TAB + width <= fitting + _LITTLE and end <= room.edge + _LITTLE
        return end <= room.end + _LITTLE

    def _word(self, word: Token) -> None:
        if self._fits(word):
            self._parts[-1].add(word)
            return
        if self._ends_with_slash() and (word.kind == "ligada" or not self._takes_first_of(word)):
            self._back(word)
            return
        rest = list(_without_blanks(word))
        if self._is_cut(word):
            self._cut_all(rest)
            return
        at = 0
        while at < len(rest):
            part = self._parts[-1]
            if taken := self._up_to_blank(rest, at):
                self._take_all(rest[at : at + taken])
                at += taken
                if at < len(rest):
                    self.end(full=True)
            elif part.tokens:
                self.end(full=True)
            elif part.tab is not None and not self._only_tab():
                self._parts.pop()
                self.end(full=True)
                self._tab(part.tab)
            elif part.tab is not None:
                self.end()
            else:
                self._cut_all(rest[at:])
                return

    def _cut_all(self, parts: list[Token]) -> None:
        for each in parts:
            self._cut(each)

    def _ends_with_slash(self) -> bool:
        """Return whether the text before a word ends with a slash: no line ends there if nothing of the word fits."""
        tokens = self._parts[-1].tokens
        return bool(tokens) and tokens[-1].pieces[-1].text.endswith("/")

    def _is_cut(self, word: Token) -> bool:
        """Return whether a word that does not fit is cut, though a line may end before it.

        So it is after the blanks that begin a line, and if it is tied and the line has no blank but at its start.
        """
        if self._only_blanks(self._parts[-1].tokens):
            return True
        tie = next((at for at, piece in enumerate(word.pieces) if piece.tie), None)
        part = self._parts[-1]
        before = part.before_comma(word) if part.decimal_stop else None
        if tie is None or not self._has_room(part.measure.with_more(word.pieces[: tie or 1]), before):
            return False
        text = "".join(piece.text or "-" for part in self._parts for token in part.tokens for piece in token.pieces)
        return " " not in text[1:]

    def _only_blanks(self, tokens: list[Token]) -> bool:
        """Return whether these, the line's first tokens, are blanks; not if it is aligned left: it may end there."""
        first = len(self._parts) == 1 and self._alignment != "esquerda"
        return first and bool(tokens) and all(token.kind == "espaco" for token in tokens)

    def _take_all(self, parts: list[Token]) -> None:
        """Put parts of a word on the line, as one word and the spaces after it."""
        blanks = parts[-1:] if parts[-1].kind == "espaco" else []
        word = parts[: len(parts) - len(blanks)]
        self._parts[-1].add(_word_of([piece for each in word for piece in each.pieces]))
        for blank in blanks:
            self._parts[-1].add(blank)

    def _back(self, word: Token) -> None:
        """End the line before a tied word: at its last blank; before its last word if not even a character has room."""
        part = self._parts[-1]
        ending = list(_without_blanks(part.tokens[-1]))
        tokens = [*part.tokens[:-1], *ending]
        blank = next((at for at in range(len(tokens), 0, -1) if tokens[at - 1].kind == "espaco"), 0)
        last = len(tokens) - len(ending)
        at = blank if self._takes_first_of(word) or tokens[last].kind == "ligada" else last
        if self._only_blanks(tokens[:at]):
            self._cut_all(list(_without_blanks(word)))
            return
        if at:
            self._parts[-1] = part.with_tokens(tokens[:at])
            self.end(full=True)
        elif part.tab is not None and not self._only_tab():
            self._parts.pop()
            self.end(full=True)
            self._tab(part.tab)
        elif part.tab is not None:
            self._parts[-1] = part.with_tokens([])
            self.end()
        else:
            self._cut(word)
            return
        for each in (*tokens[at:], word):
            self._word(each)

    def _takes_first_of(self, word: Token) -> bool:
        """Return whether the first character of a word has room on the line."""
        part, first = self._parts[-1], word.pieces[0]
        room = first.room if first.box else first.letter.room(first.text[0]) - _spacing(first)
        return part.measure.free(first, self._width_left()) >= room

    def _width_left(self) -> float:
        """Return the width from where the text of the last part may begin to the end of the line."""
        part = self._parts[-1]
        stop = part.stop or part.decimal
        if stop is not None and stop.kind == "decimal":
            return self._room.end - part.x - LEAST_TAB
        return self._room.end - part.begin(self._room.end, self._room)

    def _cut(self, word: Token) -> None:
        """Put a word or spaces on the line, from where it is; what does not fit goes on the next ones."""
        part = self._parts[-1]
        if word.kind == "espaco" or self._fits(word):
            part.add(word)
            return
        if part.tokens and not self._takes_first_of(word):
            self.end(full=True)
            self._cut(word)
            return
        below = self._next.end - self._next.start - (LEAST_TAB if self._decimal else 0.0)
        for at, head in enumerate(_cut(word, part.measure, self._width_left(), below)):
            if at:
                self.end(full=True)
            self._parts[-1].add(head)

    def _up_to_blank(self, parts: list[Token], first: int) -> int:
        """Return how many parts of a word go on the line, from the `first` one on.

        All of them, or those up to the first spaces that do not fit.

        A line may end at such spaces all the same. 0 if a part between spaces does not fit before that.
        """
        last = self._parts[-1]
        measure = last.measure.copy()
        with_head = last.stop is not None and last.stop.kind == "decimal"
        head = last.head() if with_head else None
        for at in range(first, len(parts)):
            part = parts[at]
            measure.add(part.pieces)
            if with_head:
                head = head or BeforeComma(part.letter)
                _add_to(head, part)
            if not self._has_room(measure.width() + _hyphen(part), head.width() if head else None):
                return at + 1 - first if part.kind == "espaco" else 0
        return len(parts) - first

    def _only_tab(self) -> bool:
        """Return whether the line has only a tab."""
        return len(self._parts) == 2 and not self._parts[0].tokens

    def _tab(self, token: Token) -> None:
        last = self._parts[-1]
        last.start = last.begin(last.width, self._room)
        x = last.start + last.width
        stop = self._stops.after(x, self._room)
        if stop.at / TWIPS_PER_POINT > self._room.end + _LITTLE and stop not in self._stops.custom:
            if not self._blank():
                self.end(full=True)
                self._tab(token)
                return
            stop = Stop(round(max(self._room.end, x) * TWIPS_PER_POINT))
        self._parts.append(Part(x, stop, token))


def break_lines(
    tokens: list[Token], first: Room, room: Room, stops: Stops, alignment: Alignment, *, cell: bool = False
) -> list[Line]:
    """Return the lines of a paragraph, at least one; `first` is the room of the first line, `room` of the others.

    In a `cell` each line begins at the stop of its paragraph if that is its only one and a decimal one. Raises `Recusa`
    `corpo-invalido` for too many lines.
    """
    only = stops.custom[0] if cell and len(stops.custom) == 1 else None
    breaker = _Breaker(first, room, stops, alignment, only if only and only.kind == "decimal" else None)
    for token in tokens:
        breaker.take(token)
    breaker.end()
    return breaker.lines


def _add_to(head: BeforeComma, token: Token) -> None:
    for piece in token.pieces:
        head.add(piece.text)


def _without_blanks(word: Token) -> Iterator[Token]:
    """Yield the parts of a word between its spaces, and the spaces."""
    cuts = sorted({at for match in _BLANK.finditer(word.text) for at in match.span()})
    for each in divided(word, cuts):
        yield each if each.text.strip(" ") else Token("espaco", each.pieces, each.width)


def _hyphen(word: Token) -> float:
    """Return the width of the hyphen that is drawn if a line ends after a word."""
    last = word.pieces[-1]
    return last.letter.width("-") + LEAST_TAB if last.text.endswith(SOFT_HYPHEN) else 0.0


def _spacing(piece: Piece) -> int:
    """Return the spacing after each character of a piece in dots; a box has none."""
    return 0 if piece.box else piece.letter.spacing_dots


def _cut(word: Token, line: _Measure, here: float, below: float) -> Iterator[Token]:
    """Cut a word that is wider than a line.

    `line` is what is on this one, whose width is `here`, that of others `below`. Widths in points.
    """
    taken: list[Piece] = []
    measure = line.copy()
    for whole in word.pieces:
        free = measure.free(whole, here)
        if whole.room - _spacing(whole) <= free:
            taken.append(whole)
            measure.add((whole,))
            continue
        for piece in _fitting(whole, free, _Measure().free(whole, below), first=not taken):
            if taken and piece.room - _spacing(piece) > measure.free(piece, here):
                yield _word_of(taken)
                taken, measure, here = [], _Measure(), below
            taken.append(piece)
            measure.add((piece,))
    yield _word_of(taken)


def _fitting(piece: Piece, here: int, below: int, *, first: bool) -> Iterator[Piece]:
    """Yield parts of a piece: as much as fits `here`, then as much as fits `below`, at least one character.

    The spacing after the last character of a part takes no room.
    """
    spacing = _spacing(piece)
    if piece.box is not None or piece.room - spacing <= here:
        yield piece
        return
    start, width, room = 0, 0, here
    for at, character in enumerate(piece.text):
        wide = piece.letter.room(character)
        if width + wide - spacing > room and (at > start or not first):
            if at > start:
                yield piece_of(piece.text[start:at], piece.letter)
            start, width, room, first = at, 0, below, True
        width += wide
    yield piece_of(piece.text[start:], piece.letter)


def _word_of(pieces: list[Piece]) -> Token:
    return Token("palavra", tuple(pieces), sum(piece.width for piece in pieces))


def _place(line: Line, alignment: Alignment, *, full: bool) -> None:
    """Set where the parts of a finished line begin, and the stretch of its spaces.

    A centred or right-aligned line moves as a whole, its tabs keep their widths.
    """
    room, last = line.room, line.parts[-1]
    hangs = full and alignment != "esquerda"  # the blanks at the line's end
    last.start = last.begin(last.ink if hangs else last.width, room)
    free = room.end - last.start - last.ink - _drawn_hyphen(last)
    if alignment == "justificado" and full:
        spaces = sum(_spaces(token) for token in _inner(last))
        last.stretch = free / spaces if spaces and free > 0 else 0.0
    elif alignment in ("direita", "centro"):
        shift = max(free if alignment == "direita" else free / 2, 0.0)
        for part in line.parts:
            part.x += shift
            part.start += shift


def _drawn_hyphen(part: Part) -> float:
    """Return the width of the hyphen that is drawn at the end of a part that ends at a soft hyphen."""
    token = next(reversed(_inner(part)), None)
    ends = token is not None and token.pieces and token.pieces[-1].text.endswith(SOFT_HYPHEN)
    return token.pieces[-1].letter.width(BROKEN_HYPHEN) if token and ends else 0.0


def _after_tab(line: Line) -> list[Part]:
    """Return the first part of a line that begins at a decimal stop without a tab, as one after an unseen tab."""
    first = line.parts[0]
    token = first.tokens[0] if first.tokens else line.parts[1].tab if len(line.parts) > 1 else None
    if token is None:
        return [first]
    face = replace(token.letter.face, underline=False, strike=False, highlight=None)
    tab = Token("tab", (Piece("\t", replace(token.letter, face=face), 0.0, 0),), 0.0)
    return [Part(first.x, start=first.x), replace(first, tab=tab)]


def _inner(part: Part) -> list[Token]:
    """Return the tokens of a part without the spaces at its end."""
    tokens = part.tokens
    end = len(tokens)
    while end and tokens[end - 1].kind == "espaco":
        end -= 1
    return tokens[:end]


def _spaces(token: Token) -> int:
    return sum(piece.text.count(" ") + piece.text.count("\u00a0") for piece in token.pieces)
