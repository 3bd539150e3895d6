"""Bodies of plain text, and what holds for the characters of any body."""

import re
import time
import unicodedata
from html import unescape

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from printserver.errors import Recusa
from printserver.rendering.body.body import prepare_body
from printserver.rendering.body.characters import Notices, clean, printable_characters

PORTUGUESE = "ÁÂÃÀÇÉÊÍÓÔÕÚÜáâãàçéêíóôõúüºª§°–—“”‘’…•€ ½¼²³×÷±"


def inside(source: str, **marks: str) -> str:
    html = prepare_body("texto", source, marks).html
    return html.removeprefix("<div>").removesuffix("</div>")


def shown(source: str) -> str:
    return unescape(re.sub("<[^>]*>", " ", inside(source)))


def reason(source: str) -> str:
    with pytest.raises(Recusa) as info:
        prepare_body("texto", source, {})
    assert info.value.word == "corpo-invalido"
    return info.value.detail


def test_p2a_a_body_with_a_letter_or_an_image_is_not_empty() -> None:
    pixel = (
        "data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJ"
        "AAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="
    )
    assert prepare_body("html", "<p><b></b>\u200b</p>", {}).vazio
    assert not prepare_body("html", f'<p><img src="{pixel}"></p>', {}).vazio
    assert not prepare_body("html", "<p>&lt;</p>", {}).vazio
    assert not prepare_body("texto", "[[TOTAL]]", {"TOTAL": "R$ 1,00"}).vazio


def test_blank_lines_part_paragraphs_and_breaks_stay() -> None:
    assert inside("um\ndois\r\n\r\ntrês\rquatro\n") == "<p>um<br/>dois</p><p>três<br/>quatro</p>"
    assert inside("um\n \t\n\n\ndois") == "<p>um</p><p><br/></p><p><br/></p><p>dois</p>"


def test_tabs_and_runs_of_blanks_stay() -> None:
    assert inside("nome:\tMaria\n   recuo") == (
        '<p><span style="white-space:pre-wrap;tab-size:4">nome:\t</span>Maria<br/>'
        '<span style="padding-left:1.5ch"></span>recuo</p>'
    )
    assert inside("\n\n\trecuo  largo ") == (
        '<p><span style="padding-left:2ch"></span>recuo<span style="letter-spacing:0.5ch"> </span>largo</p>'
    )


def test_an_empty_body_is_empty() -> None:
    assert inside("") == inside(" \n\t\n ") == ""


def test_markup_and_template_syntax_are_text() -> None:
    source = "<b>x</b> &amp; {{ 7*7 }} {% raw %} </body> [[OUTRA]] <!-- y --> <script>z</script>"
    assert shown(source).split() == source.split()
    assert "<b>" not in inside(source)


def test_n6_marks_become_plain_text() -> None:
    assert inside("Total [[TOTAL]], [[CUSTAS]].", TOTAL="R$ 1,00", CUSTAS="a & <b>") == (
        "<p>Total R$ 1,00, a &amp; &lt;b&gt;.</p>"
    )
    assert inside("[[total]] [[TOTAL ]] [[[TOTAL]]]", TOTAL="x") == "<p>[[total]] [[TOTAL ]] [x]</p>"


def test_only_the_marks_of_the_contract_have_values() -> None:
    assert inside("[[OUTRA]]", OTHER="x") == "<p>[[OUTRA]]</p>"


def test_all_of_portuguese_prints() -> None:
    assert shown(PORTUGUESE).strip() == PORTUGUESE
    assert prepare_body("texto", PORTUGUESE, {}).avisos == ()


def test_decomposed_letters_are_composed() -> None:
    assert inside(unicodedata.normalize("NFD", "ação")) == "<p>ação</p>"


@pytest.mark.parametrize(
    ("source", "word"),
    [
        ("preço \U0001f600", "U+1F600"),
        ("文", "U+6587"),
        ("\x93aspas\x94", "Windows-1252"),
        ("perdido \ufffd", "já se perdeu"),
        ("\ue000", "U+E000"),
        ("\ud800", "U+D800"),
        ("z" + "\u0300" * 9, "combinados"),
    ],
)
def test_what_no_font_prints_is_refused_by_name(source: str, word: str) -> None:
    detail = reason(source)
    assert word in detail
    detail.encode()


def test_the_place_of_a_character_is_told() -> None:
    assert "na posição 13 do texto, depois de “uma linha à”" in reason("uma linha\nà 文")


@pytest.mark.parametrize(
    "code", [0x202A, 0x202B, 0x202D, 0x202E, 0x2066, 0x2067, 0x2068, 0x2069, 0x200E, 0x200F, 0x61C]
)
def test_marks_that_reorder_text_are_taken_out_with_a_notice(code: int) -> None:
    ready = prepare_body("texto", f"valor {chr(code)}1.000,00", {})
    assert "<p>valor 1.000,00</p>" in ready.html
    assert f"U+{code:04X}" in ready.avisos[0].mensagem


@pytest.mark.parametrize("code", [*range(9), *range(0x0E, 0x20), 0x7F])
def test_control_characters_are_taken_out_with_a_notice(code: int) -> None:
    ready = prepare_body("texto", f"a{chr(code)}b", {})
    assert "<p>ab</p>" in ready.html
    assert f"U+{code:04X}" in ready.avisos[0].mensagem


def test_other_ends_of_line_and_blanks_are_taken_as_such() -> None:
    assert inside("a\x0bb\x85d\u2028e") == "<p>a<br/>b<br/>d<br/>e</p>"
    assert inside("a\u2003b\u3000c\u00a0d") == "<p>a b c\u00a0d</p>"


def test_marks_of_where_a_word_may_break_stay() -> None:
    assert inside("super\u00adcali\u200bfrágil") == "<p>super\u00adcali\u200bfrágil</p>"


def test_the_sum_of_notices_is_bounded() -> None:
    controls = "".join(
        chr(code) for code in [*range(9), *range(0x0E, 0x20), *range(0x202A, 0x202F), *range(0x2066, 0x206A)]
    )
    assert len(prepare_body("texto", controls * 3, {}).avisos) == 30


def test_a_long_run_of_combining_marks_is_answered_at_once() -> None:
    start = time.process_time()
    assert "combinados" in reason("a" + "\u0327\u0301" * 500_000)
    assert time.process_time() - start < 1


def test_a_long_text_is_refused_and_an_allowed_one_is_quick() -> None:
    assert "caracteres" in reason("x" * 1_500_001)
    start = time.process_time()
    inside("Ação de usucapião.\n" * 70_000)
    assert time.process_time() - start < 2


printable = st.text(st.sampled_from(sorted(set(map(chr, printable_characters())) - {"\ufffd"})), max_size=200)


@given(printable)
@settings(deadline=None)
def test_all_printable_text_comes_out_in_order(source: str) -> None:
    try:
        out = shown(source)
    except Recusa as refusal:  # private use, or marks heaped on one letter
        assert re.search("combinados|U\\+F0", refusal.detail)
        return
    expected = unicodedata.normalize("NFC", source)
    visible = "".join(c for c in expected if unicodedata.category(c) != "Cf" and c != "\u034f")
    assert "".join(out.split()).replace("\u00ad", "").replace("\u200b", "") == "".join(visible.split())


@given(st.text(max_size=100))
@settings(deadline=None)
def test_whatever_is_prepared_prints(source: str) -> None:
    try:
        out = clean(source, Notices())
    except Recusa:
        return
    assert {ord(character) for character in out} <= printable_characters() | {9, 10, 0xAD, 0x200B}
