"""The RTF reader: every model of every writer as it is, and every ruin answered (P2a, S12)."""

import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from striprtf.striprtf import rtf_to_text

from printserver import rtf
from printserver.errors import Recusa
from printserver.rtf import destinations

DATA = Path(__file__).parent.parent / "data" / "rtf"
EXPECTED: dict[str, dict[str, Any]] = json.loads((DATA / "expected.json").read_text("utf-8"))
MODELS = sorted(EXPECTED)
LETTERS = {"esquerda": "l", "centro": "c", "direita": "r", "justificado": "j"}


def model(name: str) -> rtf.Rtf:
    return rtf.read((DATA / name).read_bytes())


def mm(twips: int) -> float:
    return round(twips / rtf.TWIPS_PER_MM, 1)


def of(content: str) -> rtf.Rtf:
    return rtf.read(b"{\\rtf1\\ansi{\\fonttbl{\\f0 Arial;}}" + content.encode("latin-1") + b"}")


def texts(document: rtf.Rtf) -> list[str]:
    return [paragraph.text for paragraph in document.paragraphs()]


def row_of(paragraph: rtf.Paragraph) -> list[Any]:
    shape = paragraph.shape
    found = [paragraph.text.replace("\f", ""), LETTERS[shape.alignment], shape.first, shape.left, shape.right]
    found += [shape.before, shape.after]
    return [*found, [shape.line, int(shape.multiple)]] if shape.line else found


@pytest.mark.parametrize("name", MODELS)
def test_p2a_each_paragraph_of_a_model_has_its_text_and_its_shape(name: str) -> None:
    found = [row_of(paragraph) for paragraph in model(name).paragraphs()]
    for at, (ours, right) in enumerate(zip(found, EXPECTED[name]["paragraphs"], strict=True)):
        if right[1] == "moved":
            assert ours[0].strip() == right[0]
        else:
            assert ours == right, at


@pytest.mark.parametrize("name", MODELS)
def test_p1_paper_and_margins_of_a_model_are_its_own(name: str) -> None:
    expected, paper = EXPECTED[name], model(name).sections[0].paper
    margins = expected["margins_mm"]
    assert [mm(paper.width), mm(paper.height)] == pytest.approx(expected["paper_mm"], abs=0.1)
    found = [mm(each) for each in (paper.left, paper.right, paper.top, paper.bottom)]
    assert found == pytest.approx([margins[each] for each in ("left", "right", "top", "bottom")], abs=0.11)
    assert paper.mirrored == expected["mirrored"]


@pytest.mark.parametrize("name", MODELS)
def test_variables_are_found_across_runs_and_slips_are_named(name: str) -> None:
    expected = EXPECTED[name]
    names = rtf.variables(model(name))
    assert names == expected["variables"]
    slips = {slip for slip, _ in rtf.likely_slips(names)}
    assert slips <= set(expected["likely_slips"])
    assert bool(slips) == bool(expected["likely_slips"])


@pytest.mark.parametrize("name", [each for each in MODELS if EXPECTED[each]["split"]])
def test_a_variable_split_over_runs_is_filled_in_the_face_of_its_first_character(name: str) -> None:
    document = model(name)
    faces: dict[str, list[rtf.Face]] = {}
    for paragraph in document.paragraphs():
        of_characters = [run.face for run in paragraph.runs for _ in run.text]
        for match in re.finditer(r"<(\w+)>", paragraph.text):
            faces.setdefault(match[1], []).append(of_characters[match.start()])
    for split in EXPECTED[name]["split"]:
        filled = rtf.substitute(document, {f"<{split}>": "\ue123"}.get)
        found = [run.face for each in filled.paragraphs() for run in each.runs for c in run.text if c == "\ue123"]
        assert found == faces[split]


@pytest.mark.parametrize("name", MODELS)
def test_headers_and_footers_are_kept_and_blank_ones_take_no_room(name: str) -> None:
    section = model(name).sections[0]
    parts = (section.header, section.footer, section.first_header or (), section.first_footer or ())
    found = sorted(each.text for part in parts for each in rtf.paragraphs_of(part) if each.text)
    assert found == sorted(each[1] for each in EXPECTED[name]["headers"] if each[1])


