"""An `html` body made safe: written anew by `marcacao`, parsed and cleaned by nh3, then drawn up from the tree.

What comes out is XHTML of the contract's tags whose text is the body's, all visible, with styles of our own making.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from html import escape
from html.parser import HTMLParser
from typing import Final

import nh3

from printserver.rendering import estilo, imagens, marcacao
from printserver.rendering.caracteres import Avisos, recusar
from printserver.rendering.trechos import QUEBRA, REGUA, Limite, Modo, Parte, Trecho

MAXIMO_VAOS: Final = 50
"""Columns or rows that one cell may span, and columns of a table (those of tables around it multiplied in)."""
MAXIMO_TABELAS: Final = 4
"""Tables inside one another: each level doubles the work of the layout."""
MAXIMO_PIXELS_TOTAL: Final = 60_000_000
MAXIMO_IMAGENS: Final = 200

_RAISED: Final = frozenset({"sub", "sup"})
_ATTRIBUTES: Final = {
    **{tag: {"style", "align"} for tag in marcacao.MARCAS},
    "img": {"src", "alt", "width", "height", "style", "align"},
    "td": {"colspan", "rowspan", "style", "align"},
    "th": {"colspan", "rowspan", "style", "align"},
    "ol": {"start", "type", "style", "align"},
    "li": {"value", "style", "align"},
    "table": {"border", "style", "align"},
}
_STRUCK: Final = frozenset({"u", "s"})
_WHOLE: Final = re.compile(r"\s*([+-]?[0-9]{1,9})")

Texto = Callable[..., str]
"""Makes text printable: (text, name of a symbol font or "") in, text out."""


@dataclass
class _Node:
    tag: str
    attributes: dict[str, str]
    children: "list[_Node | str]" = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Around:
    """What the elements around one mean for it."""

    medidas: estilo.Medidas = field(default_factory=estilo.Medidas)
    tables: int = 0
    columns: int = 1
    raised: int = 0
    fonte: str = ""
    modo: Modo = "normal"
    riscado: bool = False
    sem_linhas: bool = False


def preparar(conteudo: str, texto: Texto, avisos: Avisos) -> Iterator[Parte]:
    """Yield the body `conteudo` as safe XHTML and the text in it; every text node goes through `texto`.

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
    yield from _Drawing(marked.imagens, texto, avisos).children(tree.root, _Around())


