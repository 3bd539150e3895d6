"""Bar charts: the places of bars and words, which a template draws as SVG. Lengths are in pixels of the drawing.

A chart shows one series, so that no colour tells series apart; every bar has its number, and a table stands beside it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

_STEP, _BAR = 24, 16  # from one upright bar to the next, and its width
_HIGH: Final = 150
_TOP, _FOOT = 18, 20  # for the numbers, and for the labels
_ROW, _THICK = 26, 16  # of lying bars
_LABEL, _WIDE, _AMOUNT = 170, 330, 130  # for the label, the bar, and the amount


@dataclass(frozen=True, slots=True)
class Bar:
    """A bar, with its label and its number, each with its place."""

    x: float
    y: float
    largura: float
    altura: float
    rotulo: str
    x_rotulo: float
    y_rotulo: float
    valor: str
    x_valor: float
    y_valor: float


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart with its title, its description in a sentence, its size and bars. `deitado`: the bars lie."""

    nome: str
    titulo: str
    descricao: str
    largura: int
    altura: int
    barras: Sequence[Bar]
    deitado: bool = False


def upright(nome: str, title: str, description: str, values: Sequence[tuple[str, int]]) -> Chart:
    """Return a chart of a number for each label, as of the days of a month."""
    most = max((value for _, value in values), default=0) or 1
    bars = []
    for n, (label, value) in enumerate(values):
        height = round(_HIGH * value / most, 1)
        x, y = n * _STEP + (_STEP - _BAR) / 2, _TOP + _HIGH - height
        middle = n * _STEP + _STEP / 2
        shown = str(value) if value else ""
        bars.append(Bar(x, y, _BAR, height, label, middle, _TOP + _HIGH + 15, shown, middle, y - 4))
    return Chart(nome, title, description, max(1, len(values)) * _STEP, _TOP + _HIGH + _FOOT, bars)


def lying(nome: str, title: str, description: str, values: Sequence[tuple[str, int, str]]) -> Chart:
    """Return a chart of an amount for each label: the number, and how it is written."""
    most = max((value for _, value, _ in values), default=0) or 1
    bars = []
    for n, (label, value, shown) in enumerate(values):
        width = round(_WIDE * value / most, 1)
        y = n * _ROW + (_ROW - _THICK) / 2
        line = n * _ROW + _ROW / 2 + 4
        bars.append(Bar(_LABEL, y, width, _THICK, label, _LABEL - 8, line, shown, _LABEL + width + 6, line))
    return Chart(nome, title, description, _LABEL + _WIDE + _AMOUNT, max(1, len(values)) * _ROW, bars, deitado=True)
