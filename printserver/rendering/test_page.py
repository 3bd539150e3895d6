"""The test page of a queue: millimetre grid, marks of the margin, the QR at several sizes, the cross of P7.

It bears no seal, and its QR codes say so.
"""

from dataclasses import dataclass
from io import BytesIO
from typing import Final

import pikepdf
from pikepdf import Name, Pdf

from printserver.formats.fonts import NomeDaFonte
from printserver.rendering import pdf_fonts
from printserver.rendering.canvas import Desenho, pt
from printserver.rendering.qr import (
    Nivel,
    caminho,
    encaixar,
    lado_minimo,
    matriz,
)

CRUZ_MM: Final = (50.0, 50.0)
"""Where the cross of the offsets stands: mm from the left and the upper edge of the sheet."""
_CLARO, _MEDIO, _ESCURO = "0.85", "0.65", "0.35"
_TITULO: Final[NomeDaFonte] = "serifa-negrito"
_TEXTO: Final[NomeDaFonte] = "serifa"
# What S5 asks for, one dot a module more, and one that is too small: what the printer can and cannot do.
_QRS: Final[tuple[tuple[Nivel, float], ...]] = (
    ("M", lado_minimo("M")),
    ("L", lado_minimo("L")),
    ("M", lado_minimo("M") * 5 / 4),
    ("L", lado_minimo("L") * 5 / 4),
    ("M", 25.0),
)
_LETRAS_DO_QR: Final = 440  # as many as a seal's may have (S5)
_FOLGA: Final = 4.0
_LARGA: Final = 160.0  # from this width on the words stand beside the cross


@dataclass(frozen=True, slots=True)
class PaginaDeTeste:
    """What the page says of itself, in mm; `deslocamento` is what the queue already moves it by, right and down."""

    fila: str
    bandeja: str | None
    largura: float
    altura: float
    deslocamento: tuple[float, float]
    momento: str
    duas_faces: bool = False


def desenhar(pagina: PaginaDeTeste) -> bytes:
    """Return the page as a PDF (two pages if `duas_faces`). The same input gives the same bytes."""
    with Pdf.new() as pdf:
        fontes = pdf_fonts.acrescentar(pdf, pdf_fonts.SEMPRE)
        for face in ("frente", "verso") if pagina.duas_faces else ("frente",):
            folha = pdf.add_blank_page(page_size=(_pontos(pagina.largura), _pontos(pagina.altura)))
            folha.obj.Resources = pikepdf.Dictionary(Font=pikepdf.Dictionary())
            for nome, objeto in fontes.items():
                folha.obj.Resources.Font[Name("/" + nome)] = objeto
            folha.obj.Contents = pdf.make_stream(_operadores(pagina, face))
        saida = BytesIO()
        pdf.save(saida, deterministic_id=True, compress_streams=True)
    return saida.getvalue()


def _operadores(pagina: PaginaDeTeste, face: str) -> bytes:
    desenho = Desenho(pagina.altura)
    _malha(desenho, pagina.largura, pagina.altura)
    _margens(desenho, pagina.largura, pagina.altura)
    _cruz(desenho)
    y = _palavras(desenho, pagina, face)
    _qrs(desenho, pagina, y)
    return desenho.operadores()


def _malha(desenho: Desenho, largura: float, altura: float) -> None:
    """Draw a line every millimetre, a stronger one every 5 and 10, numbered along the upper and the left edge."""
    for passo, cinza, grossura in ((1, _CLARO, 0.1), (5, _MEDIO, 0.15), (10, _ESCURO, 0.25)):
        for mm in range(0, int(largura) + 1, passo):
            _linha(desenho, (mm, 0), (mm, altura), cinza, grossura)
        for mm in range(0, int(altura) + 1, passo):
            _linha(desenho, (0, mm), (largura, mm), cinza, grossura)
    for mm in range(20, int(largura) - 5, 10):
        desenho.texto(mm + 0.4, 9.4, _TEXTO, 6, str(mm))
    for mm in range(20, int(altura) - 5, 10):
        desenho.texto(6.0, mm - 0.4, _TEXTO, 6, str(mm))


def _margens(desenho: Desenho, largura: float, altura: float) -> None:
    """Draw frames 3, 5 and 10 mm from the edges: those that come out whole say what margin the printer leaves."""
    for recuo, grossura in ((3.0, 0.8), (5.0, 0.8), (10.0, 1.2)):
        canto = f"{pt(recuo)} {pt(recuo)} {pt(largura - 2 * recuo)} {pt(altura - 2 * recuo)} re"
        desenho.cru(f"q 0 G {grossura} w {canto} S Q".encode())
    for recuo in (3, 5, 10):
        _etiqueta(desenho, largura / 2 - 6 + recuo, altura - recuo - 0.6, 6, f"{recuo} mm")


