"""The room that a page has for an image, and what to tell of images that laid-out pages made smaller (P2a).

Like `lugar`, it reads WeasyPrint's boxes.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final, Protocol

from printserver.formats.geometry import do_texto
from printserver.formats.model import Faces, Formato
from printserver.rendering.body.characters import Avisos, recusar
from printserver.rendering.body.figures import PX_POR_MM, Espaco
from printserver.rendering.stylesheet import no_verso

_SOBRA_MM: Final = 0.5
_FECHO_MM: Final = 22.0
_ASSINATURAS_MM: Final = 20.0
"""Of a row of signatures."""


class Pedido(Protocol):
    """What of a layout's order matters here."""

    @property
    def formato(self) -> Formato: ...
    @property
    def dados(self) -> Mapping[str, Any]: ...
    @property
    def bloco(self) -> tuple[float, float]: ...
    @property
    def faces(self) -> Faces: ...
    @property
    def lado_inicial(self) -> str: ...


def espaco_da_imagem(pedido: Pedido) -> Espaco:
    """Return the room for an image: a page but for what its line needs; at the end what the closing leaves (P3)."""
    formato = pedido.formato
    texto = formato.texto
    linha = formato.fontes.tamanho * formato.fontes.entrelinha / 72 * 25.4
    altura = texto.altura - 2 * linha
    assinaturas = (len(pedido.dados.get("assinaturas", ())) + 1) // 2  # two in a row
    fecho = pedido.bloco[1] + _FECHO_MM + _ASSINATURAS_MM * assinaturas
    final = max(altura - fecho, 0.3 * altura)
    return Espaco(texto.largura * PX_POR_MM, altura * PX_POR_MM, final * PX_POR_MM)


def conferir_imagens(paginas: Sequence[Any], pedido: Pedido, avisos: Avisos) -> None:
    """Tell, in `avisos`, of images that the page made smaller than they were asked to be.

    Raises `Recusa` `corpo-invalido` for one that leaves the text's place on its page, where it would be cut off.
    """
    for numero, pagina in enumerate(paginas, 1):
        verso = no_verso(numero, pedido.faces, pedido.lado_inicial)
        area = do_texto(pedido.formato, verso=verso)
        for caixa in pagina._page_box.descendants():
            pedida = caixa.element.get("data-imagem") if type(caixa).__name__.endswith("ReplacedBox") else None
            if pedida is None:
                continue
            direita, baixo = (caixa.position_x + caixa.width) / PX_POR_MM, (caixa.position_y + caixa.height) / PX_POR_MM
            if direita > area.x + area.largura + _SOBRA_MM or baixo > area.y + area.altura + _SOBRA_MM:
                raise recusar(f"Uma imagem não cabe na página {numero} e sairia cortada. Diminua-a.")
            if _reduzida(caixa):
                feita = f"{caixa.width / PX_POR_MM:.0f} × {caixa.height / PX_POR_MM:.0f} mm"
                avisos.add(f"Uma imagem de {pedida} foi reduzida a {feita} para caber em seu lugar (página {numero}).")


def _reduzida(caixa: Any) -> bool:
    """Whether an image is smaller than its own width (`data-largura`), or as wide as the page's height lets it be."""
    largura, teto = (caixa.element.get(nome) for nome in ("data-largura", "data-teto"))
    if largura is not None:
        return bool(caixa.width < 0.99 * float(largura))
    return teto is not None and bool(caixa.width >= 0.999 * float(teto))
