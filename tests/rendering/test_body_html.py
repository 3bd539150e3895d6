"""Bodies of HTML: all of their text comes out, in order and visible; nothing else of them does."""

import io
import re
import time
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from layouts import FORMATS, Workbench, placed_words

from printserver.errors import Recusa
from printserver.rendering.body.body import PreparedBody, prepare_body
from printserver.rendering.body.tags import TAGS

MARKS = {"CUSTAS": "Ao tabelião: R$ 1 & <2>", "TOTAL": "R$ 95,12"}
KNOWN = sorted(TAGS - {"img"})
STRANGE_WORDS = """
    a address article body caption center code col dd dl font form frameset h5 head hr html iframe ins legend math
    noembed noframes noscript object option plaintext pre ruby section select svg template textarea title x-y xmp
"""
STRANGE = STRANGE_WORDS.split()

BLOCKS = ("br", "p", "div", "td", "li", "h1", "h4")


class Reader(HTMLParser):
    def __init__(self, source: str) -> None:
        super().__init__()
        self.text = ""
        self.tags: list[str] = []
        self.attributes: list[tuple[str, str, str | None]] = []
        self.feed(source)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.attributes += [(tag, name, value) for name, value in attrs]
        self.text += " " if tag in BLOCKS else ""

    def handle_endtag(self, tag: str) -> None:
        self.text += " " if tag in BLOCKS else ""

    def handle_data(self, data: str) -> None:
        self.text += data


def ready(source: str) -> PreparedBody:
    return prepare_body("html", source, MARKS)


def words(source: str) -> list[str]:
    return Reader(ready(source).html).text.split()


def notices(source: str) -> str:
    return "\n".join(notice.mensagem for notice in ready(source).avisos)


def reason(source: str) -> str:
    with pytest.raises(Recusa) as info:
        ready(source)
    assert info.value.word == "corpo-invalido"
    return info.value.detail


def inside(source: str) -> str:
    """Return what is prepared, without the wrapper."""
    return ready(source).html.removeprefix("<div>").removesuffix("</div>")


def test_what_the_contract_lists_stays_as_it_is() -> None:
    source = (
        "<h1>A</h1><h2>B</h2><h3>C</h3><h4>D</h4><p>e<br/><b>f</b><strong>g</strong><i>h</i><em>i</em><u>j</u><s>k</s>"
        '<sub>l</sub><sup>m</sup></p><table><thead><tr><th colspan="2">n</th></tr></thead><tbody><tr><td rowspan="2">o'
        '</td><td>p</td></tr></tbody></table><p style="text-align:center;text-indent:10mm;font-size:14pt">q</p>'
    )
    assert inside(source) == source
    assert ready(source).avisos == ()


def test_lists_keep_their_numbers() -> None:
    assert inside('<ol start="5" type="a"><li>x</li><li value="9">y</li></ol>') == (
        '<ol start="5" type="a" style="padding-left:8mm"><li>x</li><li value="9">y</li></ol>'
    )


@pytest.mark.parametrize(
    ("source", "style"),
    [
        ('<p align="right">x</p>', "text-align:right"),
        ("<center>x</center>", "text-align:center"),
        ('<p style="MARGIN-LEFT: 1in; font-size: 16px !important">x</p>', "margin-left:25.4mm;font-size:12pt"),
        ('<p style="font-weight:bold;text-decoration:underline">x</p>', "font-weight:bold;text-decoration:underline"),
        ('<div style="font-size:10pt"><p style="font-size:150%">x</p></div>', "font-size:15pt"),
    ],
)
def test_alignment_indent_and_size_stay(source: str, style: str) -> None:
    assert f'style="{style}"' in inside(source)
    assert ready(source).avisos == ()


@pytest.mark.parametrize(
    ("style", "kept"),
    [
        ("font-size:0", "font-size:6pt"),
        ("font-size:1e9pt", ""),
        ("font-size:999999999pt", "font-size:36pt"),
        ("font-size:-5pt", "font-size:6pt"),
        ("text-indent:-900px", "text-indent:0mm"),
        ("margin-left:-5cm", "margin-left:0mm"),
        ("margin-left:500%", "margin-left:60mm"),
        ("text-indent:calc(1px*9999)", ""),
        ("text-align:url(http://x.example/)", ""),
        ("display:none", ""),
        ("visibility:hidden", ""),
        ("opacity:0", ""),
        ("color:white", ""),
        ("position:fixed;top:0;left:0;width:100%;height:100%;background:white;z-index:9", ""),
        ("transform:scale(0)", ""),
        ("line-height:0", ""),
        ("page-break-before:always", ""),
        ("content:'x'", ""),
        ("direction:rtl;unicode-bidi:bidi-override", ""),
        ("font-family:Hidden", ""),
        ("f\\6fnt-size:0", ""),
    ],
)
def test_a_style_cannot_hide_cover_or_move_text_away(style: str, kept: str) -> None:
    source = f'<p style="{style}">texto visível</p>'
    attribute = f' style="{kept}"' if kept else ""
    assert inside(source) == f"<p{attribute}>texto visível</p>"
    assert ready(source).avisos != ()


