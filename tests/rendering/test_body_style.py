"""The form of HTML bodies: each tag, attribute and style is kept, reported, or known to have no visible effect."""

import re
from pathlib import Path

import pytest

from printserver.errors import Recusa
from printserver.rendering.body.body import PreparedBody, prepare_body
from rendering.layouts import Workbench, texts_of


def ready(source: str) -> PreparedBody:
    return prepare_body("html", source, {})


def inside(source: str) -> str:
    return ready(source).html.removeprefix("<div>").removesuffix("</div>")


def notices(source: str) -> str:
    return "\n".join(notice.mensagem for notice in ready(source).avisos)


@pytest.fixture(scope="module")
def workbench(tmp_path_factory: pytest.TempPathFactory) -> Workbench:
    return Workbench(tmp_path_factory.mktemp("forma"))


def pages(workbench: Workbench, source: str, body_format: str = "html") -> list[list[str]]:
    layout = workbench.make_layout("certidao-corpo", (body_format, source), values=None)
    return [text.split() for text in texts_of(workbench.pdf(layout).read_bytes())]


SEEN_STYLES = """
    background: yellow; background-color: #eee; background-image: url(x.png); border: 1px solid; border-top: solid 1pt
    border-bottom: 1px solid black; border-left: thick double; border-style: solid; border-radius: 3px
    border-image: url(x) 1; box-shadow: 1px 1px red; break-after: page; break-before: page; break-inside: avoid
    bottom: 3px; caption-side: bottom; clear: both; clip: rect(0,0,0,0); clip-path: circle(1px); color: red
    color: white; column-count: 2; columns: 2; content: "x"; counter-increment: a; counter-reset: a; direction: rtl
    display: none; display: flex; display: inline; filter: blur(3px); flex: 1; float: left; font: bold 20pt Arial
    font-family: Arial; font-family: Symbol; font-size: 20pt; font-size: larger; font-stretch: condensed
    font-style: italic; font-variant: small-caps; font-variant-caps: small-caps; font-weight: bold; font-weight: 700
    gap: 2px; grid-template-columns: 1fr 1fr; height: 3cm; justify-content: center; left: 3px; letter-spacing: 2px
    line-height: 2; list-style: square; list-style-type: square; list-style-position: inside; margin: 2cm
    margin-bottom: 1cm; margin-left: 1cm; margin-right: 1cm; margin-top: 1cm; mask: url(x); max-height: 0
    max-width: 1cm; min-height: 3cm; mix-blend-mode: difference; mso-hide: all; object-fit: fill; opacity: 0
    opacity: .5; order: 1; overflow: hidden; padding: 1cm; padding-bottom: 1cm; padding-left: 1cm
    padding-right: 1cm; padding-top: 1cm; page-break-after: always; page-break-before: always
    page-break-inside: avoid; position: absolute; position: relative; quotes: "a" "b"; right: 1px; rotate: 45deg
    scale: 2; tab-size: 8; tab-stops: 3cm; table-layout: fixed; text-align: center; text-align: end
    text-align-last: center; text-combine-upright: all; text-decoration: underline; text-decoration: wavy underline
    text-decoration-color: red; text-decoration-line: line-through; text-decoration-style: wavy
    text-emphasis: dot; text-indent: 1cm; text-indent: -1cm; text-justify: distribute; text-orientation: upright
    text-overflow: ellipsis; text-shadow: 1px 1px red; text-transform: uppercase; text-underline-offset: 3px
    top: 3px; transform: scale(2); translate: 3px; unicode-bidi: bidi-override; vertical-align: super
    vertical-align: 3pt; visibility: hidden; white-space: nowrap; white-space: pre; width: 3cm; word-spacing: 3px
    writing-mode: vertical-rl; z-index: 3; zoom: 2; unknown-property: 1; -webkit-text-stroke: 1px
"""
SEEN = [" ".join(style.split()) for style in re.split(r"[;\n]", SEEN_STYLES) if style.strip()]

