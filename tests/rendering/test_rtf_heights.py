"""Line heights of RTF bodies, as measured on pages of LibreOffice 7.4 with the same fonts."""

import pytest

from printserver.rendering.rtf_body.faces import MAX_LETTERS, letter, substitute
from printserver.rendering.rtf_body.heights import spaced
from printserver.rtf import Face, Shape

SERIF = letter(Face())


@pytest.mark.parametrize(
    ("font", "points", "height"),
    [
        ("Times New Roman", 9.5, 10.95),
        ("Times New Roman", 10, 11.55),
        ("Times New Roman", 11, 12.65),
        ("Times New Roman", 12, 13.8),
        ("Times New Roman", 17, 19.6),
        ("Arial", 10, 11.5),
        ("Arial", 12, 13.8),
        ("Arial", 13, 15.0),
        ("Courier New", 11, 12.45),
        ("Courier New", 12, 13.6),
        ("Calibri", 11, 13.45),
        ("Calibri", 12, 14.65),
    ],
)
def test_natural_heights(font: str, points: float, height: float) -> None:
    found = letter(Face(font=font, size=round(points * 2)))
    assert found.ascent + found.descent == pytest.approx(height, abs=0.051)


def test_the_line_gap_is_above_the_baseline() -> None:
    assert SERIF.ascent == pytest.approx(11.2)


@pytest.mark.parametrize(
    ("shape", "height", "baseline", "below"),
    [
        (Shape(), 13.8, 11.2, 0.0),
        (Shape(line=363), 18.15, 15.55, 0.0),
        (Shape(line=57), 13.8, 11.2, 0.0),
        (Shape(line=-480), 24.0, 19.2, 0.0),
        (Shape(line=-200), 10.0, 8.0, 0.0),
        (Shape(line=360, multiple=True), 13.8, 11.2, 6.9),
        (Shape(line=200, multiple=True), 11.45, 9.3, 0.0),
    ],
)
def test_line_spacing(shape: Shape, height: float, baseline: float, below: float) -> None:
    found = spaced(SERIF.ascent, SERIF.descent, shape)
    assert (found.height, found.baseline, found.below) == pytest.approx((height, baseline, below), abs=0.01)


def test_raised_and_lowered_scripts_do_not_change_the_line() -> None:
    above, below = letter(Face(script="super")), letter(Face(script="sub"))
    assert above.ascent == pytest.approx(SERIF.ascent)
    assert below.descent == pytest.approx(SERIF.descent)
    assert above.size == pytest.approx(6.95)


@pytest.mark.parametrize(
    ("font", "size", "raised", "twips"),
    [
        ("Times New Roman", 24, 4, 46),
        ("Times New Roman", 24, 12, 138),
        ("Times New Roman", 24, -6, -68),
        ("Times New Roman", 40, 8, 90),
        ("Arial", 16, 4, 44),
        ("Calibri", 24, 6, 74),
        ("Calibri", 40, 12, 146),
        ("Courier New", 24, -4, -46),
    ],
)
def test_raised_text_as_measured_in_libreoffice(font: str, size: int, raised: int, twips: int) -> None:
    """It makes room for itself, and keeps that of the text which is not raised. Measured to 2 twips."""
    plain, found = letter(Face(font, size)), letter(Face(font, size, raised=raised))
    assert found.rise * 20 == pytest.approx(twips, abs=2)
    assert found.ascent == pytest.approx(plain.ascent + max(found.rise, 0))
    assert found.descent == pytest.approx(plain.descent - min(found.rise, 0))


@pytest.mark.parametrize(
    ("name", "family", "same"),
    [
        ("Times New Roman", "PsSerifa", True),
        ("ARIAL", "PsSemSerifa", True),
        ("Courier  New", "PsMono", True),
        ("Calibri", "PsCarlito", True),
        ("Tahoma", "PsSemSerifa", False),
        ("Arial Narrow", "PsSemSerifa", False),
        ("Cambria", "PsSerifa", False),
        ("Fonte Desconhecida", "PsSerifa", False),
    ],
)
def test_fonts_that_stand_in_for_others(name: str, family: str, same: bool) -> None:
    assert substitute(name) == (family, same)


def test_letters_of_former_documents_are_not_kept_without_end() -> None:
    for color in range(MAX_LETTERS + 100):
        letter(Face(color=f"{color:06X}"))
    assert letter.cache_info().currsize == MAX_LETTERS
