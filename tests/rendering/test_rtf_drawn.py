"""RTF bodies on paper: what the PDF shows is the file's text, where the file puts it."""

import ctypes
import itertools
import json
import re
from dataclasses import dataclass, replace
from importlib import resources
from pathlib import Path
from typing import Any

import pypdfium2
import pytest
from pypdfium2 import raw
from weasyprint import HTML

from printserver.errors import Recusa
from printserver.rendering.assemble import make_report
from printserver.rendering.completeness import check_whole
from printserver.rendering.drawn import Bounds, Drawing, DrawnText
from printserver.rendering.rtf_body import Box, Fragment, lay_out, lines, text_of
from printserver.rendering.rtf_body.grid import Grid
from printserver.rtf import (
    Alignment,
    Block,
    Border,
    Cell,
    Face,
    Paper,
    Paragraph,
    Row,
    Rtf,
    Run,
    Section,
    Shape,
    Stop,
    Table,
    read,
)

FOLDER = Path(__file__).parent.parent / "data" / "rtf"
EXPECTED = json.loads((FOLDER / "expected.json").read_text("utf-8"))
MM = 72 / 25.4
EXACT = 0.05 * MM
A4 = Paper(11906, 16838, 1440, 1440, 1440, 1440)
LEFT, TOP = 72.0, 72.0
BOX = (("top", Border()), ("left", Border()), ("bottom", Border()), ("right", Border()))


@dataclass(frozen=True)
class Letter:
    """A character of a PDF: its page, and where its baseline begins, in points from the upper left corner."""

    text: str
    page: int
    x: float
    y: float


@dataclass(frozen=True)
class Drawn:
    """What a PDF shows."""

    letters: tuple[Letter, ...]
    sizes: tuple[tuple[float, float], ...]

    def at(self, text: str) -> Letter:
        """Return the first letter of the first place of `text`, spaces apart."""
        bare = [letter for letter in self.letters if letter.text.strip()]
        return bare["".join(letter.text for letter in bare).index("".join(text.split()))]

    def page(self, number: int) -> str:
        return "".join(letter.text for letter in self.letters if letter.page == number)


def drawn(fragment: Fragment) -> Drawn:
    pdf = pypdfium2.PdfDocument(make_report(f"{fragment.running}<main>{fragment.html}</main>", fragment.css + FONT))
    letters, sizes = [], []
    for number, page in enumerate(pdf, 1):
        sizes.append(page.get_size())
        text = page.get_textpage()
        x, y = ctypes.c_double(), ctypes.c_double()
        for at in range(text.count_chars()):
            raw.FPDFText_GetCharOrigin(text, at, x, y)
            character = chr(raw.FPDFText_GetUnicode(text, at)).replace("\x02", "-")  # a hyphen at a line's end
            if character not in "\r\n":
                letters.append(Letter(character, number, x.value, sizes[-1][1] - y.value))
    return Drawn(tuple(letters), tuple(sizes))


FONT = "html{font-family:PsSerifa}"


def said(text: str, face: Face = Face(), **shape: Any) -> Paragraph:  # noqa: B008 - it is immutable
    return Paragraph(Shape(**shape), (Run(text, face),))


def document(*blocks: Block, **section: Any) -> Rtf:
    return Rtf((Section(**{"paper": A4, "blocks": blocks, **section}),))


def shown(*blocks: Block, **section: Any) -> Drawn:
    return drawn(lay_out(document(*blocks, **section)))


def bare(text: str) -> str:
    return "".join(text.replace("\u2011", "-").replace("\u00ad", "").split()).casefold()


@pytest.mark.parametrize("name", EXPECTED)
def test_p2a_models_are_drawn_whole_on_as_many_pages_as_they_should(name: str) -> None:
    rtf = read((FOLDER / name).read_bytes())
    found = drawn(lay_out(rtf))
    assert len(found.sizes) == EXPECTED[name]["pages"]["mended"]
    wanted = sorted(bare("".join(paragraph.text for paragraph in rtf.paragraphs())))
    letters = sorted(bare("".join(letter.text for letter in found.letters)))
    for character in wanted:  # leaders, and headers on each page, add some
        letters.remove(character)


@pytest.mark.parametrize("name", EXPECTED)
def test_models_are_on_the_paper_that_they_say(name: str) -> None:
    found = drawn(lay_out(read((FOLDER / name).read_bytes())))
    assert found.sizes[0] == pytest.approx([side * MM for side in EXPECTED[name]["paper_mm"]], abs=0.3 * MM)


