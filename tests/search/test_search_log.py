"""The log for people (A3, A4, A5): pages by key, filters, exceptions, export; what it reads from an index."""

import csv
import io
from collections.abc import Iterator
from datetime import date, timedelta
from itertools import pairwise
from typing import Any

import pytest
import sqlalchemy as sa

from printserver import db, search
from printserver.errors import Recusa
from printserver.office import Author, LogEntry, audit
from printserver.search import LogFilter
from support.life import live
from support.office import Rig, open_rig

EXCEPTIONS = {"xa", "isento", "substituicao", "nao-saiu", "inutilizada", "data-passada"}


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """An office with a full life, of which some days are over."""
    folder = tmp_path_factory.mktemp("log") / "serventia"
    with open_rig(folder, settings={"ficha": {"selo": "perguntar"}}) as rig:
        live(rig)
        rig.clock.forward(days=2)
        _exceptions(rig)
        yield rig


def _exceptions(rig: Rig) -> None:
    """Make the exceptions that the life has not: a substitution, a spoiled sheet, an act of a past day."""
    delivered = rig.printed(rig.certidao())
    code = delivered["selos"][0]["codigo"]
    again = rig.certidao(substitui=code, motivo="o nome estava errado", pedido=delivered["documento"]["pedido"])
    del again["isento"], again["motivo_isencao"]
    assert rig.post(again, escrevente="rui").status == 202
    rig.engine.run_once()
    yesterday = (rig.clock().date() - timedelta(days=1)).isoformat()
    rig.printed(rig.livro(id="P-9", folha_inicial="90", data=yesterday, motivo_data="assinado ontem à noite"))
    printed = rig.printed(rig.certidao())
    pages = [{"pagina": 1, "estado": "inutilizada"}]
    assert rig.act(printed["id"], "folhas", paginas=pages, motivo="rasgou").status == 200


def whole(rig: Rig, asked: LogFilter = LogFilter()) -> list[dict[str, Any]]:  # noqa: B008 - frozen
    """Return every entry that a filter finds, page by page."""
    found: list[dict[str, Any]] = []
    after = None
    while True:
        page = search.read_log(rig.office, asked, after, limit=7)
        found += page.itens
        if not page.mais:
            return found
        after = page.itens[-1]["n"]


def test_a3_pages_by_key_show_every_entry_once_newest_first(lived: Rig) -> None:
    found = whole(lived)
    assert sorted(each["n"] for each in found) == [row["n"] for row in lived.rows(db.log)]
    assert all((a["quando"], a["n"]) > (b["quando"], b["n"]) for a, b in pairwise(found))


def test_a3_an_entry_written_meanwhile_moves_no_page(lived: Rig) -> None:
    first = search.read_log(lived.office, LogFilter(), limit=5)
    with lived.office.db.write() as conn:
        audit.write(conn, 1, lived.clock(), [LogEntry("pessoa", "maria", "entrou", "maria")])
    second = search.read_log(lived.office, LogFilter(), first.itens[-1]["n"], limit=5)
    assert second.itens[0]["n"] == first.itens[-1]["n"] - 1


def test_a5_filters_find_what_they_name_and_all_of_it(lived: Rig) -> None:
    rows = lived.rows(db.log)
    today = lived.clock().date()
    code = lived.rows(db.selo)[0]["codigo"]
    job = lived.rows(db.job)[0]["id"]

    def numbers(asked: LogFilter) -> set[int]:
        return {each["n"] for each in whole(lived, asked)}

    def expected(fits: Any) -> set[int]:
        return {row["n"] for row in rows if fits(row)}

    assert numbers(LogFilter(autor="pessoa:maria")) >= expected(lambda row: row["quem"] == "maria")
    assert numbers(LogFilter(autor="sistema:inicial")) == expected(lambda row: row["sistema"] == "inicial")
    assert numbers(LogFilter(autor=search.THE_SERVER)) == expected(lambda row: not row["quem"] and not row["sistema"])
    assert numbers(LogFilter(objeto="pergunta")) == expected(lambda row: row["objeto"] == "pergunta")
    assert numbers(LogFilter(nome=code)) == expected(lambda row: row["objeto_id"] == code)
    assert numbers(LogFilter(nome=job)) == expected(lambda row: row["objeto_id"] == job)
    assert numbers(LogFilter(objeto="pergunta", nome=job)) <= numbers(LogFilter(nome=job))
    old = LogFilter(ate=today - timedelta(days=1))
    assert numbers(old) == expected(lambda row: row["quando"].date() < today)
    assert numbers(LogFilter(de=today, autor="pessoa:rui")) == expected(
        lambda row: row["quando"].date() >= today and row["quem"] == "rui"
    )
    assert numbers(LogFilter(autor="pessoa:ninguem")) == set()


