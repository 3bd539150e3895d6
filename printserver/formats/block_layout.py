"""The seal block set out: which line stands where, where the QR, and how high all is. Geometry only, in mm.

The layout leaves a box of this size, the stamp draws these lines into it: the codes are set in the mono font, so that
placeholders of 25 characters take the very room of the codes to come.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from printserver.formats import fonts
from printserver.formats.block import ValoresBloco, ValorSelo
from printserver.formats.fonts import ENTRELINHA, PONTOS_POR_MM, NomeDaFonte
from printserver.formats.model import Definicao

PORTAL: Final = "https://selodigital.tjsp.jus.br"
FOLGA: Final = 2.0
"""mm between the frame and what stands in it, and between text and QR."""
TEXTO_MINIMO: Final = 40.0
"""mm; the text beside the QR is never narrower."""

_CODIGO_PT: Final = 6.6
_CONVITE_PT: Final = 6.2
_COLUNA_DO_QR: Final = 25 * 0.6002 * _CODIGO_PT / PONTOS_POR_MM  # the 25 characters under it (P6)


@dataclass(frozen=True, slots=True)
class Texto:
    """A piece of a line: its left end and baseline in mm from the block's upper left corner; `tamanho` in points."""

    x: float
    y: float
    fonte: NomeDaFonte
    tamanho: float
    texto: str


@dataclass(frozen=True, slots=True)
class LugarDoQr:
    """The square of the QR, quiet zone included, in mm from the block's upper left corner."""

    x: float
    y: float
    lado: float


@dataclass(frozen=True, slots=True)
class Composto:
    """A block set out; `altura` is 0 where there is nothing to show."""

    largura: float
    altura: float
    textos: tuple[Texto, ...]
    qr: LugarDoQr | None


@dataclass(frozen=True, slots=True)
class Regiao:
    """The columns of a block: x and width in mm of the text and of the QR."""

    texto_x: float
    texto_largura: float
    qr_x: float
    qr_largura: float


def tem_qr(definicao: Definicao, valores: ValoresBloco) -> bool:
    """Tell whether a QR is drawn: the rule gives one, and the format wants it (N7)."""
    return definicao.bloco.qr != "nenhum" and valores.qr_codigo is not None


def regiao(definicao: Definicao, *, com_qr: bool = True) -> Regiao:
    """Return the block's columns. Raises `ValueError` (Portuguese) where the format's block is too narrow for them."""
    bloco = definicao.bloco
    dentro = definicao.largura_do_bloco - 2 * FOLGA
    if bloco.qr == "nenhum" or not com_qr:
        return Regiao(FOLGA, dentro, FOLGA, 0)
    coluna = max(bloco.lado, _COLUNA_DO_QR)
    minimo = coluna if bloco.lado_qr == "abaixo" else coluna + FOLGA + TEXTO_MINIMO
    if dentro < minimo - 0.01:
        raise ValueError(
            f"bloco.largura: {definicao.largura_do_bloco:.1f} mm não comporta texto e QR;"
            f' no mínimo {minimo + 2 * FOLGA:.1f} mm (com lado_qr = "abaixo", {coluna + 2 * FOLGA:.1f} mm)'
        )
    if bloco.lado_qr == "abaixo":
        return Regiao(FOLGA, dentro, FOLGA + (dentro - coluna) / 2, coluna)
    largura = dentro - coluna - FOLGA
    if bloco.lado_qr == "esquerda":
        return Regiao(FOLGA + coluna + FOLGA, largura, FOLGA, coluna)
    return Regiao(FOLGA, largura, FOLGA + largura + FOLGA, coluna)


def compor(definicao: Definicao, valores: ValoresBloco | None) -> Composto:
    """Set out the block of `definicao` for `valores`; None for a document that gets no seal."""
    largura = definicao.largura_do_bloco
    if valores is None:
        return Composto(largura, 0, (), None)
    com_qr = tem_qr(definicao, valores)
    if not (valores.selos or valores.custas or com_qr):
        return Composto(largura, 0, (), None)
    colunas = regiao(definicao, com_qr=com_qr)
    textos, y = _coluna_de_texto(definicao, valores, colunas)
    if not com_qr:
        return Composto(largura, _acima(y + FOLGA), tuple(textos), None)
    topo = y + FOLGA if definicao.bloco.lado_qr == "abaixo" and textos else FOLGA
    qr, legendas, fim = _coluna_do_qr(definicao, valores, colunas, topo)
    return Composto(largura, _acima(max(y, fim) + FOLGA), (*textos, *legendas), qr)


