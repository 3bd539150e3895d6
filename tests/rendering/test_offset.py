"""A print that is moved on its pages: by so many millimetres, nothing else changed, the same bytes each time."""

import io
import subprocess
from io import BytesIO

import pikepdf
import pytest
from PIL import Image

from printserver.rendering import shift

_POINTS_PER_MM = 72 / 25.4
DPI = 300


def square(width: float = 216, height: float = 305, pages: int = 2) -> bytes:
    """A PDF with a black square of 30 mm, its upper left corner 50 mm from the left and 60 mm from the top."""
    with pikepdf.new() as pdf:
        for number in range(pages):
            page = pdf.add_blank_page(page_size=(width * _POINTS_PER_MM, height * _POINTS_PER_MM))
            x, y, side = (mm * _POINTS_PER_MM for mm in (50, height - 90, 30))
            drawn = pdf.make_stream(f"{x:.4f} {y:.4f} {side:.4f} {side:.4f} re f % {number}".encode())
            page.Contents = drawn if number else pikepdf.Array([drawn])
        out = BytesIO()
        pdf.save(out, deterministic_id=True)
    return out.getvalue()


def place(pdf: bytes, page: int = 1) -> tuple[float, float]:
    """Return where the black begins, in mm from the page's upper left corner."""
    command = ["pdftoppm", "-r", str(DPI), "-gray", "-f", str(page), "-l", str(page), "-"]
    ppm = subprocess.run(command, input=pdf, capture_output=True, check=True).stdout
    box = Image.open(io.BytesIO(ppm)).point(lambda grey: 255 if grey < 128 else 0).getbbox()
    assert box is not None
    return box[0] / DPI * 25.4, box[1] / DPI * 25.4


@pytest.mark.parametrize(("x", "y"), [(1.2, -0.8), (-3.0, 2.5), (0.0, 10.0)])
def test_p7_what_is_sent_lies_moved_by_so_many_millimetres_on_every_page(x: float, y: float) -> None:
    moved = shift(square(), x, y)
    for page in (1, 2):
        assert place(moved, page) == (pytest.approx(50 + x, abs=0.1), pytest.approx(60 + y, abs=0.1))


def test_p7_contents_and_size_of_the_pages_stay_as_they_are() -> None:
    before = square()
    with pikepdf.open(BytesIO(before)) as old, pikepdf.open(BytesIO(shift(before, 1, 1))) as new:
        for was, now in zip(old.pages, new.pages, strict=True):
            kept = was.Contents[0] if isinstance(was.Contents, pikepdf.Array) else was.Contents
            assert now.Contents[1].read_bytes() == kept.read_bytes()
            assert now.MediaBox == was.MediaBox


def test_p7_the_same_move_gives_the_same_bytes() -> None:
    assert shift(square(), 0.3, -0.1) == shift(square(), 0.3, -0.1) != shift(square(), 0.3, 0)
