"""What each control word of RTF does, what is said where something is not printed, and the limits (P2a, S12)."""

import itertools
import re
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from printserver import rtf
from printserver.errors import Recusa

HEAD = (
    r"{\rtf1\ansi\ansicpg1252\deff1{\fonttbl{\f0\froman\fcharset0 Times New Roman;}{\f1\fswiss\fcharset1 Arial;}"
    r"{\f3\fcharset2 Symbol;}{\f4\fcharset2 Wingdings;}}"
    r"{\colortbl;\red0\green0\blue0;\red255\green0\blue0;\red255\green255\blue255;\red192\green192\blue192;}"
)


def of(content: str) -> rtf.Rtf:
    return rtf.read((HEAD + content + "}").encode("cp1252"))


def texts(content: str) -> list[str]:
    return [paragraph.text for paragraph in of(content).paragraphs()]


def face(words: str) -> rtf.Face:
    (paragraph,) = of(rf"\pard {words} x\par").paragraphs()
    return paragraph.runs[0].face


def shape(words: str) -> rtf.Shape:
    (paragraph,) = of(rf"\pard{words} x\par").paragraphs()
    return paragraph.shape


def section(words: str) -> rtf.Section:
    return of(rf"{words}\pard x\par").sections[0]


def table(content: str) -> rtf.Table:
    (found,) = (block for block in of(content).sections[0].blocks if isinstance(block, rtf.Table))
    return found


def notices(content: str) -> list[str]:
    return [notice.kind for notice in of(content).notices]


@pytest.mark.parametrize(
    ("words", "field", "value"),
    [
        ("", "font", "Arial"),
        (r"\f0", "font", "Times New Roman"),
        (r"\f0\plain", "font", "Arial"),
        (r"\fs19", "size", 19),
        (r"\b", "bold", True),
        (r"\b\b0", "bold", False),
        (r"\b\plain", "bold", False),
        (r"\i", "italic", True),
        (r"\ul", "underline", True),
        (r"\uldb", "underline", True),
        (r"\ul\ulnone", "underline", False),
        (r"\strike", "strike", True),
        (r"\caps", "caps", True),
        (r"\scaps", "small_caps", True),
        (r"\super", "script", "super"),
        (r"\sub", "script", "sub"),
        (r"\super\nosupersub", "script", ""),
        (r"\up8", "raised", 8),
        (r"\dn4", "raised", -4),
        (r"\expndtw-20", "spacing", -20),
        (r"\expnd4", "spacing", 20),
        (r"\cf2", "color", "FF0000"),
        (r"\cf1", "color", None),
        (r"\cf99", "color", None),
        (r"\highlight1", "highlight", "000000"),
        (r"\chcbpat4", "highlight", "C0C0C0"),
        (r"\cb4", "highlight", "C0C0C0"),
        (r"{\b}", "bold", False),
    ],
)
def test_p2a_a_word_sets_the_face_of_the_characters_after_it(words: str, field: str, value: object) -> None:
    assert getattr(face(words), field) == value


@pytest.mark.parametrize(
    ("words", "field", "value"),
    [
        (r"\qc", "alignment", "centro"),
        (r"\qr\ql", "alignment", "esquerda"),
        (r"\qj", "alignment", "justificado"),
        (r"\li567\ri-86\fi-360", "left", 567),
        (r"\li567\ri-86\fi-360", "right", -86),
        (r"\li567\ri-86\fi-360", "first", -360),
        (r"\sb120\sa60", "before", 120),
        (r"\sb120\sa60", "after", 60),
        (r"\sl276\slmult1", "line", 276),
        (r"\sl276\slmult1", "multiple", True),
        (r"\sl-300\slmult0", "line", -300),
        (r"\keep", "keep", True),
        (r"\keepn", "keep_next", True),
        (r"\pagebb", "page_break", True),
        (r"\cbpat4", "shading", "C0C0C0"),
        (r"\shading5000", "shading", "808080"),
        (r"\shading2500\cbpat3\cfpat2", "shading", "FFC0C0"),
        (r"\li999999999", "left", 31680),
        (r"\tx500\tqr\tldot\tx900", "stops", (rtf.Stop(500), rtf.Stop(900, "direita", "."))),
        (r"\tqc\tx900\tqdec\tlul\tx300", "stops", (rtf.Stop(300, "decimal", "_"), rtf.Stop(900, "centro"))),
        (r"\brdrb\brdrdb\brdrw30\brsp20\brdrcf2", "borders", (("bottom", rtf.Border(30, 20, "dupla", "FF0000")),)),
        (r"\brdrl\brdrs\brdrt\brdrdot", "borders", (("left", rtf.Border()), ("top", rtf.Border(style="pontilhada")))),
        (r"\brdrt\brdrs\brdrt\brdrnone", "borders", ()),
        (r"\qc\li100\keepn\tx5\brdrt\brdrs\cbpat4\pard", "", rtf.Shape()),
        (r"{\qc\li100}", "", rtf.Shape()),
    ],
)
def test_p2a_a_word_sets_the_shape_of_the_paragraph_that_ends_in_its_group(
    words: str, field: str, value: object
) -> None:
    found = shape(words)
    assert (getattr(found, field) if field else found) == value


