"""Lays out plain paragraphs with lines that Pango breaks for a whole paragraph at once.

WeasyPrint gives Pango the text, font and width of each line three times: half of the time of a layout of plain text.
Here a paragraph is empty blocks as high as its lines while WeasyPrint makes the pages; a page may end between two of
them where it may end between the lines (`orphans`, `widows`). Then its lines are put into the pages, with the places
that WeasyPrint gives them; only a blank at a paragraph's end is left out. What a paragraph inherits is read from the
layout of one letter. Text that is not plain, and a document in which something differs from what was read, is left to
WeasyPrint.
"""

import functools
import re
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Final, NamedTuple
from xml.etree.ElementTree import Element

import weasyprint
from weasyprint.formatting_structure import boxes
from weasyprint.text.ffi import TO_UNITS, ffi, pango
from weasyprint.text.line_break import Layout, line_size

from printserver.rendering.text_drawing import SHAPING, SetText, is_latin

Render = Callable[[Sequence[weasyprint.CSS]], weasyprint.Document]
"""Lays out an HTML as it is now, with further style sheets."""

BLOCK: Final = "linhas"
_BLANKS: Final = re.compile("[ \t\r\n\f]+")
_BLANK_BESIDE_NO_BREAK: Final = re.compile("^\u00a0|\u00a0 | \u00a0|\u00a0$")
"""WeasyPrint lets such a blank stand beyond the end of a line."""
_PSEUDO: Final = re.compile("::?(?:first-l|before|after)")
_MAX_SETTINGS: Final = 32
AT_ONCE: Final = 3000
"""Characters that Pango breaks at once: the rest is broken again where a line takes a word more."""
_MAX_WORDS: Final = 4096
_ROUNDING: Final = 1e-6

_AS_READ: Final = (
    *SHAPING,
    *("color", "visibility", "direction", "white_space", "line_height", "orphans", "widows", "vertical_align"),
    *("text_align_all", "text_align_last", "text_indent", "text_transform", "text_decoration_line", "hyphens"),
    *("letter_spacing", "word_spacing", "overflow_wrap", "word_break", "column_width", "column_count"),
)
"""The properties of a paragraph on which its lines depend."""
_PLAIN: Final = {
    "direction": ("ltr",),
    "white_space": ("normal",),
    "text_transform": ("none",),
    "text_decoration_line": ("none",),
    "hyphens": ("none", "manual"),
    "letter_spacing": ("normal",),
    "word_spacing": (0,),
    "overflow_wrap": ("normal",),
    "word_break": ("normal",),
    "column_width": ("auto",),
    "column_count": ("auto",),
    "vertical_align": ("baseline",),
    "text_align_all": ("left", "start", "justify"),
    "text_align_last": ("left", "start"),
}


class _Line(NamedTuple):
    """A line: its text without blanks at its ends, and its width in px."""

    text: str
    width: float