def test_baselines_are_where_the_fonts_metrics_put_them() -> None:
    found = shown(said("um"), said("dois"), said("três", Face(size=40)), said("quatro", Face(font="Calibri", size=22)))
    heights = [found.at(word).y - TOP for word in ("um", "dois", "três", "quatro")]
    assert heights == pytest.approx([11.2, 25.0, 27.6 + 18.65, 27.6 + 23.0 + 10.7], abs=0.1)
    assert found.at("um").x == pytest.approx(LEFT, abs=EXACT)


def test_the_number_of_each_page_is_printed_in_its_header_and_text() -> None:
    text = r"{\rtf1{\header\pard\qr folha \chpgn .\par}um \chpgn !\page dois\par}"
    found = drawn(lay_out(read(text.encode())))
    assert [bare(found.page(number)) for number in (1, 2)] == ["um1!folha1.", "doisfolha2."]
    assert found.at("1.").x == pytest.approx(612 - 90 - 9, abs=EXACT)  # letter, with the margins of RTF
    assert found.at("!").x == pytest.approx(found.at("1!").x + 6, abs=EXACT)


def test_space_before_and_after_add_up() -> None:
    found = shown(said("um", after=100), said("dois", before=200))
    assert found.at("dois").y - found.at("um").y == pytest.approx(13.8 + 15, abs=EXACT)


def test_space_before_stays_after_a_page_break_and_goes_at_a_full_page() -> None:
    lines = [said(f"linha{number}", before=400, after=100) for number in range(1, 30)]
    found = shown(*lines, said("fim", before=400, page_break=True))
    second = next(letter for letter in found.letters if letter.page == 2)
    assert second.y == pytest.approx(TOP + 11.2, abs=EXACT)
    assert found.at("fim").y == pytest.approx(TOP + 20 + 11.2, abs=EXACT)


def test_the_extra_of_double_spacing_is_below_and_may_leave_the_page() -> None:
    room = (841.9 - 144) / 27.6
    found = shown(*(said(f"linha{number}.", line=480, multiple=True) for number in range(1, int(room) + 3)))
    assert found.at("linha2.").y - found.at("linha1.").y == pytest.approx(27.6, abs=EXACT)
    assert found.at(f"linha{int(room) + 1}.").page == (1 if room % 1 > 0.5 else 2)


def test_stretched_lines_end_at_the_margin() -> None:
    words = " ".join(f"palavra{number}" for number in range(40))
    found = shown(
        Paragraph(Shape(alignment="justificado"), (Run(words[:99], Face(bold=True)), Run(words[99:], Face())))
    )
    ends = {}
    for letter in found.letters:
        if letter.text.strip():
            ends[round(letter.y)] = letter
    last = max(ends)
    assert len(ends) > 3
    for y, letter in ends.items():
        if y != last:
            assert letter.x == pytest.approx(595.3 - 72 - 6, abs=1.0)  # a digit is 6 points wide


def test_a_stretched_line_has_room_for_the_hyphen_at_its_end() -> None:
    found = shown(said("ex\u00adtra\u00ador\u00addi\u00adná\u00adrio " * 30, alignment="justificado"))
    hyphens = [letter for letter in found.letters if letter.text in "-\u2010"]
    assert hyphens
    for hyphen in hyphens:
        assert hyphen.x == pytest.approx(595.3 - 72 - 4, abs=0.3)  # a hyphen is 4 points wide


def test_what_follows_the_number_of_a_page_gives_way_to_its_further_digits() -> None:
    found = drawn(lay_out(read((r"{\rtf1 " + r"x\page " * 10 + r"a\chpgn b\chpgn c\par}").encode())))
    assert bare(found.page(11)) == "a11b11c"
    a, b, c = (found.at(text).x for text in ("a11", "b11", "c"))
    assert (b - a, c - b) == pytest.approx((5.3 + 12, 6 + 12), abs=0.1)


def test_raised_text_is_read_where_it_stands() -> None:
    text = r"{\rtf1{\header topo\par}artigo 18{\super a} da lei, x{\sub 2}.\par}"
    assert "artigo18adalei,x2." in bare(drawn(lay_out(read(text.encode()))).page(1))


def test_p2a_a_line_that_is_not_drawn_or_drawn_twice_is_refused() -> None:
    fragment = lay_out(document(said("um <b> & dois"), said("três")))
    body = HTML(string=fragment.html).etree_element.find("body")
    lines = [
        DrawnText(1, each, text, Bounds(0, 0, 1, 1), Bounds(0, 0, 1, 1))
        for each in body.iter("p")
        for text in text_of(each)
    ]
    whole = Drawing(areas=[Bounds(0, 0, 1, 1)], drawn_text=lines)
    check_whole(body, whole)
    for wrong in (lines[:1], [*lines, lines[1]]):
        with pytest.raises(Recusa) as refusal:
            check_whole(body, replace(whole, drawn_text=wrong))
        assert refusal.value.word == "corpo-invalido"