def test_p2a_a_style_sheet_leaves_nothing_in_the_text() -> None:
    (paragraph,) = of(r"{\stylesheet{\s1\qc\sa200\b Normal;}}\pard\s1 x\par").paragraphs()
    assert paragraph.text == "x"
    assert (paragraph.shape, paragraph.runs[0].face.bold) == (rtf.Shape(style=1), False)


def test_a_box_has_borders_on_all_sides() -> None:
    assert [side for side, _ in shape(r"\box\brdrs").borders] == ["bottom", "left", "right", "top"]


@pytest.mark.parametrize(
    ("words", "paper"),
    [
        ("", rtf.Paper()),
        (r"\paperw11906\paperh16838\margl1000\margt500", rtf.Paper(11906, 16838, left=1000, top=500)),
        (r"\paperw0\paperh-16838", rtf.Paper(height=16838)),
        (r"\gutter200\margl1000", rtf.Paper(left=1200)),
        (r"\margmirror\margr700", rtf.Paper(right=700, mirrored=True)),
        (r"\headery300\footery400\sectd\margl900", rtf.Paper(left=900, header=300, footer=400)),
        (r"\sectd\marglsxn600\pgwsxn9000", rtf.Paper(width=9000, left=600)),
    ],
)
def test_p1_paper_and_margins_have_the_defaults_of_rtf(words: str, paper: rtf.Paper) -> None:
    assert section(words).paper == paper


def test_a_section_changes_its_own_margins_and_keeps_the_headers() -> None:
    document = of(r"\margl900{\header H\par}x\par\sect\sectd\sbknone\marglsxn500 y\par\sect\sectd{\headerf }\titlepg z")
    first, second, third = document.sections
    assert [each.paper.left for each in document.sections] == [900, 500, 900]
    assert (second.header, second.new_page, third.new_page) == (first.header, False, True)
    assert (first.first_header, third.first_header) == (None, ())


def test_a_header_is_not_the_text_and_leaves_the_paragraph_around_it_alone() -> None:
    found = of(r"\pard\qc\b um {\header\pard\ql H\par}dois\par{\footer\pard\qr }")
    assert [paragraph.text for paragraph in found.paragraphs()] == ["um dois"]
    (paragraph,) = found.paragraphs()
    assert (paragraph.shape.alignment, paragraph.runs[-1].face.bold) == ("centro", True)
    (header,) = rtf.paragraphs_of(found.sections[0].header)
    assert (header.text, header.shape.alignment, header.runs[0].face.bold) == ("H", "esquerda", False)


ROW = r"\trowd\trgaph70\trleft-70\trrh567\trhdr\trkeep\trqc"


def test_a_row_has_its_cells_with_borders_padding_and_ground() -> None:
    found = table(
        ROW + r"\clvertalc\clbrdrt\brdrs\brdrw10\clbrdrl\brdrtbl\clcbpat4\clpadl20\clpadfl3\cellx2000"
        r"\trbrdrt\brdrs\clshdng5000\cellx5000\pard\intbl a\par b\cell c\cell\row\pard x\par"
    )
    (row,) = found.rows
    one, two = row.cells
    assert (row.left, row.height, row.header, row.keep, row.alignment) == (-70, 567, True, True, "centro")
    assert (one.left, one.right, one.vertical, one.shading) == (-70, 2000, "meio", "C0C0C0")
    assert one.borders == (("top", rtf.Border(10)),)
    assert one.padding == (20, 70, 0, 70)  # `clpadl` is the upper one
    assert (two.left, two.right, two.borders, two.shading) == (2000, 5000, (), "808080")
    assert [each.text for each in rtf.paragraphs_of(one.blocks)] == ["a", "b"]


