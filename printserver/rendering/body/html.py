"""Sanitizes an `html` body: rewritten by `markup`, parsed and cleaned by nh3, then written from the tree.

The result is XHTML of the contract's tags with the body's text, all visible, and only generated styles.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from html import escape
from html.parser import HTMLParser
from typing import Final

import nh3

from printserver.rendering.body import figures, images, markup, page_breaks, tables, tags
from printserver.rendering.body.characters import Notices, refuse
from printserver.rendering.body.indents import Measures
from printserver.rendering.body.runs import (
    PAGE_BREAK,
    RULE,
    Boundary,
    Mode,
    Part,
    TextRun,
)
from printserver.rendering.body.style import INLINE_TAGS, Style, filter_style
from printserver.rendering.body.tree import Node, trim_end

MAX_TABLES: Final = 4
"""Maximum nesting of tables: each level doubles the layout time."""
MAX_TOTAL_PIXELS: Final = 60_000_000
MAX_IMAGES: Final = 200

_RAISED: Final = frozenset({"sub", "sup"})
_BLANKS: Final = " \t\n\r\f"
_ATTRIBUTES: Final = {
    **{tag: {"style", "align"} for tag in tags.TAGS},
    "img": {"src", "alt", "width", "height", "style", "align"},
    "td": {"colspan", "rowspan", "style", "align"},
    "th": {"colspan", "rowspan", "style", "align"},
    "ol": {"start", "type", "style", "align"},
    "li": {"value", "style", "align"},
    "table": {"border", "style", "align"},
}
_STRUCK: Final = frozenset({"u", "s"})
_WHOLE: Final = re.compile(r"\s*([+-]?[0-9]{1,9})")

Text = Callable[..., str]
"""Makes text printable: (text, name of a symbol font or "") → text."""


@dataclass(frozen=True, slots=True)
class _Around:
    """Properties inherited from the elements around one."""

    measures: Measures = field(default_factory=Measures)
    nesting: int = 0
    columns: int = 1
    raised: int = 0
    font: str = ""
    mode: Mode = "normal"
    struck: bool = False
    without_lines: bool = False


def prepare(content: str, text: Text, notices: Notices, room: figures.Room) -> Iterator[Part]:
    """Yield the body `content` as safe XHTML and the text in it; every text node goes through `text`.

    `room` is the room of a page for an image.
    Raises `Recusa` `corpo-invalido` for markup, tables or images over their limits, and for text that `text` refuses.
    """
    marked = markup.rewrite(content, notices)
    clean = nh3.clean(
        marked.html,
        tags=set(tags.TAGS),
        clean_content_tags=set(),
        attributes=_ATTRIBUTES,
        url_schemes=set(),
        link_rel=None,
    )
    tree = _Tree()
    tree.feed(clean)
    tree.close()
    if any("break" in node.attributes.get("style", "") for node in trim_end(tree.root)):
        page_breaks.tell_dropped(notices)
    drawing = _Drawing(marked.images, text, notices, room, _ending(tree.root))
    yield from drawing.children(tree.root, _Around())


class _Tree(HTMLParser):
    """Parses the output of nh3, in which every element is closed in order."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node("", {})
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs})
        self._open[-1].children.append(node)
        if tag not in tags.VOID_TAGS:
            self._open.append(node)
            if len(self._open) > markup.MAX_DEPTH + 1:
                raise refuse(f"O HTML tem mais de {markup.MAX_DEPTH} marcas umas dentro das outras.")

    def handle_endtag(self, tag: str) -> None:
        if len(self._open) > 1 and self._open[-1].tag == tag:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        data = data.translate(markup.TO_TEXT)
        children = self._open[-1].children
        if children and isinstance(children[-1], str):
            children[-1] += data
        else:
            children.append(data)