@dataclass(frozen=True, slots=True, eq=False)
class _Setting:
    """What the plain paragraphs of some documents have in common, as WeasyPrint lays it out.

    `line` is a line of one letter with its box of text, `style` the properties `_AS_READ`, `width` in px.
    """

    line: Any
    style: tuple[object, ...]
    width: float
    blocks: weasyprint.CSS

    def broken(self, text: str) -> list[_Line] | None:
        """Return the lines of a paragraph; None if one of them is wider than the paragraph."""
        layout = self._layout()
        lines: list[_Line] = []
        while text:
            cut = text.rfind(" ", 0, AT_ONCE) + 1 if len(text) > AT_ONCE else len(text)
            layout.set_text(text[:cut])
            taken = self._take(layout, lines, whole=cut == len(text))
            if not taken:
                return None
            text = text[taken:]
        return lines

    def _take(self, layout: Layout, lines: list[_Line], *, whole: bool) -> int:
        """Append lines of a layout to `lines`; return how many characters they are, 0 if a line is too wide.

        Not those after a line that takes a word more. The last two are left if the layout is not the `whole` text.
        """
        text, breaks = layout.text, pango.pango_layout_get_log_attrs_readonly(layout.layout, ffi.NULL)
        encoded, at, number, left = text.encode(), 0, 0, 0 if whole else 2
        while pango.pango_layout_get_line_readonly(layout.layout, number + left) != ffi.NULL:
            line = pango.pango_layout_get_line_readonly(layout.layout, number)
            number += 1
            part = encoded[line.start_index : line.start_index + line.length].decode()
            width = line_size(line, layout.style)[0]
            if width > self.width or not part.strip(" "):
                return 0
            at += len(part)
            end = next((each for each in range(at + 1, len(text)) if breaks[each].is_line_break), 0)
            if end and text[end - 1] == " " and (longer := self._longer(part, width, text[at : end - 1])) is not None:
                lines.append(longer)
                return end
            if part.endswith(" "):
                part = part.rstrip(" ")
                width -= self._kerning_before_blank(part[-1:])
            lines.append(_Line(part, width))
        return at

    def _longer(self, part: str, width: float, word: str) -> _Line | None:
        """Return the line with the next word if that fits; None if not. Pango wants room for the blank after it too."""
        if self.width - width < self._text_width(word):
            return None
        layout = self._layout()
        layout.set_text(part + word)
        line, more = layout.get_first_line()
        return None if more is not None else _Line(layout.text, line_size(line, layout.style)[0])

    @functools.lru_cache(maxsize=_MAX_WORDS)  # noqa: B019
    def _text_width(self, text: str) -> float:
        layout = Layout(self.line.children[0].style)
        layout.set_text(text)
        width: float = line_size(layout.get_first_line()[0], layout.style)[0]
        return width

    def _kerning_before_blank(self, character: str) -> float:
        """Return how much wider a character is before a blank than alone: a line has no blank at its end."""
        return self._text_width(f"{character} a") - self._text_width(character) - self._text_width(" a")

    def _layout(self) -> Layout:
        layout = Layout(self.line.children[0].style, max_width=self.width)
        pango.pango_layout_set_width(layout.layout, int(self.width * (1 + 1e-9) * TO_UNITS))
        return layout

    def groups(self, lines: int) -> Iterator[int]:
        """Yield how many of the lines of a paragraph stand in each of its blocks."""
        orphans, widows = self.line.style["orphans"], self.line.style["widows"]
        if lines < orphans + widows:
            yield lines
            return
        yield orphans
        yield from [1] * (lines - orphans - widows)
        yield widows


_settings: Final[dict[object, _Setting | None]] = {}
"""What plain paragraphs have in common, by style sheets and what is around them. None: they are left to WeasyPrint."""


def lay_out(html: weasyprint.HTML, styles: Sequence[str], render: Render) -> weasyprint.Document:
    """Return the pages of `html`, which is as before on return. `render` lays it out, under the style sheets `styles`.

    The pages show what those that `render` alone returns show.
    """
    paragraphs = _plain(html.etree_element, styles)
    setting = _setting(html, paragraphs, styles, render) if paragraphs else None
    if setting is None:
        return render(())
    broken = {each: lines for each, text in paragraphs.items() if (lines := setting.broken(text)) is not None}
    with _in_blocks(broken, setting):
        document = render((setting.blocks,))
    filler = _Filler(setting, broken)
    return document if all(map(filler.fill, document.pages)) and filler.is_over() else render(())


def _plain(html: Element, styles: Sequence[str]) -> dict[Element, str]:
    """Return the paragraphs of the text that are plain, and their text."""
    root = html.find("body/main/div")
    if root is None or any(map(_PSEUDO.search, styles)):
        return {}
    texts = {
        each: _BLANKS.sub(" ", each.text).strip(" ")
        for each in root
        if each.tag == "p" and not each.attrib and not len(each) and each.text
    }
    return {
        each: text
        for each, text in texts.items()
        if text and is_latin(text) and not _BLANK_BESIDE_NO_BREAK.search(text)
    }


def _setting(
    html: weasyprint.HTML, paragraphs: dict[Element, str], styles: Sequence[str], render: Render
) -> _Setting | None:
    around = [html.etree_element.find(path) for path in (".", "body", "body/main", "body/main/div")]
    key = (*styles, *((each.tag, *each.items()) for each in around if each is not None))
    if key not in _settings:
        if len(_settings) >= _MAX_SETTINGS:
            _settings.clear()
        first = next(iter(paragraphs))
        with _alone(around[-1], first):
            _settings[key] = _read(render(()).pages, first)
    return _settings[key]


@contextmanager
def _alone(root: Any, paragraph: Element) -> Iterator[None]:
    """Within the block, the text is one letter in that paragraph."""
    children, text = list(root), paragraph.text
    root[:], paragraph.text = [paragraph], "x"
    try:
        yield
    finally:
        root[:], paragraph.text = children, text