def test_tab_stops_and_leaders_are_exact() -> None:
    blocks = read(
        rb"{\rtf1{\fonttbl{\f0\froman Times New Roman;}}\paperw11906\paperh16838\margl1440\margt1440"
        rb"\pard\tx2000\tqr\tldot\tx6000\f0\fs24 a\tab b\tab fim\par}"
    )
    found = drawn(lay_out(blocks))
    assert found.at("b").x == pytest.approx(LEFT + 100, abs=EXACT)
    ends = 300 - (4.0 + 3.33 + 9.33)
    assert found.at("fim").x == pytest.approx(LEFT + ends, abs=0.1)
    dots = sum(letter.text == "." for letter in found.letters)
    assert dots == int((ends - 100 - 6) / 3)


def test_much_raised_text_leaves_its_line_where_it_is_as_in_libreoffice() -> None:
    """Characters of 8 points raised by 6 in Calibri: 344 twips from the line above to the baseline."""
    found = drawn(
        lay_out(read(rb"{\rtf1{\fonttbl{\f0 Times New Roman;}{\f1 Calibri;}}\f0\fs20 W\par\f1\fs16 xa{\up12 q}\par}"))
    )
    assert (found.at("x").y - found.at("W").y) * 20 == pytest.approx(344, abs=2.5)
    assert (found.at("x").y - found.at("q").y) * 20 == pytest.approx(146, abs=2.5)


@pytest.mark.parametrize(("at", "count"), [(567, 1), (650, 1), (1134, 6), (3000, 21)])
def test_a_line_of_underscores_reaches_its_stop_as_in_libreoffice(at: int, count: int) -> None:
    """One more than fits, even where none does."""
    found = drawn(lay_out(read(rb"{\rtf1\pard\tlul\tx%d\fs24 aaaaa\tab b\par}" % at)))
    assert sum(letter.text == "_" for letter in found.letters) == count


def cells(*texts: str, **row: Any) -> Row:
    made = []
    for number, text in enumerate(texts):
        blocks = tuple(said(part) for part in text.split("|"))
        made.append(Cell(2000 * (number + 1), blocks, 2000 * number, BOX, (0, 108, 0, 108)))
    return Row(tuple(made), **row)


def test_cells_of_a_table_are_between_their_edges() -> None:
    found = shown(said("antes"), Table((cells("a1", "b1"), cells("a2", "b2|x"))), said("depois"))
    assert [found.at(text).x - LEFT for text in ("a1", "b1", "a2", "b2")] == pytest.approx(
        [5.4, 105.4, 5.4, 105.4], abs=EXACT
    )
    steps = [found.at(text).y for text in ("antes", "a1", "a2", "x", "depois")]
    assert [b - a for a, b in itertools.pairwise(steps)] == pytest.approx([14.55, 14.55, 13.8, 14.55], abs=EXACT)


def test_text_in_a_cell_begins_at_its_only_stop_without_a_tab_if_it_is_decimal_as_in_libreoffice() -> None:
    stop = Stop(1200, "decimal")
    texts = (("1,50", (stop,)), ("R$ 22,70", (stop,)), ("3,90", (stop, Stop(1400))), ("4,10", (Stop(1200),)))
    inside = tuple(Row((Cell(2000, (said(text, stops=stops),)),)) for text, stops in texts)
    found = shown(Table(inside), said("5,30", stops=(stop,)))
    assert [found.at(text).x - LEFT for text in (",50", ",70")] == pytest.approx([60, 60], abs=EXACT)
    assert [found.at(text).x - LEFT for text in ("3,9", "4,1", "5,3")] == pytest.approx([0, 0, 0], abs=EXACT)


def test_row_heights_at_least_and_exactly() -> None:
    found = shown(Table((cells("a1", height=600), cells("a2", height=100), cells("a3|", height=-400), cells("a4"))))
    steps = [found.at(text).y for text in ("a1", "a2", "a3", "a4")]
    assert [b - a for a, b in itertools.pairwise(steps)] == pytest.approx([30, 14.55, 28.35], abs=EXACT)


def test_a_row_of_exact_height_does_not_cover_its_text() -> None:
    blank = shown(Table((cells("|", height=-400), cells("fim"))))
    assert blank.at("fim").y == pytest.approx(TOP + 20 + 0.75 / 2 + 11.2, abs=0.5)


