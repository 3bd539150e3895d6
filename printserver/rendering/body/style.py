"""Filters the styles of an `html` body, with limits that keep all text visible and on the page.

Every declaration is kept, reported by an aviso, or known to have no visible effect (P2a).
"""

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Final

from printserver.rendering.body.borders import Borders, shade
from printserver.rendering.body.characters import Notices
from printserver.rendering.body.declarations import (
    NEUTRAL,
    ZERO,
    changes_nothing,
    declarations,
    to_points,
    warn_no_effect,
)
from printserver.rendering.body.equivalents import SYMBOL_FONTS
from printserver.rendering.body.indents import Indents, Measures
from printserver.rendering.body.runs import Mode

SIZE_RANGE_PT: Final = (6.0, 36.0)
INLINE_TAGS: Final = frozenset({"span", "b", "strong", "i", "em", "u", "s", "sub", "sup"})
"""Inline tags."""

_HIDDEN_PT: Final = 1.0
_SIZES: Final = {
    "xx-small": 7.0,
    "x-small": 7.5,
    "small": 10.0,
    "medium": 12.0,
    "large": 14.0,
    "x-large": 18.0,
    "xx-large": 24.0,
    "xxx-large": 36.0,
}
_WORDS: Final = {
    "text-align": {
        **{word: word for word in ("left", "right", "center", "justify")},
        "start": "left",
        "end": "right",
        "-webkit-center": "center",
        "-webkit-right": "right",
        "-webkit-left": "left",
        "-moz-center": "center",
        "-moz-right": "right",
    },
    "font-weight": {
        **dict.fromkeys(("bold", "bolder", "600", "700", "800", "900"), "bold"),
        **dict.fromkeys(("normal", "lighter", "100", "200", "300", "400", "500"), "normal"),
    },
    "font-style": {"normal": "normal", "italic": "italic", "oblique": "italic"},
    "text-transform": {word: word for word in ("none", "uppercase", "lowercase", "capitalize")},
}
_LIST_WORDS: Final = """
    none disc circle square decimal decimal-leading-zero lower-roman upper-roman lower-latin upper-latin lower-alpha
    upper-alpha lower-greek
"""
_LIST_TYPES: Final = frozenset(_LIST_WORDS.split())
_LINES: Final = frozenset({"underline", "line-through", "overline"})
_BREAKS: Final = frozenset({"always", "page", "left", "right", "recto", "verso"})
_WHITE_SPACE: Final[dict[str, Mode]] = {
    "normal": "normal",
    "nowrap": "normal",
    "pre": "pre",
    "pre-wrap": "pre",
    "break-spaces": "pre",
    "pre-line": "lines",
}
_BLOCK_DISPLAY: Final = frozenset({"block", "list-item", "flow-root"})
_INLINE_DISPLAY: Final = frozenset({"inline", "contents", "inline-block"})
_INDENTS: Final = frozenset({"margin", "margin-left", "padding-left", "text-indent"})
_CELL_ALIGN: Final = frozenset({"top", "middle", "bottom", "baseline"})


@dataclass(frozen=True, slots=True)
class Style:
    """The result of an element's style.

    `css`: the declarations to print; `measures`: for its children. `font` (a symbol font's name, "" for a text font)
    and `mode` (of blanks) are None if inherited. `hidden`: the declaration that would hide it in a browser, or "".
    """

    css: str
    measures: Measures
    font: str | None = None
    mode: Mode | None = None
    struck: bool = False
    raised: bool = False
    break_before: bool = False
    break_after: bool = False
    hidden: str = ""


def filter_style(
    tag: str, style: str, align: str, measures: Measures, notices: Notices, *, without_lines: bool = False
) -> Style:
    """Return the result of the `style` and `align` of an element `tag`.

    Sizes are 6 to 36 pt and absolute (relative sizes would multiply), indents 0 to 60 mm in sum, first-line indents 0
    to 40 mm (or negative up to the paragraph's indent). A value beyond its limit is set to the limit; any other visible
    declaration is dropped; both with an aviso. `without_lines`: a cell of a table without lines.
    """
    reader = _Reader(tag, measures, notices)
    if align:
        reader.read("text-align", align.strip().lower())
    for name, value in declarations(style):
        reader.read(name, value)
    return reader.result(without_lines)


