"""What is handed to the render pool. The libraries of a layout are loaded there alone: no other process needs them."""

from dataclasses import dataclass
from typing import Any

from printserver.formats import Faces, Format
from printserver.rendering.model import Layout


@dataclass(frozen=True, slots=True)
class LayoutTask:
    """One layout to be made, as it crosses to the pool. `bloco` is (width, height) in mm; `pasta` the cache."""

    formato: Format
    dados: dict[str, Any]
    corpo: tuple[str, str]
    mark_values: dict[str, str]
    bloco: tuple[float, float]
    lado_inicial: str
    faces: Faces
    pasta: str


def make_layout(task: LayoutTask) -> Layout:
    """Make the layout of `task`, or find it kept (`montagem.make_layout`)."""
    from printserver.rendering import assemble

    return assemble.make_layout(task)


def warm_up() -> None:
    """Make a new process ready (`montagem.warm_up`)."""
    from printserver.rendering import assemble

    assemble.warm_up()