def test_a_cell_that_covers_rows_does_not_make_them_higher() -> None:
    tall = Cell(4000, tuple(said(text) for text in "123456"), 2000, BOX, (0, 108, 0, 108), merge_down=2)
    first = cells("a1", height=600)
    rows = (Row((*first.cells, tall), height=600), cells("a2", height=600), cells("a3", height=600))
    found = shown(Table(rows), said("fim"))
    assert found.at("fim").y == pytest.approx(TOP + 90 + 0.75 / 2 + 11.2, abs=0.5)


def test_p2a_a_row_breaks_across_pages_between_its_lines() -> None:
    text = "|".join(f"linha{number}." for number in range(1, 80))
    found = shown(Table((cells(text, "b1"),)))
    assert len(found.sizes) == 2
    assert bare(found.page(1) + found.page(2)).replace("b1", "") == bare(text.replace("|", ""))


def in_document(*blocks: Block, paper: Paper = A4) -> Drawn:
    """Return blocks as a print has them, under the style sheet of all documents."""
    sheet = (resources.files("printserver") / "templates" / "documents" / "documento.css").read_text("utf-8")
    made = lay_out(Rtf((Section(paper, blocks),)))
    return drawn(replace(made, html=f'<div class="corpo">{made.html}</div>', css=f"{sheet}\n{made.css}"))


@pytest.mark.parametrize(("keep", "pages"), [(False, [1, 2, 2]), (True, [2, 2, 2])])
def test_a_row_is_whole_on_a_page_only_if_it_says_so(keep: bool, pages: list[int]) -> None:
    lines = [said(f"linha{number}.") for number in range(46)]
    text = "|".join(f"na{number}." for number in range(8))
    found = in_document(*lines, Table((cells(text, keep=keep),)), said("fim"))
    assert [found.at(each).page for each in ("na0.", "na7.", "fim")] == pages
    assert found.at("linha45.").page == 1


def test_the_last_line_of_a_cell_goes_alone_to_the_next_page() -> None:
    lines = [said(f"linha{number}.") for number in range(42)]
    found = in_document(*lines, Table((cells("|".join(f"na{number}." for number in range(9))),)))
    assert (found.at("na7.").page, found.at("na8.").page) == (1, 2)


def test_both_parts_of_a_row_have_its_borders_around_them() -> None:
    lines = [said(f"linha{number}.") for number in range(46)]
    made = lay_out(document(*lines, Table((cells("|".join(f"na{number}." for number in range(8))),))))
    pdf = pypdfium2.PdfDocument(make_report(f"<main>{made.html}</main>", made.css + FONT))
    for page in pdf:
        picture = page.render(scale=4).to_pil().convert("L")
        x = round(4 * (LEFT + 90))  # right of the text
        column = picture.crop((x, 0, x + 1, picture.height)).tobytes()
        runs = [dark for dark, _ in itertools.groupby(value < 200 for value in column) if dark]
        assert len(runs) == 2
    assert len(pdf) == 2


def test_text_in_a_row_of_exact_height_is_aligned_and_longer_text_is_whole() -> None:
    def row(vertical: Any, height: int) -> Row:
        cell = cells("a|b").cells[0]
        return Row((replace(cell, vertical=vertical, borders=()),), height=-height)

    for vertical, above in (("alto", 0.0), ("meio", 36.2), ("baixo", 72.4)):
        found = shown(Table((row(vertical, 2000),)), said("fim"))
        assert found.at("a").y == pytest.approx(TOP + above + 11.2, abs=EXACT)
        assert found.at("fim").y == pytest.approx(TOP + 100 + 11.2, abs=EXACT)
    high = shown(Table((row("baixo", 200),)), said("fim"))
    assert high.at("fim").y == pytest.approx(TOP + 2 * 13.8 + 11.2, abs=EXACT)


def test_a_row_is_as_wide_as_it_says_from_its_left_edge() -> None:
    row = cells("a", "b", left=0, right=4000, width=4400)
    found = shown(Table((row,)))
    assert [found.at(text).x - LEFT for text in "ab"] == pytest.approx([5.4, 115.4], abs=EXACT)


def test_the_last_width_that_a_row_says_is_that_of_the_table_as_in_libreoffice() -> None:
    rows = (
        cells("a", "b", right=4000, width=4400),
        cells("c", "d", right=4000),
        cells("e", "f", right=4000, width=4200),
    )
    found = shown(Table(rows))
    assert [found.at(text).x - LEFT for text in "bdf"] == pytest.approx([110.4] * 3, abs=EXACT)