def _cruz(desenho: Desenho) -> None:
    """Draw the cross of the offsets, with a tenth of a millimetre of pen, and its ring."""
    x, y = CRUZ_MM
    desenho.retangulo(x - 16, y - 16, 32, 32, moldura=True)
    for ponta in (-15, 15):
        _linha(desenho, (x, y), (x + ponta, y), "0", 0.3)
        _linha(desenho, (x, y), (x, y + ponta), "0", 0.3)
    for decimo in range(-10, 11, 2):
        longo = 2.4 if decimo % 10 == 0 else 1.2
        _linha(desenho, (x + decimo, y - longo), (x + decimo, y + longo), "0", 0.3)
        _linha(desenho, (x - longo, y + decimo), (x + longo, y + decimo), "0", 0.3)


def _palavras(desenho: Desenho, pagina: PaginaDeTeste, face: str) -> float:
    """Write what the page is and how it is read; return how far down it went."""
    dx, dy = (_mm(valor) for valor in pagina.deslocamento)
    onde_x, onde_y = (_mm(valor) for valor in CRUZ_MM)
    bandeja = f" --bandeja {pagina.bandeja}" if pagina.bandeja else ""
    linhas = (
        f"Fila: {pagina.fila}    Bandeja: {pagina.bandeja or 'a da fila'}    Face: {face}",
        f"Página: {_mm(pagina.largura)} × {_mm(pagina.altura)} mm    {pagina.momento}",
        f"Deslocamento já aplicado: x {dx} mm, y {dy} mm",
        f"1. Meça da borda esquerda e da borda de cima do papel até a cruz: deve dar {onde_x} e {onde_y} mm.",
        f"2. Novo x = {dx} + {onde_x} - medido. Novo y = {dy} + {onde_y} - medido.",
        f"3. printserver filas deslocar {pagina.fila}{bandeja} --x X --y Y",
        "4. Cem quadros da malha medem 100 mm: se não, a página saiu reduzida.",
        "5. Leia cada QR com o telefone; do último, menor que o permitido, não se espera.",
    )
    ao_lado = pagina.largura >= _LARGA
    x, y = (CRUZ_MM[0] + 20, CRUZ_MM[1] - 16) if ao_lado else (14.0, CRUZ_MM[1] + 20)
    largura = pagina.largura - x - 12
    quebradas = [linha for texto in linhas for linha in _quebrar(texto, largura - 4)]
    altura = 12 + len(quebradas) * 3.6
    desenho.retangulo(x, y, largura, altura, moldura=True)
    desenho.texto(x + 2, y + 6, _TITULO, 11, "PÁGINA DE TESTE, SEM VALOR, SEM SELO")
    for numero, linha in enumerate(quebradas):
        desenho.texto(x + 2, y + 11.5 + numero * 3.6, _TEXTO, 8, linha)
    return y + altura + 4


def _qrs(desenho: Desenho, pagina: PaginaDeTeste, y: float) -> None:
    x = linha = 14.0
    altura_da_linha = 0.0
    for nivel, lado in _QRS:
        if x + lado + 12 > pagina.largura:
            x, y, altura_da_linha = linha, y + altura_da_linha + _FOLGA, 0.0
        if y + lado + 16 > pagina.altura:
            return
        desenho.retangulo(x, y, lado + 1, lado + 5, moldura=False)
        texto = f"PAGINA DE TESTE, SEM VALOR. QR NIVEL {nivel}, {lado:.1f} MM. "
        simbolo = matriz((texto * 20)[:_LETRAS_DO_QR], nivel)
        onde_x, onde_y, real = encaixar(len(simbolo), lado, x, y)
        canto = f"1 0 0 1 {pt(onde_x)} {pt(pagina.altura - onde_y - real)} cm"
        desenho.cru(f"q {canto}".encode() + b"\n" + caminho(simbolo, real) + b"\nQ")
        desenho.texto(x + 3, y + lado + 3, _TEXTO, 7, f"nível {nivel}, {_mm(lado)} mm")
        x += lado + _FOLGA
        altura_da_linha = max(altura_da_linha, lado + 5)


def _linha(desenho: Desenho, de: tuple[float, float], ate: tuple[float, float], cinza: str, grossura: float) -> None:
    pontos = [f"{pt(x)} {pt(desenho.do_alto(y))}" for x, y in (de, ate)]
    desenho.cru(f"q {cinza} G {grossura} w {pontos[0]} m {pontos[1]} l S Q".encode())


def _etiqueta(desenho: Desenho, x: float, y: float, tamanho: float, texto: str) -> None:
    desenho.retangulo(x - 0.3, y - 1.9, len(texto) * 1.1 + 0.6, 2.3, moldura=False)
    desenho.texto(x, y, _TEXTO, tamanho, texto)


def _quebrar(texto: str, largura: float) -> list[str]:
    """Return the text in lines of about `largura` mm at 8 points."""
    letras = int(largura / 1.38)
    linhas = [""]
    for palavra in texto.split(" "):
        if len(linhas[-1]) + len(palavra) + 1 > letras and linhas[-1]:
            linhas.append("")
        linhas[-1] = f"{linhas[-1]} {palavra}" if linhas[-1] else palavra
    return linhas


def _mm(valor: float) -> str:
    return f"{valor:.1f}".replace(".", ",")


def _pontos(mm: float) -> float:
    return round(mm * 72 / 25.4, 3)
