"""What is known of laid-out pages: how many, where the seal's boxes are, where dashes go. Plain data, kept as JSON."""

import json
from dataclasses import asdict, dataclass
from typing import Any

from printserver.rendering.body.characters import Aviso


@dataclass(frozen=True, slots=True)
class Caixa:
    """The empty box of a seal block as it lies on its page (from 1), in mm from the upper left corner."""

    pagina: int
    x: float
    y: float
    largura: float
    altura: float


@dataclass(frozen=True, slots=True)
class Traco:
    """A dashed line that fills what is left of a line or page (P2): page, and mm from its upper left corner."""

    pagina: int
    x: float
    x_final: float
    y: float


@dataclass(frozen=True, slots=True)
class Layout:
    """Pages laid out and kept. `sha256` is the kept file's; `pdf_a`: it is PDF/A-2b (a finished PDF may not be).

    `avisos` is all there is to tell of the body; `das_paginas` the part of it that every body has that comes to these
    very pages.
    """

    hash: str
    paginas: int
    caixas: tuple[Caixa, ...]
    tracos: tuple[Traco, ...]
    avisos: tuple[Aviso, ...]
    sha256: str
    pdf_a: bool = True
    das_paginas: tuple[Aviso, ...] = ()


def para_json(layout: Layout, formato: dict[str, Any]) -> bytes:
    """Return what is kept beside the pages; `formato` is the format as data."""
    return json.dumps({"layout": asdict(layout), "formato": formato}, ensure_ascii=False, sort_keys=True).encode()


def de_json(lido: bytes | None) -> Layout | None:
    """Return the layout of what `para_json` wrote."""
    if lido is None:
        return None
    dados = json.loads(lido)["layout"]
    return Layout(
        **{
            **dados,
            "caixas": tuple(Caixa(**caixa) for caixa in dados["caixas"]),
            "tracos": tuple(Traco(**traco) for traco in dados["tracos"]),
            "avisos": tuple(Aviso(**aviso) for aviso in dados["avisos"]),
            "das_paginas": tuple(Aviso(**aviso) for aviso in dados.get("das_paginas", ())),
        }
    )