@pytest.mark.parametrize(("alignment", "end"), [("centro", 4002), ("direita", 4001)])
def test_a_centred_table_is_a_twip_wider_where_its_rest_has_no_half_as_in_libreoffice(
    alignment: Alignment, end: int
) -> None:
    row = Row((Cell(2000, ()), Cell(4001, (), 2000)), right=4001, alignment=alignment)
    assert Grid(Table((row,)), 9026, 9026, cell=False).edges == [0, 2000, end]
    assert Grid(Table((row,)), 9026, 9025, cell=False).edges == [0, 2000, 4001]


def test_rows_before_a_wider_one_are_scaled_to_it_as_in_libreoffice() -> None:
    def row(first: int, end: int, text: str) -> Row:
        return Row((Cell(first, (said("."),)), Cell(end, (said(text),), first)), right=end)

    found = shown(Table((row(2000, 4000, "a"), row(2000, 4200, "b"), row(2000, 4000, "c"))))
    assert [found.at(text).x - LEFT for text in "abc"] == pytest.approx([105, 100, 100], abs=EXACT)


def test_a_row_wider_by_next_to_nothing_neither_widens_its_table_nor_the_rows_after_it_as_in_libreoffice() -> None:
    def row(first: int, end: int, text: str) -> Row:
        return Row((Cell(first, (said("."),)), Cell(end, (said(text),), first)), right=end)

    found = shown(Table((row(2000, 4000, "a"), row(2002, 4022, "b"), row(2000, 4000, "c"))))
    assert [found.at(text).x - LEFT for text in "abc"] == pytest.approx([100, 99.55, 100], abs=0.03)
    found = shown(Table((row(2000, 4000, "a"), row(2000, 4023, "b"), row(2000, 4000, "c"))))
    assert [found.at(text).x - LEFT for text in "abc"] == pytest.approx([100.55, 100, 100], abs=0.06)


@pytest.mark.parametrize(
    ("last", "second"), [("", 1500), (r"\trftsWidth1", 1930), (r"\trftsWidth2\trwWidth2500", 1930)]
)
def test_a_table_in_a_cell_fills_it_if_its_last_row_says_no_width_as_in_libreoffice(last: str, second: int) -> None:
    def row(said_width: str, text: str) -> str:
        cells = rf"\pard\intbl\itap2 .\nestcell {text}\nestcell"
        return rf"{cells}{{\*\nesttableprops\trowd\trgaph70{said_width}\cellx1500\cellx3000\nestrow}}"

    inner = row("", "a") + row(last, "b")
    outer = r"\trowd\trgaph70\trleft0\cellx4000"
    whole = rf"{{\rtf1\margl1440{outer} {inner}\pard\intbl\cell\row\pard fim\par}}"
    found = drawn(lay_out(read(whole.encode("ascii"))))
    assert [found.at(text).x - LEFT for text in "ab"] == pytest.approx([(70 + second + 70) / 20] * 2, abs=EXACT)


def test_the_text_of_all_cells_of_a_row_begins_below_its_widest_border() -> None:
    def row(first: str, second: str, borders: tuple[int, int]) -> Row:
        sides = [(("top", Border(width)), ("bottom", Border(width))) if width else () for width in borders]
        return Row((Cell(2000, (said(first),), 0, sides[0]), Cell(4000, (said(second),), 2000, sides[1])), right=4000)

    found = shown(Table((row("a", "b", (80, 0)), row("c", "d", (0, 0)), row("e", "f", (0, 80)), row("g", "h", (0, 0)))))
    left, right = ([found.at(text).y - TOP for text in texts] for texts in ("aceg", "bdfh"))
    assert left == pytest.approx(right, abs=EXACT)
    assert [b - a for a, b in itertools.pairwise(left)] == pytest.approx([13.8 + 4] * 3, abs=EXACT)


def test_a_row_a_little_narrower_than_its_table_is_widened() -> None:
    def row(text: str, right: int) -> Row:
        return Row((Cell(right, (said(text),)),), right=right)

    words = "palavra " * 8
    found = shown(Table((row("um", 4000), row(words, 3800), row("|" + words, 3000))))
    rows: dict[float, int] = {}
    for letter in found.letters:
        rows[round(letter.y)] = rows.get(round(letter.y), 0) + (letter.text == "p")
    assert list(rows.values()) == [0, 5, 3, 3, 3, 2]


