"""The vendored fonts: files, characters, text width and wrapping.

Draws nothing. It measures the seal block before the layout and the stamp after it.
"""

import hashlib
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Final, Literal

from fontTools.ttLib import TTFont

FontName = Literal["serifa", "serifa-negrito", "mono", "mono-negrito", "sem-serifa", "sem-serifa-negrito"]

PASTA: Final = Path(__file__).resolve().parent.parent / "fonts"
POINTS_PER_MM: Final = 72 / 25.4
LINE_HEIGHT: Final = 1.18
"""Line height of the text that the stamp draws, as a multiple of its size."""

FILES: Final[Mapping[FontName, str]] = {
    "serifa": "LiberationSerif-Regular.ttf",
    "serifa-negrito": "LiberationSerif-Bold.ttf",
    "mono": "LiberationMono-Regular.ttf",
    "mono-negrito": "LiberationMono-Bold.ttf",
    "sem-serifa": "LiberationSans-Regular.ttf",
    "sem-serifa-negrito": "LiberationSans-Bold.ttf",
}


@dataclass(frozen=True)
class Font:
    """Font metrics: `glyphs` maps a code point to its glyph, `advances` to its width (1/1000 of the size)."""

    nome: FontName
    file: Path
    glyphs: Mapping[int, int]
    advances: Mapping[int, float]


@cache
def font(nome: FontName) -> Font:
    """Return the metrics of a vendored font, read once per process."""
    file = PASTA / FILES[nome]
    with TTFont(file, lazy=True) as ttf:
        scale = 1000 / ttf["head"].unitsPerEm
        widths = ttf["hmtx"].metrics
        cmap = ttf.getBestCmap()
        return Font(
            nome,
            file,
            {code_point: ttf.getGlyphID(glyph) for code_point, glyph in cmap.items()},
            {code_point: widths[glyph][0] * scale for code_point, glyph in cmap.items()},
        )


class _Advances(dict[str, float]):
    """Widths by character, as `Font.advances`; 0 for a character that the font lacks."""

    def __missing__(self, character: str) -> float:
        return 0.0


@cache
def _advances(nome: FontName) -> _Advances:
    return _Advances({chr(code_point): advance for code_point, advance in font(nome).advances.items()})


@cache
def fingerprint() -> str:
    """Return the SHA-256 of all vendored fonts: part of the key of every cached layout."""
    digest = hashlib.sha256()
    for file in sorted(PASTA.glob("*.ttf")):
        digest.update(file.name.encode() + b"\0" + hashlib.sha256(file.read_bytes()).digest())
    return digest.hexdigest()


def missing_glyphs(text: str, nome: FontName = "serifa") -> str:
    """Return the characters of `text` without a glyph in the font, each once, in order.

    Line breaks and tabs are never missing; other control and format characters (bidirectional marks …) always are.
    """
    glyphs = font(nome).glyphs
    return "".join(
        c
        for c in dict.fromkeys(text)
        if c not in "\n\r\t" and (ord(c) not in glyphs or unicodedata.category(c) in ("Cc", "Cf"))
    )


def width(text: str, nome: FontName, tamanho: float) -> float:
    """Return the width of `text` in points, set in `tamanho` points."""
    return sum(map(_advances(nome).__getitem__, text)) * tamanho / 1000


def wrap(text: str, nome: FontName, tamanho: float, available: float) -> tuple[str, ...]:
    """Wrap `text` into lines of at most `available` points, at plain blanks; a longer word is cut."""
    linhas: list[str] = []
    atual, line_width = "", 0.0
    space = width(" ", nome, tamanho)
    for word in text.split(" "):
        word_width = width(word, nome, tamanho)
        if atual and line_width + space + word_width <= available:
            atual, line_width = f"{atual} {word}", line_width + space + word_width
            continue
        if atual:
            linhas.append(atual)
        *pieces, atual = [word] if word_width <= available else _cut(word, nome, tamanho, available)
        line_width = width(atual, nome, tamanho) if pieces else word_width
        linhas.extend(pieces)
    return (*linhas, atual) if atual else tuple(linhas)


def _cut(word: str, nome: FontName, tamanho: float, available: float) -> list[str]:
    parts = [""]
    for letter in word:
        if parts[-1] and width(parts[-1] + letter, nome, tamanho) > available:
            parts.append("")
        parts[-1] += letter
    return parts
