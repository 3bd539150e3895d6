"""What is handed to the render pool. The libraries of a layout are loaded there alone: no other process needs them."""

from dataclasses import dataclass
from typing import Any

from printserver.formats.model import Faces, Formato
from printserver.rendering.model import Layout


@dataclass(frozen=True, slots=True)
class Trabalho:
    """One layout to be made, as it crosses to the pool. `bloco` is (width, height) in mm; `pasta` the cache."""

    formato: Formato
    dados: dict[str, Any]
    corpo: tuple[str, str]
    marcas: dict[str, str]
    bloco: tuple[float, float]
    lado_inicial: str
    faces: Faces
    pasta: str


def montar(trabalho: Trabalho) -> Layout:
    """Make the layout of `trabalho`, or find it kept (`montagem.montar`)."""
    from printserver.rendering import assemble

    return assemble.montar(trabalho)


def aquecer() -> None:
    """Make a new process ready (`montagem.aquecer`)."""
    from printserver.rendering import assemble

    assemble.aquecer()
