"""P2a: every word of a body is on the page, once and in order, or the body is refused; its blank end is nothing."""

import re
from collections import Counter

import pytest
from layouts import FORMATS, Workbench, placed_words, texts_of

from printserver.errors import Recusa
from printserver.rendering import assemble
from printserver.rendering.body.body import prepare_body

LONG = "SAIBAM quantos esta pública escritura virem que compareceram as partes justas e contratadas. "


@pytest.fixture(scope="module")
def workbench(tmp_path_factory: pytest.TempPathFactory) -> Workbench:
    return Workbench(tmp_path_factory.mktemp("layouts"))


def lines(how_many: int, tag: str = "td") -> str:
    return "".join(f"<tr><{tag}>x{n}a</{tag}><{tag}>x{n}b {'dois ' * (n % 3)}</{tag}></tr>" for n in range(how_many))


def cell(how_many: int) -> str:
    """Return the text of one long cell, with a numbered word in each sentence."""
    return "".join(f"x{n}c {LONG}" for n in range(how_many))


TABLES = {
    "a head longer than a page": f"<table><thead>{lines(60, 'th')}</thead><tr><td>x60a</td></tr></table>",
    "a head that is not closed": f"<table><thead>{lines(60)}</table>",
    "a head of two pages and a foot": f"<table><thead>{lines(90)}</thead><tfoot><tr><td>pé</td></tr></tfoot></table>",
    "a short head over many pages": f"<table><thead><tr><th>Cabeça</th></tr></thead>{lines(90)}</table>",
    "a foot longer than a page": f"<table><tbody><tr><td>x</td></tr></tbody><tfoot>{lines(60)}</tfoot></table>",
    "a deed in one cell": f"<table><tr><td>{cell(60)}</td></tr></table>",
    "two long cells": f"<table><tr><td>{cell(40)}</td><td>{cell(40).replace('x', 'y')}</td></tr></table>",
    "lists and headings in a cell": "<table><tr><td>"
    + "".join(f"<h2>Título{n}</h2><ul><li>x{n}a {LONG}</li></ul>" for n in range(40))
    + "</td></tr></table>",
    "a table in a cell": f"<table><tr><td>fora</td><td><table>{lines(70)}</table></td></tr></table>",
    "two tables in cells": f"<table><tr><td><table>{lines(70)}</table></td><td><table><tr><td>{cell(20)}</td></tr>"
    "</table></td></tr></table>",
    "a cell that spans all rows": "<table><tr><td rowspan=50>todas</td><td>x</td></tr>"
    + "".join(f"<tr><td>x{n}a {LONG}</td></tr>" for n in range(49))
    + "</table>",
    "groups of three rows": "<table>"
    + "".join(
        f"<tr><td rowspan=3>g{n}a {LONG}</td><td>x{n}a</td></tr><tr><td>x{n}b {LONG}</td></tr><tr><td>x{n}c</td></tr>"
        for n in range(25)
    )
    + "</table>",
    "a long cell beside short rows": f"<table><tr><td rowspan=3>{cell(70)}</td><td>y1</td></tr><tr><td>y2</td></tr>"
    "<tr><td>y3</td></tr></table>",
    "rows of different lengths": "<table><tr><td>um</td></tr><tr><td>dois</td><td>três</td><td>4</td></tr></table>",
    "an empty head and row first": "<table><thead></thead><tr></tr><tr><td>um</td><td>dois</td></tr></table>",
    "cells that HTML lays over each other": "<table><tr><td>um</td><td rowspan=2>dois</td></tr>"
    "<tr><td colspan=2>três</td></tr></table>",
    "fifty columns": "<table><tr>" + "".join(f"<td>WMW{n}</td>" for n in range(50)) + "</tr></table>",
    "a word wider than its cell": f"<table><tr><td>{'W' * 300}</td><td>{'m' * 200}</td></tr></table>",
    "a caption": f"<table>{lines(60)}<caption>Legenda</caption></table>",
    "empty tables": "<p>um</p><table></table><table><tr></tr><tr><td></td></tr></table><p>dois</p>",
}


