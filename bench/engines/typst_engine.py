"""Typst in this process, warmed up: one template, the deed as JSON; fonts and world are kept between documents."""

import json
from importlib.metadata import version
from pathlib import Path

import typst

from bench import deed as deeds
from bench.deed import Deed
from bench.engines import Warm
from bench.page import FONTS, qr_svg
from printserver.formats import BlockValues, Format

_TEMPLATE = Path(__file__).with_name("typst.typ")


class Typst(Warm):
    """One compiler for all documents. Untagged PDFs, like the others."""

    name = "Typst"

    def __init__(self, page_format: Format) -> None:
        self.version = version("typst")
        page, margins, type_ = page_format.pagina, page_format.margens, page_format.fontes
        self._side = page_format.bloco.lado
        self._fixed = {
            "page": {
                "width": page.largura,
                "height": page.altura,
                "top": margins.superior,
                "bottom": margins.inferior,
                "inner": margins.esquerda,
                "outer": margins.direita,
                "size": type_.tamanho,
                "leading": type_.entrelinha,
                "title": type_.titulo,
                "qr": self._side,
            },
            "office": deeds.OFFICE,
            "title": deeds.TITLE,
            "date": deeds.today(),
            "initials": deeds.INITIALS,
        }
        fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=[str(FONTS)])
        self._compiler = typst.Compiler(str(_TEMPLATE), root=str(_TEMPLATE.parent), font_paths=fonts)

    def render(self, deed: Deed, values: BlockValues) -> bytes:
        """Return the whole PDF."""
        data = self._fixed | {
            "parties": [{"quality": p.quality, "name": p.name, "document": p.document} for p in deed.parties],
            "folhas": deed.folhas,
            "paragraphs": deed.paragraphs,
            "signers": deed.signers,
            "lines": deeds.block_lines(values),
            "captions": deeds.captions(values),
            "qr": qr_svg(values.qr_url or "", self._side),
        }
        pdf = self._compiler.compile(format="pdf", sys_inputs={"data": json.dumps(data)}, pdf_tags=False)
        assert isinstance(pdf, bytes)
        return pdf