UNSEEN_STYLES = """
    background: transparent; background-color: white; border-collapse: collapse; border-spacing: 0; color: #000000
    color: windowtext; cursor: pointer; display: block; float: none; font-size-adjust: inherit; font-variant: normal
    hyphens: auto; letter-spacing: normal; line-height: normal; margin: 0; margin-top: 0pt; mso-bidi-font-size: 10pt
    mso-fareast-language: EN-US; mso-list: l0 level1 lfo1; mso-margin-top-alt: auto; orphans: 2; outline: none
    padding: 0cm; text-decoration-skip-ink: none; text-indent: inherit; text-shadow: none; widows: 2
    vertical-align: baseline; visibility: visible; white-space: normal; word-break: break-word; word-wrap: break-word
    position: static; opacity: 1; text-decoration-style: solid; -webkit-text-size-adjust: auto; caret-color: red
"""
UNSEEN = [" ".join(style.split()) for style in re.split(r"[;\n]", UNSEEN_STYLES) if style.strip()]


AS_IT_IS = {("border: 1px solid", "td"), ("border-style: solid", "td"), ("display: inline", "span")}


@pytest.mark.parametrize("tag", ["p", "span", "td"])
@pytest.mark.parametrize("style", SEEN)
def test_p2a_every_style_that_is_seen_is_kept_or_told(style: str, tag: str) -> None:
    table = ("<table><tr>", "</tr></table>") if tag == "td" else ("", "")
    frame = "antes" + table[0] + "<{}>ab\nc</{}>" + table[1] + "depois"
    styled, plain = frame.format(f"{tag} style='{style}'", tag), frame.format(tag, tag)
    assert (ready(styled) == ready(plain)) == ((style, tag) in AS_IT_IS)
    shown = re.sub(r"<[^>]*>|\s", "", inside(styled)).replace("αβχ", "abc")
    assert shown == "antesabcdepois"


@pytest.mark.parametrize("style", UNSEEN)
def test_p2a_a_style_that_changes_nothing_is_no_notice(style: str) -> None:
    source = f"<p style='{style}'>abc</p>"
    assert notices(source) == ""
    assert "abc" in inside(source)


ATTRIBUTES_WORDS = """
    abbr accept accept-charset accesskey action align alink allow alt archive aria-label async autocapitalize
    autocomplete autofocus axis background bgcolor blocking border bordercolor cellpadding cellspacing char
    charoff charset checked cite class classid clear code codebase codetype color cols colspan compact content
    contenteditable controls coords crossorigin data data-x date datetime declare decoding default defer dir
    dirname disabled download draggable enctype enterkeyhint face fetchpriority for form formaction formenctype
    formmethod formnovalidate formtarget frame frameborder headers height hidden high href hreflang hspace
    http-equiv id imagesizes imagesrcset inert inputmode integrity is ismap itemid itemprop itemref itemscope
    itemtype kind label lang language link list loading longdesc loop low marginheight marginwidth max maxlength
    media method min minlength multiple muted name nohref nomodule nonce noshade novalidate nowrap object onclick
    onload open optimum pattern ping placeholder playsinline popover poster preload profile prompt readonly
    referrerpolicy rel required rev reversed role rows rowspan rules sandbox scheme scope scrolling selected shape
    size sizes slot span spellcheck src srcdoc srclang srcset standby start step style summary tabindex target
    text title translate type usemap vertical value valuetype version vlink vspace width wrap xml:lang xmlns
"""
ATTRIBUTES = ATTRIBUTES_WORDS.split()
FORMLESS_WORDS = """
    abbr accept accept-charset accesskey action allow alt archive aria-label async autocapitalize autocomplete
    autofocus axis blocking charset cite class classid clear code codebase codetype content contenteditable
    controls coords crossorigin data data-x date datetime declare decoding default defer dirname disabled download
    draggable enctype enterkeyhint fetchpriority for form formaction formenctype formmethod formnovalidate
    formtarget frameborder headers high hreflang http-equiv id imagesizes imagesrcset inert inputmode integrity is
    ismap itemid itemprop itemref itemscope itemtype kind lang language list loading longdesc loop low
    marginheight marginwidth max maxlength media method min minlength multiple muted name nohref nomodule nonce
    novalidate object open optimum pattern ping playsinline popover preload profile prompt readonly referrerpolicy
    rel required rev role sandbox scheme scope scrolling shape sizes slot spellcheck srclang standby step summary
    tabindex target title translate usemap valuetype version xml:lang xmlns
"""
FORMLESS = FORMLESS_WORDS.split()
OF_TAG = {"start": "ol", "type": "ol", "reversed": "ol", "colspan": "td", "rowspan": "td", "border": "table"}