def test_a_header_taller_than_its_room_pushes_the_text_down() -> None:
    low = shown(said("texto"), header=(said("cabeçalho"),))
    assert low.at("texto").y == pytest.approx(TOP + 11.2, abs=EXACT)
    assert low.at("cabeçalho").y == pytest.approx(36 + 11.2, abs=EXACT)
    high = shown(said("texto"), header=tuple(said(f"linha{number}") for number in range(6)))
    assert high.at("texto").y == pytest.approx(36 + 6 * 13.8 + 11.2, abs=EXACT)


def test_a_line_follows_the_table_that_ends_a_header() -> None:
    found = shown(said("texto"), header=(Table(tuple(cells(f"linha{number}") for number in range(5))),))
    assert found.at("texto").y == pytest.approx(36 + 5 * 14.55 + 0.75 + 13.8 + 11.2, abs=EXACT)


def test_the_first_page_has_its_own_header() -> None:
    found = shown(said("um"), said("dois", page_break=True), header=(said("comum"),), first_header=(said("primeiro"),))
    assert found.at("primeiro").page == 1
    assert found.at("comum").page == 2


def test_even_pages_have_their_own_header_but_not_a_first_one() -> None:
    pages = (said("um"), said("dois", page_break=True), said("tres", page_break=True))
    texts = {"header": (said("impar"),), "even_header": (said("par"),)}
    found = drawn(
        lay_out(
            Rtf((Section(A4, pages, **texts), Section(A4, (said("quatro"),), first_header=(said("outro"),), **texts)))
        )
    )
    assert [bare(found.page(number)) for number in (1, 2, 3, 4)] == ["umimpar", "doispar", "tresimpar", "quatrooutro"]


AUTOMATIC, CONTEXT = "\\sb0\\sbauto1\\sa0\\saauto1", "\\sb200\\sa100\\contextualspace"


@pytest.mark.parametrize(
    ("first", "second", "gaps"),
    [
        (AUTOMATIC, AUTOMATIC, [100, 200, 100]),
        (AUTOMATIC, "\\sb240\\sa240", [100, 340, 240]),
        ("\\sbauto0\\sb120\\saauto0\\sa60", AUTOMATIC, [120, 160, 100]),
        (CONTEXT, CONTEXT, [200, 0, 0]),
        (CONTEXT, "\\sb240\\sa240", [200, 240, 240]),
        ("\\sb240\\sa240", CONTEXT, [240, 440, 0]),
    ],
)
def test_automatic_and_contextual_spaces_as_in_libreoffice(first: str, second: str, gaps: list[int]) -> None:
    parts = (f"\\pard{shape}\\fs24 {name}\\par" for name, shape in (("a", ""), ("b", first), ("c", second), ("d", "")))
    found = drawn(lay_out(read(("{\\rtf1" + "".join(parts) + "}").encode())))
    steps = [found.at(name).y for name in "abcd"]
    assert [(b - a) * 20 - 276 for a, b in itertools.pairwise(steps)] == pytest.approx(gaps, abs=1)


def test_a_section_has_its_own_paper_and_margins() -> None:
    wide = Paper(16838, 11906, 2880, 1440, 1440, 1440)
    found = drawn(lay_out(Rtf((Section(A4, (said("um"),)), Section(wide, (said("dois"),))))))
    assert [size[0] for size in found.sizes] == pytest.approx([595.3, 841.9], abs=0.1)
    assert (found.at("dois").x, found.at("dois").page) == (pytest.approx(144, abs=EXACT), 2)


def test_mirrored_margins_change_places_on_even_pages() -> None:
    paper = Paper(11906, 16838, 2000, 1000, 1440, 1440, mirrored=True)
    found = shown(said("um"), said("dois", page_break=True), paper=paper)
    assert (found.at("um").x, found.at("dois").x) == pytest.approx((100, 50), abs=EXACT)


def test_bordered_paragraphs_share_one_box_that_takes_room() -> None:
    borders = tuple((side, Border(15, 60)) for side in ("top", "left", "bottom", "right"))
    found = shown(said("um", borders=borders), said("dois", borders=borders), said("fim"))
    steps = [TOP, *(found.at(text).y for text in ("um", "dois", "fim"))]
    assert [b - a for a, b in itertools.pairwise(steps)] == pytest.approx([14.95, 13.8, 17.55], abs=EXACT)
    assert found.at("um").x == pytest.approx(LEFT + 3.75, abs=EXACT)


def test_a_short_chain_is_kept_with_the_next_and_a_long_one_is_not() -> None:
    lines = [said(f"linha{number}.") for number in range(1, 50)]
    kept = shown(*lines, said("título", keep_next=True), said("texto"))
    assert (kept.at("título").page, kept.at("texto").page) == (2, 2)
    loose = shown(*(said(f"linha{number}.", keep_next=True) for number in range(1, 50)), said("fim"))
    assert loose.at("linha49.").page == 1


