"""What the tests of layout and stamp share: layouts made in this process, and what is read back from a PDF."""

import io
import subprocess
from dataclasses import replace
from pathlib import Path
from typing import Any

import pikepdf
import zxingcpp
from PIL import Image

from printserver.formats import FORMAT_KINDS, BlockValues, Format, Formats, example_data, example_values
from printserver.rendering import Layout, Stamp, apply_stamp
from printserver.rendering.model import LayoutTask
from printserver.rendering.pool_tasks import make_layout
from printserver.rendering.render import measure_block

FORMATS = Formats(None)
# the shipped formats of documents that are sealed
# those of documents whose format may draw a QR (C2)
QR_FORMATS = [
    name
    for name in FORMATS.names()
    if (kind := FORMAT_KINDS[FORMATS.get(name).tipo]).sample is not None and kind.draws_qr
]
SEALED_FORMATS = [name for name in FORMATS.names() if FORMAT_KINDS[FORMATS.get(name).tipo].sample is not None]
CODIGO = "1234561ES0000000000004261"


def words(how_many: int) -> str:
    """Return a text of so many different words."""
    return " ".join(f"palavra{numero}" for numero in range(how_many))


class Workbench:
    """Lays out without a pool, into one folder."""

    def __init__(self, pasta: Path) -> None:
        self.pasta = pasta

    def make_layout(
        self,
        page_format: Format | str,
        body: str | tuple[str, str] = "Texto do ato.",
        *,
        values: BlockValues | str | None = "exemplo",
        first_side: str = "frente",
        faces: Any = None,
        **data: Any,
    ) -> Layout:
        page_format = FORMATS.get(page_format) if isinstance(page_format, str) else page_format
        chosen = example_values(page_format.tipo) if isinstance(values, str) else values
        return make_layout(
            LayoutTask(
                page_format,
                {**example_data(page_format.tipo), **data},
                ("texto", body) if isinstance(body, str) else body,
                {},
                measure_block(page_format, chosen),
                first_side,
                faces or page_format.faces,
                str(self.pasta),
            )
        )

    def pdf(self, layout: Layout) -> Path:
        return self.pasta / f"{layout.hash}.pdf"

    def apply_stamp(self, layout: Layout, page_format: Format | str, stamp_data: Stamp) -> bytes:
        page_format = FORMATS.get(page_format) if isinstance(page_format, str) else page_format
        return apply_stamp(layout, self.pdf(layout), page_format, stamp_data)


def with_codigo(values: BlockValues, codigo: str) -> BlockValues:
    """Return the same values with every code of the document's own seals as `codigo`."""
    return replace(values, selos=tuple(replace(selo, codigo=codigo) for selo in values.selos))


def texts_of(pdf: bytes) -> list[str]:
    """Return the text of each page as pdftotext finds it."""
    output = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True).stdout
    return output.decode().split("\f")[:-1]


def placed_words(pdf: bytes) -> list[tuple[int, str, float, float, float, float]]:
    """Return (page, word, x, y, end x, end y) in mm of every word."""
    import re

    output = subprocess.run(
        ["pdftotext", "-bbox", "-", "-"], input=pdf, capture_output=True, check=True
    ).stdout.decode()
    found_words, page = [], 0
    for linha in output.splitlines():
        if "<page " in linha:
            page += 1
        elif found_row := re.search(r'xMin="(.*?)" yMin="(.*?)" xMax="(.*?)" yMax="(.*?)">(.*?)</word>', linha):
            x, y, x2, y2 = (float(found_row.group(i)) / 72 * 25.4 for i in range(1, 5))
            found_words.append((page, found_row.group(5), x, y, x2, y2))
    return found_words


def page_image(pdf: bytes, page: int, dpi: int = 300) -> Image.Image:
    """Return a page as a black-and-white printer of that resolution would put it down."""
    ordem = ["pdftoppm", "-f", str(page), "-l", str(page), "-r", str(dpi), "-mono", "-"]
    output = subprocess.run(ordem, input=pdf, capture_output=True, check=True).stdout
    return Image.open(io.BytesIO(output)).convert("L")


def codigos_qr(pdf: bytes, page: int, dpi: int = 300) -> list[str]:
    """Return what a reader finds in the QRs of a page."""
    return [content.text for content in zxingcpp.read_barcodes(page_image(pdf, page, dpi))]


def open_pdf(pdf: bytes) -> pikepdf.Pdf:
    return pikepdf.open(io.BytesIO(pdf))
