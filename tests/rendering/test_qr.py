"""The QR as drawn: the library's own matrix, one size (S5), read by another reader from a laser printer's dots (P6)."""

import base64
import io
import subprocess
from pathlib import Path
from random import Random
from urllib.parse import quote

import pikepdf
import pytest
import qrcode
import zxingcpp
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image

from printserver.rendering import qr

BASE = "https://selodigital.tjsp.jus.br/?r="
signatures = st.integers(0, 2**32).map(lambda seed: base64.b64encode(Random(seed).randbytes(256)).decode())
totals = st.integers(0, 99_999_999)


def url_of(signature: str, total: int = 9512, iss: int = 278) -> str:
    return BASE + quote(f"1137614TICD000004440EA183|{total}|{iss}|{signature}", safe="")


TYPICAL = url_of(("aB3+xY9/kLmNoPqR" * 22)[:342] + "==")
ZEROS = url_of("0" * 342 + "==", total=0)  # the library's own division fails on this one
PLAIN = url_of("aB3xY9kLmNoPqRs7" * 21 + "aB3+xY==")


@pytest.mark.parametrize(("nivel", "ec"), [("M", 0), ("L", 1)])
@given(signature=signatures, total=totals)
@settings(max_examples=15, deadline=None)
def test_s5_matrix_is_the_librarys_own(nivel: qr.Level, ec: int, signature: str, total: int) -> None:
    url = url_of(signature, total)
    ours = qr.matrix(url, nivel)
    version = (len(ours) - 17) // 4
    reference = qrcode.QRCode(version=version, error_correction=ec, mask_pattern=2)
    reference.add_data(url, optimize=20)
    reference.makeImpl(False, 2)
    assert ours == tuple(bytes(map(bool, row)) for row in reference.modules)


@pytest.mark.parametrize(("nivel", "side"), [("M", 17 * 4 + 17), ("L", 14 * 4 + 17)])
@pytest.mark.parametrize("extra", [0, 9])
def test_s5_every_seal_has_the_same_version(nivel: qr.Level, side: int, extra: int) -> None:
    plain = url_of("a" * 342 + "==", total=0, iss=0)
    longest = url_of("a" * (342 - extra) + "+" * extra + "==", total=999_999, iss=99_999)
    assert len(qr.matrix(plain, nivel)) == len(qr.matrix(longest, nivel)) == side


def test_s5_a_signature_too_long_for_level_l_still_prints() -> None:
    longest = url_of("+a" * 30 + "a" * 282 + "==")
    assert len(qr.matrix(longest, "L")) == 15 * 4 + 17
    assert len(qr.matrix(longest, "M")) == 17 * 4 + 17


def test_what_fits_no_version_or_is_not_ascii_is_an_error() -> None:
    with pytest.raises(ValueError, match="longo demais"):
        qr.matrix("a" * 3000, "M")
    with pytest.raises(ValueError, match="ascii"):
        qr.matrix(BASE + "ção", "M")


def test_s5_least_sides() -> None:
    assert 31.49 < qr.min_side("M") <= 31.5
    assert 27.4 < qr.min_side("L") <= 27.5


@given(data=st.lists(st.lists(st.integers(0, 1), min_size=9, max_size=9).map(bytes), min_size=9, max_size=9))
def test_rectangles_cover_dark_modules_once_and_nothing_else(data: list[bytes]) -> None:
    matrix = tuple(data)
    total = 9 + 2 * qr.QUIET_ZONE
    drawn = [[0] * total for _ in range(total)]
    operators = qr.modules_path(matrix, 10.0).decode().split(" cm ")[1].split(" f Q")[0].split("re")
    for rectangle in operators[:-1]:
        x, y, width, height = (round(int(number) / 100) for number in rectangle.split())
        for row in range(y, y + height):
            for column in range(x, x + width):
                drawn[total - 1 - row][column] += 1
    quiet = qr.QUIET_ZONE
    expected = [[0] * total for _ in range(total)]
    for row, modules in enumerate(matrix):
        expected[quiet + row][quiet : quiet + 9] = list(modules)
    assert drawn == expected


@given(side=st.floats(20, 60), x=st.floats(0, 200), y=st.floats(0, 300))
def test_p6_snapped_modules_are_whole_dots_on_the_grid(side: float, x: float, y: float) -> None:
    dot = 25.4 / 300
    modules = 17 * 4 + 17
    left, top, snapped = qr.fit(modules, side, x, y)
    assert abs(left / dot - round(left / dot)) < 1e-6
    assert abs(top / dot - round(top / dot)) < 1e-6
    assert x - dot <= left
    assert left + snapped <= x + side + dot
    if side >= qr.min_side("M"):
        per_module = snapped / dot / (modules + 8)
        assert round(per_module) >= qr.DOTS_PER_MODULE
        assert abs(per_module - round(per_module)) < 1e-6
    else:
        assert snapped <= side + dot


def _printed(url: str, nivel: qr.Level, side: float, x: float, y: float, folder: Path) -> Image.Image:
    """Return a page of the livro's size with the QR on it, as a 300-dpi black-and-white printer draws it."""
    width, height = 216.0, 305.0
    matrix = qr.matrix(url, nivel)
    left, top, snapped = qr.fit(len(matrix), side, x, y)
    mm = 72 / 25.4
    with pikepdf.new() as pdf:
        page = pdf.add_blank_page(page_size=(width * mm, height * mm))
        move = f"q 1 0 0 1 {left * mm:.4f} {(height - top - snapped) * mm:.4f} cm ".encode()
        page.Contents = pdf.make_stream(move + qr.modules_path(matrix, snapped) + b" Q")
        buffer = io.BytesIO()
        pdf.save(buffer)
    command = ["pdftoppm", "-r", "300", "-mono", "-", str(folder / "page")]
    subprocess.run(command, input=buffer.getvalue(), check=True)
    return Image.open(folder / "page-1.pbm").convert("L")


@pytest.mark.parametrize(("nivel", "side"), [("M", 31.5), ("M", 33.3), ("L", 27.5)])
@pytest.mark.parametrize("url", [TYPICAL, PLAIN, ZEROS], ids=["many-signs", "plain", "zeros"])
def test_p6_read_at_300_dpi_by_another_reader(nivel: qr.Level, side: float, url: str, tmp_path: Path) -> None:
    found = zxingcpp.read_barcodes(_printed(url, nivel, side, 151.37, 250.21, tmp_path))
    assert [code.text for code in found] == [url]
    assert [code.format for code in found] == [zxingcpp.BarcodeFormat.QRCode]


def test_p6_dots_of_a_module_are_alike(tmp_path: Path) -> None:
    """On the printer's grid every run of black or white is a whole number of modules, 4 dots each."""
    image = _printed(TYPICAL, "M", 31.5, 100.0, 100.0, tmp_path)
    dark = image.point(lambda v: 0 if v else 255).getbbox()
    assert dark is not None
    assert (dark[2] - dark[0], dark[3] - dark[1]) == (85 * 4, 85 * 4)
    row = [image.getpixel((column, dark[1] + 4 * 8 + 1)) for column in range(dark[0], dark[2])]
    assert all(len({row[at + i] for i in range(4)}) == 1 for at in range(0, 85 * 4, 4))