def test_merged_cells_are_one_and_lose_no_text() -> None:
    across = r"\trowd\clmgf\cellx1000\clmrg\cellx2000\cellx3000\pard\intbl a\cell perdido?\cell b\cell\row"
    down = r"\trowd\clvmgf\cellx1000\cellx2000\pard\intbl a\cell b\cell\row"
    next_ = r"\trowd\clvmrg\cellx1000\cellx2000\pard\intbl \cell c\cell\row"
    (row,) = table(across).rows
    assert [(cell.left, cell.right) for cell in row.cells] == [(0, 2000), (2000, 3000)]
    assert [each.text for each in rtf.paragraphs_of(row.cells[0].blocks)] == ["a", "perdido?"]
    rows = table(down + next_ + next_).rows
    assert [len(each.cells) for each in rows] == [2, 1, 1]
    assert rows[0].cells[0].merge_down == 2


@pytest.mark.parametrize(
    ("content", "rows"),
    [
        (r"\trowd\cellx900\pard\intbl a\cell b\cell\row", [["a", "b"]]),
        (r"\trowd\cellx900\pard\intbl a\row\pard x\par", [["a"]]),
        (r"\trowd\cellx900\cellx1800\pard\intbl a\cell\row", [["a", ""]]),
        (r"\trowd\cellx900\pard\intbl a\cell\pard fora\par", [["a"]]),
        (r"\trowd\cellx900\pard\intbl a\cell\row\pard\intbl b\cell\row", [["a"], ["b"]]),
        (
            r"\pard\intbl a\par\pard\intbl\itap2 n\nestcell{\*\nesttableprops\trowd\cellx500\nestrow}"
            r"{\nonesttables\par}\pard\intbl c\cell{\trowd\cellx900\row}",
            [["anc"]],
        ),
    ],
)
def test_a_table_that_is_not_whole_loses_no_text(content: str, rows: list[list[str]]) -> None:
    def joined(cell: rtf.Cell) -> str:
        return "".join(paragraph.text for paragraph in rtf.paragraphs_of(cell.blocks))

    assert [[joined(cell) for cell in row.cells] for row in table(content).rows] == rows


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (r"a\par b", ["a", "b"]),
        (r"a\par", ["a"]),
        (r"\pard ", [""]),
        (r"a\par\pard\qc", ["a", ""]),
        (r"a{\header\pard H}\par", ["a"]),
        (r"a\par{\footer\pard F}", ["a"]),
        (r"um\line dois\page tr\'eas\column quatro", ["um\ndois\ftrês\fquatro"]),
        (r"a\'0cb\u12?c", ["a\nb\nc"]),
        (r"{\upr{\b a}{\*\ud{\b \u345 ?}}}", ["ř"]),
        (r"{\info{\upr{\title T}{\*\ud{\title \u84?}}}}x", ["x"]),
        (r"{\uc0\u-10187\u-9138}", ["𝑎"]),
        (r"{\uc0\u-10187}\par b", ["?", "b"]),
        (r"{\uc0 \u70000}x", ["?x"]),
        (r"\u65535?", ["?"]),
        (r"{\f3 \'b7 a}{\f4\u-3844?}{\f4 \'a7}", ["• α✓▪"]),
        (r"{\field{\*\fldinst REF a}{\fldrslt\b valor}}", ["valor"]),
        (r"{\object\objemb{\*\objdata 00ff}{\result guardado}}", ["guardado"]),
        (r"{\*\shppict{\pict\pngblip 89504e47}}{\nonshppict{\pict 00}}x", ["x"]),
        (r"{\pict\bin4 }{}}}x", ["x"]),
        (r"{\listtext 1.\tab}{\*\pn{\pntxtb -}}{\pntext 1.\tab}item", ["1.\titem"]),
        (r"vis\'edvel{\v oculto}{\deleted fora} fim", ["visível fim"]),
        (r"\deleted fora\deleted0 dentro", ["dentro"]),
        (r"{\shp{\*\shpinst{\sp{\sn a}{\sv 1}}{\shptxt\pard caixa\par}}{\shprslt outra}}texto\par", ["caixa", "texto"]),
        (r"{\*\do\dptxbx{\dptxbxtext\pard caixa\par}}\page\par", ["caixa", "\f"]),
        (r"texto{\*\footnote\pard nota}\par", ["nota", "texto"]),
        (r"\uc0\u" + "9" * 5000 + " x", ["?x"]),
    ],
)
def test_p2a_every_word_of_the_text_is_printed_once(content: str, found: list[str]) -> None:
    assert texts(content) == found


