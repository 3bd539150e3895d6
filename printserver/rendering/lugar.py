"""Where things came to lie on laid-out pages: the seal's box, the ends of text that dashes fill, the free end of a PDF.

It reads WeasyPrint's boxes, which are not a public interface: nothing else here does.
"""

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from PIL import Image

from printserver.errors import Recusa
from printserver.formats.geometria import do_bloco_fixo, do_texto
from printserver.formats.model import Faces, Formato
from printserver.formats.retangulo import Retangulo
from printserver.rendering.folha import Caixa, Traco
from printserver.rendering.folha_de_estilo import no_verso
from printserver.rendering.pdf_picture import draw, loaded, opened

MM_POR_PX: Final = 25.4 / 96
_DPI: Final = 50
_FOLGA_MM: Final = 3.0
_TINTA: Final = [255] * 250 + [0] * 6
"""What of 256 greys counts as shown: all but white and nearly white."""


class Pedido(Protocol):
    """What of a layout's order matters here."""

    @property
    def formato(self) -> Formato: ...
    @property
    def bloco(self) -> tuple[float, float]: ...
    @property
    def faces(self) -> Faces: ...
    @property
    def lado_inicial(self) -> str: ...


@dataclass(frozen=True, slots=True)
class Medidas:
    """What was found on the pages."""

    caixas: tuple[Caixa, ...]
    tracos: tuple[Traco, ...]


def nova_ancora() -> str:
    """Return a name for the seal's box that no body can bring."""
    return f"b{secrets.token_hex(16)}"


def medir_paginas(paginas: Sequence[Any], pedido: Pedido, ancora: str) -> Medidas:
    """Return the boxes of the seal block and, by the format, the dashes. Raises `Recusa` `bloco-sem-lugar`."""
    formato = pedido.formato
    caixas: tuple[Caixa, ...] = ()
    if pedido.bloco[1]:
        if formato.bloco.onde == "fim":
            caixas = (_caixa_no_texto(paginas, pedido, ancora),)
        else:
            caixas = caixas_fixas(formato, len(paginas), pedido.faces, pedido.lado_inicial)
    tracos = tuple(_tracos(paginas, pedido, caixas)) if formato.tracejado else ()
    return Medidas(caixas, tracos)


def caixas_fixas(formato: Formato, paginas: int, faces: Faces, lado_inicial: str) -> tuple[Caixa, ...]:
    """Return the boxes of a block that does not follow the text."""
    quais = {"primeira": [1], "ultima": [paginas], "todas": range(1, paginas + 1)}[formato.bloco.onde]
    return tuple(
        _caixa(numero, do_bloco_fixo(formato, verso=no_verso(numero, faces, lado_inicial))) for numero in quais
    )


def _caixa(pagina: int, onde: Retangulo) -> Caixa:
    return Caixa(pagina, onde.x, onde.y, onde.largura, onde.altura)


def _caixa_no_texto(paginas: Sequence[Any], pedido: Pedido, ancora: str) -> Caixa:
    achadas = [(numero, pagina.anchors[ancora]) for numero, pagina in enumerate(paginas, 1) if ancora in pagina.anchors]
    largura, altura = pedido.bloco
    if len(achadas) != 1:
        raise Recusa("bloco-sem-lugar", "O bloco do selo não coube inteiro numa página do formato.")
    numero, (x, y) = achadas[0][0], achadas[0][1][:2]
    caixa = Caixa(numero, round(x * MM_POR_PX, 3), round(y * MM_POR_PX, 3), largura, altura)
    area = _area(pedido, numero)
    if numero != len(paginas) or caixa.y + altura > area.y + area.altura + 0.1:
        raise Recusa(
            "bloco-sem-lugar",
            f"O bloco do selo, de {altura:.1f} mm de altura, não coube na última página com as assinaturas.",
        )
    return caixa


def _area(pedido: Pedido, numero: int) -> Retangulo:
    return do_texto(pedido.formato, verso=no_verso(numero, pedido.faces, pedido.lado_inicial))


def _tracos(paginas: Sequence[Any], pedido: Pedido, caixas: tuple[Caixa, ...]) -> Iterator[Traco]:
    """Yield what fills the rest of the text's last line and of every page (P2)."""
    letra = pedido.formato.fontes
    passo = letra.tamanho * letra.entrelinha / 72 * 25.4
    fim = _ultima_linha(paginas)
    for numero, pagina in enumerate(paginas, 1):
        area = _area(pedido, numero)
        direita = area.x + area.largura
        if fim and fim[0] == numero and direita - fim[1] > 4:
            yield _traco(numero, fim[1] + 1.5, direita, fim[2])
        baixo = max(_fundos(pagina), default=area.y)
        baixo = max([baixo, *(c.y + c.altura for c in caixas if c.pagina == numero and c.y < area.y + area.altura)])
        y = baixo + passo
        while y <= area.y + area.altura - 0.5:
            yield _traco(numero, area.x, direita, y)
            y += passo


