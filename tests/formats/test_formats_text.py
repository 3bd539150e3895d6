"""Short texts: what is taken out, what is refused by name and place, what paper can show (S12, A7)."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printserver.formats import (
    STAMPED,
    UnfitText,
    fonts,
    mistyped,
    plain,
    printable,
    printed,
    stamped,
    without_invisible,
)

HARMLESS = "\u00ad\u034f\u200b\u200c\u200d\u200e\u200f\u2060\u206a\ufe0f\ufeff\U000e0041\U000e0101"


@pytest.mark.parametrize("nome", fonts.FILES)
def test_s12_every_font_of_the_stamp_has_every_character_that_the_stamp_takes(nome: fonts.FontName) -> None:
    assert set(fonts.font(nome).glyphs) >= STAMPED
    assert printable() >= STAMPED


@pytest.mark.parametrize("character", HARMLESS)
def test_an_invisible_character_that_says_nothing_is_taken_out_and_named(character: str) -> None:
    text, (taken,) = without_invisible(f"Lídia{character} Prado")
    assert text == "Lídia Prado"
    assert taken == f"U+{ord(character):04X} {unicodedata.name(character)}, na posição 6"
    with pytest.raises(UnfitText, match=f"U\\+{ord(character):04X}"):
        plain(f"Lídia{character} Prado")


@pytest.mark.parametrize(
    ("character", "name"),
    [
        ("\u202e", "U+202E RIGHT-TO-LEFT OVERRIDE"),
        ("\u202a", "U+202A LEFT-TO-RIGHT EMBEDDING"),
        ("\u2066", "U+2066 LEFT-TO-RIGHT ISOLATE"),
        ("\ufff9", "U+FFF9 INTERLINEAR ANNOTATION ANCHOR"),
        ("\x07", "U+0007"),
        ("\x1c", "U+001C"),
        ("\x93", "U+0093"),
        ("\ue000", "U+E000"),
        ("\ud800", "U+D800"),
        ("\u3164", "U+3164 HANGUL FILLER"),
        ("\u2800", "U+2800 BRAILLE PATTERN BLANK"),
        ("\u0600", "U+0600 ARABIC NUMBER SIGN"),
    ],
)
def test_what_changes_the_reading_or_cannot_be_read_is_refused_by_name_and_place(character: str, name: str) -> None:
    with pytest.raises(UnfitText) as refused:
        without_invisible(f"Ana{character}Dias")
    assert f"contém {name}, na posição 4" in str(refused.value)


def test_s12_blanks_and_word_s_hyphens_become_plain_ones() -> None:
    assert plain(" Ana\u00a0\u2009\t Dias\n\u2011 Souza\u2010Lima ") == "Ana Dias - Souza-Lima"


def test_s12_the_stamp_writes_less_than_the_pages() -> None:
    assert printed("Ω № А") == "Ω № А"
    for character in "ΩА№":
        with pytest.raises(UnfitText, match=unicodedata.name(character)):
            stamped(f"12 {character}")
    with pytest.raises(UnfitText, match="李"):
        printed("李")


def test_s12_letters_under_piles_of_marks_are_refused() -> None:
    assert plain("a\u0301") == "á"
    with pytest.raises(UnfitText, match="sinais combinados"):
        plain("a" + "\u0316" * 5)


@given(st.text())
def test_s12_what_is_let_through_can_be_written_and_stays_as_it_is(text: str) -> None:
    for read, allowed in ((printed, printable()), (stamped, STAMPED)):
        try:
            found = read(text)
        except UnfitText:
            continue
        assert set(map(ord, found)) <= allowed
        assert read(found) == found


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        *((name, "documento") for name in ("dcumento", "docuemnto", "documnto", "ndocumento", "documente", "Dcumento")),
        *((name, None) for name in ("documento", "Documento", "documento2", "documentos", "documento_conjuge")),
        *((name, None) for name in ("mãe", "rne", "estado civil", "observação", "apelido", "")),
        ("estado_cvil", "estado_civil"),
        ("enderço", "endereco"),
    ],
)
def test_a_slip_of_the_pen_is_told_from_another_name(name: str, meant: str | None) -> None:
    assert mistyped(name, ("nome", "documento", "estado_civil", "endereco", "mae", "rg")) == meant
