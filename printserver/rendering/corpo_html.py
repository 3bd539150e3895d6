"""An `html` body made safe: written anew by `marcacao`, parsed and cleaned by nh3, then drawn up from the tree.

What comes out is XHTML of the contract's tags whose text is the body's, all visible, with styles of our own making.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser
from typing import Final

import nh3

from printserver.rendering import estilo, imagens, marcacao, tabela
from printserver.rendering.arvore import Node, trim_end
from printserver.rendering.caracteres import Avisos, recusar

MAXIMO_TABELAS: Final = 4
"""Tables inside one another: each level doubles the work of the layout."""
MAXIMO_PIXELS_TOTAL: Final = 60_000_000
MAXIMO_IMAGENS: Final = 200

_RAISED: Final = frozenset({"sub", "sup"})
_INLINE: Final = marcacao.FORMAS | {"span"}
_BLANKS: Final = " \t\n\r\f"
_ATTRIBUTES: Final = {
    **{tag: {"style", "align"} for tag in marcacao.MARCAS},
    "img": {"src", "alt", "width", "height", "style", "align"},
    "td": {"colspan", "rowspan", "style", "align"},
    "th": {"colspan", "rowspan", "style", "align"},
    "ol": {"start", "type", "style", "align"},
    "li": {"value", "style", "align"},
}

Texto = Callable[[str], str]


@dataclass(frozen=True, slots=True)
class _Around:
    """What the elements around one mean for it."""

    medidas: estilo.Medidas = field(default_factory=estilo.Medidas)
    tables: int = 0
    columns: int = 1
    raised: int = 0


def preparar(conteudo: str, texto: Texto, avisos: Avisos) -> str:
    """Return the body `conteudo` as safe XHTML; every text node goes through `texto` (plain in, plain out).

    Raises `Recusa` `corpo-invalido` for markup, tables or images over their limits, and for what `texto` refuses.
    """
    marked = marcacao.reescrever(conteudo, avisos)
    clean = nh3.clean(
        marked.html,
        tags=set(marcacao.MARCAS),
        clean_content_tags=set(),
        attributes=_ATTRIBUTES,
        url_schemes=set(),
        link_rel=None,
    )
    tree = _Tree()
    tree.feed(clean)
    tree.close()
    trim_end(tree.root)
    return "".join(_Drawing(marked.imagens, texto, avisos).children(tree.root, _Around()))


def _parted(text: str) -> str:
    """Return `text` with an empty element before the blank at its end: the text and its blank are two pieces then.

    WeasyPrint breaks a piece after its first word where all of it but the blank at its end fits the line.
    """
    core = text.rstrip(_BLANKS)
    return f"{core}<span></span>{text[len(core) :]}" if 0 < len(core) < len(text) else text


class _Tree(HTMLParser):
    """Reads what nh3 wrote, which is regular: every element is closed, in order."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = Node("", {})
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = Node(tag, {name: value or "" for name, value in attrs})
        self._open[-1].children.append(node)
        if tag not in marcacao.VAZIAS:
            self._open.append(node)
            if len(self._open) > marcacao.MAXIMO_PROFUNDIDADE + 1:
                raise recusar(f"O HTML tem mais de {marcacao.MAXIMO_PROFUNDIDADE} marcas umas dentro das outras.")

    def handle_endtag(self, tag: str) -> None:
        if len(self._open) > 1 and self._open[-1].tag == tag:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        data = data.replace(marcacao.E_COMERCIAL, "&")
        children = self._open[-1].children
        if children and isinstance(children[-1], str):
            children[-1] += data
        else:
            children.append(data)


