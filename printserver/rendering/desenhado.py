"""What WeasyPrint drew, read once from its boxes. Those are not a public interface: nothing else here reads them."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

from printserver.rendering.arvore import is_blank

Parte = Literal["cabecalho", "corpo", "fecho"]

MM_POR_PX: Final = 25.4 / 96
_TITULOS: Final = frozenset({"h1", "h2", "h3", "h4"})


@dataclass(frozen=True, slots=True)
class Limites:
    """A rectangle by its edges, in mm from the page's upper left corner."""

    x: float
    y: float
    x_final: float
    y_final: float


@dataclass(frozen=True, slots=True)
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
    em_branco: bool
    com_texto: bool
    sozinha: bool


@dataclass(frozen=True, slots=True)
class Letras:
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

    def read(self, caixa: Any, em: _Em) -> None:
        tipo = type(caixa).__name__
        if tipo == "TextBox":
            if "::" not in caixa.element_tag and caixa.text:
                letras = Letras(self._pagina, caixa.element, caixa.text, _da_caixa(caixa), em.dentro)
                self._desenho.letras.append(letras)
            return
        if tipo.endswith("ReplacedBox"):
            self._desenho.imagens.append(Letras(self._pagina, caixa.element, "", _da_caixa(caixa), em.dentro))
            self._fundo(caixa)
            return
        if tipo == "LineBox":
            self._linha(caixa, em)
        elif tipo == "TableCellBox":
            self._fundo(caixa)
        em = _dentro_de(caixa, tipo, em)
        for filha in caixa.children:
            self.read(filha, em)

    def _fundo(self, caixa: Any) -> None:
        self._desenho.fundos[-1].append(_da_caixa(caixa).y_final)

    def _linha(self, caixa: Any, em: _Em) -> None:
        onde = _da_caixa(caixa)
        fim = max((_da_caixa(filha).x_final for filha in caixa.children), default=onde.x)
        texto, imagem = _tinta(caixa)
        em_branco = not texto and not imagem
        linha = Linha(self._pagina, em.parte, onde, fim, em.direita, em.titulo, em_branco, texto, em.sozinha)
        self._desenho.linhas.append(linha)
        self._fundo(caixa)


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


def _tinta(caixa: Any) -> tuple[bool, bool]:
    """Tell whether a box shows text, and whether it shows an image."""
    if type(caixa).__name__ == "TextBox":
        return not is_blank(caixa.text) and "::" not in caixa.element_tag, False
    if type(caixa).__name__.endswith("ReplacedBox"):
        return False, True
    texto = imagem = False
    for filha in caixa.children:
        um, outro = _tinta(filha)
        texto, imagem = texto or um, imagem or outro
    return texto, imagem


def _da_caixa(caixa: Any) -> Limites:
    return _limites(caixa.position_x, caixa.position_y, caixa.margin_width(), caixa.margin_height())


def _limites(x: float, y: float, largura: float, altura: float) -> Limites:
    return Limites(x * MM_POR_PX, y * MM_POR_PX, (x + largura) * MM_POR_PX, (y + altura) * MM_POR_PX)