@pytest.mark.parametrize("name", [each for each in MODELS if each[:2] not in ("14", "21", "25", "26", "20")])
def test_a_second_reader_finds_the_same_text(name: str) -> None:
    """Not in 14, 25, 26 (text that striprtf drops or doubles), 20 (form boxes), 21 (a field's two texts)."""
    content = (DATA / name).read_text("latin-1").rstrip("\0")
    theirs = rtf_to_text(content.replace("\\fcharset1 ", "\\fcharset0 "), encoding="cp1252", errors="replace")
    assert _bare("".join(texts(model(name)))) == _bare(theirs.replace("|", ""))  # neither has the headers


def _bare(text: str) -> str:
    return "".join(text.replace("\u2011", "-").split())


@pytest.mark.parametrize(
    ("row", "padding"),
    [
        ("", (0, 0, 0, 0)),
        ("\\trgaph70", (0, 70, 0, 70)),
        ("\\trgaph70\\trpaddl0\\trpaddfl3", (0, 70, 0, 0)),
        ("\\clbrdrl\\brdrs\\brdrw30", (0, 0, 0, 15)),
    ],
)
def test_cells_have_the_padding_that_their_row_says_and_else_none(row: str, padding: tuple[int, ...]) -> None:
    (table,) = of("\\trowd" + row + "\\cellx4800\\cellx9600\\pard\\intbl A\\cell B\\cell\\row").sections[0].blocks
    assert isinstance(table, rtf.Table)
    assert table.rows[0].cells[0].padding == padding
    assert (table.rows[0].left, table.rows[0].right) == (0, 9600)


@pytest.mark.parametrize(
    ("rows", "padding"),
    [
        (("\\trpaddt50\\trpaddft3", ""), [(50, 0, 0, 0), (50, 0, 0, 0)]),
        (("\\trpaddt50\\trpaddft3", "\\trpaddt20\\trpaddft3"), [(50, 0, 0, 0), (20, 0, 0, 0)]),
        (("\\trgaph20", "\\trgaph100"), [(0, 100, 0, 100), (0, 100, 0, 100)]),
        (("\\trgaph70\\trpaddl108\\trpaddfl3", "\\trgaph70"), [(0, 70, 0, 108), (0, 70, 0, 70)]),
        (("\\clbrdrl\\brdrs\\brdrw40", ""), [(0, 0, 0, 20), (0, 0, 0, 20)]),
        (("", "\\clbrdrl\\brdrs\\brdrw40"), [(0, 0, 0, 0), (0, 0, 0, 0)]),
    ],
)
def test_rows_without_padding_of_their_own_have_that_of_the_table_as_in_libreoffice(
    rows: tuple[str, ...], padding: list[tuple[int, ...]]
) -> None:
    content = "".join(f"\\trowd{row}\\cellx4800\\cellx9600\\pard\\intbl A\\cell B\\cell\\row" for row in rows)
    (table,) = of(content).sections[0].blocks
    assert isinstance(table, rtf.Table)
    assert [row.cells[0].padding for row in table.rows] == padding


def test_cells_of_other_widths_are_not_merged_down() -> None:
    row = "\\trowd{}\\cellx2000\\cellx4000\\pard\\intbl {}\\cell B\\cell\\row"
    wide = "\\trowd\\clvmrg\\cellx3000\\cellx4000\\pard\\intbl\\cell C\\cell\\row"
    (table,) = of(row.format("\\clvmgf", "A") + row.format("\\clvmrg", "") + wide).sections[0].blocks
    assert isinstance(table, rtf.Table)
    assert [[cell.merge_down for cell in row.cells] for row in table.rows] == [[1, 0], [0], [0, 0]]


def test_nested_tables_and_merged_cells_are_as_word_has_them() -> None:
    (table,) = [b for b in model("20-word11-ficha-abertura-firma.rtf").sections[0].blocks if isinstance(b, rtf.Table)][
        :1
    ]
    assert [len(row.cells) for row in table.rows] == [1, 2, 2, 2, 1, 1]
    qr = table.rows[1].cells[1]
    assert (qr.left, qr.right, qr.merge_down) == (7121, 9530, 2)
    head = table.rows[0]
    assert (head.height, head.cells[0].shading, head.cells[0].vertical) == (567, "C0C0C0", "meio")
    (outer,) = [b for b in model("25-word12-certidao-de-notas.rtf").sections[0].blocks if isinstance(b, rtf.Table)]
    assert [type(block) for block in outer.rows[0].cells[1].blocks] == [rtf.Paragraph, rtf.Table, rtf.Paragraph]


