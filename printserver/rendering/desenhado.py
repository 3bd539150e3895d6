"""What WeasyPrint drew, read once from its boxes. Those are not a public interface: nothing else here reads them."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, Literal

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

    `titulo`: it is of a heading; `sozinha`: no other cell of a table stands beside it.
    """

    pagina: int
    parte: Parte
    onde: Limites
    fim: float
    direita: float
    titulo: bool
    em_branco: bool
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
    """All pages. `fundos`: per page, in mm, where each line, cell and image ends; `imagens`: elements and places."""

    areas: list[Limites] = field(default_factory=list)
    linhas: list[Linha] = field(default_factory=list)
    letras: list[Letras] = field(default_factory=list)
    imagens: list[Letras] = field(default_factory=list)
    fundos: list[list[float]] = field(default_factory=list)


def read_pages(paginas: Sequence[Any]) -> Desenho:
    """Return what was drawn on WeasyPrint's pages, in the order of the pages and of the document on each."""
    desenho = Desenho()
    for numero, pagina in enumerate(paginas, 1):
        caixa = pagina._page_box
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
        linha = Linha(self._pagina, em.parte, onde, fim, em.direita, em.titulo, not _tem_tinta(caixa), em.sozinha)
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


def _tem_tinta(caixa: Any) -> bool:
    tipo = type(caixa).__name__
    if tipo == "TextBox":
        return bool(caixa.text.strip()) and "::" not in caixa.element_tag
    return tipo.endswith("ReplacedBox") or any(_tem_tinta(filha) for filha in getattr(caixa, "children", ()))


def _da_caixa(caixa: Any) -> Limites:
    return _limites(caixa.position_x, caixa.position_y, caixa.margin_width(), caixa.margin_height())


def _limites(x: float, y: float, largura: float, altura: float) -> Limites:
    return Limites(x * MM_POR_PX, y * MM_POR_PX, (x + largura) * MM_POR_PX, (y + altura) * MM_POR_PX)


def rows(linhas: Iterable[Linha]) -> list[tuple[int, float]]:
    """Return (page, y in mm) of each row of text, in order; lines of cells that stand side by side are one row."""
    return sorted({(linha.pagina, round(linha.onde.y, 1)) for linha in linhas})
