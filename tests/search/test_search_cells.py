"""A text in a cell of a CSV: marked where a spreadsheet would change it, and read back exactly (T5)."""

import csv
import io

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from printserver.common.cells import mark, unmark

ANY_TEXT = st.text(st.characters(codec="utf-8"), max_size=40)


@given(st.lists(st.lists(ANY_TEXT, min_size=2, max_size=4), min_size=1, max_size=5))
@example([["'S-GRAVENHAGE 7", "''x"], ["a\r\nb", 'a"b;c'], ["\t1", "'"]])
def test_t5_any_text_is_read_as_it_was_written(rows: list[list[str]]) -> None:
    buffer = io.StringIO(newline="")
    csv.writer(buffer, delimiter=";", lineterminator="\r\n").writerows([map(mark, row) for row in rows])
    read = csv.reader(io.StringIO(buffer.getvalue(), newline=""), delimiter=";")
    assert [[unmark(cell) for cell in row] for row in read] == rows


@pytest.mark.parametrize(
    "text",
    [
        # formulas, also in full width; what a cell itself would take for a mark
        *(
            "=1+1",
            "+1",
            "-2+3",
            "@SUM(1)",
            "＝1+1",
            "＋1",
            "－1",
            "＠x",
            "#N/D",
            "'S-GRAVENHAGE",
            "\t=1",
            "\r=1",
            " 12",
        ),
        # dates and times
        *("3/2026", "10-11", "1-2", "20/11/2026", "2026-11-20", "2026-11-20T10:30:00Z", "3.11.26", "mar/26", "3-mar"),
        *("5 de maio de 2026", "MARÇO 2026", "nov 26", "Dec-1", "10:30", "10:30:15", "10h30", "2 pm", "2:30 a"),
        # numbers and money
        *(
            "00123",
            "12E5",
            "1e10",
            "1E-3",
            "12 e5",
            "1,5",
            "1.5",
            "1.234.567",
            "(5)",
            "5%",
            "R$ 5,00",
            "US$5",
            "$5",
        ),
        *("1 1/2", "123456789012", "12345678901234567890", "１２", "٣٤", "½", "-5", "1_000", "1'000"),
        # truth values
        *("TRUE", "false", "Verdadeiro", "FALSO"),
    ],
)
def test_t5_what_a_spreadsheet_would_change_is_marked(text: str) -> None:
    assert mark(text) == f"'{text}"


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "ATA-1",
            "P-2026-001234",
            "Escritura",
            "livro 12",
            "0",
            "123",
            "12345678901",
            "A1",
            "12E",
            "nº 7",
            "maio",
        ),
        *("1234562CE000000000000126J", "123456 01 55 2020 1 00014 128 0015406 53", "C-301-A", "3M do Brasil", "e-10x"),
    ],
)
def test_t5_what_a_spreadsheet_leaves_alone_is_not_marked(text: str) -> None:
    assert mark(text) == text
