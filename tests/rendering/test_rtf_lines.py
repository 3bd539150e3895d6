"""Lines of RTF bodies: no text is lost or out of its room, and words, tabs and alignment are where RTF puts them."""

from dataclasses import replace
from itertools import pairwise
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printserver.rendering.body.characters import Notices
from printserver.rendering.rtf_body import tokens as tokens_module
from printserver.rendering.rtf_body.faces import Letter, letter
from printserver.rendering.rtf_body.lines import Line, break_lines
from printserver.rendering.rtf_body.stops import Room, stops
from printserver.rendering.rtf_body.tokens import Box, Piece, Reader, Token
from printserver.rtf import Alignment, Face, Run, Shape, Stop, StopKind

PLAIN = Face()
ROUNDING = 0.3
"""Points by which a line may differ from its room: each piece of one face counts in whole twips."""


def tokens(*runs: Run | str, boxes: dict[str, Box] | None = None) -> list[Token]:
    made = tuple(run if isinstance(run, Run) else Run(run, PLAIN) for run in runs)
    return Reader(boxes or {}, Notices()).read(made)


def broken(
    *runs: Run | str,
    width: float = 200.0,
    first: float = 0.0,
    left: float = 0.0,
    column: float = 0.0,
    edge: float = 0.0,
    cell: bool = False,
    **shape: object,
) -> list[Line]:
    made = Shape(**shape)  # type: ignore[arg-type]
    room = Room(left, width, left, max(column, width), max(edge, width))
    begin = replace(room, start=left + first)
    return break_lines(tokens(*runs), begin, room, stops(made, 720), made.alignment, cell=cell)


def text_of(line: Line) -> str:
    return "".join(piece.text for token in line.tokens for piece in token.pieces)


def texts(lines: list[Line]) -> list[str]:
    return [text_of(line).strip(" ") for line in lines]


def width(text: str, face: Face = PLAIN) -> float:
    return letter(face).width(text)


def end_of(line: Line) -> float:
    """Return where the ink of a line ends, its stretch with it."""
    part = line.parts[-1]
    inner = "".join(piece.text for token in part.tokens for piece in token.pieces).rstrip(" ")
    return part.start + part.ink + part.stretch * (inner.count(" ") + inner.count("\u00a0"))


WORDS = st.text(alphabet="aáçmiW-.\u00a0", min_size=1, max_size=30)
FACES = st.builds(
    Face,
    font=st.sampled_from(["Times New Roman", "Arial", "Courier New", "Calibri"]),
    size=st.integers(10, 60),
    bold=st.booleans(),
    caps=st.booleans(),
    small_caps=st.booleans(),
    spacing=st.integers(0, 40),
)
RUNS = st.lists(st.builds(Run, st.lists(WORDS, max_size=8).map(" ".join), FACES), max_size=6)
ALIGNMENTS = st.sampled_from(["esquerda", "centro", "direita", "justificado"])


@given(RUNS, ALIGNMENTS, st.floats(20, 500), st.integers(-400, 400))
def test_p2a_lines_hold_the_whole_text_in_order(runs: list[Run], alignment: Alignment, room: float, first: int) -> None:
    lines = broken(*runs, width=room, first=first / 20, alignment=alignment)
    whole = "".join(text_of(line) for line in lines)
    assert whole.casefold() == "".join(run.text for run in runs).casefold()


@given(RUNS, ALIGNMENTS, st.floats(20, 500))
def test_no_line_is_wider_than_its_room_unless_it_is_one_character(
    runs: list[Run], alignment: Alignment, room: float
) -> None:
    for line in broken(*runs, width=room, alignment=alignment):
        pieces = [piece for token in line.tokens for piece in token.pieces]
        spacing = max([piece.letter.spacing for piece in pieces], default=0)  # that of the last character is free
        assert end_of(line) <= room + spacing + ROUNDING or len(text_of(line).rstrip(" ").lstrip(" ")) == 1


def spaced(words: list[str]) -> str:
    return " ".join([*words, ""])


SHORT = st.lists(
    st.builds(
        Run, st.lists(st.text("aiW-", min_size=1, max_size=6), max_size=9).map(lambda w: " ".join([*w, ""])), FACES
    )
)