def test_a4_the_exceptions_are_those_of_the_rule_and_no_zero_that_a_rule_sets(lived: Rig) -> None:
    found = whole(lived, LogFilter(excecoes=True))
    assert {each["excecao"] for each in found} == EXCEPTIONS
    rows = lived.rows(db.log)
    excluded = [
        row for row in rows if row["objeto"] == "selo" and str(row["detalhe"].get("retificado_por"))[7:9] == "XA"
    ]
    assert {row["n"] for row in excluded if "motivo" in row["detalhe"]} == {
        each["n"] for each in found if each["excecao"] == "xa"
    }
    reasons = {each["detalhe"]["motivo_isencao"] for each in found if each["excecao"] == "isento"}
    assert "ordem do juízo" in reasons
    assert not reasons & {"primeiro traslado", "selo facultativo", "exclusão de ato"}
    of_maria = whole(lived, LogFilter(excecoes=True, autor="pessoa:maria"))
    assert [each["n"] for each in of_maria] == [each["n"] for each in found if each["quem"] == "maria"]


def test_a3_a_filter_that_is_wrong_is_refused(lived: Rig) -> None:
    with pytest.raises(Recusa, match="o último dia vem antes do primeiro"):
        search.read_log(lived.office, LogFilter(de=date(2026, 1, 2), ate=date(2026, 1, 1)))
    with pytest.raises(Recusa, match="não tem o registro"):
        search.read_log(lived.office, LogFilter(), after=10**9)


# -- the export --------------------------------------------------------------------------------------------------------

HEADINGS = ("registro", "quem", "texto")
AUTHOR = Author(1, None, None, "tereza", "tabeliao", frozenset(), "10.0.0.7")


def cells(entry: Any) -> tuple[str, str, str]:
    return str(entry["n"]), entry["quem"] or "", str(entry["detalhe"].get("texto", ""))


def exported(rig: Rig, asked: LogFilter) -> list[list[str]]:
    made = search.export_log(rig.office, AUTHOR, asked, HEADINGS, cells)
    text = b"".join(made.pieces).decode("utf-8-sig")
    return list(csv.reader(io.StringIO(text), delimiter=";"))


def test_a3_the_export_has_what_the_filter_finds_and_is_on_record_with_who(lived: Rig) -> None:
    asked = LogFilter(autor="pessoa:rui", objeto="job")
    found = whole(lived, asked)
    table = exported(lived, asked)
    assert table[0] == list(HEADINGS)
    assert [int(row[0]) for row in table[1:]] == [each["n"] for each in found]
    record = lived.rows(db.log)[-1]
    assert (record["objeto"], record["objeto_id"], record["quem"]) == ("exportacao", "auditoria", "tereza")
    assert record["detalhe"]["filtros"] == {"autor": "pessoa:rui", "objeto": "job"}


def test_a3_no_cell_of_the_export_is_a_formula(lived: Rig) -> None:
    with lived.office.db.write() as conn:
        audit.write(
            conn, 1, lived.clock(), [LogEntry("acesso", "/x", "recusado", "=1+1", detalhe={"texto": "=CMD|'x'"})]
        )
    row = exported(lived, LogFilter(autor="pessoa:=1+1"))[1]
    assert row[1:] == ["'=1+1", "'=CMD|'x'"]


def test_a3_an_export_reads_in_pieces_and_its_reader_may_stop(lived: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(search.log, "PIECE_ROWS", 10)
    table = exported(lived, LogFilter())
    assert [int(row[0]) for row in table[1:]] == [each["n"] for each in whole(lived)][1:]  # but for its own entry
    made = search.export_log(lived.office, AUTHOR, LogFilter(), HEADINGS, cells)
    next(made.pieces)
    made.pieces.close()  # type: ignore[attr-defined]
    free = lived.office.listeners
    assert free._value == free._initial_value  # type: ignore[attr-defined]


# -- fast among millions -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("asked", "index"),
    [
        (LogFilter(), "ix_log_quando"),
        (LogFilter(de=date(2026, 1, 1), ate=date(2026, 1, 2)), "ix_log_quando"),
        (LogFilter(autor="pessoa:maria"), "ix_log_quem"),
        (LogFilter(autor="sistema:tribunal"), "ix_log_sistema"),
        (LogFilter(objeto="pessoa"), "ix_log_tipo"),
        (LogFilter(nome="notas"), "ix_log_objeto"),
        (LogFilter(excecoes=True), "ix_log_excecao"),
        (LogFilter(excecoes=True, autor="pessoa:maria"), "ix_log_excecao"),
    ],
    ids=str,
)
def test_a_page_is_found_in_an_index_in_its_order(lived: Rig, asked: LogFilter, index: str) -> None:
    seen: list[tuple[str, Any]] = []
    reader = lived.office.db._reader

    def note(_conn: Any, _cursor: Any, statement: str, values: Any, *_more: Any) -> None:
        if "ORDER BY log.quando DESC" in statement:
            seen.append((statement, values))

    sa.event.listen(reader, "before_cursor_execute", note)
    search.read_log(lived.office, asked)
    sa.event.remove(reader, "before_cursor_execute", note)
    assert seen
    for statement, values in seen:
        with lived.office.db.read() as conn:
            plan = [row[3] for row in conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values)]
        assert len(plan) == 1, plan  # no sorting
        assert index in plan[0]
