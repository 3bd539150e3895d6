"""The style of an `html` body: what of it is printed, within limits that keep all text visible and on the page.

Every declaration is kept, or told by an aviso, or known to change nothing that is seen (P2a).
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Final

from printserver.rendering.body import borders as body_borders
from printserver.rendering.body.characters import WarningSettings
from printserver.rendering.body.equivalents import SYMBOL_FONTS
from printserver.rendering.body.runs import Mode

SIZE_RANGE_PT: Final = (6.0, 36.0)
MAX_INDENT_MM: Final = 60.0
"""Indents of nested elements together, in mm; with a first line's, what the narrowest page (116 mm) can bear."""
MAX_FIRST_LINE_MM: Final = 40.0
LIST_INDENT_MM: Final = 8.0
INLINE_TAGS: Final = frozenset({"span", "b", "strong", "i", "em", "u", "s", "sub", "sup"})
"""Tags that are part of a line."""

_BASE_PT: Final = 12.0
_HIDDEN_PT: Final = 1.0
_POINTS: Final = {"pt": 1.0, "px": 0.75, "mm": 72 / 25.4, "cm": 720 / 25.4, "in": 72.0, "pc": 12.0, "q": 18 / 25.4}
_LENGTH: Final = re.compile(r"([+-]?(?:\d{1,9}(?:\.\d{0,9})?|\.\d{1,9}))([a-z%]{0,4})")
_DECLARATION: Final = re.compile(r"""(?:[^;"'()]++|"[^"]*+"?|'[^']*+'?|\([^)]*+\)?|\))++""")
_COMMENT: Final = re.compile(r"/\*(?:[^*]|\*(?!/))*+(?:\*/)?")
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
    "pre-line": "linhas",
}
_BLOCK_DISPLAY: Final = frozenset({"block", "list-item", "flow-root"})
_INLINE_DISPLAY: Final = frozenset({"inline", "contents", "inline-block"})
_CELL_ALIGN: Final = frozenset({"top", "middle", "bottom", "baseline"})

_NEUTRAL: Final = frozenset({"inherit", "initial", "unset", "revert", "normal", "auto", "currentcolor", ""})
_ZERO: Final = re.compile(
    r"(?:[+-]?(?:0++(?:\.0*+)?|\.0++)[a-z%]{0,4}+|none|auto|normal|transparent|white|#fff(?:fff)?|\s++)++"
)
_NEUTRAL_AT_ZERO: Final = re.compile(
    "(?:margin|padding|border|outline|background|letter-spacing|word-spacing|float|clear|text-shadow|box-shadow"
    "|text-autospace|text-effect|list-style-image|quotes|text-emphasis|column|min-|top|right|bottom|left).*"
)
_FORMLESS: Final = re.compile(
    "mso-(?!hide).*|.*-line-break|caret-color|cursor|hyphens|layout-grid.*|orphans|outline.*|overflow-wrap|panose-1"
    "|pointer-events|punctuation-wrap|speak.*|tab-interval|(?:-webkit-)?text-decoration-skip.*|text-rendering|text-size-adjust"
    "|-(?:webkit|moz|ms)-(?:text-size-adjust|font-smoothing|hyphens|tap-highlight-color|user-select|osx.*)"
    "|user-select|widows|will-change|word-break|word-wrap|border-collapse|border-spacing|box-sizing|empty-cells"
    "|font-kerning|font-feature-settings|font-variant-ligatures|font-optical-sizing|image-rendering"
)


@dataclass(frozen=True, slots=True)
class Measures:
    """What an element has from those around it: the font size in pt, the sum of indents and a first line's in mm."""

    size_pt: float = _BASE_PT
    indent_mm: float = 0.0
    first_line_mm: float = 0.0


@dataclass(frozen=True, slots=True)
class Style:
    """What an element's style comes to.

    `css`: the declarations to print; `measures`: for what is inside. None stands for what is around: `fonte` (a symbol
    font's name, "" for a font of text), `modo` (of blanks). `hidden`: what would hide it from a viewer, or "".
    """

    css: str
    measures: Measures
    fonte: str | None = None
    modo: Mode | None = None
    struck: bool = False
    nivel: bool = False
    break_before: bool = False
    break_after: bool = False
    hidden: str = ""


def filter_style(
    tag: str, style: str, align: str, measures: Measures, notices: WarningSettings, *, without_lines: bool = False
) -> Style:
    """Return what the `style` and `align` of an element `marca` come to.

    Sizes are 6 to 36 pt and absolute (relative ones would multiply), indents 0 to 60 mm in sum, a first line's 0 to
    40 mm (or as far to the left as its own paragraph's indent); a value beyond is brought to the limit, anything else
    that would be seen is left out, each with an aviso. `without_lines`: a cell of a table without lines.
    """
    reader = _Reader(tag, measures, notices)
    if align:
        reader.read("text-align", align.strip().lower())
    for name, value in declarations(style):
        reader.read(name, value)
    return reader.result(without_lines)