class _Drawing:
    """Writes the tree as XHTML."""

    def __init__(self, sources: list[str], texto: Texto, avisos: Avisos) -> None:
        self._sources = sources
        self._texto = texto
        self._avisos = avisos
        self._images: dict[str, tuple[str, int]] = {}
        self._count = 0
        self._pixels = 0

    def children(self, node: Node, around: _Around) -> Iterator[str]:
        for at, child in enumerate(node.children):
            if isinstance(child, str):
                text = escape(self._texto(child), quote=False)
                yield _parted(text) if self._goes_on(node, at) else text
            else:
                yield from self._element(child, around)

    def _goes_on(self, node: Node, at: int) -> bool:
        """Tell whether a mark or an image may follow on the line of the text that is `node`'s child number `at`."""
        if at + 1 == len(node.children):
            return node.tag in _INLINE
        following = node.children[at + 1]
        if isinstance(following, str):
            return False
        return following.tag != "img" or imagens.e_data(self._sources[int(following.attributes["src"])])

    def _element(self, node: Node, around: _Around) -> Iterator[str]:
        if node.tag == "br":
            yield "<br/>"
            return
        if node.tag == "img":
            yield self._image(node)
            return
        if node.tag == "col":
            yield "<col/>"
            return
        around, extra = self._inside(node, around)
        if around.raised > 1 and node.tag in _RAISED:
            self._avisos.add("Índices e expoentes uns dentro dos outros ficaram num só nível.")
            yield from self.children(node, around)
            return
        style, measures = estilo.filtrar(
            node.tag, node.attributes.get("style", ""), node.attributes.get("align", ""), around.medidas, self._avisos
        )
        style = ";".join(part for part in (style, node.css) if part)
        if style:
            extra += f' style="{escape(style)}"'
        around = _Around(measures, around.tables, around.columns, around.raised)
        yield f"<{node.tag}{extra}>"
        yield from self.children(node, around)
        yield f"</{node.tag}>"

    def _inside(self, node: Node, around: _Around) -> tuple[_Around, str]:
        """Return what `node` is to those inside it, and its attributes but for the style."""
        tables, columns, raised, extra = around.tables, around.columns, around.raised, ""
        if node.tag == "table":
            columns = tabela.prepare(node, columns, self._avisos)
            tables += 1
            if tables > MAXIMO_TABELAS:
                raise recusar(f"O HTML tem mais de {MAXIMO_TABELAS} tabelas umas dentro das outras.")
        elif node.tag in _RAISED:
            raised += 1
        for name in ("colspan", "rowspan", "start", "value"):
            number = tabela.number(node.attributes.get(name, ""))
            if number > (1 if name.endswith("span") else 0):
                extra += f' {name}="{number}"'
        if node.attributes.get("type") in ("1", "a", "A", "i", "I"):
            extra += f' type="{node.attributes["type"]}"'
        return _Around(around.medidas, tables, columns, raised), extra

    def _image(self, node: Node) -> str:
        """Return an image drawn anew; one that is not `data:` gives way to its alternative text, with an aviso."""
        source = self._sources[int(node.attributes["src"])]
        if not imagens.e_data(source):
            self._avisos.add("Uma imagem foi retirada: só se aceitam PNG e JPEG dentro do próprio HTML (data:).")
            return escape(self._texto(node.attributes.get("alt", "")), quote=False)
        self._count += 1
        if source not in self._images:
            self._images[source] = imagens.reescrever(source)
        url, pixels = self._images[source]
        self._pixels += pixels
        if self._count > MAXIMO_IMAGENS or self._pixels > MAXIMO_PIXELS_TOTAL:
            raise recusar(
                f"As imagens passam do limite de {MAXIMO_IMAGENS} imagens ou de "
                f"{MAXIMO_PIXELS_TOTAL // 1_000_000} milhões de pixels ao todo."
            )
        size = ""
        for name in ("width", "height"):
            number = tabela.number(node.attributes.get(name, ""))
            if 0 < number <= 2000:
                size += f"{name}:{number}px;"
        # kept on the page whatever its pixels: what leaves a page is cut off
        return f'<img src="{url}" alt="" style="{size}max-width:100%;max-height:150mm"/>'
