"""The work of laying out an RTF grows with its length, not with its square, or it is refused (S12)."""

import pytest

from printserver import rtf
from printserver.errors import Recusa
from printserver.rendering.rtf_body import lay_out
from support.work import calls

GROWTH = 6.0
"""By how much the work may grow with four times the text: it is 16 times where each part looks at all others."""


def read(content: str) -> rtf.Rtf:
    return rtf.read(b"{\\rtf1\\ansi{\\fonttbl{\\f0 Arial;}}" + content.encode("latin-1") + b"}")


def laying_out(content: str) -> int:
    document = read(content)
    lay_out(read("a"))  # the fonts are loaded once in a process
    return calls(lambda: lay_out(document))


@pytest.mark.parametrize("words", ["1 ", "(1 ", "ab ", "1/"])
@pytest.mark.parametrize(
    "begin",
    [r"\pard\tqdec\tx3000\expndtw-1440\tab ", r"\trowd\cellx9000\pard\intbl\tqdec\tx3000\expndtw-1440 "],
    ids=["tab", "cell"],
)
def test_s12_a_line_at_a_decimal_stop_is_looked_through_once_for_its_comma(begin: str, words: str) -> None:
    end = r"\cell\row" if "trowd" in begin else r"\par"
    assert laying_out(begin + words * 1_200 + end) < GROWTH * laying_out(begin + words * 300 + end)


def test_s12_a_header_that_sections_share_is_laid_out_once() -> None:
    def text(sections: int) -> str:
        return r"{\header " + r"topo\par " * 100 + "}" + r"texto\par\sect " * sections

    assert laying_out(text(50)) < 2 * laying_out(text(5))


@pytest.mark.parametrize("end", [r"\par\sect ", r"\par\page "])
def test_s12_a_header_counts_on_each_page(end: str) -> None:
    def text(pages: int) -> str:
        return r"{\header " + r"topo\par " * 100 + "}" + f"texto{end}" * pages

    lay_out(read(text(200)))
    with pytest.raises(Recusa, match="linhas demais") as refused:
        lay_out(read(text(400)))
    assert refused.value.word == "corpo-invalido"


def test_s12_a_header_counts_on_each_page_that_the_text_fills() -> None:
    def text(lines: int) -> str:
        return r"{\header " + r"topo\par " * 30 + "}" + r"texto\par " * lines

    lay_out(read(text(10_000)))
    with pytest.raises(Recusa, match="linhas demais"):
        lay_out(read(text(19_000)))


def test_s12_even_headers_count_on_half_of_the_pages() -> None:
    def text(pages: int) -> str:
        return r"\facingp{\headerr }{\headerl " + r"topo\par " * 100 + "}" + r"texto\page " * pages

    lay_out(read(text(450)))
    with pytest.raises(Recusa, match="linhas demais"):
        lay_out(read(text(450).replace("headerl", "header")))


def test_s12_columns_that_a_row_has_not_are_counted_by_its_cells() -> None:
    def text(rows: int) -> str:
        row = r"\trowd\trleft%d\cellx%d\intbl a\cell\row "
        return "".join(row % (20 * at, 20 * at + 400) for at in range(rows))

    assert laying_out(text(800)) < GROWTH * laying_out(text(200))


def test_s12_leaders_without_end_are_refused() -> None:
    leader = r"\pard\tldot\tx9000\fs2\expndtw-8\tab\par "
    lay_out(read(leader * 100))
    with pytest.raises(Recusa, match="preenchimento demais") as refused:
        lay_out(read(leader * 1_000))
    assert refused.value.word == "corpo-invalido"
