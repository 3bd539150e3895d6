"""The lines of an RTF put into WeasyPrint's laid-out pages, as the boxes that WeasyPrint makes of text itself.

WeasyPrint lays such a line out as an empty block of its height, which takes a third of the time of a line of text: the
text is measured, broken and placed already. What reads and draws pages finds lines and text in them as in all others.
"""

from collections.abc import Iterable, Iterator
from typing import Any, Final

from weasyprint.draw.color import parse_color
from weasyprint.formatting_structure import boxes
from weasyprint.layout.background import layout_box_backgrounds

from printserver.rendering.rtf_body import Look, PlacedLine, PlacedText, line_of
from printserver.rendering.text_drawing import SetText
from printserver.rtf import PAGE_NUMBER

_PX_PER_POINT: Final = 4 / 3
_BOLD: Final = 700
_SIDES: Final = ("top", "right", "bottom", "left")
_NO_SIDES: Final = {
    **{f"{kind}_{side}": 0 for kind in ("margin", "padding") for side in _SIDES},
    **{f"border_{side}_width": 0 for side in _SIDES},
    "background": None,
}


def fill(pages: Iterable[Any]) -> None:
    """Put the text of the lines on laid-out pages into their blocks."""
    styles: dict[object, Any] = {}
    for number, page in enumerate(pages, 1):
        _Filler(page._page_box, str(number), styles).fill(page._page_box)


class _Filler:
    """Fills the blocks of one page. `styles`: those of the document's texts by their look."""

    def __init__(self, page: Any, number: str, styles: dict[object, Any]) -> None:
        self._page = page
        self._number = number
        self._styles = styles

    def fill(self, box: Any) -> None:
        for child in box.children:
            if child.element_tag == "p" and isinstance(child, boxes.BlockBox):
                line = line_of(child.element)
                if line is not None:
                    x, y = child.content_box_x(), child.content_box_y()
                    top, height = y + line.top * _PX_PER_POINT, (line.bottom - line.top) * _PX_PER_POINT
                    made = boxes.LineBox("p", child.style.parent_style.anonymous_style, child.element, [])
                    _place(made, x, top, child.width, height)
                    made.children = list(self._texts(child, line, made))
                    child.children = [*child.children, made]
            elif child.children and not isinstance(child, boxes.LineBox):
                self.fill(child)

    def _texts(self, block: Any, line: PlacedLine, around: Any) -> Iterator[Any]:
        """Yield the boxes of the texts of a line. What follows the number of a page gives way to its further digits."""
        left, baseline = block.content_box_x(), block.content_box_y() + line.baseline * _PX_PER_POINT
        for text in line.texts:
            yield self._text(block, text, left, baseline, around)
            if text.text == PAGE_NUMBER:
                left += text.width * (len(self._number) - 1) * _PX_PER_POINT

    def _text(self, block: Any, placed: PlacedText, left: float, baseline: float, line: Any) -> Any:
        """Return the box of a text on the line with that baseline."""
        look = placed.look
        style = self._style(block.style.parent_style, look)
        tag, text = ("p::before", self._number) if placed.text == PAGE_NUMBER else ("p", placed.text)
        box = boxes.TextBox(tag, style, block.element, text)
        x, width = left + placed.x * _PX_PER_POINT, placed.width * _PX_PER_POINT
        _place(box, x, line.position_y, width, line.height)
        box.baseline = baseline - look.rise * _PX_PER_POINT - line.position_y
        box.pango_layout = SetText(style, text, placed.stretch * _PX_PER_POINT)
        return self._highlighted(box, look, baseline) if look.highlight else box

    def _highlighted(self, box: Any, look: Look, baseline: float) -> Any:
        """Return a text in a box with its highlight, which is as high as the text's size."""
        style = box.style.copy()
        style["background_color"] = parse_color(f"#{look.highlight}")
        around = boxes.InlineBox("p", style, box.element, [box])
        top = baseline - (look.rise + look.middle + look.size / 2) * _PX_PER_POINT
        _place(around, box.position_x, top, box.width, look.size * _PX_PER_POINT)
        layout_box_backgrounds(self._page, around, None, layout_children=False)
        return around

    def _style(self, parent: Any, look: Look) -> Any:
        """Return the style of a look in a block whose lines have the style `parent` around them."""
        known = self._styles.get((id(parent), look))
        if known is not None:
            return known
        style = parent.anonymous_style.copy()
        style["font_family"] = look.families
        style["font_size"] = look.size * _PX_PER_POINT
        style["font_weight"] = _BOLD if look.bold else 400
        style["font_style"] = "italic" if look.italic else "normal"
        style["color"] = parse_color(f"#{look.color}")
        if look.spacing:
            style["letter_spacing"] = look.spacing * _PX_PER_POINT
        decoration = {name for name, on in (("underline", look.underline), ("line-through", look.strike)) if on}
        if decoration:
            style["text_decoration_line"] = decoration
        self._styles[id(parent), look] = style
        return style


def _place(box: Any, x: float, y: float, width: float, height: float) -> None:
    box.__dict__.update(_NO_SIDES, position_x=x, position_y=y, width=width, height=height)
