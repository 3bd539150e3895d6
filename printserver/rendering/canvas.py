"""PDF content operators for what a stamp draws. Coordinates are mm from the page's upper left corner, sizes points."""

from typing import Final

from printserver.formats import fonts
from printserver.formats.fonts import PONTOS_POR_MM, NomeDaFonte
from printserver.rendering.pdf_fonts import NOMES, codificar

_CINZA_DA_FAIXA: Final = "0.5"
_TRACO_PT: Final = 0.5


def pt(mm: float) -> str:
    """Return a length in mm as points."""
    return f"{mm * PONTOS_POR_MM:.3f}"


class Desenho:
    """Collects the operators of one page of `altura` mm."""

    def __init__(self, altura: float) -> None:
        self._altura = altura
        self._partes: list[bytes] = []

    def operadores(self) -> bytes:
        """Return all operators so far."""
        return b"\n".join(self._partes)

    def cru(self, operadores: bytes) -> None:
        """Add operators as they are."""
        self._partes.append(operadores)

    def texto(self, x: float, y: float, fonte: NomeDaFonte, tamanho: float, texto: str) -> None:
        """Write `texto` with its left end and baseline at x, y."""
        self._partes.append(
            b"BT /%s %.2f Tf %s %s Td %s Tj ET"
            % (
                NOMES[fonte].encode(),
                tamanho,
                pt(x).encode(),
                pt(self._altura - y).encode(),
                codificar(texto, fonte),
            )
        )

    def tracejado(self, linhas: list[tuple[float, float, float]]) -> None:
        """Draw dashed lines, each as (x, end x, y)."""
        if not linhas:
            return
        caminho = " ".join(
            f"{pt(x)} {pt(self._altura - y)} m {pt(fim)} {pt(self._altura - y)} l" for x, fim, y in linhas
        )
        self._partes.append(f"q 0 G {_TRACO_PT} w [5 3] 0 d {caminho} S Q".encode())

    def retangulo(self, x: float, y: float, largura: float, altura: float, *, moldura: bool) -> None:
        """Paint a white rectangle, with a hairline around it if `moldura`."""
        canto = f"{pt(x)} {pt(self._altura - y - altura)} {pt(largura)} {pt(altura)} re"
        self._partes.append(f"q 1 g {canto} f Q".encode())
        if moldura:
            self._partes.append(f"q 0 G 0.4 w {canto} S Q".encode())

    def faixa(self, texto: str, largura: float, y: float, maximo: float) -> None:
        """Write `texto` in outline across a page of `largura` mm, centred on y, letters at most `maximo` mm high.

        It is text, to be found by programs, and hides nothing of what it is written over.
        """
        fonte: NomeDaFonte = "serifa-negrito"
        um = fonts.largura(texto, fonte, 1.0) / PONTOS_POR_MM
        tamanho = min(largura * 0.82 / um, maximo * PONTOS_POR_MM / 0.66)
        x = (largura - um * tamanho) / 2
        base = y + tamanho * 0.66 / PONTOS_POR_MM / 2
        self._partes.append(b"q %s G 0.8 w 1 Tr" % _CINZA_DA_FAIXA.encode())
        self.texto(x, base, fonte, tamanho, texto)
        self._partes.append(b"Q")

    def do_alto(self, y: float) -> float:
        """Return y, in mm from the top, as mm from the bottom, where PDF counts from."""
        return self._altura - y

    def riscar(self, x: float, y: float, lado: float) -> None:
        """Strike out a square of `lado` mm with a thick cross."""
        x1, x2, y1, y2 = pt(x), pt(x + lado), pt(self._altura - y), pt(self._altura - y - lado)
        grossura = pt(lado / 9)
        self._partes.append(f"q 0 G {grossura} w {x1} {y1} m {x2} {y2} l {x1} {y2} m {x2} {y1} l S Q".encode())

    def girar(self, x: float, y: float, largura: float, altura: float, graus: int) -> "Desenho":
        """Return a drawing with its upper left corner at that of a block turned into this rectangle, for `juntar`."""
        seno = {0: 0, 90: 1, 180: 0, 270: -1}[graus]
        cosseno = {0: 1, 90: 0, 180: -1, 270: 0}[graus]
        # the block's own lower left corner, where it lies on the page
        origem = {
            0: (x, y + altura),
            90: (x + largura, y + altura),
            180: (x + largura, y),
            270: (x, y),
        }[graus]
        dentro = Desenho(largura if graus in (90, 270) else altura)
        matriz = f"{cosseno} {seno} {-seno} {cosseno} {pt(origem[0])} {pt(self._altura - origem[1])} cm"
        dentro.cru(f"q {matriz}".encode())
        return dentro

    def juntar(self, dentro: "Desenho") -> None:
        """Take over a drawing of `girar`, and close it."""
        self._partes.append(dentro.operadores() + b"\nQ")