@given(SHORT, st.floats(6 * 60, 9 * 60))
def test_no_word_would_have_fitted_on_the_line_before(runs: list[Run], room: float) -> None:
    lines = broken(*runs, width=room)
    for line, following in pairwise(lines):
        word = following.parts[0].tokens[0]
        assert line.parts[0].width + word.width > room - ROUNDING


@given(RUNS, st.floats(60, 500))
def test_stretched_lines_end_at_the_margin_and_the_last_is_not_stretched(runs: list[Run], room: float) -> None:
    *full, last = broken(*runs, width=room, alignment="justificado")
    assert last.parts[-1].stretch == 0
    for line in full:
        if line.parts[-1].stretch:
            assert end_of(line) == pytest.approx(room, abs=0.001)


@pytest.mark.parametrize(
    ("text", "room", "lines"),
    [
        ("palavra-chave", "palavra-pal", ["palavra-", "chave"]),
        ("saldo -360", "saldo -3", ["saldo -", "360"]),
        ("123.456-78", "123.456-7", ["123.456-", "78"]),
        ("aaaaaa –bbbbbb", "aaaaaa –b", ["aaaaaa –", "bbbbbb"]),
        ("aaaaaaaa—bbb", "aaaaaaaa", ["aaaaaaaa", "—bbb"]),
        ("aaaaa aaaa/bbbb", "aaaaa aaaa/", ["aaaaa", "aaaa/bbbb"]),
        ("aa bb\u00a0cc", "aa bb\u00a0c", ["aa", "bb\u00a0cc"]),
        ("aa bb\u2011cc", "aa bb-c", ["aa", "bb-cc"]),
        ("aa Nome: .....", "aa Nome: ..", ["aa", "Nome: ....."]),
        ("aaaa ( ) b", "aaaa ( ", ["aaaa", "( ) b"]),
        ("aa [ bb", "aa [ b", ["aa", "[ bb"]),
        ("aa Sr.(a)", "aa Sr.", ["aa Sr.", "(a)"]),
        ("aa filh(a)", "aa filh", ["aa", "filh(a)"]),
        ("aa sim!nada", "aa sim!n", ["aa sim!", "nada"]),
        ("aa “sim”, b", "aa “sim”", ["aa", "“sim”, b"]),
        ("aa 10%", "aa 10", ["aa", "10%"]),
    ],
)
def test_lines_break_between_these_signs(text: str, room: str, lines: list[str]) -> None:
    assert texts(broken(text, width=width(room) + 0.05)) == lines


def test_a_line_ends_at_a_tied_space_that_does_not_fit_itself() -> None:
    assert texts(broken("aa Nome: .....", width=width("aa Nome:") + 0.05)) == ["aa Nome:", "....."]


def test_a_row_of_dots_longer_than_a_line_begins_on_the_line_of_its_word() -> None:
    lines = texts(broken("aa Nome: " + "." * 99, width=90))
    assert lines[0] == "aa"
    assert lines[1].startswith("Nome: ....")


def test_a_word_cut_into_runs_does_not_break_between_them() -> None:
    bold = Face(bold=True)
    assert texts(broken("aa bb", Run("cc", bold), "dd", width=width("aa bbcc"))) == ["aa", "bbccdd"]