def _read(pages: Sequence[Any], paragraph: Element) -> _Setting | None:
    """Return what the paragraph of one letter shows; None if it is not as plain as its text."""
    for page in pages:
        box = next((each for each in page._page_box.descendants() if each.element is paragraph), None)
        if box is None:
            continue
        line, style = box.children[0], box.style
        together = (style["orphans"] + style["widows"]) * line.height
        plain = (
            type(box) is boxes.BlockBox
            and [type(each) for each in (*box.children, *line.children)] == [boxes.LineBox, boxes.TextBox]
            and all(style[name] in values for name, values in _PLAIN.items())
            and style["text_indent"].value == 0
            and together <= page._page_box.height / 2  # a block higher than a page would overflow it
        )
        return _new_setting(box, line) if plain else None
    return None


def _new_setting(box: Any, line: Any) -> _Setting:
    most = box.style["orphans"] + box.style["widows"]
    rules = [f"{BLOCK}.l{lines} {{ height: {lines * line.height!r}px }}" for lines in range(1, most)]
    blocks = weasyprint.CSS(string=f"{BLOCK} {{ display: block; break-inside: avoid }}" + "".join(rules))
    return _Setting(line, _as_read(box.style), box.width, blocks)


def _as_read(style: Any) -> tuple[object, ...]:
    return tuple(style[name] for name in _AS_READ)


@contextmanager
def _in_blocks(broken: dict[Element, list[_Line]], setting: _Setting) -> Iterator[None]:
    """Within the block, the paragraphs have blocks in place of their text."""
    texts = {each: each.text for each in broken}
    try:
        for each, lines in broken.items():
            each.text = None
            each[:] = [each.makeelement(BLOCK, {"class": f"l{most}"}) for most in setting.groups(len(lines))]
        yield
    finally:
        for each, text in texts.items():
            each[:], each.text = [], text


class _Filler:
    """Puts the lines of paragraphs into laid-out pages."""

    def __init__(self, setting: _Setting, broken: dict[Element, list[_Line]]) -> None:
        self._setting = setting
        self._left = {each: lines[::-1] for each, lines in broken.items()}

    def is_over(self) -> bool:
        """Return whether all lines are in the pages."""
        return not any(self._left.values())

    def fill(self, page: Any) -> bool:
        """Put the lines of a page into it; return whether all of it is as in the setting."""
        return self._fill(page._page_box)

    def _fill(self, box: Any) -> bool:
        for child in box.children:
            if child.is_floated():
                return False
            if child.element in self._left and child.element_tag == "p":
                if not self._fits(child):
                    return False
                child.children = list(self._lines(child))
            elif child.children and not isinstance(child, boxes.LineBox) and not self._fill(child):
                return False
        return True

    def _fits(self, box: Any) -> bool:
        """Return whether a paragraph is as in the setting, with its blocks alone in it."""
        height = self._setting.line.height
        return (
            type(box) is boxes.BlockBox
            and abs(box.width - self._setting.width) < _ROUNDING
            and _as_read(box.style) == self._setting.style
            and all(
                each.element_tag == BLOCK and each.margin_height() == each.height == _count(each) * height
                for each in box.children
            )
        )

    def _lines(self, box: Any) -> Iterator[Any]:
        """Yield the lines of a paragraph, or of its part on a page, as WeasyPrint makes them."""
        sample, left = self._setting.line, self._left[box.element]
        x, justified = box.content_box_x(), box.style["text_align_all"] == "justify"
        room = x + box.width - x
        y = box.content_box_y()
        for block in box.children:
            for _ in range(_count(block)):
                broken = left.pop()
                line, text = sample.copy(), sample.children[0].copy()
                line.element = text.element = box.element
                line.children = [text]
                text.text, text.width = broken
                line.width = x + broken.width - x
                blanks = broken.text.count(" ") + broken.text.count("\u00a0")
                if left and justified and blanks and line.width < room:
                    text.justification_spacing = (room - line.width) / blanks
                    text.width += text.justification_spacing * blanks
                text.pango_layout = SetText(text.style, text.text, text.justification_spacing)
                line.position_x = text.position_x = x
                line.position_y = y
                text.position_y = -text.baseline + (y + line.baseline)
                y += line.height
                yield line


def _count(block: Any) -> int:
    return int(block.element.get("class")[1:])
