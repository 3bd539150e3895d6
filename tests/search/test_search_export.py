"""What a search found, as a table: read by other programs as Excel reads it, never a formula, always on record."""

import csv
import html
import io
import re
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from searched_seals import MATRICULA, Made, act, fill, seal

from printserver import db
from printserver.search import columns, export, results
from support.office import Rig, open_rig


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Rig, Made]]:
    with open_rig(tmp_path_factory.mktemp("exporta") / "casa") as rig:
        yield rig, fill(rig)


def as_csv(rig: Rig, query: str = "") -> list[dict[str, str]]:
    answer = rig.call("GET", f"/selos/exportacao?formato=csv&{query}")
    assert (answer.status, answer.headers["Content-Type"]) == (200, "text/csv; charset=utf-8")
    assert answer.headers["Content-Disposition"].startswith('attachment; filename="selos-123456-20261120-1430.csv"')
    assert answer.json.startswith(b"\xef\xbb\xbfcodigo;natureza;ato;")
    return list(csv.DictReader(io.StringIO(answer.json.decode("utf-8-sig")), delimiter=";"))


def test_csv_opens_as_brazilians_write(filled: tuple[Rig, Made]) -> None:
    rig, made = filled
    rows = {row["codigo"]: row for row in as_csv(rig)}
    assert set(rows) == set(made.values())
    dear = rows[made["caro"]]
    assert {name: dear[name] for name in ("total", "emolumentos_tabeliao", "data", "momento", "valido")} == {
        "total": "95,12",
        "emolumentos_tabeliao": "55,70",
        "data": "20/11/2026",
        "momento": "20/11/2026 14:30:00",
        "valido": "sim",
    }
    assert (rows[made["trocado"]]["valido"], rows[made["trocado"]]["retificado_por"]) == ("não", made["certo"])
    assert (rows[made["isento"]]["isento"], rows[made["isento"]]["motivo_isencao"]) == ("sim", "gratuidade")


def test_csv_no_cell_is_a_formula_and_no_long_number_loses_its_end(filled: tuple[Rig, Made]) -> None:
    rig, made = filled
    rows = {row["codigo"]: row for row in as_csv(rig)}
    assert rows[made["ontem"]]["identificador"] == "'=1+1"
    grouped = "123456 01 55 2020 1 00014 128 0015406 53"
    assert rows[made["civil"]]["matricula"] == rows[made["civil"]]["identificador"] == grouped
    assert grouped.replace(" ", "") == MATRICULA


@pytest.mark.parametrize("text", ["=cmd|' /C calc'!A0", "@SUM(1)", "-2+3", "+1", "12345678901234567890"])
def test_csv_text_that_a_spreadsheet_would_change_is_marked(tmp_path: Path, text: str) -> None:
    with open_rig(tmp_path / "casa") as rig:
        seal(rig, identificador=text.replace("|", " "))
        (row,) = as_csv(rig)
    assert row["identificador"] == "'" + text.replace("|", " ")


def test_an_export_keeps_to_the_search_and_is_read_piece_by_piece(
    filled: tuple[Rig, Made], monkeypatch: pytest.MonkeyPatch
) -> None:
    rig, made = filled
    whole = [row["codigo"] for row in as_csv(rig)]
    monkeypatch.setattr(results, "PIECE_ROWS", 3)
    assert [row["codigo"] for row in as_csv(rig)] == whole
    assert [row["codigo"] for row in as_csv(rig, "natureza=2")] == [made["civil"]]
    assert as_csv(rig, "ato=CS") == []


def test_xlsx_is_a_table_of_text_money_and_times(filled: tuple[Rig, Made], monkeypatch: pytest.MonkeyPatch) -> None:
    rig, made = filled
    monkeypatch.setattr(export, "SHEET_ROWS", 6)  # a sheet has an end: the rest goes on the next
    answer = rig.call("GET", "/selos/exportacao?formato=xlsx")
    assert answer.headers["Content-Type"].endswith("spreadsheetml.sheet")
    with zipfile.ZipFile(io.BytesIO(answer.json)) as book:
        sheets = [book.read(f"xl/worksheets/sheet{n}.xml").decode() for n in (1, 2)]
    assert [sheet.count("<row ") for sheet in sheets] == [6, 4]
    both = "".join(sheets)
    assert all(code in both for code in made.values())
    assert "<f>" not in both
    assert "=1+1" in both
    assert "<v>95.12</v>" in both