def declarations(style: str) -> Iterator[tuple[str, str]]:
    """Yield (name, value) of each declaration in a `style`, in small letters."""
    for declaration in _DECLARATION.finditer(_COMMENT.sub(" ", style)):
        name, _, value = declaration[0].partition(":")
        if name := name.strip().lower():
            yield name, value.lower().replace("!important", "").strip()


def tell_no_effect(name: str, notices: WarningSettings) -> None:
    """Tell that the style `name`, or its value, was left out."""
    shown = name[:30] if name.isascii() and name.isprintable() else "?"
    notices.add("Estilos que não são aceitos, ou com valor que não é, ficaram sem efeito: {}.", shown)


def to_points(value: str, in_points: float, percent_pt: float) -> float | None:
    """Return a CSS length in points, None where it is none; `in_points` and `percent_pt`: what 1em and 100% are."""
    found = _LENGTH.fullmatch(value)
    if found is None:
        return None
    number, unit = float(found[1]), found[2]
    if unit == "%":
        return number / 100 * percent_pt
    if unit == "":
        return 0.0 if number == 0 else None
    factor = {"em": in_points, "rem": _BASE_PT, "ex": in_points / 2}.get(unit) or _POINTS.get(unit)
    return None if factor is None else number * factor


@dataclass
class _Reader:
    """Reads the declarations of one element."""

    tag: str
    around: Measures
    avisos: WarningSettings
    kept: dict[str, str] = field(default_factory=dict)
    size: float | None = None
    indent: float = 0.0
    hanging: float = 0.0
    first_line: float | None = None
    font: str | None = None
    mode: Mode | None = None
    struck: bool = False
    raised: bool = False
    before: bool = False
    after: bool = False
    hidden: str = ""
    inline_block: bool = False
    wide: bool = False
    borders: body_borders.Borders = field(default_factory=body_borders.Borders)

    def read(self, name: str, value: str) -> None:
        """Take one declaration."""
        if name in _WORDS:
            self._word(name, value)
        elif name.startswith("border") and self.borders.read(name, value):
            return
        elif name in _READ:
            _READ[name](self, value)
        elif not _says_nothing(name, value):
            tell_no_effect(name, self.avisos)

    def result(self, without_lines: bool) -> Style:
        """Return what all declarations come to."""
        self._hang()
        if self.inline_block and self.wide:
            self._set_apart("display", "inline-block")
        if self.tag in ("ul", "ol"):
            self._list_indent()
        self.kept.update(self.borders.css(self.tag, without_lines=without_lines))
        measures = replace(self.around, indent_mm=self.around.indent_mm + self.indent)
        if self.size is not None:
            measures = replace(measures, size_pt=self.size)
        if self.first_line is not None:
            measures = replace(measures, first_line_mm=min(self.first_line, MAX_FIRST_LINE_MM))
        css = ";".join(f"{name}:{value}" for name, value in self.kept.items())
        return Style(
            css, measures, self.font, self.mode, self.struck, self.raised, self.before, self.after, self.hidden
        )

    def _measures(self) -> Measures:
        return self.around if self.size is None else replace(self.around, size_pt=self.size)

    def _word(self, name: str, value: str) -> None:
        if value in _WORDS[name]:
            self.kept[name] = _WORDS[name][value]
        elif value not in _NEUTRAL:
            tell_no_effect(name, self.avisos)

    def _left_out(self, name: str, value: str) -> None:
        if not _says_nothing(name, value):
            tell_no_effect(name, self.avisos)

    def _font_size(self, value: str) -> None:
        around = self._measures().size_pt
        relative = {"smaller": around / 1.2, "larger": around * 1.2}
        points = _SIZES.get(value) or relative.get(value) or to_points(value, around, around)
        if points is None:
            self._left_out("font-size", value)
            return
        if points < _HIDDEN_PT:
            self.hidden = "font-size"
        least, most = SIZE_RANGE_PT
        if not least <= points <= most:
            self.avisos.add(f"Um tamanho de letra foi trazido ao limite de {least:g} a {most:g} pt.")
        self.size = round(min(max(points, least), most), 2)
        self.kept["font-size"] = f"{self.size:g}pt"

    def _font(self, value: str) -> None:
        """Read the shorthand: words, size, perhaps the line's height, family."""
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
        if value in _NEUTRAL:
            return
        first = value.partition(",")[0].strip(" \"'")
        self.font = first if first in SYMBOL_FONTS else ""
        if not self.font:
            tell_no_effect("font-family", self.avisos)

    def _mso_symbol_font_family(self, value: str) -> None:
        if value.strip("\"' ") in SYMBOL_FONTS:
            self.font = value.strip("\"' ")

    def _margin(self, value: str) -> None:
        """Read the shorthand: its left one, as an indent; the others are the format's."""
        sides = value.split()
        left = sides[{1: 0, 2: 1, 3: 1}.get(len(sides), 3)] if len(sides) in (1, 2, 3, 4) else ""
        others = [side for at, side in enumerate(sides) if at != 3]
        if left != "auto":
            self._margin_left(left)
        if any(not _says_nothing("margin", side) for side in others):
            tell_no_effect("margin", self.avisos)

    def _padding(self, value: str) -> None:
        self._left_out("padding", value)

    def _margin_left(self, value: str) -> None:
        self._indent("margin-left", value)

    def _padding_left(self, value: str) -> None:
        self._indent("padding-left", value)

    def _indent(self, name: str, value: str) -> None:
        length = self._millimetres(name, value)
        if length is not None:
            self.indent = self._within(length, 0.0, MAX_INDENT_MM - self.around.indent_mm)
            self.kept["margin-left"] = f"{self.indent:g}mm"

    def _text_indent(self, value: str) -> None:
        length = self._millimetres("text-indent", value)
        if length is not None:
            self.hanging = min(length, 0.0)
            self.first_line = max(length, 0.0)
            self.kept["text-indent"] = f"{self._within(length, length, MAX_FIRST_LINE_MM):g}mm"

    def _hang(self) -> None:
        """Let a first line begin left of its paragraph, but not left of what is around that."""
        if self.hanging:
            self.kept["text-indent"] = f"{self._within(self.hanging, -self.indent, 0.0):g}mm"

    def _millimetres(self, name: str, value: str) -> float | None:
        # of a percentage only the page's width could tell the length: 150 mm stand for it
        points = to_points(value, self._measures().size_pt, 150 * 72 / 25.4)
        if points is None:
            self._left_out(name, value)
        return None if points is None else points * 25.4 / 72

    def _within(self, length: float, least: float, most: float) -> float:
        allowed = min(max(length, least), most)
        if allowed != length:
            self._limited()
        return round(allowed, 2) or 0.0

    def _limited(self) -> None:
        self.avisos.add(f"Um recuo foi trazido ao limite de 0 a {MAX_INDENT_MM:g} mm.")

    def _list_indent(self) -> None:
        """Give a list its own indent, as long as the lists around it leave room for it."""
        room = MAX_INDENT_MM - self.around.indent_mm - self.indent
        own = LIST_INDENT_MM if room >= LIST_INDENT_MM else 0.0
        if not own:
            self._limited()
        self.kept["padding-left"] = f"{own:g}mm"
        self.indent += own

    def _text_decoration(self, value: str) -> None:
        words = value.split()
        lines = [word for word in words if word in _LINES]
        if lines or "none" in words:
            self.kept["text-decoration"] = " ".join(lines) or "none"
            self.struck = bool(lines)
        if any(word in ("double", "dotted", "dashed", "wavy", "blink") for word in words) or not words:
            tell_no_effect("text-decoration", self.avisos)
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
        mode: dict[str, Mode] = {"preserve": "pre", "break-spaces": "pre", "preserve-breaks": "linhas"}
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
        elif inline and value not in _INLINE_DISPLAY and value not in _NEUTRAL:
            self.kept["display"] = "block"  # else words that a viewer sets apart would grow together
            if value not in _BLOCK_DISPLAY:
                tell_no_effect("display", self.avisos)
        elif not inline and value not in _BLOCK_DISPLAY and not value.startswith("table"):
            self._left_out("display", value)

    def _width(self, value: str) -> None:
        self.wide = not _ZERO.fullmatch(value)
        self._left_out("width", value)

    def _set_apart(self, name: str, value: str) -> None:
        """Give a line of its own to what would stand elsewhere: its words must not grow together with others."""
        if _says_nothing(name, value) or value in ("static", "relative"):
            return
        tell_no_effect(name, self.avisos)
        if self.tag in INLINE_TAGS:
            self.kept["display"] = "block"

    def _float(self, value: str) -> None:
        self._set_apart("float", value)

    def _position(self, value: str) -> None:
        self._set_apart("position", value)
        if value == "relative":
            tell_no_effect("position", self.avisos)

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
            tell_no_effect("opacity", self.avisos)

    def _mso_hide(self, value: str) -> None:
        if value != "none":
            self.hidden = "mso-hide"

    def _color(self, value: str) -> None:
        shade = body_borders.shade(value)
        if shade == "pale":
            self.hidden = f"color:{value[:30]}"
        elif shade != "black":
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
    "margin": _Reader._margin,
    "margin-left": _Reader._margin_left,
    "mso-hide": _Reader._mso_hide,
    "mso-symbol-font-family": _Reader._mso_symbol_font_family,
    "opacity": _Reader._opacity,
    "padding": _Reader._padding,
    "padding-left": _Reader._padding_left,
    "page-break-after": _Reader._page_break_after,
    "page-break-before": _Reader._page_break_before,
    "position": _Reader._position,
    "text-decoration": _Reader._text_decoration,
    "text-decoration-line": _Reader._text_decoration,
    "text-decoration-style": _Reader._text_decoration_style,
    "text-indent": _Reader._text_indent,
    "vertical-align": _Reader._vertical_align,
    "visibility": _Reader._visibility,
    "white-space": _Reader._white_space,
    "width": _Reader._width,
    "white-space-collapse": _Reader._white_space_collapse,
}


def _says_nothing(name: str, value: str) -> bool:
    """Tell whether a declaration changes nothing that is seen."""
    if value in _NEUTRAL or _FORMLESS.fullmatch(name):
        return True
    return _NEUTRAL_AT_ZERO.fullmatch(name) is not None and _ZERO.fullmatch(value) is not None
