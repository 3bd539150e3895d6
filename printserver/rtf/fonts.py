"""The font table and the colour table of a document, and the control words that use them."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from printserver.rtf import characters, symbols
from printserver.rtf.model import Face
from printserver.rtf.state import Control, State, with_face

FONT_TABLE: Final = "fonttbl"
COLOR_TABLE: Final = "colortbl"
"""Names of the targets of text in the tables."""
_BLACK: Final = "000000"
_LONGEST_NAME: Final = 100
_OF_A_CHARSET: Final = re.compile(r" (?:CE|Cyr|Greek|Tur|Baltic|\((?:Hebrew|Arabic|Vietnamese|Thai)\))$")
"""How Windows calls the characters of a font for another charset; the font is the same."""


@dataclass(frozen=True, slots=True)
class Font:
    """A font of the table: its name, and what its bytes mean (`page` before `charset`)."""

    name: str = Face().font
    charset: int = 0
    page: int | None = None


class Fonts:
    """The font table: names and code pages by number."""

    def __init__(self) -> None:
        self._fonts: dict[int, Font] = {}
        self._symbols: dict[int | None, str] = {}  # names of symbol fonts
        self._default = 0
        self._codec = characters.DEFAULT_CODEC
        self._number = 0
        self._coming = Font("")

    def controls(self) -> Mapping[str, Control]:
        """Return the control words of the table and of characters in its fonts."""
        return {
            "f": self._use,
            "plain": lambda state, _: self.plain(state),
            "deff": self._set_default,
            "fcharset": self._set_charset,
            "cpg": self._set_page,
            "ansicpg": lambda _, page: self._set_codec(characters.codec_of_page(page)),
            "mac": lambda *_: self._set_codec("mac_roman"),
            "pc": lambda *_: self._set_codec("cp437"),
            "pca": lambda *_: self._set_codec("cp850"),
        }

    def plain(self, state: State) -> None:
        """`\\plain`: the default font, nothing bold, nothing hidden."""
        state.font = self._default
        state.face = Face(font=self._called(self._default))
        state.hidden = state.deleted = False

    def use_default(self, state: State) -> None:
        """Give text that names no font the default one; the table has just been read."""
        if state.font is None:
            state.face = with_face(state.face, "font", self._called(self._default))

    def codec(self, state: State) -> str:
        """Return the codec of the bytes of a text."""
        if state.target:
            return self._codec
        font = self._of(state)
        if font.page is not None:
            return characters.codec_of_page(font.page)
        return characters.codec_of_charset(font.charset, self._codec)

    def symbols(self, state: State) -> str:
        """Return the name of the symbol font of a text, or nothing."""
        return self._symbols.get(state.font, "") if self._symbols else ""

    def add_name(self, text: str) -> None:
        """Take a piece of a font's name; it ends with `;`."""
        if len(self._coming.name) < _LONGEST_NAME:
            self._coming = replace(self._coming, name=self._coming.name + text[:_LONGEST_NAME])
        if ";" in text:
            self.end_font()

    def end_font(self) -> None:
        """End the definition of a font."""
        name = _OF_A_CHARSET.sub("", self._coming.name.partition(";")[0].strip())
        if name:
            name = name[:_LONGEST_NAME]
            self._fonts[self._number] = replace(self._coming, name=name)
            self._symbols.pop(self._number, None)
            if symbols.has_symbols(name):
                self._symbols[self._number] = name
        self._coming = Font("")

    def _of(self, state: State) -> Font:
        number = self._default if state.font is None else state.font
        return self._fonts.get(number, Font())

    def _called(self, number: int) -> str:
        return self._fonts.get(number, Font()).name

    def _use(self, state: State, number: int | None) -> None:
        if state.target == FONT_TABLE:
            self.end_font()
            self._number = number or 0
            return
        state.font = number or 0
        name = self._called(state.font)
        if name != state.face.font and not symbols.has_symbols(name):  # symbols are drawn in the font around them
            state.face = with_face(state.face, "font", name)

    def _set_default(self, _: State, number: int | None) -> None:
        self._default = number or 0

    def _set_charset(self, state: State, charset: int | None) -> None:
        if state.target == FONT_TABLE:
            self._coming = replace(self._coming, charset=charset or 0)

    def _set_page(self, state: State, page: int | None) -> None:
        if state.target == FONT_TABLE:
            self._coming = replace(self._coming, page=page)

    def _set_codec(self, codec: str) -> None:
        self._codec = codec


class Colors:
    """The colour table."""

    def __init__(self) -> None:
        self._colors: list[str | None] = []
        self._coming: list[int] | None = None

    def controls(self) -> Mapping[str, Control]:
        """Return the control words of the table, and those that use its colours."""
        return {
            "red": lambda state, value: self._set(state, 0, value),
            "green": lambda state, value: self._set(state, 1, value),
            "blue": lambda state, value: self._set(state, 2, value),
            "cf": self._letters,
            "highlight": self._highlight,
            "chcbpat": self._highlight,
            "cb": self._highlight,
            "cbpat": lambda state, n: setattr(state, "shading", replace(state.shading, back=self._of(n))),
            "cfpat": lambda state, n: setattr(state, "shading", replace(state.shading, fore=self._of(n))),
            "clcbpat": self._cell_back,
            "clcfpat": self._cell_fore,
            "brdrcf": self._border,
        }

    def add(self, text: str) -> None:
        """Take text of the table: each `;` ends a colour; one without values is the automatic one."""
        for _ in range(text.count(";")):
            self._colors.append(None if self._coming is None else "{:02X}{:02X}{:02X}".format(*self._coming))
            self._coming = None

    def _of(self, number: int | None) -> str | None:
        return self._colors[number] if number is not None and 0 <= number < len(self._colors) else None

    def _set(self, state: State, part: int, value: int | None) -> None:
        if state.target == COLOR_TABLE:
            self._coming = self._coming or [0, 0, 0]
            self._coming[part] = max(0, min(value or 0, 255))

    def _letters(self, state: State, number: int | None) -> None:
        color = self._of(number)
        state.face = with_face(state.face, "color", None if color == _BLACK else color)

    def _highlight(self, state: State, number: int | None) -> None:
        state.face = with_face(state.face, "highlight", self._of(number))

    def _cell_back(self, state: State, number: int | None) -> None:
        state.row.coming.shading = replace(state.row.coming.shading, back=self._of(number))

    def _cell_fore(self, state: State, number: int | None) -> None:
        state.row.coming.shading = replace(state.row.coming.shading, fore=self._of(number))

    def _border(self, state: State, number: int | None) -> None:
        place = state.border_place
        for side in state.border_sides if place is not None else ():
            if place is not None and side in place:
                place[side] = replace(place[side], color=self._of(number) or _BLACK)