def _acima(altura: float) -> float:
    """Round up to a tenth of a mm."""
    return int(altura * 10 + 0.999) / 10


def _coluna_de_texto(definicao: Definicao, valores: ValoresBloco, colunas: Regiao) -> tuple[list[Texto], float]:
    tamanho = definicao.bloco.tamanho
    passo = tamanho * ENTRELINHA / PONTOS_POR_MM
    textos: list[Texto] = []
    y = FOLGA
    for rotulo, fonte, texto in _linhas(definicao, valores):
        x = colunas.texto_x
        inicio = fonts.largura(rotulo, "serifa-negrito", tamanho) / PONTOS_POR_MM if rotulo else 0.0
        total = inicio + fonts.largura(texto, fonte, tamanho) / PONTOS_POR_MM
        if rotulo:
            textos.append(Texto(x, y + passo * 0.8, "serifa-negrito", tamanho, rotulo))
            if total > colunas.texto_largura:
                y, inicio = y + passo, 0.0
        disponivel = (colunas.texto_largura - inicio) * PONTOS_POR_MM
        for linha in fonts.quebrar(texto, fonte, tamanho, disponivel):
            textos.append(Texto(x + inicio, y + passo * 0.8, fonte, tamanho, linha))
            y += passo
    return textos, y


def _linhas(definicao: Definicao, valores: ValoresBloco) -> Iterator[tuple[str, NomeDaFonte, str]]:
    """Yield (label, font of the text, text) in the order of the block."""
    linhas = definicao.bloco.linhas
    varios = len(valores.selos) > 1
    if varios:
        yield "", "serifa-negrito", f"{_maiuscula(valores.rotulo)}:"
    for selo in valores.selos:
        yield "" if varios else f"{_maiuscula(valores.rotulo)}: ", "mono-negrito", selo.codigo
        if "descricao" in linhas and selo.descricao:
            yield "", "serifa", _descricao(selo, varios)
        dito = "custas" in linhas and any(custas.endswith(selo.custas) for custas in valores.custas)
        if "isencao" in linhas and selo.isento and not dito:
            yield "", "serifa", f"Isento: {selo.motivo}." if selo.motivo else "Isento."
    if "custas" in linhas:
        for linha in valores.custas:
            yield "", "serifa", linha.replace("R$ ", "R$\u00a0")
    if "selo_livro" in linhas and valores.selo_livro:
        yield "Selo do livro: ", "mono", valores.selo_livro
    if valores.externo:
        yield "", "serifa", "O selo do livro foi emitido por outro sistema desta serventia."
    if "consulta" in linhas and not tem_qr(definicao, valores):
        yield "", "serifa", f"Confira a autenticidade do selo em {PORTAL}"
    if valores.demonstracao:
        yield "", "serifa-negrito", "DEMONSTRAÇÃO: SELO SEM VALOR LEGAL"


def _descricao(selo: ValorSelo, varios: bool) -> str:
    principal = ", ato principal" if varios and selo.principal else ""
    return f"{selo.ato} – {selo.descricao}{principal}"


def _maiuscula(texto: str) -> str:
    return texto[:1].upper() + texto[1:]


def _coluna_do_qr(
    definicao: Definicao, valores: ValoresBloco, colunas: Regiao, topo: float
) -> tuple[LugarDoQr, list[Texto], float]:
    """The QR, under it the name and code of the seal in it, and the invitation to check it (P6, N3)."""
    lado = definicao.bloco.lado
    qr = LugarDoQr(colunas.qr_x + (colunas.qr_largura - lado) / 2, topo, lado)
    legendas: list[Texto] = []
    y = topo + lado
    linhas: list[tuple[NomeDaFonte, float, str]] = [
        ("serifa-negrito", _CONVITE_PT + 0.6, _maiuscula(valores.qr_rotulo)),
        ("mono-negrito", _CODIGO_PT, valores.qr_codigo or ""),
        ("serifa", _CONVITE_PT, "Confira em"),
        ("serifa", _CONVITE_PT, PORTAL),
    ]
    for fonte, tamanho, texto in linhas:
        passo = tamanho * ENTRELINHA / PONTOS_POR_MM
        for linha in fonts.quebrar(texto, fonte, tamanho, (colunas.qr_largura + 0.1) * PONTOS_POR_MM):
            recuo = (colunas.qr_largura - fonts.largura(linha, fonte, tamanho) / PONTOS_POR_MM) / 2
            legendas.append(Texto(colunas.qr_x + recuo, y + passo * 0.8, fonte, tamanho, linha))
            y += passo
    return qr, legendas, y