class _Tree(HTMLParser):
    """Reads what nh3 wrote, which is regular: every element is closed, in order."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.root = _Node("", {})
        self._open = [self.root]

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        node = _Node(tag, {name: value or "" for name, value in attrs})
        self._open[-1].children.append(node)
        if tag not in marcacao.VAZIAS:
            self._open.append(node)
            if len(self._open) > marcacao.MAXIMO_PROFUNDIDADE + 1:
                raise recusar(f"O HTML tem mais de {marcacao.MAXIMO_PROFUNDIDADE} marcas umas dentro das outras.")

    def handle_endtag(self, tag: str) -> None:
        if len(self._open) > 1 and self._open[-1].tag == tag:
            self._open.pop()

    def handle_data(self, data: str) -> None:
        data = data.translate(marcacao.TEXTO)
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

    def children(self, node: _Node, around: _Around) -> Iterator[Parte]:
        for child in node.children:
            if not isinstance(child, str):
                yield from self._element(child, around)
                continue
            for at, text in enumerate(child.split("\f") if around.modo == "pre" else [child]):
                if at:  # a form feed, as in a body of text
                    yield from self._break(around)
                yield Trecho(self._texto(text, around.fonte), around.modo, around.riscado)

    def _element(self, node: _Node, around: _Around) -> Iterator[Parte]:
        if node.tag == "img":
            yield Limite(self._image(node))
            return
        style = estilo.filtrar(
            node.tag,
            node.attributes.get("style", ""),
            node.attributes.get("align", ""),
            around.medidas,
            self._avisos,
            sem_linhas=around.sem_linhas,
        )
        if style.quebra_antes:
            yield from self._break(around)
        if node.tag == "br":
            yield Limite("<br/>")
        elif node.tag == "hr":
            yield REGUA
        else:
            yield from self._with_children(node, around, style)
        if style.quebra_depois:
            yield from self._break(around)

    def _with_children(self, node: _Node, around: _Around, style: estilo.Estilo) -> Iterator[Parte]:
        around, extra = self._inside(node, around, style)
        if style.escondido:
            self._tell_hidden(node, style.escondido)
        if around.raised > 1 and (node.tag in _RAISED or style.nivel):
            self._avisos.add("Índices e expoentes uns dentro dos outros ficaram num só nível.")
            yield from self.children(node, around)
            return
        if style.css:
            extra += f' style="{escape(style.css)}"'
        edge = str if node.tag in estilo.EM_LINHA and "display:block" not in style.css else Limite
        yield edge(f"<{node.tag}{extra}>")
        yield from self.children(node, around)
        yield edge(f"</{node.tag}>")

    def _break(self, around: _Around) -> Iterator[Parte]:
        if around.tables:
            self._avisos.add("Uma quebra de página dentro de uma tabela não é aceita e ficou sem efeito.")
        else:
            yield QUEBRA

    def _tell_hidden(self, node: _Node, how: str) -> None:
        begin = next((text for text in map(str.strip, _texts(node)) if text), "")[:60]
        if begin:
            self._avisos.add(
                "Foi impresso um texto que um navegador esconderia: {}. Retire-o, se não deve sair.",
                f"“{' '.join(begin.split())}” ({how})",
            )

    def _inside(self, node: _Node, around: _Around, style: estilo.Estilo) -> tuple[_Around, str]:
        """Return what `node` is to those inside it, and its attributes but for the style."""
        tables, columns, raised, extra = around.tables, around.columns, around.raised, ""
        if node.tag == "table":
            columns *= self._bound_spans(node)
            tables += 1
            if tables > MAXIMO_TABELAS:
                raise recusar(f"O HTML tem mais de {MAXIMO_TABELAS} tabelas umas dentro das outras.")
            if columns > MAXIMO_VAOS:
                raise recusar(f"Uma tabela (com as que estão dentro dela) tem mais de {MAXIMO_VAOS} colunas.")
        elif node.tag in _RAISED or style.nivel:
            raised += 1
        for name in ("colspan", "rowspan"):
            number = _number(node.attributes.get(name, ""))
            if number > 1:
                extra += f' {name}="{number}"'
        for name in ("start", "value"):
            if (found := _WHOLE.match(node.attributes.get(name, ""))) is not None:
                extra += f' {name}="{int(found[1])}"'
        if node.attributes.get("type") in ("1", "a", "A", "i", "I"):
            extra += f' type="{node.attributes["type"]}"'
        inside = _Around(
            style.medidas,
            tables,
            columns,
            raised,
            around.fonte if style.fonte is None else style.fonte,
            style.modo or around.modo,
            around.riscado or style.riscado or node.tag in _STRUCK,
            node.attributes.get("border") == "0" if node.tag == "table" else around.sem_linhas,
        )
        return inside, extra

    def _bound_spans(self, table: _Node) -> int:
        """Bring the spans of a table's cells to their limits; return its columns."""
        rows = [[cell for cell in row if cell.tag in ("td", "th")] for row in _rows(table)]
        columns = 1
        for row in rows:
            spans = [_number(cell.attributes.get("colspan", "")) or 1 for cell in row]
            columns = max(columns, sum(span if span <= MAXIMO_VAOS else 1 for span in spans))
        for cell in (cell for row in rows for cell in row):
            for name, limit in (("colspan", columns), ("rowspan", MAXIMO_VAOS)):
                if (_number(cell.attributes.get(name, "")) or 1) > MAXIMO_VAOS:
                    cell.attributes[name] = str(min(limit, MAXIMO_VAOS))
                    self._avisos.add(f"O {name} de uma célula foi trazido ao limite de {MAXIMO_VAOS}.")
        return columns

    def _image(self, node: _Node) -> str:
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
            number = _number(node.attributes.get(name, ""))
            if 0 < number <= 2000:
                size += f"{name}:{number}px;"
        # kept on the page whatever its pixels: what leaves a page is cut off
        return f'<img src="{url}" alt="" style="{size}max-width:100%;max-height:150mm"/>'


def _texts(node: _Node) -> Iterator[str]:
    for child in node.children:
        if isinstance(child, str):
            yield child
        else:
            yield from _texts(child)


def _rows(table: _Node) -> Iterator[list[_Node]]:
    for child in table.children:
        if isinstance(child, str):
            continue
        if child.tag == "tr":
            yield [cell for cell in child.children if isinstance(cell, _Node)]
        elif child.tag in ("thead", "tbody"):
            yield from _rows(child)


def _number(value: str) -> int:
    """Return a whole number as HTML reads it (leading digits), 0 where there is none; large ones end at 9 digits."""
    digits = value.strip()[:9]
    for at, character in enumerate(digits):
        if character not in "0123456789":
            digits = digits[:at]
            break
    return int(digits) if digits else 0
