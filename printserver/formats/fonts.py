"""The vendored fonts: their files, which characters they have, how wide a text is and where it wraps.

Draws nothing. Both halves of a page measure with it: the seal block before the layout, the stamp after it.
"""

import hashlib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Literal

from fontTools.ttLib import TTFont

NomeDaFonte = Literal["serifa", "serifa-negrito", "mono", "mono-negrito", "sem-serifa", "sem-serifa-negrito"]

PASTA: Final = Path(__file__).resolve().parent.parent / "fonts"
PONTOS_POR_MM: Final = 72 / 25.4
ENTRELINHA: Final = 1.18
"""Line height of the text that the stamp draws, as a multiple of its size."""

ARQUIVOS: Final[Mapping[NomeDaFonte, str]] = {
    "serifa": "LiberationSerif-Regular.ttf",
    "serifa-negrito": "LiberationSerif-Bold.ttf",
    "mono": "LiberationMono-Regular.ttf",
    "mono-negrito": "LiberationMono-Bold.ttf",
    "sem-serifa": "LiberationSans-Regular.ttf",
    "sem-serifa-negrito": "LiberationSans-Bold.ttf",
}


@dataclass(frozen=True)
class Fonte:
    """One font's numbers: `glifos` maps a code point to its glyph, `avancos` to its width (1/1000 of the size)."""

    nome: NomeDaFonte
    arquivo: Path
    glifos: Mapping[int, int]
    avancos: Mapping[int, float]


@cache
def fonte(nome: NomeDaFonte) -> Fonte:
    """Return the numbers of a vendored font, read once in a process."""
    arquivo = PASTA / ARQUIVOS[nome]
    with TTFont(arquivo, lazy=True) as ttf:
        escala = 1000 / ttf["head"].unitsPerEm
        larguras = ttf["hmtx"].metrics
        mapa = ttf.getBestCmap()
        return Fonte(
            nome,
            arquivo,
            {ponto: ttf.getGlyphID(glifo) for ponto, glifo in mapa.items()},
            {ponto: larguras[glifo][0] * escala for ponto, glifo in mapa.items()},
        )


@cache
def impressao_digital() -> str:
    """Return the SHA-256 of all vendored fonts: part of the key of every kept layout."""
    soma = hashlib.sha256()
    for arquivo in sorted(PASTA.glob("*.ttf")):
        soma.update(arquivo.name.encode() + b"\0" + hashlib.sha256(arquivo.read_bytes()).digest())
    return soma.hexdigest()


def sem_glifo(texto: str, nome: NomeDaFonte = "serifa") -> str:
    """Return the characters of `texto` that cannot be shown in the font, each once, in order.

    Line breaks and tabs can; other control and format characters (bidirectional marks …) never can.
    """
    glifos = fonte(nome).glifos
    return "".join(
        c
        for c in dict.fromkeys(texto)
        if c not in "\n\r\t" and (ord(c) not in glifos or unicodedata.category(c) in ("Cc", "Cf"))
    )


def largura(texto: str, nome: NomeDaFonte, tamanho: float) -> float:
    """Return the width of `texto` in points, set in `tamanho` points."""
    avancos = fonte(nome).avancos
    return sum(avancos.get(ord(c), 0.0) for c in texto) * tamanho / 1000


def quebrar(texto: str, nome: NomeDaFonte, tamanho: float, disponivel: float) -> tuple[str, ...]:
    """Wrap `texto` into lines of at most `disponivel` points, at plain blanks; a longer word is cut."""
    linhas: list[str] = []
    atual, ocupado = "", 0.0
    espaco = largura(" ", nome, tamanho)
    for palavra in texto.split(" "):
        medida = largura(palavra, nome, tamanho)
        if atual and ocupado + espaco + medida <= disponivel:
            atual, ocupado = f"{atual} {palavra}", ocupado + espaco + medida
            continue
        if atual:
            linhas.append(atual)
        *inteiras, atual = [palavra] if medida <= disponivel else _cortar(palavra, nome, tamanho, disponivel)
        ocupado = largura(atual, nome, tamanho) if inteiras else medida
        linhas.extend(inteiras)
    return (*linhas, atual) if atual else tuple(linhas)


def _cortar(palavra: str, nome: NomeDaFonte, tamanho: float, disponivel: float) -> list[str]:
    partes = [""]
    for letra in palavra:
        if partes[-1] and largura(partes[-1] + letra, nome, tamanho) > disponivel:
            partes.append("")
        partes[-1] += letra
    return partes
