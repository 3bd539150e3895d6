"""P2a: every word of a body is on the page, once and in order, or the body is refused; its blank end is nothing."""

import re
from collections import Counter

import pytest
from layouts import FORMATOS, Mesa, palavras_com_lugar, textos

from printserver.errors import Recusa
from printserver.rendering import assemble
from printserver.rendering.body.body import preparar_corpo

LONGO = "SAIBAM quantos esta pública escritura virem que compareceram as partes justas e contratadas. "


@pytest.fixture(scope="module")
def mesa(tmp_path_factory: pytest.TempPathFactory) -> Mesa:
    return Mesa(tmp_path_factory.mktemp("layouts"))


def linhas(quantas: int, marca: str = "td") -> str:
    return "".join(
        f"<tr><{marca}>x{n}a</{marca}><{marca}>x{n}b {'dois ' * (n % 3)}</{marca}></tr>" for n in range(quantas)
    )


def celula(quantas: int) -> str:
    """Return the text of one long cell, with a numbered word in each sentence."""
    return "".join(f"x{n}c {LONGO}" for n in range(quantas))


TABELAS = {
    "a head longer than a page": f"<table><thead>{linhas(60, 'th')}</thead><tr><td>x60a</td></tr></table>",
    "a head that is not closed": f"<table><thead>{linhas(60)}</table>",
    "a head of two pages and a foot": f"<table><thead>{linhas(90)}</thead><tfoot><tr><td>pé</td></tr></tfoot></table>",
    "a short head over many pages": f"<table><thead><tr><th>Cabeça</th></tr></thead>{linhas(90)}</table>",
    "a foot longer than a page": f"<table><tbody><tr><td>x</td></tr></tbody><tfoot>{linhas(60)}</tfoot></table>",
    "a deed in one cell": f"<table><tr><td>{celula(60)}</td></tr></table>",
    "two long cells": f"<table><tr><td>{celula(40)}</td><td>{celula(40).replace('x', 'y')}</td></tr></table>",
    "lists and headings in a cell": "<table><tr><td>"
    + "".join(f"<h2>Título{n}</h2><ul><li>x{n}a {LONGO}</li></ul>" for n in range(40))
    + "</td></tr></table>",
    "a table in a cell": f"<table><tr><td>fora</td><td><table>{linhas(70)}</table></td></tr></table>",
    "two tables in cells": f"<table><tr><td><table>{linhas(70)}</table></td><td><table><tr><td>{celula(20)}</td></tr>"
    "</table></td></tr></table>",
    "a cell that spans all rows": "<table><tr><td rowspan=50>todas</td><td>x</td></tr>"
    + "".join(f"<tr><td>x{n}a {LONGO}</td></tr>" for n in range(49))
    + "</table>",
    "groups of three rows": "<table>"
    + "".join(
        f"<tr><td rowspan=3>g{n}a {LONGO}</td><td>x{n}a</td></tr><tr><td>x{n}b {LONGO}</td></tr><tr><td>x{n}c</td></tr>"
        for n in range(25)
    )
    + "</table>",
    "a long cell beside short rows": f"<table><tr><td rowspan=3>{celula(70)}</td><td>y1</td></tr><tr><td>y2</td></tr>"
    "<tr><td>y3</td></tr></table>",
    "rows of different lengths": "<table><tr><td>um</td></tr><tr><td>dois</td><td>três</td><td>4</td></tr></table>",
    "an empty head and row first": "<table><thead></thead><tr></tr><tr><td>um</td><td>dois</td></tr></table>",
    "cells that HTML lays over each other": "<table><tr><td>um</td><td rowspan=2>dois</td></tr>"
    "<tr><td colspan=2>três</td></tr></table>",
    "fifty columns": "<table><tr>" + "".join(f"<td>WMW{n}</td>" for n in range(50)) + "</tr></table>",
    "a word wider than its cell": f"<table><tr><td>{'W' * 300}</td><td>{'m' * 200}</td></tr></table>",
    "a caption": f"<table>{linhas(60)}<caption>Legenda</caption></table>",
    "empty tables": "<p>um</p><table></table><table><tr></tr><tr><td></td></tr></table><p>dois</p>",
}


