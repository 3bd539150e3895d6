"""Marks `[[…]]` that editors split: replaced if exact, reported if not (N6)."""

import re
import time
from html import unescape
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from printserver.rendering.body.body import prepare_body
from printserver.rendering.body.characters import Notices
from printserver.rendering.body.marks import may_be_in, replace
from printserver.rendering.body.runs import TextRun

VALUE = "R$ 95,12"


def shown(source: str, body_format: str = "html") -> str:
    html = prepare_body("html" if body_format == "html" else "texto", source, {"TOTAL": VALUE}).html
    return unescape(re.sub("<[^>]*>", "", html))


def notices(source: str, body_format: str = "html") -> str:
    ready = prepare_body("html" if body_format == "html" else "texto", source, {"TOTAL": VALUE})
    return "\n".join(notice.mensagem for notice in ready.avisos)


@pytest.mark.parametrize(
    "source",
    [
        "[[<b>TOTAL</b>]]",
        "[[TO<span>TAL</span>]]",
        "<u>[</u>[TOTAL]]",
        "<b>[[</b><i>TOT</i><b>AL</b>]<u>]</u>",
        "&#91;[TOTAL]]",
        "[[TOTAL]&#93;",
        "&lbrack;&#x5b;&#84;OTAL&rbrack;&#x5D;",
        "[[TO<!-- x -->TAL]]",
        "[[TO<o:p></o:p>TAL]]",
        "[[TO&shy;TAL]]",
        "[[TO\u200bTAL]]",
        "[[TO<wbr>TAL]]",
        "[[TO\ufeffTAL]]",
        "[[TO<script>x</script>TAL]]",
        "<span style='mso-bidi:x'>[[</span><span class=SpellE>TOTAL</span><span>]]</span>",
    ],
)
def test_n6_a_mark_split_by_an_editor_is_replaced(source: str) -> None:
    assert shown(f"<p>Valor {source}.</p>") == f"Valor {VALUE}."
    assert may_be_in(source)


def test_n6_the_value_has_the_form_of_the_first_sign() -> None:
    assert f"<b>{VALUE}</b>" in prepare_body("html", "<b>[[TO</b><i>TAL]]</i>", {"TOTAL": VALUE}).html


@pytest.mark.parametrize(
    "source",
    [
        "[[ TOTAL ]]",
        "[[total]]",
        "[ [TOTAL]]",
        "[[TO TAL]]",
        "[[SELO LIVRO]]",
        "[[TO<br>TAL]]",
        "<p>[[TO</p><p>TAL]]</p>",
        "<table><tr><td>[[</td><td>TOTAL]]</td></tr></table>",
    ],
)
def test_n6_what_only_looks_like_a_mark_stays_and_is_told(source: str) -> None:
    assert VALUE not in shown(source)
    assert re.search("parece uma marca|partida em linhas", notices(source))


@pytest.mark.parametrize("source", ["[[OUTRA]]", "[TOTAL]", "{{TOTAL}}", "[[TOTALIDADE]]", "art. 5º, [[a]]"])
def test_n6_what_is_no_mark_stays_without_a_notice(source: str) -> None:
    assert shown(source) == source
    assert notices(source) == ""


def test_n6_marks_of_plain_text() -> None:
    assert shown("a [[TO\u00adTAL]] [[TOTAL]]", "texto") == f"a {VALUE} {VALUE}"
    assert "partida em linhas" in notices("a [[TO\nTAL]]", "texto")
    assert shown("<b>[[</b>TOTAL]]", "texto") == "<b>[[</b>TOTAL]]"


pieces = st.lists(st.sampled_from(["[", "]", "T", "x", "[[TOTAL]]", "[[TO", "TAL]]", "\u00ad"]), max_size=30)


@given(pieces, st.lists(st.integers(0, 100), max_size=6))
@settings(deadline=None)
def test_n6_where_a_line_is_cut_into_pieces_makes_no_difference(parts: list[str], cuts: list[int]) -> None:
    text = "".join(parts)
    edges = [0, *sorted(min(cut, len(text)) for cut in cuts), len(text)]
    line = [TextRun(text[start:end]) for start, end in pairwise(edges)]
    replace([line], {"TOTAL": "v"}, Notices())
    got = "".join(piece.text for piece in line)
    assert got.replace("\u00ad", "") == text.replace("\u00ad", "").replace("[[TOTAL]]", "v")


@pytest.mark.parametrize("unit", ["[", "[ ", "[[T  O", "[[TOTAL", "[[TOTAL]]", "[[TO\u00adTAL]]", "[\n[\n"])
def test_marks_are_found_in_linear_time(unit: str) -> None:
    line = [TextRun(unit * 6_000) for _ in range(10)]
    start = time.process_time()
    replace([line], {"TOTAL": "v"}, Notices())
    assert time.process_time() - start < 10  # what grows by the square takes minutes
