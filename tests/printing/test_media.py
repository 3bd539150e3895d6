"""The words that go to CUPS with a job: size, faces, tray, name (P1, P6)."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printserver.printing import Handoff, has_size
from printserver.printing.media import job_name, job_options, media_name, our_job_id


def errand(**fields: object) -> Handoff:
    whole = {"titulo": "Livro", "copias": 1, "faces": None, "bandeja": None, "width_mm": 216.0, "height_mm": 305.0}
    whole["sha256"] = "0" * 64
    return Handoff("01JOB", Path("x.pdf"), **{**whole, **fields})


@pytest.mark.parametrize(
    ("width", "height", "name"),
    [
        (210, 297, "iso_a4_210x297mm"),
        (297, 210, "iso_a4_210x297mm"),
        (209.6, 297.4, "iso_a4_210x297mm"),
        (215.9, 279.4, "na_letter_8.5x11in"),
        (216, 305, "custom_216x305mm_216x305mm"),
        (215, 301, "custom_215x301mm_215x301mm"),
        (212, 298, "custom_212x298mm_212x298mm"),
        (216.4, 325.1, "custom_216.4x325.1mm_216.4x325.1mm"),
        (325, 216, "custom_216x325mm_216x325mm"),
    ],
)
def test_p1_every_size_of_the_office_has_a_name(width: float, height: float, name: str) -> None:
    assert media_name(width, height) == name


@given(st.integers(500, 6000), st.integers(500, 6000))
def test_p1_the_name_tells_the_size_to_half_a_millimetre(width: int, height: int) -> None:
    name = media_name(width / 10, height / 10)
    found = re.fullmatch(r"[a-z]+_[0-9a-z.]+_(\d+(?:\.\d)?)x(\d+(?:\.\d)?)mm|(na)_.*in", name)
    assert found is not None
    if not found[3]:
        short, long = sorted((width / 10, height / 10))
        assert abs(float(found[1]) - short) <= 0.5
        assert abs(float(found[2]) - long) <= 0.5


def test_p6_size_goes_along_and_nothing_is_scaled_or_added() -> None:
    assert job_options(errand()) == {
        "job-hold-until": "indefinite",
        "job-sheets": "none",
        "number-up": "1",
        "print-scaling": "none",
        "media": "custom_216x305mm_216x305mm",
    }


@pytest.mark.parametrize(
    ("faces", "sides"),
    [("frente", "one-sided"), ("frente-verso", "two-sided-long-edge"), ("frente-depois-verso", "one-sided")],
)
def test_faces_in_the_words_of_ipp(faces: str, sides: str) -> None:
    assert job_options(errand(faces=faces))["sides"] == sides


def test_tray_and_copies() -> None:
    options = job_options(errand(bandeja="tray-2", copias=3))
    assert options["media-col"] == "{media-size={x-dimension=21600 y-dimension=30500} media-source=tray-2}"
    assert options["copies"] == "3"


@pytest.mark.parametrize("fields", [{"faces": "verso"}, {"bandeja": "2} x={y"}, {"bandeja": ""}])
def test_words_that_are_none_are_refused(fields: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"faces|bandeja"):
        job_options(errand(**fields))


@given(st.text(max_size=300))
def test_our_id_is_found_in_the_name_whatever_the_title(title: str) -> None:
    name = job_name(errand(titulo=title))
    assert our_job_id(name) == "01JOB"
    assert len(name) <= 120
    assert name.isprintable()


@pytest.mark.parametrize(
    ("width", "height", "names", "there"),
    [
        (210, 297, ["iso_a4_210x297mm"], True),
        (297, 210, ["iso_a4_210x297mm"], True),
        (209.6, 297.4, ["iso_a4_210x297mm"], True),
        (216, 305, ["iso_a4_210x297mm", "na_legal_8.5x14in"], False),
        (215.9, 279.4, ["na_letter_8.5x11in"], True),
        (216, 305, ["custom_livro_216x305mm"], True),
        (216, 305, ["custom_min_76.2x127mm", "custom_max_216x356mm"], True),
        (216, 360, ["custom_min_76.2x127mm", "custom_max_216x356mm"], False),
        (60, 100, ["custom_min_76.2x127mm", "custom_max_216x356mm"], False),
        (210, 297, ["auto", "choice_something"], False),
    ],
)
def test_p1_a_size_is_among_the_media_of_a_printer_or_is_not(
    width: float, height: float, names: list[str], there: bool
) -> None:
    assert has_size(width, height, names) is there