def test_a_group_bounds_what_is_set_in_it() -> None:
    paragraphs = list(model("15-wptold-ficha-105x157.rtf").paragraphs())
    assert [[stop.at for stop in each.shape.stops] for each in paragraphs[:6]] == [[], [], [1500], [1500], [1500], []]
    assert dict(paragraphs[0].shape.borders).keys() == {"bottom"}
    assert paragraphs[1].shape.borders == ()


def test_a_later_section_has_its_own_margins_and_the_headers_stay() -> None:
    first, second = model("21-word11-carta-de-sentenca.rtf").sections
    assert (mm(first.paper.left), mm(second.paper.left)) == (30.0, 40.0)
    assert second.header == first.header != ()


RUINS = {
    "r01-truncado": "cortado",
    "r02-chave-a-mais": "uma chave de fechamento a mais",
    "r03-bin-dois-bilhoes": "maior que o arquivo",
    "r04-profundidade-5000": "100 grupos uns dentro dos outros",
    "r06-vinte-mil-linhas": "mais de 5.000 linhas",
    "r09-word-97": ".doc do Word",
    "r10-vazio": "vazio",
    "r11-utf16": "UTF-16",
    "~$-wpt-assento-nascimento": "não é RTF",
}


@pytest.mark.parametrize("name", RUINS)
def test_s12_a_damaged_file_is_refused_with_what_is_wrong(name: str) -> None:
    with pytest.raises(Recusa) as refused:
        rtf.read((DATA / "ruins" / f"{name}.rtf").read_bytes())
    assert refused.value.word == "corpo-invalido"
    assert RUINS[name] in refused.value.detail


def test_a_unicode_number_out_of_range_is_printed_by_its_stand_in_and_said() -> None:
    document = model("ruins/r05-u-fora-do-alcance.rtf")
    (text,) = texts(document)
    assert text.startswith("Euro €, par 𝑎, sós ? ?")
    assert text.endswith("dois de reserva ç e nenhum ç. Fim.")
    assert {notice.kind for notice in document.notices} == {"caractere"}


def test_of_two_documents_the_first_is_read_and_the_second_said() -> None:
    document = model("ruins/r08-dois-documentos.rtf")
    assert texts(document) == ["Primeiro documento: vale este. <Nome_Noivo>"]
    assert [notice.kind for notice in document.notices] == ["conferir"]
    assert model("ruins/r07-nulos-no-fim.rtf").notices == ()


def test_what_is_linked_is_neither_opened_nor_lost() -> None:
    document = model("ruins/r12-includetext.rtf")
    assert texts(document)[0].startswith("Antes. resultado guardado 1 resultado guardado 2")
    assert [notice.kind for notice in document.notices] == ["mudado", "mudado"]


@pytest.mark.parametrize(
    ("content", "text"),
    [
        (r"{\fonttbl{\f1\fcharset204 Arial;}}\f1 \'cf\'f0", "Пр"),
        (r"{\fonttbl{\f1\fcharset1 Arial;}}\f1 a\'e7\'e3o", "ação"),
        (r"{\fonttbl{\f1\fcharset0\cpg1250 Arial;}}\f1 \'f8", "ř"),
        (r"{\fonttbl{\f1\fcharset128 Mincho;}}\f1 \'93\'fa", "日"),
        (r"\u225\'e1\uc0\u225 b\uc2\u225\'e1\'e1c", "ááb" + "ác"),
        (r"{\upr{ansi?}{\*\ud{\u345 ?}}}", "ř"),
        (r"a\~b\_c\-d\emdash\lquote\rquote", "a\u00a0b\u2011c\u00add—‘’"),
        ("a\\\nb", "a|b"),
        (r"{\*\desconhecido some}a{\info{\title x}}b", "ab"),
        (r"{\pntext 1.\tab}item", "1.\titem"),
        (r"\'81x", "?x"),
        (r"a\bin3 {}}b", "ab"),
    ],
)
def test_characters_are_read_by_their_fonts_code_page_and_by_unicode(content: str, text: str) -> None:
    assert "|".join(texts(of(content))) == text


WORDS = st.text(
    st.characters(codec="cp1252", categories=("L", "N", "P", "Zs"), exclude_characters="\xa0\xad"), max_size=20
)


