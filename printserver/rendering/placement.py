"""Where things came to lie: the seal's box on laid-out pages, the ends of text that dashes fill, a PDF's free end."""

import secrets
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final, Protocol

from PIL import Image

from printserver.errors import Recusa
from printserver.formats.geometry import do_bloco_fixo, do_texto
from printserver.formats.model import Faces, Formato
from printserver.formats.rectangle import Retangulo
from printserver.rendering.drawn import MM_POR_PX, Desenho, Linha
from printserver.rendering.model import Caixa, Traco
from printserver.rendering.pdf_body.picture import draw, loaded, opened
from printserver.rendering.stylesheet import no_verso

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


def medir_paginas(paginas: Sequence[Any], desenho: Desenho, pedido: Pedido, ancora: str) -> Medidas:
    """Return the boxes of the seal block and, by the format, the dashes. Raises `Recusa` `bloco-sem-lugar`."""
    formato = pedido.formato
    caixas: tuple[Caixa, ...] = ()
    if pedido.bloco[1]:
        if formato.bloco.onde == "fim":
            caixas = (_caixa_no_texto(paginas, pedido, ancora),)
        else:
            caixas = caixas_fixas(formato, len(paginas), pedido.faces, pedido.lado_inicial)
    tracos = tuple(_tracos(desenho, pedido, caixas)) if formato.tracejado else ()
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


def _tracos(desenho: Desenho, pedido: Pedido, caixas: tuple[Caixa, ...]) -> Iterator[Traco]:
    """Yield what fills the rest of the text's last line and of every page (P2)."""
    letra = pedido.formato.fontes
    passo = letra.tamanho * letra.entrelinha / 72 * 25.4
    ultima = _ultima_linha(desenho)
    if ultima is not None and ultima.direita - ultima.fim > 4:
        meio = ultima.onde.y + (ultima.onde.y_final - ultima.onde.y) * 0.62
        yield _traco(ultima.pagina, ultima.fim + 1.5, ultima.direita, meio)
    for numero, fundos in enumerate(desenho.fundos, 1):
        area = _area(pedido, numero)
        direita = area.x + area.largura
        baixo = max(fundos, default=area.y)
        baixo = max([baixo, *(c.y + c.altura for c in caixas if c.pagina == numero and c.y < area.y + area.altura)])
        y = baixo + passo
        while y <= area.y + area.altura - 0.5:
            yield _traco(numero, area.x, direita, y)
            y += passo


def _traco(pagina: int, x: float, x_final: float, y: float) -> Traco:
    return Traco(pagina, round(x, 2), round(x_final, 2), round(y, 2))


def _ultima_linha(desenho: Desenho) -> Linha | None:
    """Return the body's last line; None where it stands in a table of more than one column, or there is no text."""
    linhas = [linha for linha in desenho.linhas if linha.parte == "corpo" and not linha.em_branco]
    if not linhas:
        return None
    ultima = linhas[-1]
    return ultima if ultima.sozinha else None


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
