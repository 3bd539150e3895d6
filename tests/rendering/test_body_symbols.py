"""Characters that the fonts lack, and letters of symbol fonts: printed as what they look like, or refused."""

import re
from html import unescape

import pytest

from printserver.errors import Recusa
from printserver.rendering.body.body import prepare_body
from printserver.rendering.body.characters import Notices, clean, printable_characters
from printserver.rendering.body.equivalents import (
    ALIKE,
    SIMILAR,
    SYMBOL_FONTS,
    symbol,
)


def shown(source: str) -> str:
    return unescape(re.sub("<[^>]*>", "", prepare_body("html", source, {}).html))


def reason(source: str) -> str:
    with pytest.raises(Recusa) as refusal:
        prepare_body("html", source, {})
    return refusal.value.detail


@pytest.mark.parametrize(
    ("source", "printed"),
    [
        ("CEP 01000\u2011000", "CEP 01000-000"),
        ("a\u2010b\u2012c\u2013d\u2014e\u2015f\u2212g\ufe63h", "a\u2010b\u2012c\u2013d\u2014e\u2015f\u2212g-h"),
        ("a\u2002b\u2003c\u2009d\u200ae\u205ff\u3000g", "a b c d e f g"),
        ("10\u202f000", "10\u00a0000"),
        ("\ufb00 \ufb01 \ufb03 \u2173 \u2163 \u2167", "ff \ufb01 ffi iv IV VIII"),
        ("\uff11\uff12\uff21\uff0f\uff08\uff09", "12A/()"),
        ("№ ½ ² ª º ′ ″ \u2057", "№ ½ ² ª º ′ ″ ″″"),
        ("• ● ▪ ◦ ○ \u2023 \u2043 \uf0b7 \uf0a7", "• ● ▪ ◦ ○ ► - • ▪"),
        ("\u2192 \u279c \u27a1 \u2264 \u2a7d", "\u2192 \u2192 \u2192 \u2264 \u2264"),
        ("\u2103 \u339e", "\u00b0C km"),
    ],
)  # fmt: skip
def test_p2a_typographic_characters_print_alike(source: str, printed: str) -> None:
    notices = Notices()
    assert clean(source, notices) == printed
    assert [notice for notice in notices.all() if "\u339e" not in notice.mensagem] == []


@pytest.mark.parametrize(
    ("source", "printed"),
    [
        ("\u2610 \u2611 \u2612", "(\u00a0) (X) (X)"),
        ("\u2713 \u2717 \u2714", "\u221a \u00d7 \u221a"),
        ("\u2460 \u2473 \u2776", "(1) (20) (1)"),
        ("\u21d2 \u27a2 \u2605 \u25c6", "\u2192 \u25ba * \u2666"),
        ("a \u2155, 2\u2157, 3 \u2150", "a 1\u20445, 2\u00a03\u20445, 3 1\u20447"),
        ("100 \u33a1", "100 m\u00b2"),
        ("\U0001d400", "A"),
    ],
)
def test_p2a_what_looks_another_way_is_told(source: str, printed: str) -> None:
    notices = Notices()
    assert clean(source, notices) == printed
    (notice,) = notices.all()
    assert "de outra forma" in notice.mensagem
    assert source.split()[-1][-1] in notice.mensagem


@pytest.mark.parametrize("character", ["\u2070", "\u2071", "\ufdfa", "\u2200", "\u3231", "\uf0d8", "\U0001f600"])
def test_p2a_what_has_no_equal_is_refused(character: str) -> None:
    """10⁰ is not 100: superscripts are not brought to the line."""
    assert f"U+{ord(character):04X}" in reason(f"10{character}")


def test_a_fraction_does_not_join_the_number_before_it() -> None:
    assert "1<b>\u00a01\u20445</b>" in prepare_body("html", "1<b>\u2155</b>", {}).html


def test_all_that_is_printed_instead_is_in_the_fonts() -> None:
    for character in ALIKE | SIMILAR:
        assert {ord(part) for part in clean(character, Notices())} <= printable_characters()


@pytest.mark.parametrize(
    ("source", "printed"),
    [
        ('<font face="Wingdings">þ</font> sim', "(X) sim"),
        ("<span style='font-family:Wingdings'>o</span> não", "\u25a1 não"),
        ("<span style=\"font-family:'Wingdings',serif\">&#xF0FC;</span>", "\u221a"),
        ("<span style='font:7pt Symbol'>abW</span>", "αβΩ"),
        ("<span style='font-family:Symbol'>·<span style='font:7.0pt \"Times New Roman\"'>&nbsp;abc</span></span>",
         "•\u00a0abc"),
        ("<span style='mso-char-type:symbol;mso-symbol-font-family:Wingdings'>à</span>", "→"),
        ("<font face='Webdings'>a</font><font face='Wingdings 2'>R</font>", "√(X)"),
        ("<font face='Symbol'>\u2022 \uf0b7</font>", "• •"),
        ("<font face='Arial, Wingdings'>x</font>", "x"),
    ],
)  # fmt: skip
def test_p2a_letters_of_symbol_fonts_print_as_their_drawings(source: str, printed: str) -> None:
    assert shown(source) == printed


@pytest.mark.parametrize(
    ("source", "place"),
    [
        ("<p>Marque <font face=Wingdings>A</font>", "posição 8"),
        ("<font face='MT Extra'>l</font>", "posição 1"),
        ("<p>\n<span style='font-family:Symbol'>\"</span>", "U+2200"),
        ("ver &#xF0D8;", "símbolos"),
    ],
)
def test_p2a_a_symbol_that_is_not_known_is_refused_with_its_place(source: str, place: str) -> None:
    assert place in reason(source)


@pytest.mark.parametrize("font", sorted(SYMBOL_FONTS))
def test_no_letter_of_a_symbol_font_prints_as_itself_unless_it_is_drawn_so(font: str) -> None:
    for letter in "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ":
        assert symbol(letter, font) != letter
