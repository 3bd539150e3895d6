"""What WeasyPrint drew, read once from its boxes. Those are not a public interface: nothing else here reads them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal, NamedTuple

from printserver.rendering.body.tree import is_blank

Parte = Literal["cabecalho", "corpo", "fecho"]

MM_POR_PX: Final = 25.4 / 96
_BRANCO_EM: Final = 0.25  # no blank of a vendored face is narrower
_TITULOS: Final = frozenset({"h1", "h2", "h3", "h4"})


class Limites(NamedTuple):
    """A rectangle by its edges, in mm from the page's upper left corner."""

    x: float
    y: float
    x_final: float
    y_final: float


@dataclass(slots=True)
class Linha:
    """A line of text or images. `fim`: where its ink ends; `direita`: where a full line would, in mm.

    `em_branco`: it shows nothing; `com_texto`: it shows text; `titulo`: it is of a heading; `sozinha`: no other cell of
    a table stands beside it.
    """

    pagina: int
    parte: Parte
    onde: Limites
    fim: float
    direita: float
    titulo: bool
    sozinha: bool
    em_branco: bool = True
    com_texto: bool = False


class Letras(NamedTuple):
    """A piece of text that is drawn: the element whose own text it is, where it lies and where it has to stay."""

    pagina: int
    elemento: Any
    texto: str
    onde: Limites
    dentro: Limites


@dataclass(slots=True)
class Desenho:
    """All pages. `fundos`: per page, in mm, where each line, cell and image ends; `imagens`: elements and places.

    `bloco`: the page of the seal's box, None where it is not in the text.
    """

    areas: list[Limites] = field(default_factory=list)
    linhas: list[Linha] = field(default_factory=list)
    letras: list[Letras] = field(default_factory=list)
    imagens: list[Letras] = field(default_factory=list)
    fundos: list[list[float]] = field(default_factory=list)
    bloco: int | None = None


def read_pages(paginas: Sequence[Any], ancora: str) -> Desenho:
    """Return what was drawn on WeasyPrint's pages, in the order of the pages and of the document on each.

    `ancora` is the name of the seal's box.
    """
    desenho = Desenho()
    for numero, pagina in enumerate(paginas, 1):
        caixa = pagina._page_box
        if ancora in pagina.anchors:
            desenho.bloco = numero
        area = _limites(caixa.content_box_x(), caixa.content_box_y(), caixa.width, caixa.height)
        desenho.areas.append(area)
        desenho.fundos.append([])
        leitor = _Leitor(desenho, numero)
        for filha in caixa.children:
            if filha.element_tag == "html":
                leitor.read(filha, _Em("cabecalho", area, area.x_final))
    return desenho


@dataclass(frozen=True, slots=True)
class _Em:
    """Where a box stands: `dentro` is what it must not leave, `direita` the end of a full line."""

    parte: Parte
    dentro: Limites
    direita: float
    titulo: bool = False
    sozinha: bool = True


class _Leitor:
    """Walks the boxes of one page."""

    def __init__(self, desenho: Desenho, pagina: int) -> None:
        self._desenho = desenho
        self._pagina = pagina
        self._linha: Linha | None = None

    def read(self, caixa: Any, em: _Em) -> None:
        tipo = type(caixa).__name__
        if tipo == "TextBox":
            if "::" not in caixa.element_tag and caixa.text:
                self._texto(caixa, em)
            return
        if tipo.endswith("ReplacedBox"):
            self._imagem(caixa, em)
            return
        if tipo == "LineBox":
            onde = _da_caixa(caixa)
            self._linha = Linha(self._pagina, em.parte, onde, onde.x, em.direita, em.titulo, em.sozinha)
            self._desenho.linhas.append(self._linha)
            self._desenho.fundos[-1].append(onde.y_final)
        elif tipo == "TableCellBox":
            self._desenho.fundos[-1].append(_da_caixa(caixa).y_final)
        em = _dentro_de(caixa, tipo, em)
        for filha in caixa.children:
            self.read(filha, em)

    def _texto(self, caixa: Any, em: _Em) -> None:
        onde = _do_texto(caixa)
        self._desenho.letras.append(Letras(self._pagina, caixa.element, caixa.text, onde, em.dentro))
        linha = self._linha
        if linha is not None and not is_blank(caixa.text):
            linha.com_texto, linha.em_branco, linha.fim = True, False, max(linha.fim, onde.x_final)

    def _imagem(self, caixa: Any, em: _Em) -> None:
        onde = _da_caixa(caixa)
        self._desenho.imagens.append(Letras(self._pagina, caixa.element, "", onde, em.dentro))
        self._desenho.fundos[-1].append(onde.y_final)
        if self._linha is not None:
            self._linha.em_branco, self._linha.fim = False, max(self._linha.fim, onde.x_final)


def _dentro_de(caixa: Any, tipo: str, em: _Em) -> _Em:
    """Return where the boxes inside `caixa` stand."""
    if tipo == "TableRowBox":
        return replace(em, sozinha=em.sozinha and len(caixa.children) == 1)
    if tipo == "TableCellBox":
        return replace(em, dentro=_da_caixa(caixa), direita=(caixa.content_box_x() + caixa.width) * MM_POR_PX)
    if caixa.element_tag == "main":
        return replace(em, parte="corpo")
    if caixa.element_tag == "section" and "fecho" in caixa.element.get("class", "").split():
        return replace(em, parte="fecho")
    return replace(em, titulo=True) if caixa.element_tag in _TITULOS else em


def _da_caixa(caixa: Any) -> Limites:
    return _limites(caixa.position_x, caixa.position_y, caixa.margin_width(), caixa.margin_height())


def _do_texto(caixa: Any) -> Limites:
    """Return where a piece of text lies: it has no border and no padding, and blanks at its end leave no ink."""
    altura = caixa.margin_top + caixa.height + caixa.margin_bottom
    brancos = len(caixa.text) - len(caixa.text.rstrip(" "))
    largura = max(caixa.width - brancos * _BRANCO_EM * caixa.style["font_size"], 0.0)
    return _limites(caixa.position_x, caixa.position_y, largura, altura)


def _limites(x: float, y: float, largura: float, altura: float) -> Limites:
    return Limites(x * MM_POR_PX, y * MM_POR_PX, (x + largura) * MM_POR_PX, (y + altura) * MM_POR_PX)
