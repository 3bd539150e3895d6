"""The chain of a seal and its links as a small graph: places of nodes and arrows. The template draws them as SVG.

The chain stands in the left column, oldest first; links of the seal stand in the right one. All lengths are in
pixels of the drawing.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from printserver.common.data import JsonView
from printserver.selo import EXCLUSION
from printserver.web import words

WIDTH: Final = 224
HEIGHT: Final = 46
_DOWN: Final = 84  # from one seal of the chain to the next
_ASIDE: Final = 58  # from one link to the next
_COLUMN: Final = WIDTH + 110
_MARGIN: Final = 3
MAX_LINKED: Final = 6  # drawn; the list has them all


@dataclass(frozen=True, slots=True)
class Node:
    """A seal of the graph: its place, code, second line, and how it looks (`este`, `vale`, `morto` or empty)."""

    x: int
    y: int
    codigo: str
    texto: str
    classe: str


@dataclass(frozen=True, slots=True)
class Arrow:
    """An arrow: its path, and a word with its place."""

    caminho: str
    palavra: str = ""
    x: int = 0
    y: int = 0


@dataclass(frozen=True, slots=True)
class Graph:
    """A graph with its size; `resto` is the number of linked seals that are not drawn."""

    largura: int
    altura: int
    nos: Sequence[Node]
    setas: Sequence[Arrow]
    resto: int


def draw(found: JsonView, chain: Sequence[JsonView]) -> Graph | None:
    """Return the graph of a seal (as `jobs.selo` returns it) and its chain; None if it stands alone."""
    above, linked = found["vinculos"]["vinculador"], list(found["vinculos"]["vinculados"])
    if len(chain) < 2 and not above and not linked:
        return None
    nodes, arrows = [], []
    here = _MARGIN
    for n, seal in enumerate(chain):
        y = _MARGIN + n * _DOWN
        nodes.append(_chain_node(seal, found["codigo"], y))
        if seal["codigo"] == found["codigo"]:
            here = y
        if n:
            x = _MARGIN + WIDTH // 2
            word = "excluído por" if seal["ato"] == EXCLUSION else "retificado por"
            arrows.append(Arrow(f"M{x} {y - _DOWN + HEIGHT}V{y - 2}", word, x + 8, y - (_DOWN - HEIGHT) // 2 + 4))
    right = [(code, True) for code in ([above] if above else [])] + [(code, False) for code in linked[:MAX_LINKED]]
    for n, (code, is_above) in enumerate(right):
        y = _MARGIN + n * _ASIDE
        nodes.append(Node(_COLUMN, y, code, "vinculador deste" if is_above else "vinculado a este", ""))
        arrows.append(_link(here + HEIGHT // 2, y + HEIGHT // 2, to_right=is_above))
    height = max((len(chain) - 1) * _DOWN, (len(right) - 1) * _ASIDE) + HEIGHT + 2 * _MARGIN
    width = (_COLUMN if right else 0) + WIDTH + 2 * _MARGIN
    return Graph(width, height, nodes, arrows, len(linked) - len(linked[:MAX_LINKED]))


def _chain_node(seal: JsonView, this: str, y: int) -> Node:
    look = "este" if seal["codigo"] == this else "vale" if seal["vivo"] else "morto"
    said = [seal["ato"], words.reais(seal["total_centavos"])]
    said += ["este"] if seal["codigo"] == this else []
    said += ["vale"] if seal["vivo"] else []
    return Node(_MARGIN, y, seal["codigo"], " · ".join(said), look)


def _link(here: int, there: int, *, to_right: bool) -> Arrow:
    left, right = _MARGIN + WIDTH, _COLUMN
    middle = (left + right) // 2
    if to_right:
        return Arrow(f"M{left} {here}H{middle}V{there}H{right - 2}")
    return Arrow(f"M{right} {there}H{middle}V{here}H{left + 2}")
