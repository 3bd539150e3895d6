"""Data of laid-out pages, cached as JSON (page count, seal boxes, dashes), and the layout task."""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass

from printserver.formats import Faces, Format
from printserver.rendering.body.characters import BodyNotice


@dataclass(frozen=True, slots=True)
class Box:
    """The empty box of a seal block: page (from 1) and position in mm from the upper left corner."""

    pagina: int
    x: float
    y: float
    largura: float
    altura: float


@dataclass(frozen=True, slots=True)
class Dash:
    """A dashed line that fills the rest of a line or page (P2): page, and mm from its upper left corner."""

    pagina: int
    x: float
    x_end: float
    y: float


@dataclass(frozen=True, slots=True)
class Layout:
    """Cached pages. `sha256` is the cached file's; `pdf_a`: it is PDF/A-2b (a finished PDF may not be).

    `imagens`: so many pages at the end are sheets of a page image (C16). `codes`: places in the text for the code of
    the document's own seal (`<SeloDigital…>` of an RTF).
    `avisos` are all notices about the body; `from_pages` are those that every body with these pages gets.
    """

    hash: str
    paginas: int
    boxes: tuple[Box, ...]
    dashes: tuple[Dash, ...]
    avisos: tuple[BodyNotice, ...]
    sha256: str
    pdf_a: bool = True
    from_pages: tuple[BodyNotice, ...] = ()
    imagens: int = 0
    codes: tuple[Box, ...] = ()


def to_json(layout: Layout, page_format: Mapping[str, object]) -> bytes:
    """Return the JSON stored with the pages; `page_format` is the format as data. The keys are those on disk."""
    data = {
        "hash": layout.hash,
        "paginas": layout.paginas,
        "caixas": [asdict(box) for box in layout.boxes],
        "tracos": [{"pagina": dash.pagina, "x": dash.x, "x_final": dash.x_end, "y": dash.y} for dash in layout.dashes],
        "avisos": [asdict(notice) for notice in layout.avisos],
        "sha256": layout.sha256,
        "pdf_a": layout.pdf_a,
        "imagens": layout.imagens,
        "codigos": [asdict(box) for box in layout.codes],
        "das_paginas": [asdict(notice) for notice in layout.from_pages],
    }
    return json.dumps({"layout": data, "formato": page_format}, ensure_ascii=False, sort_keys=True).encode()


def from_json(content: bytes | None) -> Layout | None:
    """Return the layout that `to_json` wrote."""
    if content is None:
        return None
    data = json.loads(content)["layout"]
    return Layout(
        hash=data["hash"],
        paginas=data["paginas"],
        boxes=tuple(Box(**box) for box in data["caixas"]),
        dashes=tuple(Dash(dash["pagina"], dash["x"], dash["x_final"], dash["y"]) for dash in data["tracos"]),
        avisos=tuple(BodyNotice(**notice) for notice in data["avisos"]),
        sha256=data["sha256"],
        pdf_a=data.get("pdf_a", True),
        from_pages=tuple(BodyNotice(**notice) for notice in data.get("das_paginas", ())),
        imagens=data.get("imagens", 0),
        codes=tuple(Box(**box) for box in data.get("codigos", ())),
    )


@dataclass(frozen=True, slots=True)
class LayoutTask:
    """One layout to make, as sent to the pool. `bloco` is (width, height) in mm; `pasta` the cache."""

    formato: Format
    dados: dict[str, object]
    corpo: tuple[str, str]
    mark_values: dict[str, str]
    bloco: tuple[float, float]
    lado_inicial: str
    faces: Faces
    pasta: str
