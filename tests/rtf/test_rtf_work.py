"""The work that an RTF makes grows with its length, not with its square, whatever is in it (S12)."""

import codecs

import pytest

from printserver import rtf
from printserver.errors import Recusa
from printserver.rtf import characters
from support.work import calls

GROWTH = 6.0
"""By how much the work may grow with four times the text: it is 16 times where each part looks at all others."""


def whole(content: str) -> bytes:
    return b"{\\rtf1\\ansi{\\fonttbl{\\f0 Arial;}}" + content.encode("latin-1") + b"}"


def reading(content: str) -> int:
    file = whole(content)
    return calls(lambda: rtf.read(file))


def substituting(content: str) -> int:
    document = rtf.read(whole(content))
    return calls(lambda: rtf.substitute(document, lambda _: "valor"))


def test_s12_blanks_before_ends_of_rows_are_looked_at_once() -> None:
    blank = r"{\b  }{\i  }\row "
    assert reading(blank * 400) < GROWTH * reading(blank * 100)


def test_s12_blank_paragraphs_are_not_looked_at_again_by_each_box_around_them() -> None:
    def boxes(depth: int) -> str:
        return r"{\shptxt " * depth + r"\par " * 500 + "}" * depth + r"texto\par"

    assert reading(boxes(80)) < 2 * reading(boxes(8))


def test_s12_a_tab_stop_is_put_among_the_others_without_sorting_them() -> None:
    others = "".join(rf"\tx{100 * number}" for number in range(90))
    alone = reading(r"\tx50" * 1_000 + r"a\par")
    assert reading(others + r"\tx50" * 1_000 + r"a\par") < 2 * alone


def test_a_tab_stop_takes_the_place_of_another_one() -> None:
    document = rtf.read(whole(r"\tx900\tqr\tldot\tx500\tx200\tqdec\tx500 a\par"))
    (paragraph,) = document.paragraphs()
    assert paragraph.shape.stops == (rtf.Stop(200), rtf.Stop(500, "decimal"), rtf.Stop(900))


def test_s12_headers_that_sections_share_are_compared_and_filled_once() -> None:
    def text(sections: int) -> str:
        lines = r"<Nome>\par " * 300
        return r"\facingp{\headerl " + lines + r"}{\headerr " + lines + "}" + r"texto\par\sect " * sections

    assert reading(text(100)) < 2 * reading(text(10))
    assert substituting(text(100)) < 2 * substituting(text(10))


def test_sections_share_a_header_with_its_values() -> None:
    document = rtf.read(whole(r"\facingp{\headerl <A>\par}{\headerr <A>\par}{\footerl x\par}um\par\sect dois\par"))
    first, second = rtf.substitute(document, lambda _: "valor").sections
    assert first.header is second.header
    assert [each.text for each in rtf.paragraphs_of(first.header)] == ["valor"]
    assert (first.even_header, first.footer, first.even_footer) == (None, (), second.even_footer)


def test_s12_a_table_is_in_twenty_others_at_most_those_around_a_box_too() -> None:
    def boxes(depth: int) -> str:
        return r"{\shptxt\intbl\itap4 " * depth + "a" + "}" * depth + r"\par"

    assert [each.text for each in rtf.read(whole(boxes(5))).paragraphs() if each.text] == ["a"]
    for depth in (6, 90):
        with pytest.raises(Recusa, match="mais de 20 tabelas umas dentro das outras") as refused:
            rtf.read(whole(boxes(depth)))
        assert refused.value.word == "corpo-invalido"


def test_s12_python_is_not_asked_for_a_code_page_that_it_has_not() -> None:
    assert calls(lambda: characters.codec_of_page(99_999)) < 5


def test_the_code_pages_are_those_of_python() -> None:
    for page in (*range(1_400), 1_361, 65_000, 65_001, 99_999, -5, None):
        try:
            codecs.lookup(f"cp{page}")
        except LookupError:
            assert characters.codec_of_page(page) == characters.DEFAULT_CODEC
        else:
            assert characters.codec_of_page(page) == f"cp{page}"