def test_a_box_after_a_table_is_not_in_the_table() -> None:
    blocks = of(r"\trowd\cellx900\pard\intbl a\cell\row\pard{\shp{\shptxt\pard c\par}}x\par").sections[0].blocks
    assert [type(block).__name__ for block in blocks] == ["Table", "Paragraph", "Paragraph"]


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (r"{\pict 00}x", ["descartado"]),
        (r"{\shp{\*\shpinst{\sp{\sn a}{\sv 1}}}}x", ["descartado"]),
        (r"{\shp{\*\shpinst{\shptxt\pard c\par}}}x", ["conferir"]),
        (r"{\v a}b{\v c}", ["conferir"]),
        (r"{\deleted a}b", ["conferir"]),
        (r"{\*\annotation a}b", ["descartado"]),
        (r"{\*\mmath{\mr a}}b", ["conferir"]),
        (r"\cf3 branco", ["conferir"]),
        (r"\cf3\highlight1 branco", []),
        (r"{\field{\*\fldinst TIME}{\fldrslt 1/1}}", ["conferir"]),
        (r"{\field{\*\fldinst SYMBOL 252}{\fldrslt}}", ["conferir"]),
        (r"{\field{\*\fldinst MERGEFIELD a}{\fldrslt valor}}", []),
        (r"{\field{\*\fldinst MERGEFIELD a}{\fldrslt{\field{\*\fldinst REF b}{\fldrslt v}}}}", []),
        (r"{\field{\*\fldinst INCLUDETEXT a}{\fldrslt guardado}}", ["mudado"]),
        (r"{\field{\*\fldinst FORMTEXT}{\fldrslt v}}", ["mudado"]),
        (r"{\field{\*\fldinst FORMDROPDOWN}{\fldrslt}}", ["conferir"]),
        (r"\pard\ls1 item\par", ["conferir"]),
        (r"\pard{\listtext 1.\tab}\ls1 item\par\par", []),
        (r"\facingp{\headerr d\par}{\headerl e\par}x", []),
        (r"{\field{\*\fldinst PAGE}{\fldrslt 1}}", []),
        (r"{\field{\*\fldinst PAGE \\* roman}{\fldrslt i}}", ["conferir"]),
        (r"\cols2 x", ["mudado"]),
        (r"\charscalex90 x", ["mudado"]),
        (r"\charscalex100\cols1\posx0 x", []),
        (r"\pard\phpg\posx500 x\par", ["mudado"]),
        (r"\'81", ["caractere"]),
        (r"{\f4 J}", ["conferir"]),
        (r"{\*\bkmkstart a}x{\*\bkmkend a}{\*\qualquer y}", []),
    ],
)
def test_what_is_not_printed_as_the_file_says_is_said(content: str, said: list[str]) -> None:
    assert notices(content) == said


PLAIN = HEAD.encode()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"PK\x03\x04 docx", ".docx"),
        (b"%PDF-1.7", "PDF"),
        (b" \0\r\n", "vazio"),
        (b"Texto puro", "salve como RTF"),
        (b"{\\rtf1 " + b"x" * (16 * 1024 * 1024) + b"}", "o máximo são 16 MB"),
        (PLAIN + b"texto", "acaba no byte"),
        (PLAIN + b"texto\\", "sinal incompleto, no byte"),
        (PLAIN + b"\nx}} mais texto", "na linha 2, byte"),
        (PLAIN + b"\\bin-1 }", "bloco binário"),
        (PLAIN + b"{" * 100 + b"}" * 101, "100 grupos"),
        (PLAIN + b"\\par" * 20_001 + b"}", "20.000 parágrafos"),
        (PLAIN + b"\\page " * 501 + b"}", "500 quebras de página"),
        (PLAIN + b"{}" * 150_001 + b"}", "códigos de formatação demais: mais de 300.000"),
        (PLAIN + b"x\\sect " * 501 + b"}", "500 seções"),
        (PLAIN + b"\\intbl\\cell" * 201 + b"}", "200 células"),
        (PLAIN + b"\\trowd" + b"\\cellx9" * 150 + b"\\intbl" + b"\\cell\\row" * 400 + b"}", "20.000 células"),
    ],
)
def test_s12_what_is_no_rtf_or_over_the_limits_is_refused_by_its_reason(content: bytes, reason: str) -> None:
    with pytest.raises(Recusa) as refused:
        rtf.read(content)
    assert refused.value.word == "corpo-invalido"
    assert reason in refused.value.detail