def test_sizes_do_not_multiply() -> None:
    source = "<div style='font-size:50%'>" * 20 + "x" + "</div>" * 20
    assert set(re.findall(r"font-size:([\d.]+)pt", inside(source))) == {"6"}
    source = "<sub>" * 20 + "x" + "</sub>" * 20
    assert inside(source) == "<sub>x</sub>"


def test_indents_add_up_to_a_limit() -> None:
    source = "<div style='margin-left:25mm'>" * 9 + "x" + "</div>" * 9
    assert re.findall(r"margin-left:([\d.]+)mm", inside(source)) == ["25", "25", "10", *["0"] * 6]
    lists = "<ul><li>" * 30 + "x" + "</li></ul>" * 30
    assert sum(float(mm) for mm in re.findall(r"padding-left:([\d.]+)mm", inside(lists))) <= 60


@pytest.mark.parametrize(
    "source",
    [
        "<script>alert('segredo')</script>texto",
        "<SCRIPT src=x>segredo</SCRIPT >texto",
        "<style>p { display: none } segredo</style>texto",
        "<!-- segredo -->texto",
        "<!DOCTYPE html><?xml segredo?>texto",
        "texto<!--[if mso]><p>segredo</p><![endif]-->",
        "<a href='javascript:segredo()' onclick='segredo()'>texto</a>",
        "<p id=segredo name=segredo class=segredo data-x=segredo>texto</p>",
        "<link rel=stylesheet href=http://segredo.example/x.css>texto",
        "<base href='http://segredo.example/'>texto",
        "<iframe src='file:///segredo'></iframe>texto",
        "<object data='file:///segredo'></object>texto",
        "<img src='file:///etc/segredo'>texto",
        "<img src='http://segredo.example/a.png'>texto",
        "<img src='//segredo.example/a.png'>texto",
        "<img src='data:image/svg+xml;base64,segredo'>texto",
        "<img srcset='http://segredo.example/a.png'>texto",
        "<table background='http://segredo.example/a.png'><tr><td>texto</table>",
        "<p style='background:url(http://segredo.example/a.png)'>texto</p>",
        "<svg><image href='file:///segredo'/></svg>texto",
        "<form action=segredo><input value=segredo>texto</form>",
        '<p title="<img src=segredo>">texto</p>',
    ],
)
def test_nothing_but_text_and_form_comes_along(source: str) -> None:
    html = ready(source).html
    assert "segredo" not in html
    assert "http" not in html
    assert Reader(html).text.split() == ["texto"]


@pytest.mark.parametrize("name", STRANGE)
def test_text_in_a_strange_tag_stays_and_the_tag_is_told(name: str) -> None:
    source = f"<p>antes</p><{name} hidden>dentro</{name}> depois"
    assert words(source) == ["antes", "dentro", "depois"]
    if name not in ("a", "body", "center", "col", "head", "html", "ins"):
        assert f"<{name}>" in notices(source)


def test_text_stays_behind_closing_tags_of_the_page() -> None:
    assert words("um </body></html>dois </div></div></td></table>três<body>quatro") == ["um", "dois", "três", "quatro"]
    assert inside("</div><div>x") == "<div>x</div>"


def test_a_lone_sign_is_text() -> None:
    assert inside("1 < 2 <3 </ 4 > 5 & 6 &lt;b&gt; &copy; &#38;") == (
        "1 &lt; 2 &lt;3 &lt;/ 4 &gt; 5 &amp; 6 &lt;b&gt; © &amp;"
    )


@pytest.mark.parametrize("source", ["<p title='x", "x <a href=", "<!-- x", "<script>x", "<style>x</styl>", "<?php"])
def test_what_would_swallow_the_rest_is_refused(source: str) -> None:
    assert "perderia" in reason("texto " + source) or "fecha" in reason("texto " + source)


def test_words_of_blocks_do_not_grow_together() -> None:
    source = "<section>um</section><dt>dois</dt><dd>três</dd><h5>quatro</h5>cinco<hr>seis<select><option>sete</select>"
    assert words(source) == ["um", "dois", "três", "quatro", "cinco", "seis", "sete"]