@pytest.mark.parametrize("nome", TABLES)
@pytest.mark.parametrize("page_format", ["livro", "certidao-menta-212x298"])
def test_p2a_a_table_is_printed_whole_once_and_within_the_margins(
    workbench: Workbench, nome: str, page_format: str
) -> None:
    html = TABLES[nome]
    pdf = workbench.pdf(workbench.make_layout(f"{page_format}-corpo", ("html", html))).read_bytes()
    given = re.sub(r"<[^>]*>", " ", html)
    read_words = placed_words(pdf)
    assert Counter("".join(word for _, word, *_ in read_words if word != "•")) == Counter("".join(given.split()))
    for end in "abc":  # the numbered words of each column are read from top to bottom, page by page
        numbered = re.findall(rf"\b[xg]\d+{end}\b", given)
        found_words = [word for _, _, word in sorted((p, y, word) for p, word, _, y, *_ in read_words)]
        assert [word for word in found_words if re.fullmatch(rf"[xg]\d+{end}", word)] == numbered
    area = FORMATS.get(page_format).texto
    for page, word, x, y, x2, y2 in read_words:
        esquerda = FORMATS.get(page_format).margens.direita if page_format == "livro" and page % 2 == 0 else area.x
        assert esquerda - 0.1 <= x and x2 <= esquerda + area.largura + 0.1, word
        assert area.y - 1 <= y and y2 <= area.y + area.altura + 1, word


def test_p2a_a_foot_stands_last_and_a_head_first_as_a_viewer_shows_them(workbench: Workbench) -> None:
    html = "<table><tfoot><tr><td>terceiro</td></tr></tfoot><tr><td>segundo</td></tr><thead><tr><td>primeiro</td></tr>"
    text = texts_of(workbench.pdf(workbench.make_layout("livro", ("html", html))).read_bytes())[0]
    assert re.findall("primeiro|segundo|terceiro", text) == ["primeiro", "segundo", "terceiro"]


@pytest.mark.parametrize("nome", ["a deed in one cell", "two long cells", "a table in a cell"])
def test_p2a_text_begins_under_the_heading(workbench: Workbench, nome: str) -> None:
    for page_format in ("livro", "certidao"):
        first = texts_of(workbench.pdf(workbench.make_layout(page_format, ("html", TABLES[nome]))).read_bytes())[0]
        assert len(first.split()) > 100 or first.count("x") > 20


def test_p2a_a_table_of_many_columns_says_that_its_letters_are_small(workbench: Workbench) -> None:
    (notice,) = workbench.make_layout("livro", ("html", TABLES["fifty columns"])).avisos
    assert "6 pt" in notice.mensagem


def test_p2a_letters_that_do_not_fit_their_cell_are_refused(workbench: Workbench) -> None:
    html = "<table><tr>" + '<td><span style="font-size:30pt">WW</span></td>' * 30 + "</tr></table>"
    with pytest.raises(Recusa, match="“W” não cabe no seu lugar") as refusal:
        workbench.make_layout("livro", ("html", html))
    assert refusal.value.word == "corpo-invalido"


LOSSES = {
    "a head that is left out": (
        "thead{display:table-header-group}",
        f"<p>um</p><table><thead>{lines(60)}</thead><tr><td>y",
        "x0a",
    ),
    "a paragraph that is not shown": (".corpo p{display:none}", "<p>um dois</p>", "um dois"),
    "text beside the page": (".corpo p{margin-left:190mm;white-space:nowrap}", "<p>um dois</p>", "um dois"),
    "text under the page": (".corpo p{position:relative;top:290mm}", "<p>um dois</p>", "um dois"),
    "an image that is not shown": (
        "img{display:none}",
        '<p>um<img src="data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAA'
        'AgABSK+kcQAAAABJRU5ErkJggg=="></p>',
        "imagem",
    ),
    "the title of the document": (".titulo{display:none}", "<p>um</p>", "Escritura de venda"),
}


