"""Preview of a format: example data laid out and stamped by the code of a print, and marked as a proof.

A proof that is printed is this very PDF, and what a screen shows is its page.
"""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from printserver.formats import (
    EXAMPLE_BODY,
    FORMAT_KINDS,
    Format,
    Rectangle,
    example_data,
    example_values,
    text_rectangle,
)
from printserver.rendering import model, pool_tasks
from printserver.rendering.model import Box, Layout
from printserver.rendering.render import LayoutRequest, Render, measure_block
from printserver.rendering.stamp import DamagedBase, PrintedSide, Stamp, apply_stamp, page_sides
from printserver.rendering.stylesheet import is_verso

BANNER: Final = "PROVA SEM VALOR LEGAL"


@dataclass(frozen=True, slots=True)
class Proof:
    """A proof: its PDF, and the sides of it in order."""

    pdf: bytes
    formato: Format
    layout: Layout
    sides: tuple[PrintedSide, ...]

    def block(self, side: int) -> Box | None:
        """Return the seal block on a side (from 0) of the PDF; None where it has none."""
        page = self.sides[side].pagina
        return next((box for box in self.layout.boxes if box.pagina == page), None)

    def mirrored(self, side: int) -> bool:
        """Return whether a side is a back whose left and right are swapped."""
        page = self.sides[side].pagina
        return bool(
            page and self.formato.margens.espelhadas and is_verso(page, self.formato.faces, first_side="frente")
        )

    def text_area(self, side: int) -> Rectangle:
        """Return the text area of a side."""
        return text_rectangle(self.formato, verso=self.mirrored(side))


def prove(render: Render, page_format: Format) -> Proof:
    """Return a proof of a format. Raises as `printed`."""
    return printed(render, sample_request(page_format), lambda pages: sample_stamp(page_format, pages))


def printed(render: Render, request: LayoutRequest, stamp_for: Callable[[int], Stamp]) -> Proof:
    """Return a document as a print makes it: laid out in the pool, cached, and stamped for its number of pages.

    Raises `Recusa` as a print does, `ConfigError` if the template cannot be used, `ValueError` if the stamp does not
    fit.
    """
    layout = render.layout(request)
    stamp = stamp_for(layout.paginas)
    try:
        pdf = apply_stamp(layout, render.pdf(layout.hash), request.formato, stamp)
    except DamagedBase:
        render.discard(layout.hash)
        layout = render.layout(request)
        pdf = apply_stamp(layout, render.pdf(layout.hash), request.formato, stamp)
    return Proof(pdf, request.formato, layout, page_sides(layout, request.formato, stamp))


def previsualizar(page_format: Format, *, text: str = EXAMPLE_BODY) -> bytes:
    """Return the PDF of `page_format` with dummy data and `text` as its body, in this process without a pool.

    Raises `Recusa` as a print does, `ConfigError` if the template cannot be used.
    """
    request = sample_request(page_format, text)
    with tempfile.TemporaryDirectory(prefix="printserver-") as folder:
        task = model.LayoutTask(
            formato=page_format,
            dados=dict(request.dados),
            corpo=request.corpo,
            mark_values={},
            bloco=measure_block(page_format, request.valores),
            lado_inicial=request.lado_inicial,
            faces=request.faces,
            pasta=folder,
        )
        layout = pool_tasks.make_layout(task)
        stamp = sample_stamp(page_format, layout.paginas)
        return apply_stamp(layout, Path(folder) / f"{layout.hash}.pdf", page_format, stamp)


def sample_request(page_format: Format, text: str = EXAMPLE_BODY) -> LayoutRequest:
    """Return the layout request of the example document of a format."""
    return LayoutRequest(
        formato=page_format,
        dados=example_data(page_format.tipo),
        corpo=("texto", text if FORMAT_KINDS[page_format.tipo].has_body else ""),
        mark_values={},
        valores=example_values(page_format.tipo),
        faces=page_format.faces,
    )


def sample_stamp(page_format: Format, page_count: int) -> Stamp:
    """Return the stamp of the example document, marked as a proof; its seal is none of an office (S12)."""
    sample = FORMAT_KINDS[page_format.tipo].sample
    return Stamp(
        valores=example_values(page_format.tipo),
        faixas=(BANNER,),
        folhas=tuple(f"Livro 0123, folha {45 + number // 2:03d}" for number in range(page_count)),
        copia=sample.copia if sample else None,
        papeis=tuple(f"A{number:07d}" for number in range(1, page_count + 1)),
        titulo=f"Amostra do formato {page_format.nome}",
        faces=page_format.faces,
        matricula=sample.matricula if sample else None,
    )