@st.composite
def documents(draw: st.DrawFn) -> tuple[str, list[str]]:
    """An RTF of random paragraphs, runs, groups and escapes, and its text."""
    written, said = [], []
    for _ in range(draw(st.integers(1, 5))):
        text = ""
        for _ in range(draw(st.integers(0, 4))):
            piece = draw(WORDS)
            text += piece
            open_, close = draw(
                st.sampled_from([("", ""), ("{", "}"), (r"{\b ", "}"), (r"\i ", r"\i0 "), ("{\\*\\x y}", "")])
            )
            written.append(open_ + "".join(draw(st.sampled_from(_escapes(each))) for each in piece) + close)
        written.append("\\par" + draw(st.sampled_from(["\n", " ", "\r\n"])))
        said.append(text)
    return "".join(written), said


def _escapes(character: str) -> list[str]:
    if character in "\\{}":
        return [f"\\{character}"]
    code = ord(character)
    forms = [f"\\u{code if code < 0x8000 else code - 0x10000}?"]
    byte = character.encode("cp1252", "ignore")
    if byte:
        forms.append(f"\\'{byte[0]:02x}")
    return [*forms, character] if code < 128 else forms


@settings(max_examples=150, deadline=None)
@given(documents())
def test_whatever_is_written_is_read_back(case: tuple[str, list[str]]) -> None:
    written, said = case
    assert texts(of(written)) == said


@settings(max_examples=200, deadline=None)
@given(st.sampled_from(MODELS), st.data())
def test_s12_a_model_damaged_anywhere_is_read_or_refused(name: str, data: st.DataObject) -> None:
    content = bytearray((DATA / name).read_bytes())
    for _ in range(data.draw(st.integers(1, 6))):
        at = data.draw(st.integers(0, len(content)))
        cut = data.draw(st.integers(0, 40))
        put = data.draw(
            st.sampled_from([b"", b"{", b"}", b"\\", b"\\cell ", b"\\row ", b"\\u-70000 ", b"\\itap9 ", b"\\sect "])
        )
        content[at : at + cut] = put
    try:
        document = rtf.read(bytes(content))
    except Recusa as refused:
        assert refused.word == "corpo-invalido"
        return
    rtf.substitute(document, lambda name: f"[{name}]")


def test_a_value_has_the_face_of_its_variables_first_character_and_is_text() -> None:
    document = of(r"Eu, \b <Nome_\b0 Noivo>\i  e {\ul <GMF>}<Outro>, <>.")
    values = {"<Nome_Noivo>": r"João \b <GMF>", "<GMF>": "a\nb"}
    (paragraph,) = rtf.substitute(document, values.get).paragraphs()
    assert paragraph.text == "Eu, João \\b <GMF> e a\nb<Outro>, <>."
    faces = {run.text: (run.face.bold, run.face.italic, run.face.underline) for run in paragraph.runs}
    assert faces[r"João \b <GMF>"] == (True, False, False)
    assert faces["a\nb"] == (False, True, True)
    assert rtf.variables(document) == {"Nome_Noivo": 1, "GMF": 1, "Outro": 1}


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (r"\b\b0" * 400_000, "códigos de formatação demais"),
        ("palavra " * 160_000, "mais de 1.200.000 letras"),
        (r"\par " * 20_001, "parágrafos"),
        ("{" * 200, "grupos uns dentro dos outros"),
    ],
)
def test_what_would_take_too_long_is_refused_by_its_size(text: str, said: str) -> None:
    with pytest.raises(Recusa, match=said):
        rtf.read(rb"{\rtf1 " + text.encode() + b"}")


def test_cells_that_go_backwards_keep_their_text_and_their_order() -> None:
    row = rb"{\rtf1\trowd\cellx9000\cellx5000\cellx1000\cellx1000 a\cell b\cell c\cell\cell\row}"
    table = rtf.read(row).sections[0].blocks[0]
    assert isinstance(table, rtf.Table)
    edges = [(cell.left, cell.right) for cell in table.rows[0].cells]
    assert all(left < right for left, right in edges)
    assert [each.text for each in rtf.read(row).paragraphs()] == ["a", "b", "c"]


def test_the_instruction_of_a_field_is_read_to_a_limit(monkeypatch: pytest.MonkeyPatch) -> None:
    lengths = []
    real = destinations.is_page_number
    monkeypatch.setattr(destinations, "is_page_number", lambda text: lengths.append(len(text)) or real(text))
    field = r"{\field{\*\fldinst PAGE" + " " * 80_000 + "{ }" * 1_000 + r"}{\fldrslt 1\b 2\b0 }}."
    (paragraph,) = of(field).paragraphs()
    assert paragraph.text == f"{rtf.PAGE_NUMBER}."
    assert max(lengths) <= 1_000
