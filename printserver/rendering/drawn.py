"""WeasyPrint's drawn boxes, read once. They are not a public interface; no other module reads them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, NamedTuple
from xml.etree.ElementTree import Element

from printserver.rendering.body.tree import is_blank

Part = Literal["header", "body", "closing"]

MM_PER_PX: Final = 25.4 / 96
_BLANK_EM: Final = 0.25  # no blank of a vendored face is narrower
_HEADINGS: Final = frozenset({"h1", "h2", "h3", "h4"})


class Bounds(NamedTuple):
    """A rectangle by its edges, in mm from the page's upper left corner."""

    x: float
    y: float
    x_end: float
    y_end: float


@dataclass(slots=True)
class DrawnLine:
    """A line of text or images. `ink_end`: x where its ink ends; `right`: x where a full line would end, in mm.

    `blank`: it shows nothing; `has_text`: it shows text; `heading`: it is part of a heading; `alone`: no other table
    cell is next to it.
    """

    page: int
    part: Part
    bounds: Bounds
    ink_end: float
    right: float
    heading: bool
    alone: bool
    blank: bool = True
    has_text: bool = False


class DrawnText(NamedTuple):
    """A drawn piece of text: its element, its bounds, and the bounds that it must not leave."""

    page: int
    element: Element
    text: str
    bounds: Bounds
    within: Bounds


@dataclass(slots=True)
class Drawing:
    """All pages. `bottoms`: per page, the lower edges of lines, cells and images, in mm; `images`: elements and bounds.

    `block_page`: the page of the seal's box that follows the text, None if there is none.
    """

    areas: list[Bounds] = field(default_factory=list)
    lines: list[DrawnLine] = field(default_factory=list)
    drawn_text: list[DrawnText] = field(default_factory=list)
    images: list[DrawnText] = field(default_factory=list)
    bottoms: list[list[float]] = field(default_factory=list)
    block_page: int | None = None


def read_pages(pages: Sequence[Any], anchor: str | None, *, cells_bound: bool = True) -> Drawing:
    """Return the content of WeasyPrint's pages, in page order and document order.

    `anchor` is the name of the seal's box that follows the text, None if there is none. `cells_bound`: text must not
    leave its table cell; that of an RTF may, by negative indents.
    """
    drawing = Drawing()
    for number, page in enumerate(pages, 1):
        box = page._page_box
        if anchor in page.anchors:
            drawing.block_page = number
        area = _bounds(box.content_box_x(), box.content_box_y(), box.width, box.height)
        drawing.areas.append(area)
        drawing.bottoms.append([])
        reader = _Reader(drawing, number, cells_bound=cells_bound)
        for child in box.children:
            if child.element_tag == "html":
                reader.read(child, _Place("header", area, area.x_end))
    return drawing


@dataclass(frozen=True, slots=True)
class _Place:
    """The surroundings of a box: `within` are the bounds that it must not leave, `right` is the end of a full line."""

    part: Part
    within: Bounds
    right: float
    heading: bool = False
    alone: bool = True


class _Reader:
    """Walks the boxes of one page."""

    def __init__(self, drawing: Drawing, page: int, *, cells_bound: bool) -> None:
        self._cells_bound = cells_bound
        self._drawing = drawing
        self._page = page
        self._line: DrawnLine | None = None

    def read(self, box: Any, place: _Place) -> None:
        kind = type(box).__name__
        if kind == "TextBox":
            if "::" not in box.element_tag and box.text:
                self._text(box, place)
            return
        if kind.endswith("ReplacedBox"):
            self._image(box, place)
            return
        if kind == "LineBox":
            bounds = _box_bounds(box)
            self._line = DrawnLine(self._page, place.part, bounds, bounds.x, place.right, place.heading, place.alone)
            self._drawing.lines.append(self._line)
            self._drawing.bottoms[-1].append(bounds.y_end)
        elif kind == "TableCellBox":
            self._drawing.bottoms[-1].append(_box_bounds(box).y_end)
        place = _inside(box, kind, place, cells_bound=self._cells_bound)
        for child in box.children:
            self.read(child, place)

    def _text(self, box: Any, place: _Place) -> None:
        bounds = _text_bounds(box)
        self._drawing.drawn_text.append(DrawnText(self._page, box.element, box.text, bounds, place.within))
        line = self._line
        if line is not None and not is_blank(box.text):
            line.has_text, line.blank, line.ink_end = True, False, max(line.ink_end, bounds.x_end)

    def _image(self, box: Any, place: _Place) -> None:
        bounds = _box_bounds(box)
        self._drawing.images.append(DrawnText(self._page, box.element, "", bounds, place.within))
        self._drawing.bottoms[-1].append(bounds.y_end)
        if self._line is not None:
            self._line.blank, self._line.ink_end = False, max(self._line.ink_end, bounds.x_end)


def _inside(box: Any, kind: str, place: _Place, *, cells_bound: bool) -> _Place:
    """Return the surroundings of the boxes inside `box`."""
    if kind == "TableRowBox":
        return replace(place, alone=place.alone and len(box.children) == 1)
    if kind == "TableCellBox":
        within = _box_bounds(box) if cells_bound else place.within
        return replace(place, within=within, right=(box.content_box_x() + box.width) * MM_PER_PX)
    if box.element_tag == "main":
        return replace(place, part="body")
    if box.element_tag == "section" and "fecho" in box.element.get("class", "").split():
        return replace(place, part="closing")
    return replace(place, heading=True) if box.element_tag in _HEADINGS else place


def _box_bounds(box: Any) -> Bounds:
    return _bounds(box.position_x, box.position_y, box.margin_width(), box.margin_height())


def _text_bounds(box: Any) -> Bounds:
    """Return the bounds of a piece of text: no border or padding, and no trailing blanks."""
    height = box.margin_top + box.height + box.margin_bottom
    blanks = len(box.text) - len(box.text.rstrip(" "))
    width = max(box.width - blanks * _BLANK_EM * box.style["font_size"], 0.0)
    return _bounds(box.position_x, box.position_y, width, height)


def _bounds(x: float, y: float, width: float, height: float) -> Bounds:
    return Bounds(x * MM_PER_PX, y * MM_PER_PX, (x + width) * MM_PER_PX, (y + height) * MM_PER_PX)