def _traco(pagina: int, x: float, x_final: float, y: float) -> Traco:
    return Traco(pagina, round(x, 2), round(x_final, 2), round(y, 2))


def _fundos(pagina: Any) -> Iterator[float]:
    """Yield, in mm, where each line, table cell and image of a page ends."""
    for caixa in pagina._page_box.descendants():
        nome = type(caixa).__name__
        if nome == "LineBox" or nome.endswith("ReplacedBox") or nome == "TableCellBox":
            yield (caixa.position_y + caixa.margin_height()) * MM_POR_PX


def _ultima_linha(paginas: Sequence[Any]) -> tuple[int, float, float] | None:
    """Return (page, x of the end, y of the middle) in mm of the body's last line; None if it ends in a table."""
    for numero in range(len(paginas), 0, -1):
        partes = [c for c in paginas[numero - 1]._page_box.descendants() if c.element_tag == "main"]
        if not partes:
            continue
        caixa = partes[0]
        while caixa.children and not type(caixa).__name__.endswith(("LineBox", "TableBox")):
            caixa = caixa.children[-1]
        if type(caixa).__name__ != "LineBox":
            return None
        fim = max((c.position_x + c.margin_width() for c in caixa.children), default=caixa.position_x)
        meio = caixa.position_y + caixa.height * 0.62
        return numero, fim * MM_POR_PX, meio * MM_POR_PX
    return None


def lugar_no_pdf(pdf: bytes, paginas: int, pedido: Pedido) -> tuple[Caixa, ...]:
    """Return the boxes of the block on a finished PDF.

    One that follows the text stands below all that the last page shows above its bottom margin; what lies in that
    margin (a footer) does not count. Raises `Recusa` `bloco-sem-lugar` where there is not the room, or where the
    format's fixed place is not blank: the block is never put over anything (P3).
    """
    if pedido.formato.bloco.onde != "fim":
        fixas = caixas_fixas(pedido.formato, paginas, pedido.faces, pedido.lado_inicial)
        for caixa, imagem in zip(fixas, _imagens(pdf, fixas[0].pagina, fixas[-1].pagina, pedido), strict=True):
            _conferir_livre(imagem, caixa)
        return fixas
    area = _area(pedido, paginas)
    largura, altura = pedido.bloco
    folha = Retangulo("", 0, 0, pedido.formato.pagina.largura, area.y + area.altura)
    topo = max(_fim_da_tinta(next(_imagens(pdf, paginas, paginas, pedido)), folha) + _FOLGA_MM, area.y)
    livre = area.y + area.altura - topo
    if livre < altura:
        raise Recusa(
            "bloco-sem-lugar",
            f"A última página do PDF tem {max(livre, 0):.1f} mm livres acima da margem inferior e o bloco do selo"
            f" precisa de {altura:.1f} mm: deixe o lugar, ou uma página final em branco.",
            extra={"altura_mm": altura, "disponivel_mm": round(max(livre, 0), 1)},
        )
    return (Caixa(paginas, area.x, round(topo, 1), largura, altura),)


def _conferir_livre(imagem: Image.Image, caixa: Caixa) -> None:
    if _fim_da_tinta(imagem, Retangulo("", caixa.x, caixa.y, caixa.largura, caixa.altura)):
        direita, baixo = caixa.x + caixa.largura, caixa.y + caixa.altura
        raise Recusa(
            "bloco-sem-lugar",
            f"Na página {caixa.pagina} do PDF há texto ou desenho no lugar do bloco do selo:"
            f" de {caixa.x:.1f} a {direita:.1f} mm da esquerda, de {caixa.y:.1f} a {baixo:.1f} mm do alto.",
            extra={"pagina": caixa.pagina},
        )


def _imagens(pdf: bytes, primeira: int, ultima: int, pedido: Pedido) -> Iterator[Image.Image]:
    """Yield pages as pictures: what shows there is known only once it is drawn."""
    tamanho = pedido.formato.pagina.largura, pedido.formato.pagina.altura
    with opened(pdf) as documento:
        for numero in range(primeira, ultima + 1):
            with loaded(documento, numero) as pagina:
                yield draw(pagina, tamanho, _DPI)


def _fim_da_tinta(imagem: Image.Image, onde: Retangulo) -> float:
    """Return how far down, in mm from the page's top, anything shows within `onde`; 0 where it is blank."""
    x, x_final = (int(mm / 25.4 * _DPI) for mm in (onde.x, onde.x + onde.largura))
    y, y_final = (int(mm / 25.4 * _DPI) for mm in (onde.y, onde.y + onde.altura))
    parte = imagem.crop((x, y, min(x_final, imagem.width), min(y_final, imagem.height)))
    tinta = parte.point(_TINTA).getbbox()
    return (y + tinta[3]) / _DPI * 25.4 if tinta else 0.0