@pytest.mark.parametrize("nome", TABELAS)
@pytest.mark.parametrize("formato", ["livro", "certidao-menta-212x298"])
def test_p2a_a_table_is_printed_whole_once_and_within_the_margins(mesa: Mesa, nome: str, formato: str) -> None:
    html = TABELAS[nome]
    pdf = mesa.pdf(mesa.montar(f"{formato}-corpo", ("html", html))).read_bytes()
    dadas = re.sub(r"<[^>]*>", " ", html)
    lidas = palavras_com_lugar(pdf)
    assert Counter("".join(palavra for _, palavra, *_ in lidas if palavra != "•")) == Counter("".join(dadas.split()))
    for fim in "abc":  # the numbered words of each column are read from top to bottom, page by page
        numeradas = re.findall(rf"\b[xg]\d+{fim}\b", dadas)
        achadas = [palavra for _, _, palavra in sorted((p, y, palavra) for p, palavra, _, y, *_ in lidas)]
        assert [palavra for palavra in achadas if re.fullmatch(rf"[xg]\d+{fim}", palavra)] == numeradas
    area = FORMATOS.get(formato).texto
    for pagina, palavra, x, y, x2, y2 in lidas:
        esquerda = FORMATOS.get(formato).margens.direita if formato == "livro" and pagina % 2 == 0 else area.x
        assert esquerda - 0.1 <= x and x2 <= esquerda + area.largura + 0.1, palavra
        assert area.y - 1 <= y and y2 <= area.y + area.altura + 1, palavra


def test_p2a_a_foot_stands_last_and_a_head_first_as_a_viewer_shows_them(mesa: Mesa) -> None:
    html = "<table><tfoot><tr><td>terceiro</td></tr></tfoot><tr><td>segundo</td></tr><thead><tr><td>primeiro</td></tr>"
    texto = textos(mesa.pdf(mesa.montar("livro", ("html", html))).read_bytes())[0]
    assert re.findall("primeiro|segundo|terceiro", texto) == ["primeiro", "segundo", "terceiro"]


@pytest.mark.parametrize("nome", ["a deed in one cell", "two long cells", "a table in a cell"])
def test_p2a_text_begins_under_the_heading(mesa: Mesa, nome: str) -> None:
    for formato in ("livro", "certidao"):
        primeira = textos(mesa.pdf(mesa.montar(formato, ("html", TABELAS[nome]))).read_bytes())[0]
        assert len(primeira.split()) > 100 or primeira.count("x") > 20


def test_p2a_a_table_of_many_columns_says_that_its_letters_are_small(mesa: Mesa) -> None:
    (aviso,) = mesa.montar("livro", ("html", TABELAS["fifty columns"])).avisos
    assert "6 pt" in aviso.mensagem


def test_p2a_letters_that_do_not_fit_their_cell_are_refused(mesa: Mesa) -> None:
    html = "<table><tr>" + '<td><span style="font-size:30pt">WW</span></td>' * 30 + "</tr></table>"
    with pytest.raises(Recusa, match="“W” não cabe no seu lugar") as recusa:
        mesa.montar("livro", ("html", html))
    assert recusa.value.word == "corpo-invalido"