def test_the_text_of_an_act_is_set_in_the_column_given() -> None:
    around = 75 * 0.75 + 8 * 0.75  # WeasyPrint's page and body margins
    fragment = lay_out(document(said("palavra " * 30), header=(said("cabeçalho"),)), column=60.0)
    assert all(letter.x < 60 * MM + around for letter in drawn(fragment).letters if letter.text.strip())
    assert [(notice.kind, "cabeçalho" in notice.text) for notice in fragment.notices] == [("mudado", True)]
    assert fragment.running == ""


def test_a_box_keeps_its_place_in_the_text() -> None:
    fragment = lay_out(document(said("antes \ue000 depois"), said("fim")), boxes={"\ue000": Box("selo", 20.0, 10.0)})
    found = drawn(fragment)
    assert 'id="selo"' in fragment.html
    assert found.at("depois").x - found.at("antes").x == pytest.approx(20 * MM + 24.66 + 6, abs=0.1)
    assert found.at("antes").y == pytest.approx(TOP + 10 * MM, abs=EXACT)
    assert found.at("fim").y - found.at("antes").y == pytest.approx(13.8, abs=EXACT)


def test_a_box_has_its_room_in_a_line_of_exact_height() -> None:
    boxes = {"\ue000": Box("selo", 20.0, 20.0)}
    found = drawn(lay_out(document(said("antes"), said("\ue000x", line=-240), said("fim")), boxes=boxes))
    assert found.at("x").y - found.at("antes").y == pytest.approx(2.6 + 20 * MM, abs=EXACT)


def test_p2a_a_character_that_no_font_has_is_refused() -> None:
    with pytest.raises(Recusa) as refusal:
        lay_out(document(said("texto \uf0ff")))
    assert refusal.value.word == "corpo-invalido"


def test_a_font_of_other_widths_is_noticed_once() -> None:
    fragment = lay_out(document(said("um", Face(font="Tahoma")), said("dois", Face(font="Tahoma")), said("três")))
    assert [notice.kind for notice in fragment.notices] == ["fonte"]
    assert "Tahoma" in fragment.notices[0].text


def test_markup_in_the_text_is_text() -> None:
    fragment = lay_out(document(said("<b>a & b</b>\u00a0<script>")))
    assert bare("".join(letter.text for letter in drawn(fragment).letters)) == "<b>a&b</b><script>"


@pytest.mark.parametrize(("controlled", "pages"), [(True, (1, 2, 2, 2)), (False, (1, 1, 2, 2))])
def test_widow_control_leaves_no_line_alone_on_a_page(controlled: bool, pages: tuple[int, int, int, int]) -> None:
    """Pages of five lines of a twenty-point line each."""
    paper = Paper(6000, 4880, 1440, 1440, 1440, 1440)
    lines = said("a\nb\nc\nd", line=-400, widow_control=controlled)
    others = said("A\nB\nC\nD", line=-400, widow_control=controlled)
    found = shown(lines, others, paper=paper)
    assert (found.at("a").page, found.at("A").page, found.at("B").page, found.at("D").page) == pages


def test_the_space_between_two_lines_is_that_of_the_lower_one() -> None:
    """As LibreOffice has it: half a line more above each line but the first, and below the last."""
    large = Paragraph(
        Shape(line=360, multiple=True), (Run("A", Face(size=40)), Run("\nb\n", Face()), Run("C", Face(size=40)))
    )
    found = shown(large, said("d"))
    places = [found.at(text).y for text in "AbCd"]
    steps = [below - above for above, below in itertools.pairwise(places)]
    assert steps == pytest.approx([22.4, 32.8, 27.0], abs=0.1)


def test_a_section_without_a_page_of_its_own_goes_on_below_in_its_margins() -> None:
    one = Section(A4, (said("A"),))
    two = Section(Paper(11906, 16838, 2880, 1440, 1440, 1440), (said("B"),), new_page=False)
    found = drawn(lay_out(Rtf((one, two))))
    assert [letter.page for letter in found.letters if letter.text in "AB"] == [1, 1]
    assert (found.at("B").x, found.at("B").y - found.at("A").y) == pytest.approx((144, 13.8), abs=0.1)


def test_a_paragraph_of_a_page_break_alone_leaves_no_line_on_the_new_page() -> None:
    found = shown(said("A"), said("\f"), said("B"), said("C\f"), said("D"))
    assert [found.at(text).page for text in "ABCD"] == [1, 2, 2, 3]
    assert found.at("B").y == pytest.approx(TOP + 11.2, abs=EXACT)