@pytest.mark.parametrize("nome", LOSSES)
def test_s12_whatever_the_layout_leaves_out_is_refused_by_its_words(
    workbench: Workbench, nome: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rule, html, missing = LOSSES[nome]
    css = assemble.css
    monkeypatch.setattr(assemble, "css", lambda *args: css(*args) + rule)
    with pytest.raises(Recusa, match=missing) as refusal:
        workbench.make_layout("livro", ("html", html))
    assert refusal.value.word == "corpo-invalido"


def test_p3_text_under_the_block_is_refused(workbench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    css = assemble.css
    monkeypatch.setattr(assemble, "css", lambda *args: css(*args) + ".corpo p{position:relative;top:60mm}")
    with pytest.raises(Recusa, match="o bloco do selo ficaria sobre “um dois”") as refusal:
        workbench.make_layout("livro", ("html", "<p>um dois</p>"))
    assert refusal.value.word == "bloco-sem-lugar"


def test_s12_what_is_printed_twice_is_refused(workbench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    css = assemble.css
    monkeypatch.setattr(assemble, "css", lambda *args: css(*args) + "thead{display:table-header-group}")
    with pytest.raises(Recusa, match="repete-se nas páginas “Cabeça”"):
        workbench.make_layout("livro", ("html", TABLES["a short head over many pages"]))


@pytest.mark.parametrize(
    "rule",
    [
        ".corpo p{text-transform:uppercase}",
        ".corpo p{hyphens:auto}",
        ".corpo p{hyphens:manual}",
        ".corpo p::before{content:'§ '}",
        ".corpo p{font-variant-ligatures:common-ligatures}",
    ],
)
def test_s12_what_a_style_does_to_whole_text_is_not_taken_for_a_loss(
    workbench: Workbench, rule: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    css = assemble.css
    monkeypatch.setattr(assemble, "css", lambda *args: css(*args) + rule)
    text = "ofício fluvial paralelepípedo\u00ad extraordinariamente\u200bcomprido  Straße&nbsp;x " * 40
    assert workbench.make_layout("livro", ("html", f"<ol><li><p>{text}</p></li></ol>")).paginas


ENDINGS = [
    *("<p>&nbsp;</p>", "<p></p>", "<p><br></p>", "<div><br/></div>", "<p><span>&nbsp;</span></p>", "<br><br>", " \t\n"),
    *(
        "<p>\u200b\ufeff\u00ad</p>",
        "<table></table>",
        "<table><tr><td>&nbsp;</td><td></td></tr></table>",
        "<ul><li></ul>",
    ),
    *("<ol><li><br></li></ol>", "<h1></h1>", "<h2>&#8203;</h2>", "<div style='page-break-after:always'></div>"),
    "<b><i> </i></b>" + "<p>&nbsp;</p>" * 5,
]


@pytest.mark.parametrize("end", ENDINGS)
def test_p2a_what_is_blank_at_the_end_of_html_counts_for_nothing(end: str) -> None:
    for text in (
        "<p>Dou fé.</p>",
        "<p>um</p>&nbsp;<p>Dou <b>fé</b></p>",
        "<ul><li>um</li><li>dois</li></ul>",
        "solto",
    ):
        assert prepare_body("html", text + end, {}).html == prepare_body("html", text, {}).html
    assert (
        prepare_body("html", end + "<p>x</p>", {}).html != prepare_body("html", "<p>x</p>", {}).html or not end.strip()
    )
    assert prepare_body("html", end, {}).html == ""


@pytest.mark.parametrize(
    ("text", "trimmed"),
    [
        ("<p>Dou fé.<br>&nbsp;<br></p>", "<p>Dou fé.</p>"),
        ("<div><p>Dou fé.</p><p></p></div> ", "<div><p>Dou fé.</p></div>"),
        ("<ul><li>um</li><li> </li></ul>", "<ul><li>um</li></ul>"),
        ("<table><tr><td>um<p></p></td></tr></table>", "<table><tr><td>um</td></tr></table>"),
    ],
)
def test_p2a_what_is_blank_at_the_end_of_the_last_element_counts_for_nothing(text: str, trimmed: str) -> None:
    assert prepare_body("html", text, {}).html == prepare_body("html", trimmed, {}).html


@pytest.mark.parametrize("end", ["\n\n\n\n", "\n \t\n", "\f", "\u00a0\n\u200b\n", "   ", "\r\n\r\n\u2028"])
def test_p2a_what_is_blank_at_the_end_of_plain_text_counts_for_nothing(end: str) -> None:
    assert prepare_body("texto", "um\n\n\n\ndois" + end, {}).html == prepare_body("texto", "um\n\n\n\ndois", {}).html


def test_p2_the_rest_of_the_last_line_is_dashed_in_a_list_and_in_a_single_cell(workbench: Workbench) -> None:
    for html in ("<ul><li>um</li><li>fim</li></ul>", "<table><tr><td>um</td></tr><tr><td>fim</td></tr></table>"):
        layout = workbench.make_layout("livro", ("html", html))
        *_, last = (p for p in placed_words(workbench.pdf(layout).read_bytes()) if p[1] == "fim")
        assert [t for t in layout.dashes if last[3] < t.y < last[5] and 0 < t.x - last[4] < 3]


def read_words(workbench: Workbench, html: str, page_format: str = "certidao-corpo") -> list[str]:
    """Return the words of the pages of `html`, as a reader sees them."""
    pdf = workbench.pdf(workbench.make_layout(page_format, ("html", html), values=None)).read_bytes()
    return [word for _, word, *_ in placed_words(pdf)]


@pytest.mark.parametrize(
    "passage",
    [
        "<b>{}&nbsp;&nbsp;{}</b>",
        "<sup>{} <i>{}</i></sup>",
        "<b><i>{}</i>, {}</b>",
        "<span style='font-size:10pt'>{}<u> {}</u> {}</span>",
        "<b>{}<br>{} <img src='x' alt='fim'> {}</b>",
    ],
)
def test_p2a_no_word_is_broken_that_has_room_on_the_next_line(workbench: Workbench, passage: str) -> None:
    word = "outorgantecomprador"
    html = "".join(f"<p>{'i' * n} {passage.replace('{}', ' '.join([word] * 7))} {word}</p>" for n in range(1, 60, 3))
    given = Counter(re.sub("<[^>]*>|&nbsp;", " ", html.replace("<img src='x' alt='fim'>", "fim")).split())
    found_words = Counter(read_words(workbench, html))
    assert found_words[word] + found_words[f"{word},"] == given[word] + given[f"{word},"] > 200


TIGHT = {
    "a no-break space between elements": "<i>matrícula00</i>&nbsp;outorgante00",
    "a no-break space in an element": "<b>matrícula00&nbsp;</b><u>outorgante00 e</u>",
    "no-break spaces within a text": "<i>matr</i>ícula00&nbsp;é&nbsp;outorgante00&nbsp;outorgante00",
    "a word of many elements": "<b>matrícula</b><i>outorgante</i><u>comprador</u><b>averbação</b>",
    "a first line that begins far to the right": "<p style='text-indent:3cm'>outorgante00 matrícula00</p>",
    "an indent": "<p style='margin-left:5cm'>outorgante00</p>",
    "a list in lists": "<ul><li>" * 5 + "outorgante00" + "</ul>" * 5,
}


@pytest.mark.parametrize("nome", TIGHT)
def test_p2a_what_does_not_fit_a_narrow_column_as_it_is_written_is_printed_whole(
    workbench: Workbench, nome: str
) -> None:
    cell = TIGHT[nome]
    html = f"<table><tr><td>{cell}</td>{'<td>x</td>' * 5}</tr></table>"
    given = "".join(re.sub("<[^>]*>|&nbsp;", " ", cell).split())
    assert given in "".join(word for word in read_words(workbench, html) if word not in ("x", "•", "◦", "▪"))
    notices = workbench.make_layout("certidao-corpo", ("html", html), values=None).avisos
    moved = any("recuo não cabia" in notice.mensagem for notice in notices)
    assert moved == cell.startswith(("<p style", "<ul>"))


def test_p2a_a_no_break_space_breaks_before_a_word_beside_it_does(workbench: Workbench) -> None:
    cell = "<p>matrícula00;&nbsp;outorgante00&nbsp;averbação00 R$&nbsp;1</p><p>R$&nbsp;2</p>"
    html = f"<table><tr><td>{cell}</td>{'<td>x</td>' * 5}</tr></table>"
    found_words = [word for word in read_words(workbench, html) if word != "x"]
    assert found_words == ["matrícula00;", "outorgante00", "averbação00", "R$", "1", "R$", "2"]


@pytest.mark.parametrize("before", ["ﬁ ", "ß\u00ad\u200b ", "<b>ﬃ</b> ", "a&nbsp;"])
def test_p2a_a_word_wider_than_its_line_is_broken_whatever_stands_before_it(workbench: Workbench, before: str) -> None:
    found_words = "".join(read_words(workbench, f"<p>{before}{'W' * 90} fim {'_' * 200} fim</p>"))
    assert found_words.endswith(f"{'W' * 90}fim{'_' * 200}fim")


def test_p2a_blanks_at_the_end_of_a_full_line_with_tabs_are_not_taken_for_text(workbench: Workbench) -> None:
    for letters in range(1, 40):
        linha = f"a\t{'i' * letters} " + "palavra " * 40
        workbench.make_layout("certidao-corpo", f"{linha}\tfim", values=None)


def test_p3_a_heading_before_a_page_break_leaves_the_pages_as_they_are(workbench: Workbench) -> None:
    html = "<p>texto</p>" * 5 + "<h2>Cabeça</h2><p style='page-break-before:always'>fim</p>"
    pdf = workbench.pdf(workbench.make_layout("certidao", ("html", html))).read_bytes()
    paginas = texts_of(pdf)
    assert len(paginas) == 2 and "Cabeça" in paginas[0] and "fim" in paginas[1]
