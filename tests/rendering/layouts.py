"""What the tests of layout and stamp share: layouts made in this process, and what is read back from a PDF."""

import io
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pikepdf
import zxingcpp
from PIL import Image

from printserver.formats import Formato, Formatos, ValoresBloco
from printserver.formats.template_data import dados_de_exemplo, valores_de_exemplo
from printserver.rendering import Carimbo, Layout, carimbar
from printserver.rendering.pool_tasks import Trabalho, montar
from printserver.rendering.render import medir

FORMATOS = Formatos(None)
CODIGO = "1234561ES0000000000004261"


def palavras(quantas: int) -> str:
    """Return a text of so many different words."""
    return " ".join(f"palavra{numero}" for numero in range(quantas))


class Mesa:
    """Lays out without a pool, into one folder."""

    def __init__(self, pasta: Path) -> None:
        self.pasta = pasta

    def montar(
        self,
        formato: Formato | str,
        corpo: str | tuple[str, str] = "Texto do ato.",
        *,
        valores: ValoresBloco | str | None = "exemplo",
        lado_inicial: str = "frente",
        faces: Any = None,
        **dados: Any,
    ) -> Layout:
        formato = FORMATOS.get(formato) if isinstance(formato, str) else formato
        escolhidos = valores_de_exemplo(formato.tipo) if isinstance(valores, str) else valores
        return montar(
            Trabalho(
                formato,
                {**dados_de_exemplo(formato.tipo), **dados},
                ("texto", corpo) if isinstance(corpo, str) else corpo,
                {},
                medir(formato, escolhidos),
                lado_inicial,
                faces or formato.faces,
                str(self.pasta),
            )
        )

    def pdf(self, layout: Layout) -> Path:
        return self.pasta / f"{layout.hash}.pdf"

    def carimbar(self, layout: Layout, formato: Formato | str, carimbo: Carimbo) -> bytes:
        formato = FORMATOS.get(formato) if isinstance(formato, str) else formato
        return carimbar(layout, self.pdf(layout), formato, carimbo)


def com_codigo(valores: ValoresBloco, codigo: str) -> ValoresBloco:
    """Return the same values with every code of the document's own seals as `codigo`."""
    return replace(valores, selos=tuple(replace(selo, codigo=codigo) for selo in valores.selos))


def textos(pdf: bytes) -> list[str]:
    """Return the text of each page as pdftotext finds it."""
    saida = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True).stdout
    return saida.decode().split("\f")[:-1]


def palavras_com_lugar(pdf: bytes) -> list[tuple[int, str, float, float, float, float]]:
    """Return (page, word, x, y, end x, end y) in mm of every word."""
    import re

    saida = subprocess.run(["pdftotext", "-bbox", "-", "-"], input=pdf, capture_output=True, check=True).stdout.decode()
    achadas, pagina = [], 0
    for linha in saida.splitlines():
        if "<page " in linha:
            pagina += 1
        elif achado := re.search(r'xMin="(.*?)" yMin="(.*?)" xMax="(.*?)" yMax="(.*?)">(.*?)</word>', linha):
            x, y, x2, y2 = (float(achado.group(i)) / 72 * 25.4 for i in range(1, 5))
            achadas.append((pagina, achado.group(5), x, y, x2, y2))
    return achadas


def imagem(pdf: bytes, pagina: int, dpi: int = 300) -> Image.Image:
    """Return a page as a black-and-white printer of that resolution would put it down."""
    ordem = ["pdftoppm", "-f", str(pagina), "-l", str(pagina), "-r", str(dpi), "-mono", "-"]
    saida = subprocess.run(ordem, input=pdf, capture_output=True, check=True).stdout
    return Image.open(io.BytesIO(saida)).convert("L")


def codigos_qr(pdf: bytes, pagina: int, dpi: int = 300) -> list[str]:
    """Return what a reader finds in the QRs of a page."""
    return [lido.text for lido in zxingcpp.read_barcodes(imagem(pdf, pagina, dpi))]


def abrir(pdf: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(pdf))