@pytest.mark.parametrize(
    ("shape", "lines", "above", "pages"),
    [
        ("", 4, 1880, "00001"),
        ("", 4, 1900, "00011"),
        ("\\box\\brdrs\\brdrw15\\brsp80 ", 4, 1700, "00001"),
        ("\\box\\brdrs\\brdrw15\\brsp80 ", 4, 1720, "00011"),
        ("\\box\\brdrs\\brdrw15\\brsp80 ", 4, 1980, "00011"),
        ("\\box\\brdrs\\brdrw15\\brsp80 ", 4, 2000, "00111"),
        ("\\brdrb\\brdrs\\brdrw30\\brsp80 ", 4, 2060, "00011"),
        ("\\brdrb\\brdrs\\brdrw30\\brsp80 ", 4, 2080, "00111"),
        ("\\cbpat2", 4, 1900, "00011"),
        ("\\sl360\\slmult1\\brdrb\\brdrdb\\brdrw10\\brsp20 ", 3, 2260, "0011"),
        ("\\sl360\\slmult1\\brdrb\\brdrdb\\brdrw10\\brsp20 ", 3, 2280, "0111"),
    ],
)
def test_a_pages_end_in_a_paragraph_is_where_libreoffice_has_it(shape: str, lines: int, above: int, pages: str) -> None:
    """Pages of the lines of a paragraph, 3000 twips high, and of the line after it, below a line of that height."""
    text = r"\line ".join(f"linha{number}." for number in range(lines))
    found = in_document(
        *read(
            rb"{\rtf1{\colortbl;\red0\green0\blue0;\red220\green220\blue220;}"
            + rf"\pard\sl-{above}\slmult0\fs16 antes\par\pard{shape}\plain\fs24 {text}\par\pard depois\par".encode()
            + b"}"
        )
        .sections[0]
        .blocks,
        paper=Paper(6000, 4000, 500, 500, 500, 500),
    )
    places = [found.at(f"linha{number}.").page for number in range(lines)] + [found.at("depois").page]
    assert "".join(str(page - 1) for page in places) == pages


@pytest.mark.parametrize(
    ("shape", "lines", "above", "pages"),
    [
        ("\\widctlpar", 4, 1880, "00011"),
        ("\\widctlpar", 4, 2140, "00011"),
        ("\\widctlpar", 4, 2160, "00111"),
        ("\\sl360\\slmult1", 3, 2280, "0011"),
        ("\\sl360\\slmult1", 3, 2300, "0111"),
    ],
)
def test_a_pages_end_in_a_cell_is_where_libreoffice_has_it(shape: str, lines: int, above: int, pages: str) -> None:
    """As in a paragraph, but no two lines are kept together there."""
    text = r"\line ".join(f"linha{number}." for number in range(lines))
    borders = "".join(rf"\clbrdr{side}\brdrs\brdrw10" for side in "tlbr")
    content = (
        rf"{{\rtf1\pard\sl-{above}\slmult0\fs16 antes\par\trowd\trgaph70{borders}\cellx4900"
        rf"\pard\intbl{shape}\plain\fs24 {text}\cell\row\pard depois\par}}"
    )
    blocks = read(content.encode()).sections[0].blocks
    found = in_document(*blocks, paper=Paper(6000, 4000, 500, 500, 500, 500))
    places = [found.at(f"linha{number}.").page for number in range(lines)] + [found.at("depois").page]
    assert "".join(str(page - 1) for page in places) == pages


def test_lines_have_no_style_of_their_own_but_the_break_before_them() -> None:
    text = rb"{\rtf1\pard\tx2000\widctlpar\sa100 um\tab dois {\chpgn}\par tr\'eas\par\pagebb quatro\par}"
    html = lay_out(read(text)).html
    assert re.findall(r'<(?:p|span)[^>]* style="([^"]*)"', html) == ["break-before:page"]


@pytest.mark.parametrize("blocks", [(said("m" * 1_001),), tuple(said("mm mm") for _ in range(501))])
def test_s12_a_text_of_more_lines_than_can_be_laid_out_in_time_is_refused(
    monkeypatch: pytest.MonkeyPatch, blocks: tuple[Paragraph, ...]
) -> None:
    monkeypatch.setattr(lines, "MAX_LINES", 1_000)
    with pytest.raises(Recusa, match=r"mais de 1\.000\. Divida o documento ou use colunas mais largas") as refused:
        lay_out(document(*blocks), 5.0)
    assert refused.value.word == "corpo-invalido"