def test_a_number_that_names_no_character_is_refused_as_such() -> None:
    assert "U+FFFD" in reason("&#" + "9" * 5_000 + ";")
    assert inside("&#" + "0" * 5_000 + "65;") == "A"


def test_template_syntax_stays_text() -> None:
    source = "{{ 7*7 }} {% include 'x' %} {# nota #} ${x} [[OUTRA]] [[total]] [[ TOTAL ]]"
    assert inside(source) == source


def test_n6_marks_become_plain_text() -> None:
    assert inside("<p>[[CUSTAS]]; total [[TOTAL]]</p>") == ("<p>Ao tabelião: R$ 1 &amp; &lt;2&gt;; total R$ 95,12</p>")
    assert inside("<p title='[[TOTAL]]' style='[[TOTAL]]'>x</p>") == "<p>x</p>"


def test_n6_a_mark_without_a_value_stays_with_a_notice() -> None:
    assert inside("[[SELO_LIVRO]]") == "[[SELO_LIVRO]]"
    assert "[[SELO_LIVRO]]" in notices("[[SELO_LIVRO]]")


def test_a_value_is_not_read_for_marks_again() -> None:
    assert "[[TOTAL]]" in prepare_body("html", "[[PAPEL]]", {"PAPEL": "[[TOTAL]]", "TOTAL": "x"}).html


@pytest.mark.parametrize(
    "source",
    [
        "<b>" * 100_000,
        "<div>" * 100_000 + "x" + "</div>" * 100_000,
        "<ul><li>" * 50_000,
        "<table><tr><td>" * 33_000,
        "<li><ul></li>" * 33_000,
        "<b a=1><table></b></table>" * 25_000,
        "".join(f"<div><b a={n}></div>" for n in range(50_000)),
        "<" * 1_000_000 + "a",
        "<a " * 300_000,
        "<a b='" * 300_000,
        "<!--" * 300_000,
        "<!-" * 300_000,
        "&#" * 500_000,
        "&#" + "1" * 100_000 + ";",
        "&#" + "0" * 100_000 + "65;",
        "º" * 1_000_000,
        "a\u00ad" * 700_000,
        "[[<b>TOTAL</b>]] " * 20_000,
        "<![CDATA[" * 100_000,
        "<p style='margin:" + "0" * 4_000 + "x;border:" + "(" * 900 + "'>",
        "x<br style='page-break-before:always'>" * 40_000,
        "<div style='display:none'>" * 90 + "a " * 100_000,
        "&amp;" * 1_400_000,
        "&lt;&gt;x" * 500_000,
        "<p align='" + "&" * 1_000_000 + "'>",
        "</p>" * 99_000,
        "<p>x" * 20_000,
    ],
)
def test_deep_or_broken_markup_is_answered_at_once(source: str) -> None:
    start = time.process_time()
    try:
        ready(source)
    except Recusa as refusal:
        assert refusal.word == "corpo-invalido"
    assert time.process_time() - start < 20  # the pool's own limit; what grows by the square takes minutes


def test_depth_of_100_is_the_limit() -> None:
    assert words("<div>" * 100 + "x" + "</div>" * 100) == ["x"]
    assert "100" in reason("<div>" * 101 + "x" + "</div>" * 101)


def test_closing_tags_may_be_left_out_as_in_html() -> None:
    table = "<table>" + "<tr><td><p>a<td><b>b" * 300 + "</table>"
    assert words(table) == ["a", "b"] * 300
    assert words("<ul>" + "<li><p>a" * 300 + "</ul>" + "<p>b" * 300) == ["a"] * 300 + ["b"] * 300


def test_spans_are_bounded() -> None:
    source = "<table><tr><td colspan=1000000>a<tr><td>b<td rowspan=1000000>c</table>"
    html = ready(source).html
    assert 'colspan="2"' in html
    assert 'rowspan="50"' in html
    assert "colspan" in notices(source)
    assert inside("<table><tr><td colspan=-5 rowspan=x>a</table>").count("span") == 0


@pytest.mark.parametrize(
    "source",
    [
        "<table><tr>" + "<td>x" * 51,
        "<table><tr><td colspan=50>x<td>y",
        "<table><tr><td>" * 5 + "x",
        "<table><tr><td>x<td>" * 2 + "<table><tr>" + "<td>x" * 13,
    ],
)
def test_a_table_too_fine_to_be_read_is_refused(source: str) -> None:
    assert "coluna" in reason(source) or "tabelas" in reason(source)


def test_amounts_are_bounded() -> None:
    assert "100000 marcas" in reason("<br>" * 100_001)
    assert "caracteres" in reason("x" * 1_500_001)