def test_t5_a_workbook_has_heads_days_a_filter_and_a_sheet_that_sums_up(tmp_path: Path) -> None:
    with open_rig(tmp_path / "casa") as rig:
        code = seal(rig, identificador="3/2026")
        act(rig, seal(rig), "xa")
        answer = rig.call("GET", "/selos/exportacao?formato=xlsx&de=2026-11-01&ate=2026-11-30")
    with zipfile.ZipFile(io.BytesIO(answer.json)) as book:
        names, table, summary = (
            book.read(f"xl/{part}.xml").decode() for part in ("workbook", "worksheets/sheet1", "worksheets/sheet2")
        )
    assert re.findall(r'<sheet name="(\w+)"', names) == ["Selos", "Resumo"]
    assert '<autoFilter ref="A1:AG4"/>' in table
    lines = [_cells(line) for line in table.split("<row ")[1:]]
    head = {text: column for column, text in lines[0].items()}
    assert {"Data do ato", "Emolumentos: Secretaria da Fazenda"} <= set(head)
    assert list(head).index("Nome do escrevente") == list(head).index("Escrevente") + 1
    (cells,) = [line for line in lines if line["A"] == code]
    row = {name: cells.get(column) for name, column in head.items()}
    assert (row["Data do ato"], row["Identificador"], row["Total"]) == ("46346", "3/2026", "95.12")
    assert (row["Escrevente"], row["Nome do escrevente"]) == ("maria", "Maria")
    facts = [list(_cells(line).values()) for line in summary.split("<row ")[1:]]
    assert ["Período", "01/11/2026 a 30/11/2026"] in facts
    assert ["Exportado por", "sistema inicial"] in facts
    assert ["Selos", "3", "1"] in facts
    assert ["Total", "190.24", "95.12"] in facts


def _cells(line: str) -> dict[str, str]:
    """What stands in the cells of a row of a sheet, by their columns."""
    found = re.findall(r'<c r="([A-Z]+)\d+"[^>]*>(?:<is><t[^>]*>|<v>)([^<]*)<', line)
    return {column: html.unescape(text) for column, text in found}


def test_t5_a_csv_has_each_column_once() -> None:
    assert sorted(columns.CSV_ORDER) == sorted(columns.HEADINGS)


def test_the_guide_of_the_api_names_every_column() -> None:
    guide = (Path(__file__).parents[2] / "docs" / "api.md").read_text("utf-8")
    named = re.findall(r"`(\w+)`", guide.partition("| columns | |")[2].partition("\n\n")[0])
    assert [name for name in named if name in columns.CSV_ORDER] == list(columns.CSV_ORDER)


def test_a3_an_export_is_on_record_with_who_asked_and_for_what(tmp_path: Path) -> None:
    with open_rig(tmp_path / "casa") as rig:
        seal(rig)
        as_csv(rig, "ato=ES&validos=1")
        (row,) = rig.rows(db.log, db.log.c.objeto == "exportacao")
    assert (row["estado"], row["sistema"], row["endereco"]) == ("pedida", "inicial", "127.0.0.1")
    assert row["detalhe"] == {"formato": "csv", "filtros": {"ato": "ES", "validos": "1"}}


def test_exports_leave_room_for_others_and_give_it_back(tmp_path: Path) -> None:
    with open_rig(tmp_path / "casa", settings={"http": {"linhas": 4}}) as rig:
        act(rig, seal(rig), "xa")
        for _ in range(3):  # more than there is room for at a time
            assert len(as_csv(rig)) == 2
        room = rig.office.listeners
        assert room.acquire(blocking=False)
        assert room.acquire(blocking=False)
        refused = rig.call("GET", "/selos/exportacao")
        assert (refused.status, refused.word) == (503, "servidor-ocupado")
        room.release()
        assert len(as_csv(rig)) == 2