def test_a_word_wider_than_the_line_is_cut_and_fills_its_lines() -> None:
    lines = broken("ab " + "m" * 50_000 + "x", width=100)
    each = int(100 // width("m"))
    assert texts(lines)[:2] == ["ab", "m" * each]
    assert len(lines) == 1 + 50_000 // each
    assert text_of(lines[-1]) == "m" * each + "x"


@pytest.mark.parametrize(
    ("runs", "twips"),
    [
        ([("avós oficial meritíssimo horas transitada nome rua se lavrado", 0, 26)], 6366),
        ([("para assinar folhas ato ato dezes", 0, 24), ("seis às repartições no naturais", 1, 24)], 6152),
        (
            [("que", 0, 24), (" o ", 1, 24), ("esclareci", 0, 24), ("mentos civ", 1, 24), ("il autarquias e", 0, 24)],
            3859,
        ),
    ],
)
def test_least_room_of_a_line_as_measured_in_libreoffice(runs: list[tuple[str, int, int]], twips: int) -> None:
    """In whole twips: each piece of one face rounded, the last one up."""
    made = [Run(text, Face(bold=bool(bold), size=size)) for text, bold, size in runs]
    assert len(broken(*made, width=twips / 20)) == 1
    assert len(broken(*made, width=(twips - 1) / 20)) == 2


def test_the_spacing_after_the_last_character_of_a_line_takes_no_room() -> None:
    for spacing in (20, -20):
        twips = round(width("ato de nome", Face(spacing=spacing)) * 20) - spacing
        run = Run("ato de nome", Face(spacing=spacing))
        assert len(broken(run, width=(twips + 1) / 20)) == 1
        assert len(broken(run, width=(twips - 2) / 20)) == 2


@pytest.mark.parametrize("spacing", [20, -20])
def test_the_spacing_after_the_last_character_of_a_cut_word_takes_no_room_as_in_libreoffice(spacing: int) -> None:
    run = Run("m" * 9, Face(spacing=spacing))
    room = round(width("m" * 4, run.face) * 20) - spacing
    assert texts(broken(run, width=(room + 1) / 20)) == ["mmmm", "mmmm", "m"]
    assert texts(broken(run, width=(room - 2) / 20)) == ["mmm"] * 3


def test_a_line_break_ends_a_line_without_stretch() -> None:
    first, second = broken("um dois\ntrês", alignment="justificado")
    assert (text_of(first), text_of(second)) == ("um dois\n", "três")
    assert first.parts[0].stretch == 0


def test_a_page_break_begins_a_page_and_one_before_all_text_leaves_no_line() -> None:
    assert [(text_of(line), line.page_break) for line in broken("\fum\fdois")] == [("um\f", True), ("dois", True)]


def test_spaces_at_a_line_end_hang_and_those_at_a_paragraphs_beginning_stay() -> None:
    first, second = broken("   um          dois", width=width("   um  "))
    assert first.parts[0].start == 0
    assert first.parts[0].ink == pytest.approx(width("   um"))
    assert text_of(second) == "dois"


def places(*runs: Run | str, **shape: object) -> list[float]:
    """Return where the parts between tabs begin in the first line."""
    return [part.start for part in broken(*runs, **shape)[0].parts]  # type: ignore[arg-type]


def test_tab_stops_of_each_kind() -> None:
    made = (Stop(1000), Stop(2000, "centro"), Stop(3000, "direita"), Stop(3600, "decimal"))
    found = places("a\tb\tcc\tdd\t1.234,56", stops=made)
    number = width("1.234")
    assert found == pytest.approx([0, 50, 100 - width("cc") / 2, 150 - width("dd"), 180 - number])


def test_default_stops_follow_the_last_own_one() -> None:
    assert places("a\tb\tc", stops=(Stop(900),)) == pytest.approx([0, 45, 72])


def test_a_hanging_indent_is_a_stop() -> None:
    assert places("1.\ttexto", left=36, first=-18, stops=()) == pytest.approx([18, 36])


def test_text_too_wide_for_its_stop_begins_at_the_tab() -> None:
    found = places("aaaaaaaaaa\tbbbbbbbbbbbb", stops=(Stop(1200, "direita"),))[1]
    assert found == pytest.approx(width("a" * 10) + 0.05)  # the tab is a twip wide


def test_a_stop_beyond_the_margin_counts_up_to_the_papers_edge() -> None:
    assert places("a\tb", stops=(Stop(4400, "direita"),), edge=300)[1] == pytest.approx(220 - width("b"))


def test_a_tab_to_a_default_stop_beyond_the_margin_goes_to_the_next_line() -> None:
    lines = broken("a" * 36 + "\tb", width=200)
    assert texts(lines) == ["a" * 36, "\tb"]
    assert lines[1].parts[1].start == 36


def test_a_word_that_does_not_fit_takes_its_tab_to_the_next_line() -> None:
    lines = broken("aaaaaaaa\tbbbb", width=90)
    assert texts(lines) == ["aaaaaaaa", "\tbbbb"]
    assert lines[1].parts[1].start == 36


def test_a_centred_line_moves_with_its_tabs() -> None:
    first, second = places("a\tb", alignment="centro")
    assert second - first == pytest.approx(36)
    assert first == pytest.approx((200 - 36 - width("b")) / 2)


def test_a_stretched_line_stretches_after_its_last_tab_only() -> None:
    line = broken("a b\tc d e f g h i j k l m n o p q r s t u v w x y z", width=100, alignment="justificado")[0]
    assert [part.stretch > 0 for part in line.parts] == [False, True]


def test_a_box_takes_its_width_and_stays_with_its_word() -> None:
    box = Box("selo", 20.0, 5.0)
    made = tokens("a \ue000.", boxes={"\ue000": box})
    assert [token.kind for token in made] == ["palavra", "espaco", "palavra"]
    assert made[2].width == pytest.approx(20 * 72 / 25.4 + width("."))


def test_small_capitals_are_capitals_of_four_fifths() -> None:
    made = tokens(Run("Ab", Face(small_caps=True)))
    assert [(piece.text, piece.letter.size) for piece in made[0].pieces] == [("A", 12.0), ("B", pytest.approx(9.6))]


def test_text_at_a_centre_stop_ends_at_the_margin() -> None:
    (line,) = broken("a\tbbbb", stops=(Stop(4000, "centro"),), width=200, edge=300)
    assert line.parts[1].start == pytest.approx(200 - width("bbbb"))


def test_a_right_stop_beyond_the_paper_is_at_the_margin() -> None:
    (line,) = broken("a\tb", stops=(Stop(7000, "direita"),), width=200, edge=300)
    assert line.parts[1].start == pytest.approx(200 - width("b"))


@pytest.mark.parametrize(
    ("text", "twips"),
    [
        ("12,5", 2760),
        ("1.234,56", 2460),
        ("1.5", 2700),
        ("nada", 2546),
        ("dois nomes", 1912),
        ("R$ 12,50", 2420),
        ("(12)", 2680),
        ("-12", 2680),
        ("12 reais", 2760),
        ("12-13", 2760),
        ("a 1,5", 2712),
    ],
)
def test_numbers_at_a_decimal_stop_as_in_libreoffice(text: str, twips: int) -> None:
    """At 3000: the first comma or the end of the first number is at the stop; a text without them ends at it."""
    assert places(f"x\t{text}", stops=(Stop(3000, "decimal"),))[1] * 20 == pytest.approx(twips, abs=2)


def test_text_after_a_decimal_comma_may_reach_beyond_the_margin_as_in_libreoffice() -> None:
    """A text fits where its tab begins; then it moves to the stop."""
    stops = (Stop(2268, "decimal"), Stop(2835, "decimal"))
    words = "de 12,5 registro comarca certidão certidão naturais <Nome_Mae> certidão registro nascimento 1.234,56"
    first, second = broken(f"certidão\t{words}", stops=stops, width=9071 / 20, edge=510)
    assert (text_of(first)[-9:], text_of(second)[:10]) == ("registro ", "nascimento")
    assert first.parts[1].start * 20 == pytest.approx(1741, abs=2)


@pytest.mark.parametrize("alignment", ["esquerda", "centro", "direita", "justificado"])
@pytest.mark.parametrize(
    ("kind", "at", "right", "text", "start"),
    [
        ("esquerda", 9072, 0, "nascimento\tde 12", 9072),
        ("direita", 9072, 284, "um dois\tdo civil", 8344),
        ("centro", 9100, 0, "um dois\tnaturais", 8720),
        ("centro", 9500, 1134, "um\tcomarca", 9094),
        ("decimal", 9072, 284, "um\tR$ 12,50", 8492),
    ],
)
def test_text_at_a_stop_beyond_the_margin_as_in_libreoffice(
    kind: StopKind, at: int, right: int, text: str, start: int, alignment: Alignment
) -> None:
    """In a column of 9071 twips on paper that ends at 10205; a line that reaches beyond the margin is not moved."""
    found = broken(
        text, width=(9071 - right) / 20, column=9071 / 20, edge=510, stops=(Stop(at, kind),), alignment=alignment
    )
    assert texts(found) == [text]
    first, second = (part.start * 20 for part in found[0].parts)
    assert (first, second) == pytest.approx((0, start), abs=2)


@pytest.mark.parametrize(
    ("at", "right", "before", "lines"),
    [
        (
            9500,
            0,
            "extraída livro lavrado civil comarca extraída de das registro lavrado\t",
            ["pessoas de civil das", "lavrado"],
        ),
        (
            9072,
            1134,
            "certidão de 12,5 <Nome_Mae> certidão de desta pessoas pessoas de da lei do\t",
            ["pessoas pessoas", "do"],
        ),
    ],
)
def test_text_must_fit_into_the_column_before_it_moves_to_a_stop_beyond(
    at: int, right: int, before: str, lines: list[str]
) -> None:
    text = before + " ".join(lines)
    found = broken(text, width=(9071 - right) / 20, column=9071 / 20, edge=510, stops=(Stop(at, "direita"),))
    assert texts(found) == [before + lines[0], lines[1]]


def test_the_blank_at_the_end_of_a_full_line_counts_at_a_right_stop_of_left_aligned_text_only() -> None:
    text = "extraída livro lavrado civil comarca extraída de das registro lavrado\tpessoas de civil das lavrado"
    stops = (Stop(9500, "direita"),)
    start = {
        al: places(text, width=9071 / 20, edge=510, stops=stops, alignment=al)[1] * 20 for al in get_args(Alignment)
    }
    assert start.pop("esquerda") == pytest.approx(7554, abs=2)
    assert list(start.values()) == pytest.approx([7614] * 3, abs=2)


def test_a_word_of_many_blanks_before_closing_signs_is_broken_in_a_loop() -> None:
    lines = broken("a" + (" " * 30 + ".") * 1100, width=60.0)
    assert len(lines) > 1000
    assert "".join(map(text_of, lines)) == "a" + (" " * 30 + ".") * 1100


@pytest.mark.parametrize("closing", [Face(), Face(bold=True)])
def test_a_long_word_is_measured_a_few_times_only(monkeypatch: pytest.MonkeyPatch, closing: Face) -> None:
    measured = []
    real = tokens_module.piece_of

    def piece_of(text: str, shown: Letter) -> Piece:
        measured.append(len(text))
        return real(text, shown)

    runs = [Run("x", PLAIN), *(each for _ in range(200) for each in (Run(" " * 30, PLAIN), Run(".", closing)))]
    monkeypatch.setattr(tokens_module, "piece_of", piece_of)
    broken(*runs)
    assert sum(measured) < 5 * sum(len(run.text) for run in runs)


def test_a_word_that_repeats_is_measured_once(monkeypatch: pytest.MonkeyPatch) -> None:
    measured = []
    real = tokens_module.piece_of
    monkeypatch.setattr(tokens_module, "piece_of", lambda text, shown: measured.append(text) or real(text, shown))
    tokens(*(Run("muitas palavras ", PLAIN) for _ in range(9)))
    assert sorted(measured) == [" ", "muitas", "palavras"]


LONG = "vice-presidente/substituto"


@pytest.mark.parametrize(
    ("text", "room", "lines"),
    [
        (f"abc {LONG}", f"abc {LONG[:-1]}", ["abc", LONG]),
        (f"abc {LONG}", "abc vice-presidente", ["abc vice-", "presidente/substitu", "to"]),
        (f"abc {LONG}", LONG[:-1], ["abc", LONG[:-1], "o"]),
        (LONG, LONG[:-1], ["vice-presidente/", "substituto"]),
        ("livro 1/2", "livro 1/", ["livro", "1/2"]),
        ("fone 34 /98", "fone 34 /9", ["fone 34", "/98"]),
    ],
)
def test_what_follows_a_slash_goes_back_to_the_last_blank_as_in_libreoffice(
    text: str, room: str, lines: list[str]
) -> None:
    assert texts(broken(text, width=width(room) + ROUNDING)) == lines


def test_a_word_after_a_slash_is_tied_only_if_a_blank_is_before_it() -> None:
    reader = Reader({}, Notices())
    first, second = (reader.read((Run(text, PLAIN),)) for text in ("e e/ou", "e/ou"))
    assert [token.kind for token in first] == ["palavra", "espaco", "palavra", "ligada"]
    assert [token.kind for token in second] == ["palavra", "palavra"]


def test_a_word_is_cut_at_a_soft_hyphen_only_if_the_hyphen_has_room() -> None:
    text = "recebido consti\u00adtui\u00adção"
    assert texts(broken(text, width=width("recebido consti") + ROUNDING)) == ["recebido", "consti\u00adtui\u00adção"]
    assert texts(broken(text, width=width("recebido consti-") + ROUNDING)) == ["recebido consti\u00ad", "tui\u00adção"]


def test_small_capitals_leave_digits_and_ordinals_their_size() -> None:
    face = Face(small_caps=True)
    assert sum(token.width for token in tokens(Run("1º/01ª", face))) == pytest.approx(width("1º/01ª"))


@pytest.mark.parametrize("word", ["autorizado", "e/autorizado"])
def test_a_word_wider_than_its_line_leaves_the_tab_before_it_alone_as_in_libreoffice(word: str) -> None:
    lines = broken(f"a\t{word}", width=width(word[:-2]) + ROUNDING, stops=(Stop(400),))
    assert [text_of(line) for line in lines] == ["a", "\t", word[:-2], word[-2:]]


def test_a_line_ends_after_a_slash_only_if_the_next_character_has_room_as_in_libreoffice() -> None:
    assert texts(broken(LONG, width=width("vice-presidente/") + ROUNDING)) == ["vice-", "presidente/", "substituto"]


@pytest.mark.parametrize("text", [" reconhecido", "a\n reconhecido", " reconhe/cido"])
def test_a_word_wider_than_its_line_is_cut_after_the_blanks_before_it_as_in_libreoffice(text: str) -> None:
    for alignment in get_args(Alignment):
        lines = broken(text, width=width(" reconhe/c") + ROUNDING, alignment=alignment)
        begun = text_of(lines[text.count("\n")])
        assert begun.strip(" ") == "" if alignment == "esquerda" else begun.startswith(" reconhe")


@pytest.mark.parametrize(
    ("text", "lines"),
    [
        ("metros\tSão\u00a0Paulo", ["metros\tSão\u00a0Pa", "ulo"]),
        ("metros\tanti\u2011heróis", ["metros\tanti-he", "róis"]),
        ("nos metros\tSão\u00a0Paulo", ["nos metros", "\tSão\u00a0Paulo"]),
    ],
)
def test_tied_words_are_cut_where_their_line_has_no_blank_as_in_libreoffice(text: str, lines: list[str]) -> None:
    room = width(lines[0].rpartition("\t")[2]) + 40 + ROUNDING
    assert [text_of(line) for line in broken(text, width=room, stops=(Stop(800),))] == lines


@pytest.mark.parametrize(("text", "size", "twips"), [("pré-\u00a0eleição", 14, 658), ("Sr.\u00a0Paulo", 22, 808)])
def test_what_ties_words_is_measured_by_itself_as_in_libreoffice(text: str, size: int, twips: int) -> None:
    run = Run(f"a {text}", Face(size=size))
    before = round(width("a ", run.face) * 20)
    assert len(broken(run, width=(before + twips + 1) / 20)) == 1
    assert len(broken(Run(text, run.face), width=twips / 20)) == 1
    assert len(broken(Run(text, run.face), width=(twips - 1) / 20)) == 2


def test_a_cut_word_of_several_faces_is_measured_by_piece_as_in_libreoffice() -> None:
    runs = (Run("pública", Face("Calibri", 18, bold=True)), Run("que", Face("Calibri", 18, bold=True, italic=True)))
    assert texts(broken(*runs, width=822 / 20)) == ["públicaque"]
    assert texts(broken(*runs, width=821 / 20)) == ["públicaqu", "e"]


def test_p2a_lines_that_begin_at_a_decimal_stop_hold_their_text_in_their_room_as_in_libreoffice() -> None:
    stop = (Stop(640, "decimal"),)
    lines = broken("anotação,\tcom, " + "m" * 9, width=39.1, stops=stop, cell=True)
    assert [text_of(line).lstrip("\t").rstrip(" ") for line in lines] == [
        "anotaçã",
        "o,",
        "",
        "com,",
        "mmmm",
        "mmmm",
        "m",
    ]
    assert all(end_of(line) <= 39.1 + 0.001 for line in lines)
    assert [line.parts[1].start for line in lines[:2]] == pytest.approx([0.05, 32 - width("o")], abs=0.06)
    assert broken("", width=39.1, stops=stop, cell=True)[0].parts[0].tokens == []


def test_a_tied_word_at_a_decimal_stop_is_cut_from_where_its_tab_begins_as_in_libreoffice() -> None:
    lines = broken("o\tSr.\u00a0José", width=width("oSr.\u00a0J") + 0.05 + ROUNDING, stops=(Stop(400, "decimal"),))
    assert [text_of(line) for line in lines] == ["o\tSr.\u00a0J", "osé"]