@pytest.mark.parametrize("end", [b"", b"\0\0", b"\r\n\x1a", b" }\r\n"])
def test_what_follows_the_end_without_text_counts_for_nothing(end: bytes) -> None:
    document = rtf.read(b"\xef\xbb\xbf" + PLAIN + b"x\\par}" + end)
    assert [paragraph.text for paragraph in document.paragraphs()] == ["x"]
    assert document.notices == ()


def test_a_picture_of_many_lines_is_not_too_much() -> None:
    assert len(list(rtf.read(PLAIN + b"{\\pict " + b"00ff\n" * 400_000 + b"}x}").paragraphs())) == 1


def test_the_default_tab_is_read() -> None:
    assert of(r"{\*\generator Riched20 10.0.19041;}\deftab254 x").default_tab == 254


@pytest.mark.parametrize("end", ["\r\n", "\r", "\n", "\x0b", "\f", "\x85", "\u2028"])
def test_any_line_end_in_a_value_breaks_the_line(end: str) -> None:
    (paragraph,) = rtf.substitute(of("<Nome>"), lambda _: f"a{end}b").paragraphs()
    assert paragraph.text == "a\nb"


def test_variables_have_names_of_letters_digits_and_underlines() -> None:
    document = of(r"<Nome_1><Cart\'f3rio> < 10 > <> <1a> <a b> <_x><Nome_1>{\header <Nome_1>\par}<" + "a" * 101 + ">")
    assert rtf.variables(document) == {"Nome_1": 3, "Cartório": 1, "_x": 1}


@pytest.mark.parametrize(
    ("name", "other", "slip"),
    [
        ("nome_Noivo", "Nome_Noivo", True),
        ("Nome_Noiivo", "Nome_Noivo", True),
        ("Nome_Niovo", "Nome_Noivo", True),
        ("Nome_Requrente", "Nome_Requerente", True),
        ("Nome_Noiva", "Nome_Noivo", False),
        ("Nome_Avos", "Nome_Avo", False),
        ("Valor2", "Valor1", False),
        ("Data", "Dta", False),
    ],
)
def test_a_name_that_differs_little_from_one_used_more_is_a_likely_slip(name: str, other: str, *, slip: bool) -> None:
    assert rtf.likely_slips({name: 1, other: 2}) == (((name, other),) if slip else ())


TWO_CELLS = r"\trowd{0}\cellx900{0}\cellx1800\pard\intbl X\cell X\cell\row "
STRUCTURE = st.sampled_from(
    [
        *(r"\par ", r"\pard ", r"\intbl ", r"\itap2 ", r"\itap3 ", r"\cell ", r"\row ", r"\nestcell ", r"\nestrow "),
        *(r"\trowd ", r"\cellx900 ", r"\clmgf\cellx1800 ", r"\clmrg\cellx2700 ", r"\clvmgf\cellx900 "),
        *(r"\clvmrg\cellx900 ", r"\sect ", r"\sectd ", r"\page ", r"\line ", r"\b ", r"\plain ", r"\u-10187?", "X"),
        *(TWO_CELLS.format(words) for words in ("", r"\clvmgf", r"\clvmrg", r"\clmgf", r"\clmrg")),
        *(r"{\*\nesttableprops\trowd\cellx500\nestrow}", r"{\nonesttables\par}", r"{\shp{\shptxt X\par}}"),
        *(r"{\*\footnote\pard X}", r"{\b X}", r"{\field{\*\fldinst REF a}{\fldrslt X}}", r"{\listtext X\tab}"),
    ]
)