class _Drawing:
    """Writes the tree as XHTML."""

    def __init__(
        self, sources: list[str], text: Text, notices: Notices, room: figures.Room, ending: list[Node]
    ) -> None:
        self._sources = sources
        self._text = text
        self._notices = notices
        self._room = room
        self._ending = {id(image) for image in ending}
        self._urls: dict[tuple[str, tuple[int, int]], str] = {}
        self._count = 0
        self._pixels = 0

    def children(self, node: Node, around: _Around) -> Iterator[Part]:
        for child in node.children:
            if not isinstance(child, str):
                yield from self._element(child, around)
                continue
            for at, text in enumerate(child.split("\f") if around.mode == "pre" else [child]):
                if at:  # a form feed, as in a body of `texto`
                    yield from self._break(around)
                yield TextRun(self._text(text, around.font), around.mode, around.struck)

    def _element(self, node: Node, around: _Around) -> Iterator[Part]:
        if node.tag == "img":
            yield Boundary(self._image(node, around.measures))
            return
        if node.tag == "colgroup":
            yield Boundary(f"<colgroup>{'<col/>' * len(node.children)}</colgroup>")
            return
        style = filter_style(
            node.tag,
            node.attributes.get("style", ""),
            node.attributes.get("align", ""),
            around.measures,
            self._notices,
            without_lines=around.without_lines,
        )
        if style.break_before:
            yield from self._break(around)
        if node.tag == "br":
            yield Boundary("<br/>")
        elif node.tag == "hr":
            yield RULE
        else:
            yield from self._with_children(node, around, style)
        if style.break_after:
            yield from self._break(around)

    def _with_children(self, node: Node, around: _Around, style: Style) -> Iterator[Part]:
        around, extra = self._inside(node, around, style)
        if style.hidden:
            self._tell_hidden(node, style.hidden)
        if around.raised > 1 and (node.tag in _RAISED or style.raised):
            self._notices.add("Índices e expoentes uns dentro dos outros ficaram num só nível.")
            yield from self.children(node, around)
            return
        css = ";".join(part for part in (style.css, node.css) if part)
        if css:
            extra += f' style="{escape(css)}"'
        if node.tag == "span" and not extra:
            yield from self.children(node, around)
            return
        edge = str if node.tag in INLINE_TAGS and "display:block" not in style.css else Boundary
        yield edge(f"<{node.tag}{extra}>")
        yield from self.children(node, around)
        yield edge(f"</{node.tag}>")

    def _break(self, around: _Around) -> Iterator[Part]:
        if around.nesting:
            self._notices.add("Uma quebra de página dentro de uma tabela não é aceita e ficou sem efeito.")
        else:
            yield PAGE_BREAK

    def _tell_hidden(self, node: Node, how: str) -> None:
        begin = next((text for text in map(str.strip, _texts(node)) if text), "")[:60]
        if begin:
            self._notices.add(
                "Foi impresso um texto que um navegador esconderia: {}. Retire-o, se não deve sair.",
                f"“{' '.join(begin.split())}” ({how})",
            )

    def _inside(self, node: Node, around: _Around, style: Style) -> tuple[_Around, str]:
        """Return the properties that children of `node` inherit, and its attributes without the style."""
        nesting, columns, raised, extra = around.nesting, around.columns, around.raised, ""
        if node.tag == "table":
            columns = tables.prepare(node, columns, self._notices)
            nesting += 1
            if nesting > MAX_TABLES:
                raise refuse(f"O HTML tem mais de {MAX_TABLES} tabelas umas dentro das outras.")
        elif node.tag in _RAISED or style.raised:
            raised += 1
        for name in ("colspan", "rowspan"):
            number = tables.number(node.attributes.get(name, ""))
            if number > 1:
                extra += f' {name}="{number}"'
        for name in ("start", "value"):
            if (found := _WHOLE.match(node.attributes.get(name, ""))) is not None:
                extra += f' {name}="{int(found[1])}"'
        if node.attributes.get("type") in ("1", "a", "A", "i", "I"):
            extra += f' type="{node.attributes["type"]}"'
        inside = _Around(
            style.measures,
            nesting,
            columns,
            raised,
            around.font if style.font is None else style.font,
            style.mode or around.mode,
            around.struck or style.struck or node.tag in _STRUCK,
            node.attributes.get("border") == "0" if node.tag == "table" else around.without_lines,
        )
        return inside, extra

    def _image(self, node: Node, measures: Measures) -> str:
        """Return an image re-encoded; one that is not PNG or JPEG in `data:` is replaced by its alternative text."""
        source = self._sources[int(node.attributes["src"])]
        data = images.read(source)
        if data is None or not (data.declared or data.format_name in ("PNG", "JPEG")):
            kind = f" em {data.format_name}" if data is not None and data.format_name else ""
            self._notices.add(
                f"Uma imagem{kind} foi retirada: só se aceitam PNG e JPEG dentro do próprio HTML (data:)."
            )
            return escape(self._text(node.attributes.get("alt", "")), quote=False)
        image = images.decode(data)
        size = image.pixels.size
        self._count += 1
        self._pixels += size[0] * size[1]
        if self._count > MAX_IMAGES or self._pixels > MAX_TOTAL_PIXELS:
            raise refuse(
                f"As imagens passam do limite de {MAX_IMAGES} imagens ou de "
                f"{MAX_TOTAL_PIXELS // 1_000_000} milhões de pixels ao todo."
            )
        if image.animated:
            self._notices.add("De uma imagem animada foi impresso o primeiro quadro.")
        room = replace(self._room, height=self._room.end_height) if id(node) in self._ending else self._room
        figure = figures.draw(size, node.attributes, measures, room, self._notices)
        if figure is None:
            self._notices.add("Uma imagem de tamanho zero, que não se vê, foi retirada.")
            return ""
        if (source, figure.pixels) not in self._urls:
            self._urls[source, figure.pixels] = image.url(*figure.pixels)
        return figure.template.format(self._urls[source, figure.pixels])


def _ending(node: Node) -> list[Node]:
    """Return the images at the visible end of `node`: the last, or the last row's; none if it ends in text."""
    for child in reversed(node.children):
        pieces = list(_pieces(child))
        if pieces and isinstance(child, Node) and child.tag not in ("img", "tr"):
            return _ending(child)
        if pieces:
            return [piece for piece in pieces if isinstance(piece, Node)]
    return []


def _pieces(node: "Node | str") -> Iterator["Node | str"]:
    """Yield the non-blank texts and the images of `node`, in order."""
    if isinstance(node, str):
        if node.strip():
            yield node
    elif node.tag == "img":
        yield node
    else:
        for child in node.children:
            yield from _pieces(child)


def _texts(node: Node) -> Iterator[str]:
    for child in node.children:
        if isinstance(child, str):
            yield child
        else:
            yield from _texts(child)