PERDAS = {
    "a head that is left out": (
        "thead{display:table-header-group}",
        f"<p>um</p><table><thead>{linhas(60)}</thead><tr><td>y",
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


@pytest.mark.parametrize("nome", PERDAS)
def test_s12_whatever_the_layout_leaves_out_is_refused_by_its_words(
    mesa: Mesa, nome: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    regra, html, falta = PERDAS[nome]
    css = assemble.css
    monkeypatch.setattr(assemble, "css", lambda *args: css(*args) + regra)
    with pytest.raises(Recusa, match=falta) as recusa:
        mesa.montar("livro", ("html", html))
    assert recusa.value.word == "corpo-invalido"


def test_p3_text_under_the_block_is_refused(mesa: Mesa, monkeypatch: pytest.MonkeyPatch) -> None:
    css = assemble.css
    monkeypatch.setattr(assemble, "css", lambda *args: css(*args) + ".corpo p{position:relative;top:60mm}")
    with pytest.raises(Recusa, match="o bloco do selo ficaria sobre “um dois”") as recusa:
        mesa.montar("livro", ("html", "<p>um dois</p>"))
    assert recusa.value.word == "bloco-sem-lugar"


def test_s12_what_is_printed_twice_is_refused(mesa: Mesa, monkeypatch: pytest.MonkeyPatch) -> None:
    css = assemble.css
    monkeypatch.setattr(assemble, "css", lambda *args: css(*args) + "thead{display:table-header-group}")
    with pytest.raises(Recusa, match="repete-se nas páginas “Cabeça”"):
        mesa.montar("livro", ("html", TABELAS["a short head over many pages"]))


@pytest.mark.parametrize(
    "regra",
    [
        ".corpo p{text-transform:uppercase}",
        ".corpo p{hyphens:auto}",
        ".corpo p{hyphens:manual}",
        ".corpo p::before{content:'§ '}",
        ".corpo p{font-variant-ligatures:common-ligatures}",
    ],
)
def test_s12_what_a_style_does_to_whole_text_is_not_taken_for_a_loss(
    mesa: Mesa, regra: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    css = assemble.css
    monkeypatch.setattr(assemble, "css", lambda *args: css(*args) + regra)
    texto = "ofício fluvial paralelepípedo\u00ad extraordinariamente\u200bcomprido  Straße&nbsp;x " * 40
    assert mesa.montar("livro", ("html", f"<ol><li><p>{texto}</p></li></ol>")).paginas


FINS = [
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


@pytest.mark.parametrize("fim", FINS)
def test_p2a_what_is_blank_at_the_end_of_html_counts_for_nothing(fim: str) -> None:
    for texto in (
        "<p>Dou fé.</p>",
        "<p>um</p>&nbsp;<p>Dou <b>fé</b></p>",
        "<ul><li>um</li><li>dois</li></ul>",
        "solto",
    ):
        assert preparar_corpo("html", texto + fim, {}).html == preparar_corpo("html", texto, {}).html
    assert (
        preparar_corpo("html", fim + "<p>x</p>", {}).html != preparar_corpo("html", "<p>x</p>", {}).html
        or not fim.strip()
    )
    assert preparar_corpo("html", fim, {}).html == ""


@pytest.mark.parametrize(
    ("texto", "aparado"),
    [
        ("<p>Dou fé.<br>&nbsp;<br></p>", "<p>Dou fé.</p>"),
        ("<div><p>Dou fé.</p><p></p></div> ", "<div><p>Dou fé.</p></div>"),
        ("<ul><li>um</li><li> </li></ul>", "<ul><li>um</li></ul>"),
        ("<table><tr><td>um<p></p></td></tr></table>", "<table><tr><td>um</td></tr></table>"),
    ],
)
def test_p2a_what_is_blank_at_the_end_of_the_last_element_counts_for_nothing(texto: str, aparado: str) -> None:
    assert preparar_corpo("html", texto, {}).html == preparar_corpo("html", aparado, {}).html


@pytest.mark.parametrize("fim", ["\n\n\n\n", "\n \t\n", "\f", "\u00a0\n\u200b\n", "   ", "\r\n\r\n\u2028"])
def test_p2a_what_is_blank_at_the_end_of_texto_counts_for_nothing(fim: str) -> None:
    assert (
        preparar_corpo("texto", "um\n\n\n\ndois" + fim, {}).html == preparar_corpo("texto", "um\n\n\n\ndois", {}).html
    )


def test_p2_the_rest_of_the_last_line_is_dashed_in_a_list_and_in_a_single_cell(mesa: Mesa) -> None:
    for html in ("<ul><li>um</li><li>fim</li></ul>", "<table><tr><td>um</td></tr><tr><td>fim</td></tr></table>"):
        layout = mesa.montar("livro", ("html", html))
        *_, ultima = (p for p in palavras_com_lugar(mesa.pdf(layout).read_bytes()) if p[1] == "fim")
        assert [t for t in layout.tracos if ultima[3] < t.y < ultima[5] and 0 < t.x - ultima[4] < 3]


def lidas(mesa: Mesa, html: str, formato: str = "certidao-corpo") -> list[str]:
    """Return the words of the pages of `html`, as a reader sees them."""
    pdf = mesa.pdf(mesa.montar(formato, ("html", html), valores=None)).read_bytes()
    return [palavra for _, palavra, *_ in palavras_com_lugar(pdf)]


@pytest.mark.parametrize(
    "trecho",
    [
        "<b>{}&nbsp;&nbsp;{}</b>",
        "<sup>{} <i>{}</i></sup>",
        "<b><i>{}</i>, {}</b>",
        "<span style='font-size:10pt'>{}<u> {}</u> {}</span>",
        "<b>{}<br>{} <img src='x' alt='fim'> {}</b>",
    ],
)
def test_p2a_no_word_is_broken_that_has_room_on_the_next_line(mesa: Mesa, trecho: str) -> None:
    palavra = "outorgantecomprador"
    html = "".join(
        f"<p>{'i' * n} {trecho.replace('{}', ' '.join([palavra] * 7))} {palavra}</p>" for n in range(1, 60, 3)
    )
    dadas = Counter(re.sub("<[^>]*>|&nbsp;", " ", html.replace("<img src='x' alt='fim'>", "fim")).split())
    achadas = Counter(lidas(mesa, html))
    assert achadas[palavra] + achadas[f"{palavra},"] == dadas[palavra] + dadas[f"{palavra},"] > 200


APERTADOS = {
    "a no-break space between elements": "<i>matrícula00</i>&nbsp;outorgante00",
    "a no-break space in an element": "<b>matrícula00&nbsp;</b><u>outorgante00 e</u>",
    "no-break spaces within a text": "<i>matr</i>ícula00&nbsp;é&nbsp;outorgante00&nbsp;outorgante00",
    "a word of many elements": "<b>matrícula</b><i>outorgante</i><u>comprador</u><b>averbação</b>",
    "a first line that begins far to the right": "<p style='text-indent:3cm'>outorgante00 matrícula00</p>",
    "an indent": "<p style='margin-left:5cm'>outorgante00</p>",
    "a list in lists": "<ul><li>" * 5 + "outorgante00" + "</ul>" * 5,
}


@pytest.mark.parametrize("nome", APERTADOS)
def test_p2a_what_does_not_fit_a_narrow_column_as_it_is_written_is_printed_whole(mesa: Mesa, nome: str) -> None:
    celula = APERTADOS[nome]
    html = f"<table><tr><td>{celula}</td>{'<td>x</td>' * 5}</tr></table>"
    dadas = "".join(re.sub("<[^>]*>|&nbsp;", " ", celula).split())
    assert dadas in "".join(palavra for palavra in lidas(mesa, html) if palavra not in ("x", "•", "◦", "▪"))
    avisos = mesa.montar("certidao-corpo", ("html", html), valores=None).avisos
    moved = any("recuo não cabia" in aviso.mensagem for aviso in avisos)
    assert moved == celula.startswith(("<p style", "<ul>"))


def test_p2a_a_no_break_space_breaks_before_a_word_beside_it_does(mesa: Mesa) -> None:
    celula = "<p>matrícula00;&nbsp;outorgante00&nbsp;averbação00 R$&nbsp;1</p><p>R$&nbsp;2</p>"
    html = f"<table><tr><td>{celula}</td>{'<td>x</td>' * 5}</tr></table>"
    achadas = [palavra for palavra in lidas(mesa, html) if palavra != "x"]
    assert achadas == ["matrícula00;", "outorgante00", "averbação00", "R$", "1", "R$", "2"]


@pytest.mark.parametrize("antes", ["ﬁ ", "ß\u00ad\u200b ", "<b>ﬃ</b> ", "a&nbsp;"])
def test_p2a_a_word_wider_than_its_line_is_broken_whatever_stands_before_it(mesa: Mesa, antes: str) -> None:
    achadas = "".join(lidas(mesa, f"<p>{antes}{'W' * 90} fim {'_' * 200} fim</p>"))
    assert achadas.endswith(f"{'W' * 90}fim{'_' * 200}fim")


def test_p2a_blanks_at_the_end_of_a_full_line_with_tabs_are_not_taken_for_text(mesa: Mesa) -> None:
    for letras in range(1, 40):
        linha = f"a\t{'i' * letras} " + "palavra " * 40
        mesa.montar("certidao-corpo", f"{linha}\tfim", valores=None)


def test_p3_a_heading_before_a_page_break_leaves_the_pages_as_they_are(mesa: Mesa) -> None:
    html = "<p>texto</p>" * 5 + "<h2>Cabeça</h2><p style='page-break-before:always'>fim</p>"
    pdf = mesa.pdf(mesa.montar("certidao", ("html", html))).read_bytes()
    paginas = textos(pdf)
    assert len(paginas) == 2 and "Cabeça" in paginas[0] and "fim" in paginas[1]