def test_controls_and_marks_that_reorder_text_are_taken_out() -> None:
    source = "a\x00b\x08c &#x202e;321&#x202c; \u2067x\u2069 \u200fy <bdo dir=rtl>z</bdo>"
    assert words(source) == ["abc", "321", "x", "y", "z"]
    for name in ("U+0000", "U+0008", "U+202E", "U+202C", "U+2067", "U+2069", "U+200F", "<bdo>"):
        assert name in notices(source)
    assert "dir" not in ready(source).html


@pytest.mark.parametrize("source", ["\ufdd0", "&#xfdd0;\ufdd0"])
def test_the_sign_that_stands_for_an_ampersand_cannot_be_brought(source: str) -> None:
    assert "U+FFFD" in reason(source)


def test_a_character_that_no_font_has_is_refused_with_its_place() -> None:
    detail = reason("<p>Assinam <b>Maria</b> e João 😀</p>")
    assert "U+1F600" in detail
    assert "posição 22" in detail
    assert "e João" in detail


class Text(str):
    """A piece of text among tags."""


names = st.sampled_from(KNOWN + STRANGE)
texts = st.from_regex(r"\A[a-zA-Z0-9çãé.;,]{1,8} \Z").map(Text)
attributes = st.sampled_from(
    ["", " hidden", " style='display:none'", " class=x", ' title="a>b"', " style='font-size:0'"]
)
starts = st.builds("<{}{}>".format, names, attributes)
ends = st.builds("</{}>".format, names)
noise = st.sampled_from(
    ["<!-- c -->", "<script>s</script>", "<style>s</style>", "<br/>", "<img src=x>", "<?x?>", "<!x>"]
)
pieces = st.lists(st.one_of(texts, texts, starts, ends, noise), max_size=80)


@given(pieces)
@settings(max_examples=400, deadline=None)
def test_text_is_never_dropped(soup: list[str]) -> None:
    """Of any soup of tags all words come out; in order too, unless in a table (HTML moves its stray text before it)."""
    expected = "".join(piece for piece in soup if isinstance(piece, Text)).split()
    reader = Reader(ready("".join(soup)).html)
    got = reader.text.split()
    assert sorted(got) == sorted(expected)
    if not any(re.match(r"<(table|caption|t[a-z]*)\b", piece) for piece in soup):
        assert got == expected
    assert set(reader.tags) <= TAGS
    assert {name for _, name, _ in reader.attributes} <= {"style"}


@given(st.text(max_size=200))
@settings(deadline=None)
def test_any_text_is_prepared_or_refused(source: str) -> None:
    try:
        html = ready(source).html
    except Recusa as refusal:
        assert refusal.word == "corpo-invalido"
        refusal.detail.encode()
    else:
        html.encode()
        assert set(Reader(html).tags) <= TAGS


@pytest.fixture(scope="module")
def workbench(tmp_path_factory: pytest.TempPathFactory) -> Workbench:
    return Workbench(tmp_path_factory.mktemp("layouts"))


@pytest.mark.parametrize(
    "source",
    [
        "x" * 5000,
        "<ul><li>" * 40 + "fundo" + "</li></ul>" * 40,
        "<div style='margin-left:60mm;text-indent:40mm'><p style='margin-left:60mm'>recuado muito</p></div>",
        "<p style='font-size:36pt;margin-left:60mm'>palavrasemfimnemespaços</p>",
        "<table><tr>" + "<td>celular</td>" * 12 + "</tr></table>",
        "<p>" + "W" * 300 + "</p><h1>" + "M" * 300 + "</h1>",
    ],
)
def test_no_text_leaves_the_narrowest_page(workbench: Workbench, source: str) -> None:
    page_format = FORMATS.get("livro-corpo")
    margens = page_format.margens.model_copy(update={"esquerda": 10, "direita": 10})
    page_format = page_format.model_copy(
        update={"pagina": page_format.pagina.model_copy(update={"largura": 136}), "margens": margens}
    )
    pdf = workbench.pdf(workbench.make_layout(page_format, ("html", source), values=None)).read_bytes()
    found = placed_words(pdf)
    assert sorted("".join(word for _, word, *_ in found).translate(dict.fromkeys(map(ord, "•◦▪")))) == sorted(
        Reader(ready(source).html).text.replace(" ", "")
    )
    assert min(left for _, _, left, *_ in found) >= 9.5
    assert max(right for *_, right, _ in found) <= 126.5


def test_tabs_of_a_byte_stream_are_no_trap() -> None:
    assert words(io.StringIO("a\tb\r\nc\rd").read()) == ["a", "b", "c", "d"]
