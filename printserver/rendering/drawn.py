"""What WeasyPrint drew, read once from its boxes. Those are not a public interface: nothing else here reads them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, NamedTuple

from printserver.rendering.body.tree import is_blank

Part = Literal["cabecalho", "corpo", "fecho"]

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
    """A line of text or images. `fim`: where its ink ends; `direita`: where a full line would, in mm.

    `em_branco`: it shows nothing; `has_text`: it shows text; `titulo`: it is of a heading; `alone`: no other cell of
    a table stands beside it.
    """

    pagina: int
    parte: Part
    onde: Bounds
    fim: float
    direita: float
    titulo: bool
    alone: bool
    em_branco: bool = True
    has_text: bool = False


class DrawnText(NamedTuple):
    """A piece of text that is drawn: the element whose own text it is, where it lies and where it has to stay."""

    pagina: int
    element: Any
    texto: str
    onde: Bounds
    within: Bounds


@dataclass(slots=True)
class Drawing:
    """All pages. `bottoms`: per page, in mm, where each line, cell and image ends; `images`: elements and places.

    `bloco`: the page of the seal's box, None where it is not in the text.
    """

    areas: list[Bounds] = field(default_factory=list)
    linhas: list[DrawnLine] = field(default_factory=list)
    drawn_text: list[DrawnText] = field(default_factory=list)
    images: list[DrawnText] = field(default_factory=list)
    bottoms: list[list[float]] = field(default_factory=list)
    bloco: int | None = None


def read_pages(paginas: Sequence[Any], anchor: str) -> Drawing:
    """Return what was drawn on WeasyPrint's pages, in the order of the pages and of the document on each.

    `anchor` is the name of the seal's box.
    """
    drawing = Drawing()
    for numero, page in enumerate(paginas, 1):
        box = page._page_box
        if anchor in page.anchors:
            drawing.bloco = numero
        area = _bounds(box.content_box_x(), box.content_box_y(), box.width, box.height)
        drawing.areas.append(area)
        drawing.bottoms.append([])
        reader = _Reader(drawing, numero)
        for child in box.children:
            if child.element_tag == "html":
                reader.read(child, _Em("cabecalho", area, area.x_end))
    return drawing


@dataclass(frozen=True, slots=True)
class _Em:
    """Where a box stands: `within` is what it must not leave, `direita` the end of a full line."""

    parte: Part
    within: Bounds
    direita: float
    titulo: bool = False
    alone: bool = True


class _Reader:
    """Walks the boxes of one page."""

    def __init__(self, drawing: Drawing, page: int) -> None:
        self._drawing = drawing
        self._page = page
        self._line: DrawnLine | None = None

    def read(self, box: Any, em: _Em) -> None:
        kind = type(box).__name__
        if kind == "TextBox":
            if "::" not in box.element_tag and box.text:
                self._text(box, em)
            return
        if kind.endswith("ReplacedBox"):
            self._image(box, em)
            return
        if kind == "LineBox":
            onde = _box_bounds(box)
            self._line = DrawnLine(self._page, em.parte, onde, onde.x, em.direita, em.titulo, em.alone)
            self._drawing.linhas.append(self._line)
            self._drawing.bottoms[-1].append(onde.y_end)
        elif kind == "TableCellBox":
            self._drawing.bottoms[-1].append(_box_bounds(box).y_end)
        em = _inside(box, kind, em)
        for child in box.children:
            self.read(child, em)

    def _text(self, box: Any, em: _Em) -> None:
        onde = _text_bounds(box)
        self._drawing.drawn_text.append(DrawnText(self._page, box.element, box.text, onde, em.within))
        linha = self._line
        if linha is not None and not is_blank(box.text):
            linha.has_text, linha.em_branco, linha.fim = True, False, max(linha.fim, onde.x_end)

    def _image(self, box: Any, em: _Em) -> None:
        onde = _box_bounds(box)
        self._drawing.images.append(DrawnText(self._page, box.element, "", onde, em.within))
        self._drawing.bottoms[-1].append(onde.y_end)
        if self._line is not None:
            self._line.em_branco, self._line.fim = False, max(self._line.fim, onde.x_end)


def _inside(box: Any, kind: str, em: _Em) -> _Em:
    """Return where the boxes inside `caixa` stand."""
    if kind == "TableRowBox":
        return replace(em, alone=em.alone and len(box.children) == 1)
    if kind == "TableCellBox":
        return replace(em, within=_box_bounds(box), direita=(box.content_box_x() + box.width) * MM_PER_PX)
    if box.element_tag == "main":
        return replace(em, parte="corpo")
    if box.element_tag == "section" and "fecho" in box.element.get("class", "").split():
        return replace(em, parte="fecho")
    return replace(em, titulo=True) if box.element_tag in _HEADINGS else em


def _box_bounds(box: Any) -> Bounds:
    return _bounds(box.position_x, box.position_y, box.margin_width(), box.margin_height())


def _text_bounds(box: Any) -> Bounds:
    """Return where a piece of text lies: it has no border and no padding, and blanks at its end leave no ink."""
    height = box.margin_top + box.height + box.margin_bottom
    blanks = len(box.text) - len(box.text.rstrip(" "))
    width = max(box.width - blanks * _BLANK_EM * box.style["font_size"], 0.0)
    return _bounds(box.position_x, box.position_y, width, height)


def _bounds(x: float, y: float, width: float, height: float) -> Bounds:
    return Bounds(x * MM_PER_PX, y * MM_PER_PX, (x + width) * MM_PER_PX, (y + height) * MM_PER_PX)