@pytest.mark.parametrize("name", sorted(set(ATTRIBUTES) - set(FORMLESS)))
def test_p2a_every_attribute_that_is_seen_is_kept_or_told(name: str) -> None:
    value = {"style": "color:red", "type": "a", "border": "0", "align": "center", "value": "7"}.get(name, "3")
    tag = OF_TAG.get(name, "li" if name == "value" else "p")
    open_, close = {
        "ol": ("<{}><li>", "</li></ol>"),
        "li": ("<ol><{}>", "</li></ol>"),
        "td": ("<table><tr><{}>", "</td><td>y</td></tr><tr><td>z</td></tr></table>"),
        "table": ("<{}><tr><td>", "</td></tr></table>"),
        "p": ("<{}>", "</p>"),
    }[tag]
    assert ready(open_.format(f'{tag} {name}="{value}"') + "x" + close) != ready(open_.format(tag) + "x" + close)


@pytest.mark.parametrize("name", FORMLESS)
def test_an_attribute_without_a_look_is_no_notice(name: str) -> None:
    assert notices(f'<p {name}="x">a</p>') == ""


def test_notices_list_names_and_no_kind_is_hidden() -> None:
    styles = ";".join(f"x-{number}:1" for number in range(200))
    tags = "".join(f"<t{number} bgcolor=red>a</t{number}>" for number in range(200))
    controls = "".join(chr(code) for code in [*range(1, 9), *range(14, 32), *range(0x202A, 0x202F)])
    source = f'<p style="{styles}">{controls}</p>{tags}<svg></svg><style>a</style><p hidden>x</p>'
    told = ready(source).avisos
    assert len(told) <= 30
    for word in ("x-0, x-1", "e mais 160", "<t0>", "bgcolor", "<svg>", "<style>", "<p>", "U+0001", "U+202E"):
        assert word in notices(source), word


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("<p style='display:none'>fulano</p>", "fulano"),
        ("<p style='visibility:hidden'>fulano</p>", "fulano"),
        ("<span style='color:#FFFFFF'>fulano</span>", "fulano"),
        ("<span style='color:rgba(9, 9, 9, 0)'>fulano</span>", "fulano"),
        ("<font color=white>fulano</font>", "fulano"),
        ("<p style='font-size:0'>fulano</p>", "fulano"),
        ("<p style='opacity:0%'>fulano</p>", "fulano"),
        ("<span style='display:none;mso-hide:all'>fulano</span>", "fulano"),
        ("<p hidden>fulano</p>", "<p>"),
        ("<template>fulano</template>", "<template>"),
        ("<title>fulano</title>", "<title>"),
        ("<style>.x{display : none}</style><p class=x>fulano</p>", "esconde texto"),
    ],
)
def test_p2a_what_a_viewer_hides_is_printed_and_told(source: str, shown: str) -> None:
    assert "fulano" in inside(source)
    assert shown in notices(source)


@pytest.mark.parametrize(
    ("source", "word"),
    [
        ("<style>p::before{content:'Art. '}</style><p>x</p>", "escreve texto"),
        ("<input value='Maria'>", "Maria"),
        ("<option label='Sim'>", "Sim"),
        ("<svg></svg>", "<svg>"),
        ("<link rel=stylesheet href=x.css>", "href"),
        ("a<?php x ?>b", "Instruções"),
        ("<ruby>a<rt>b</rt></ruby>", "<rt>"),
    ],
)
def test_p2a_what_cannot_be_printed_is_told(source: str, word: str) -> None:
    assert word in notices(source)