@dataclass
class _Reader:
    """Reads the declarations of one element."""

    tag: str
    around: Measures
    notices: Notices
    kept: dict[str, str] = field(default_factory=dict)
    size: float | None = None
    font: str | None = None
    mode: Mode | None = None
    struck: bool = False
    raised: bool = False
    before: bool = False
    after: bool = False
    hidden: str = ""
    inline_block: bool = False
    wide: bool = False
    borders: Borders = field(default_factory=Borders)
    indents: Indents = field(init=False)

    def __post_init__(self) -> None:
        self.indents = Indents(self.around, self.notices, self.kept)

    def read(self, name: str, value: str) -> None:
        """Read one declaration."""
        if name in _WORDS:
            self._word(name, value)
        elif name.startswith("border") and self.borders.read(name, value):
            return
        elif name in _INDENTS:
            self.indents.read(name, value, self._size_pt())
        elif name in _READ:
            _READ[name](self, value)
        elif not changes_nothing(name, value):
            warn_no_effect(name, self.notices)

    def result(self, without_lines: bool) -> Style:
        """Return the result of all declarations."""
        self.indents.close()
        if self.inline_block and self.wide:
            self._set_apart("display", "inline-block")
        if self.tag in ("ul", "ol"):
            self.indents.add_list()
        self.kept.update(self.borders.css(self.tag, without_lines=without_lines))
        measures = replace(self.indents.measures(), size_pt=self._size_pt())
        css = ";".join(f"{name}:{value}" for name, value in self.kept.items())
        return Style(
            css, measures, self.font, self.mode, self.struck, self.raised, self.before, self.after, self.hidden
        )

    def _size_pt(self) -> float:
        return self.around.size_pt if self.size is None else self.size

    def _word(self, name: str, value: str) -> None:
        if value in _WORDS[name]:
            self.kept[name] = _WORDS[name][value]
        elif value not in NEUTRAL:
            warn_no_effect(name, self.notices)

    def _left_out(self, name: str, value: str) -> None:
        if not changes_nothing(name, value):
            warn_no_effect(name, self.notices)

    def _font_size(self, value: str) -> None:
        around = self._size_pt()
        relative = {"smaller": around / 1.2, "larger": around * 1.2}
        points = _SIZES.get(value) or relative.get(value) or to_points(value, around, around)
        if points is None:
            self._left_out("font-size", value)
            return
        if points < _HIDDEN_PT:
            self.hidden = "font-size"
        least, most = SIZE_RANGE_PT
        if not least <= points <= most:
            self.notices.add(f"Um tamanho de letra foi trazido ao limite de {least:g} a {most:g} pt.")
        self.size = round(min(max(points, least), most), 2)
        self.kept["font-size"] = f"{self.size:g}pt"

    def _font(self, value: str) -> None:
        """Read the shorthand: words, size, optional line height, family."""
        words = value.replace(" /", "/").replace("/ ", "/").split()
        for at, word in enumerate(words):
            if word in _WORDS["font-weight"]:
                self._word("font-weight", word)
            elif word in _WORDS["font-style"]:
                self._word("font-style", word)
            elif word[0].isdigit() or word[0] == "." or word.partition("/")[0] in (*_SIZES, "smaller", "larger"):
                self._font_size(word.partition("/")[0])
                self._font_family(" ".join(words[at + 1 :]))
                return
            else:
                self._left_out("font", word)

    def _font_family(self, value: str) -> None:
        if value in NEUTRAL:
            return
        first = value.partition(",")[0].strip(" \"'")
        self.font = first if first in SYMBOL_FONTS else ""
        if not self.font:
            warn_no_effect("font-family", self.notices)

    def _mso_symbol_font_family(self, value: str) -> None:
        if value.strip("\"' ") in SYMBOL_FONTS:
            self.font = value.strip("\"' ")

    def _padding(self, value: str) -> None:
        self._left_out("padding", value)

    def _text_decoration(self, value: str) -> None:
        words = value.split()
        lines = [word for word in words if word in _LINES]
        if lines or "none" in words:
            self.kept["text-decoration"] = " ".join(lines) or "none"
            self.struck = bool(lines)
        if any(word in ("double", "dotted", "dashed", "wavy", "blink") for word in words) or not words:
            warn_no_effect("text-decoration", self.notices)
        elif not lines and "none" not in words:
            self._left_out("text-decoration", value)

    def _text_decoration_style(self, value: str) -> None:
        if value != "solid":
            self._left_out("text-decoration-style", value)

    def _white_space(self, value: str) -> None:
        if value in _WHITE_SPACE:
            self.mode = _WHITE_SPACE[value]
        if value == "nowrap" or value not in _WHITE_SPACE:
            self._left_out("white-space", value)

    def _white_space_collapse(self, value: str) -> None:
        mode: dict[str, Mode] = {"preserve": "pre", "break-spaces": "pre", "preserve-breaks": "lines"}
        if value in mode:
            self.mode = mode[value]
        elif value not in ("collapse", "wrap"):
            self._left_out("white-space", value)

    def _vertical_align(self, value: str) -> None:
        if self.tag in INLINE_TAGS and value in ("sub", "super"):
            self.raised = True
            self.kept["vertical-align"] = value
        elif self.tag in ("td", "th") and value in _CELL_ALIGN:
            self.kept["vertical-align"] = value
        elif value != "baseline":
            self._left_out("vertical-align", value)

    def _display(self, value: str) -> None:
        inline = self.tag in INLINE_TAGS
        self.inline_block = inline and value == "inline-block"
        if value == "none":
            self.hidden = "display:none"
        elif inline and value not in _INLINE_DISPLAY and value not in NEUTRAL:
            self.kept["display"] = "block"  # otherwise words that a browser separates would join
            if value not in _BLOCK_DISPLAY:
                warn_no_effect("display", self.notices)
        elif not inline and value not in _BLOCK_DISPLAY and not value.startswith("table"):
            self._left_out("display", value)

    def _width(self, value: str) -> None:
        self.wide = not ZERO.fullmatch(value)
        self._left_out("width", value)

    def _set_apart(self, name: str, value: str) -> None:
        """Put an element with its own position on a separate line: its words must not join others."""
        if changes_nothing(name, value) or value in ("static", "relative"):
            return
        warn_no_effect(name, self.notices)
        if self.tag in INLINE_TAGS:
            self.kept["display"] = "block"

    def _float(self, value: str) -> None:
        self._set_apart("float", value)

    def _position(self, value: str) -> None:
        self._set_apart("position", value)
        if value == "relative":
            warn_no_effect("position", self.notices)

    def _visibility(self, value: str) -> None:
        if value in ("hidden", "collapse"):
            self.hidden = f"visibility:{value}"
        elif value != "visible":
            self._left_out("visibility", value)

    def _opacity(self, value: str) -> None:
        number = to_points(value.replace("%", "") + "pt", 1, 1)
        if number is not None and number <= 0.1:
            self.hidden = "opacity"
        elif number is None or number < 1:
            warn_no_effect("opacity", self.notices)

    def _mso_hide(self, value: str) -> None:
        if value != "none":
            self.hidden = "mso-hide"

    def _color(self, value: str) -> None:
        printed = shade(value)
        if printed == "pale":
            self.hidden = f"color:{value[:30]}"
        elif printed != "black":
            self._left_out("color", value)

    def _list_style_type(self, value: str) -> None:
        if value in _LIST_TYPES:
            self.kept["list-style-type"] = value
        else:
            self._left_out("list-style", value)

    def _list_style(self, value: str) -> None:
        for word in value.split():
            if word not in ("inside", "outside"):
                self._list_style_type(word)

    def _page_break_before(self, value: str) -> None:
        self.before = value in _BREAKS
        if not self.before:
            self._left_out("page-break-before", value)

    def _page_break_after(self, value: str) -> None:
        self.after = value in _BREAKS
        if not self.after:
            self._left_out("page-break-after", value)


_READ: Final[dict[str, Callable[[_Reader, str], None]]] = {
    "break-after": _Reader._page_break_after,
    "break-before": _Reader._page_break_before,
    "color": _Reader._color,
    "display": _Reader._display,
    "float": _Reader._float,
    "font": _Reader._font,
    "font-family": _Reader._font_family,
    "font-size": _Reader._font_size,
    "list-style": _Reader._list_style,
    "list-style-type": _Reader._list_style_type,
    "mso-hide": _Reader._mso_hide,
    "mso-symbol-font-family": _Reader._mso_symbol_font_family,
    "opacity": _Reader._opacity,
    "padding": _Reader._padding,
    "page-break-after": _Reader._page_break_after,
    "page-break-before": _Reader._page_break_before,
    "position": _Reader._position,
    "text-decoration": _Reader._text_decoration,
    "text-decoration-line": _Reader._text_decoration,
    "text-decoration-style": _Reader._text_decoration_style,
    "vertical-align": _Reader._vertical_align,
    "visibility": _Reader._visibility,
    "white-space": _Reader._white_space,
    "width": _Reader._width,
    "white-space-collapse": _Reader._white_space_collapse,
}
