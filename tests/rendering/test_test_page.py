"""The test page of a queue: its measures are right, its QR codes are readable, it has no seal."""

import io
import subprocess
from dataclasses import replace
from io import BytesIO

import pikepdf
import pytest
import zxingcpp
from PIL import Image

from printserver.rendering import QueueTestPage, draw, shift
from printserver.rendering.test_page import CROSS_MM

PAGE = QueueTestPage("notas", "tray-2", 216.0, 305.0, (1.2, -0.8), "22/11/2026 às 17:30")
DPI = 300


def drawn(pdf: bytes) -> Image.Image:
    ppm = subprocess.run(["pdftoppm", "-r", str(DPI), "-gray", "-"], input=pdf, capture_output=True, check=True).stdout
    return Image.open(io.BytesIO(ppm))


def cross(image: Image.Image) -> tuple[float, float]:
    """Return where the cross's lines meet, in mm: the darkest row and column of the white square around it."""
    half, (x, y) = 14.0, CROSS_MM
    box = [round(mm / 25.4 * DPI) for mm in (x - half, y - half, x + half, y + half)]
    part = image.crop((box[0], box[1], box[2], box[3]))
    width, height = part.size
    columns = part.resize((width, 1), Image.Resampling.BOX).tobytes()
    rows = part.resize((1, height), Image.Resampling.BOX).tobytes()

    def place(values: bytes, start: int) -> float:
        dark = [n for n, value in enumerate(values) if value <= min(values) + 8]
        return (start + sum(dark) / len(dark) + 0.5) / DPI * 25.4

    return place(columns, box[0]), place(rows, box[1])


def test_p7_the_cross_stands_where_the_page_says_and_moves_with_the_offset() -> None:
    page = draw(PAGE)
    assert cross(drawn(page)) == (pytest.approx(CROSS_MM[0], abs=0.1), pytest.approx(CROSS_MM[1], abs=0.1))
    moved = cross(drawn(shift(page, 1.2, -0.8)))
    assert moved == (pytest.approx(CROSS_MM[0] + 1.2, abs=0.1), pytest.approx(CROSS_MM[1] - 0.8, abs=0.1))


def test_p6_every_qr_of_the_page_is_read_and_says_that_it_is_no_seal() -> None:
    texts = [found.text for found in zxingcpp.read_barcodes(drawn(draw(PAGE)))]
    assert len(texts) == 5
    assert all(text.startswith("PAGINA DE TESTE, SEM VALOR.") and len(text) == 440 for text in texts)
    assert len({text[:60] for text in texts}) == 5


@pytest.mark.parametrize(("width", "height"), [(216.0, 305.0), (148.0, 210.0), (215.9, 355.6)])
def test_p1_the_page_has_the_size_of_the_paper_and_says_how_to_read_it(width: float, height: float) -> None:
    page = draw(replace(PAGE, largura=width, altura=height))
    with pikepdf.open(BytesIO(page)) as pdf:
        found = [float(side) / 72 * 25.4 for side in pdf.pages[0].mediabox[2:]]
    assert found == [pytest.approx(width, abs=0.01), pytest.approx(height, abs=0.01)]
    text = subprocess.run(
        ["pdftotext", "-layout", "-", "-"], input=page, capture_output=True, check=True
    ).stdout.decode()
    assert "SEM VALOR, SEM SELO" in text
    assert "filas deslocar notas --bandeja tray-2" in text


def test_two_faces_are_two_pages_and_the_same_input_gives_the_same_bytes() -> None:
    both = draw(replace(PAGE, duplex=True))
    with pikepdf.open(BytesIO(both)) as pdf:
        assert len(pdf.pages) == 2
    assert both == draw(replace(PAGE, duplex=True))