@pytest.mark.parametrize(
    ("source", "named"),
    [
        ("<p>Contato: Ana &lt;ok&gt; <ana@exemplo.br> hoje</p>", "“<ana@exemplo.br>"),
        ("<p>o preço <R$ 100,00 e prazo> de 30 dias</p>", "“<R$”, na posição 12"),
        ("<p>se a<b, então c>d</p>", "“<b,”"),
        ("<p>compra <Nome_Noiva> vende</p>", "“<Nome_Noiva”"),
        ("<p>um <b tres</p><p>quatro>cinco</p>", "“<b”"),
        ("<p>um </Nome_Noiva> dois</p>", "“<Nome_Noiva”"),
    ],
)
def test_p2a_text_that_html_takes_for_a_tag_is_refused(source: str, named: str) -> None:
    with pytest.raises(Recusa) as refusal:
        ready(source)
    assert named.rstrip(">") in refusal.value.detail
    assert "&lt;" in refusal.value.detail


@pytest.mark.parametrize("tag", ["o:p", "st1:City", "w:sdt", "v:shape", "x-foo", "H2"])
def test_p2a_tags_of_other_programs_are_no_text(tag: str) -> None:
    assert "dentro" in inside(f"<p>antes <{tag} a='<' b=\">\">dentro</{tag}> depois</p>")


@pytest.mark.parametrize("tag", ["mfrac", "msup", "m:f", "mtable"])
def test_p2a_a_formula_is_refused_for_its_parts_would_grow_together(tag: str) -> None:
    with pytest.raises(Recusa) as refusal:
        ready(f"<math><{tag}><mn>1</mn><mn>2</mn></{tag}></math>")
    assert f"<{tag}>" in refusal.value.detail


def test_p2a_text_in_cdata_is_printed_as_it_is() -> None:
    assert inside("<p>a <![CDATA[b & <c> &amp; d]]> e</p>") == "<p>a b &amp; &lt;c&gt; &amp;amp; d e</p>"
    assert "CDATA" in notices("<![CDATA[x]]>")
    with pytest.raises(Recusa):
        ready("<p>a <![CDATA[b > c")


def test_comments_of_word_are_no_text_and_what_they_surround_is() -> None:
    source = (
        "<!--[if gte mso 9]><xml>não</xml><![endif]--><![if !vml]>um<![endif]><!--[if !mso]><!-->dois<!--<![endif]-->"
    )
    assert inside(source) == "umdois"
    assert notices(source) == ""


@pytest.mark.parametrize(
    ("source", "html"),
    [
        ("<q>a <q>b</q></q>", "“a<span></span> ‘b’”"),
        ("<font size=5 face=Arial>a</font>", '<span style="font-size:18pt">a</span>'),
        ("<blockquote>a</blockquote>", '<div style="margin-left:10.58mm">a</div>'),
        ("<h6>a</h6>", "<h4>a</h4>"),
        ("a<hr>b", 'a<div style="border-top:0.5pt solid;margin:1.5mm 0"></div>b'),
        (
            "<p style='margin:0 0 0 36pt;text-indent:-18pt'>a</p>",
            '<p style="margin-left:12.7mm;text-indent:-6.35mm">a</p>',
        ),
        (
            "<p style='font:italic bold 14pt/2 Arial'>a</p>",
            '<p style="font-style:italic;font-weight:bold;font-size:14pt">a</p>',
        ),
        ("<b style='font-weight:400'>a</b>", '<b style="font-weight:normal">a</b>'),
        (
            "<span style='text-decoration:underline solid black'>a</span>",
            '<span style="text-decoration:underline">a</span>',
        ),
        ("<p style='text-transform:uppercase'>a</p>", '<p style="text-transform:uppercase">a</p>'),
        ("<ul style='list-style:none'><li>a</ul>", '<ul style="list-style-type:none;padding-left:8mm"><li>a</li></ul>'),
        ("<span style='display:block'>a</span>", '<span style="display:block">a</span>'),
        ("<pre>\n a\tb\n</pre>", None),
        ("super<wbr>cali", "super\u200bcali"),
    ],
)
def test_form_of_other_tags_and_styles_stays(source: str, html: str | None) -> None:
    if html is not None:
        assert inside(source) == html
    assert notices(source).replace("font-family", "").strip(" :.") in (
        "",
        "Estilos que não são aceitos, ou com valor que não é, ficaram sem efeito",
    )