@settings(max_examples=300, deadline=None)
@given(st.lists(STRUCTURE, max_size=40))
def test_p2a_no_text_is_lost_or_doubled_whatever_surrounds_it(pieces: list[str]) -> None:
    """Each `X` is another mark. A second label of one paragraph is left out, as one that Word writes twice."""
    written, labelled, count = "", False, itertools.count()
    for piece in pieces:
        is_label = r"\listtext" in piece
        if not (is_label and labelled):
            written += re.sub("X", lambda _: f"({next(count)})", piece)
        labelled = (labelled or is_label) and not piece.strip().endswith(ENDS)
    found = re.findall(r"\(\d+\)", "".join(texts(written)))
    assert sorted(found) == sorted(f"({at})" for at in range(next(count)))


ENDS = (r"\par", r"\cell", r"\row", r"\nestcell", r"\nestrow", r"\sect")

HOSTILE: dict[str, Callable[[], bytes]] = {
    "many names": lambda: PLAIN + "".join(f"<a{n:05}>" for n in range(20_000)).encode() + b"}",
    "a line of brackets": lambda: PLAIN + b"<" * 1_000_000 + b"}",
    "rows that continue": lambda: (
        PLAIN
        + b"\\trowd"
        + b"".join(b"\\clvmrg\\cellx%d" % at for at in range(1, 101))
        + b"\\intbl"
        + b"\\cell\\row" * 190
        + b"}"
    ),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_s12_a_hostile_text_is_read_whole(name: str) -> None:
    document = rtf.read(HOSTILE[name]())
    filled: Any = rtf.substitute(document, lambda _: "v")
    assert len(list(filled.paragraphs())) == len(list(document.paragraphs()))
    assert len(rtf.likely_slips(rtf.variables(document))) < 500


def test_widow_control_is_the_documents_unless_the_paragraph_says_otherwise() -> None:
    found = of(r"\pard a\par\pard\widctlpar b\par\widowctrl\pard c\par\pard\nowidctlpar d\par\pard e\par").paragraphs()
    assert [paragraph.shape.widow_control for paragraph in found] == [False, True, True, False, True]


def test_of_an_indent_and_its_logical_one_the_later_counts() -> None:
    assert (shape(r"\li0\lin567").left, shape(r"\rin567\ri100").right) == (567, 100)


@pytest.mark.parametrize(
    ("field", "text"),
    [
        (r"{\field{\*\fldinst { PAGE }}{\fldrslt {\b 1}{2}}}", f"a {rtf.PAGE_NUMBER} b"),
        (r"{\field{\*\fldinst PAGE \\* MERGEFORMAT}{\fldrslt}}", f"a {rtf.PAGE_NUMBER} b"),
        (r"{\field{\*\fldinst PAGE \\* roman}{\fldrslt iv}}", "a iv b"),
        (r"{\field{\*\fldinst PAGEREF x}{\fldrslt 7}}", "a 7 b"),
        (r"{\field{\*\fldinst NUMPAGES}{\fldrslt 3}}", "a 3 b"),
    ],
)
def test_a_field_of_the_pages_number_is_the_number_of_its_page(field: str, text: str) -> None:
    (paragraph,) = of(rf"a {field} b\par").paragraphs()
    assert paragraph.text == text


@pytest.mark.parametrize(
    ("head", "right", "even"),
    [
        (r"{\headerl e\par}{\headerr d\par}", "d", "e"),
        (r"{\headerl e\par}", "", "e"),
        (r"{\headerr d\par}", "d", ""),
        (r"{\header t\par}{\headerl e\par}", "t", "e"),
        (r"{\header t\par}", "t", None),
    ],
)
def test_even_pages_have_their_own_headers_as_in_libreoffice(head: str, right: str, even: str | None) -> None:
    (section,) = of(rf"\facingp{head}x\par").sections
    found = [
        None if blocks is None else "".join(paragraph.text for paragraph in rtf.paragraphs_of(blocks))
        for blocks in (section.header, section.even_header)
    ]
    assert found == [right, even]


def test_headers_of_even_pages_need_facing_pages() -> None:
    (section,) = of(r"{\headerl e\par}{\headerr d\par}x\par").sections
    assert (len(section.header), section.even_header) == (1, None)