@pytest.mark.parametrize(
    ("source", "style"),
    [
        ("<p style='border:1px solid red'>x</p>", "border:0.5pt solid"),
        ("<div style='border:none;border-bottom:solid windowtext 1.0pt'>x</div>", "border-bottom:0.5pt solid"),
        ("<p style='border:1px solid #fff'>x</p>", None),
        ("<p style='border:solid;border-width:0 0 1px'>x</p>", "border-bottom:0.5pt solid"),
        ("<table><tr><td style='border:none'>x</td></tr></table>", "border:none"),
        ("<table border=0><tr><td>x</td></tr></table>", "border:none"),
        ("<table border=1><tr><td style='border:solid 1pt;border-left:none'>x</td></tr></table>", "border-left:none"),
        ("<table border=1><tr><td>x</td></tr></table>", None),
    ],
)
def test_p2a_lines_are_drawn_where_a_viewer_shows_them(source: str, style: str | None) -> None:
    assert re.findall(r'style="([^"]*)"', inside(source)) == ([style] if style else [])


def test_words_that_a_viewer_sets_apart_do_not_grow_together(workbench: Workbench) -> None:
    source = (
        '<span style="display:block">um</span><span style="display:block">dois</span>'
        '<span style="float:left">tres</span>'
        '<span style="display:inline-block;width:4cm">Nome</span><span style="position:absolute;left:5cm">CPF</span>'
        "<svg><text>quatro</text><text>cinco</text></svg><button>seis</button><button>sete</button>"
    )
    assert pages(workbench, source) == [["um", "dois", "tres", "Nome", "CPF", "quatro", "cinco", "seis", "sete"]]


def test_p2a_lists_are_numbered_as_a_viewer_numbers_them(workbench: Workbench) -> None:
    source = (
        '<ol start=5 type=a><li>x<li>y</ol><ol><li value=9>n<li>m</ol><ol start="-1"><li>p<li>q<li>r</ol>'
        '<ol start=0><li>z</ol><ol style="list-style-type:upper-roman" start=4><li>w</ol>'
        '<ul style="list-style:none"><li>v</ul>'
    )
    assert " ".join(pages(workbench, source)[0]) == "e. x f. y 9. n 10. m -1. p 0. q 1. r 0. z IV. w v"


@pytest.mark.parametrize(
    ("body_format", "source"),
    [
        ("texto", "um\fdois\n\n\ftrês\n"),
        ("texto", "\fum\n\f\fdois\f\n \f três \f"),
        ("html", "<pre>um\fdois</pre><img src=x alt=''><p style='page-break-before:always'>três</p>"),
        ("html", "<p>um</p><br clear=all style='mso-special-character:line-break;page-break-before:always'><p>dois<br"
         " style='page-break-before:always'>três</p>"),
        ("html", "<p style='page-break-after:always'>um</p><p>dois</p><hr"
         " style='page-break-after:always'><p style='page-break-before:always'>três</p>"),
        ("html", "<div style='page-break-before:always'><p><br></p>um</div><ul><li style='break-before:page'>dois</li>"
         "<li style='break-before:left'><b>três</b></li></ul><div style='page-break-after:always'>&nbsp;</div>"),
    ],
)  # fmt: skip
def test_p2_a_page_break_breaks_the_page_and_leaves_none_empty(
    workbench: Workbench, body_format: str, source: str
) -> None:
    found = [[word for word in page if word != "•"] for page in pages(workbench, source, body_format)]
    assert found == [["um"], ["dois"], ["três"]]


def test_p2_a_page_break_that_is_not_made_is_told() -> None:
    assert "quebra de página" in notices("<p style='page-break-before:always'>x</p>")
    assert "quebra de página" in notices("<table><tr><td>a<br style='page-break-before:always'>b</td></tr></table>")
    assert prepare_body("texto", "a\f", {}).avisos != ()


WORD = Path(__file__).parent / "bodies"


@pytest.mark.parametrize("name", ["word", "google-docs", "outlook", "libreoffice"])
def test_p2a_a_pasted_document_is_whole_and_in_order(workbench: Workbench, name: str) -> None:
    source = (WORD / f"{name}.html").read_text()
    expected = (WORD / f"{name}.txt").read_text().split()
    assert [word for page in pages(workbench, source) for word in page] == expected
    assert len(ready(source).avisos) <= 7
