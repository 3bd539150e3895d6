"""Seals by part of a code, by number of paper, and by a folha within a livro, on both databases (T5)."""

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from searched_seals import seal

from printserver import db, search
from support.office import FEES, LONG, Rig, open_rig
from support.offices import guarded_url, new_office


@pytest.fixture(scope="module", params=["sqlite", "postgres", "guarded"])
def rig(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """An office on SQLite, on PostgreSQL, and there under a role that row-level security holds."""
    folder = tmp_path_factory.mktemp("partes") / "casa"
    more = {} if request.param == "sqlite" else {"postgres": request.getfixturevalue("postgres_server")}
    guarded = request.param == "guarded"
    with new_office(folder, guarded_url(more["postgres"])) if guarded else open_rig(folder, **more) as opened:
        for _ in range(3):
            seal(opened)
        yield opened


def found(rig: Rig, **filters: str) -> list[str]:
    return [each["codigo"] for each in search.list_all(rig.office, filters, by_place="livro" in filters)["itens"]]


def test_t5_a_part_of_a_code_finds_the_seal(rig: Rig) -> None:
    code = seal(rig, identificador="PARTE")
    for part in (code, code[-6:], code[-4:], code[9:22], code[12:22], code[7:22], code[:22], code[:24], code[7:12]):
        assert code in found(rig, parte=part), part
        assert code in found(rig, parte=f" {part.lower()} "), part
    assert found(rig, parte=code[7:]) == [code]
    assert found(rig, parte=f"{code[:7]} {code[7:9]}.{code[9:]}") == [code]
    other = str(int(code[9:22]) + 7).zfill(13)
    for part in (code[-3:], other, other + code[22:24], "ES%", "____", "Ação", code + "0"):
        assert code not in found(rig, parte=part), part


def test_t5_the_number_of_a_sheet_or_of_a_paper_seal_finds_its_seals(rig: Rig) -> None:
    job = rig.printed(rig.certidao(), papel_seguranca=["AB 0001234"])
    codes = [each["codigo"] for each in job["selos"]]
    assert codes
    assert found(rig, parte="AB1234") == codes
    assert found(rig, parte="ab 01234") == codes
    assert found(rig, parte="AB1235") == []
    paper = {"ato": "AU", "papel": "AU0371AJ 0979007", "data": "2026-11-20", "emolumentos": FEES, "escrevente": "maria"}
    assert rig.call("POST", "/atos-de-balcao", paper).status == 201
    loaded = rig.call("POST", "/hibridos/carga", {"data": "2026-11-20", "escrevente": "maria"})
    assert loaded.status == 201, loaded
    (code,) = rig.rows(db.selo, db.selo.c.origem == "hibrido")
    for typed in ("AU0371AJ 0979007", "au0371aj0979007", "0371AJ0979007", "0979007", "979007"):
        assert found(rig, parte=typed) == [code["codigo"]], typed


def test_t5_a_folha_in_the_middle_of_a_deed_finds_its_seals_in_the_order_of_the_livro(rig: Rig) -> None:
    later = rig.printed(rig.livro(livro="0777", folha_inicial="040"))
    deed = rig.printed(rig.livro(livro="0777", folha_inicial="010", corpo=LONG))
    last = rig.rows(db.folha_lado, db.folha_lado.c.livro == "777", db.folha_lado.c.folha < 40)[-1]["folha"]
    assert last > 10
    codes = [each["codigo"] for each in deed["selos"]]
    for folha in ("10", "010", str(last)):
        assert found(rig, livro="777", folha=folha) == codes, folha
    assert found(rig, livro="777", folha=str(last + 1)) == []
    assert found(rig, livro="777") == codes + [each["codigo"] for each in later["selos"]]
    assert found(rig, livro="777", parte=codes[0][9:22]) == codes[:1]


def test_t5_parts_are_read_from_indexes(rig: Rig) -> None:
    """No part reads the whole table: each branch names one of the indexes of the ends of a code."""
    query = sa.select(db.selo.c.id).where(*search.filters.conditions(rig.office, {"parte": "0000004726K"}))
    with rig.office.db.write() as conn:
        text = str(query.compile(conn, compile_kwargs={"literal_binds": True}))
        if conn.dialect.name == "postgresql":
            _many(conn)
        explain = "EXPLAIN QUERY PLAN" if conn.dialect.name == "sqlite" else "EXPLAIN"
        plan = " ".join(str(row[-1]) for row in conn.exec_driver_sql(f"{explain} {text}"))
        conn.rollback()
    assert "ix_selo_fim" in plan
    assert "ix_selo_numero" in plan
    assert ("INTEGER PRIMARY KEY" if rig.office.db.sqlite else "pk_selo") in plan  # what was found, by its key
    assert "SCAN selo" not in plan
    assert "Seq Scan on selo" not in plan


def _many(conn: sa.Connection) -> None:
    """Add so many seals that an index is worth its while, until the transaction is rolled back."""
    code = "'1234561XX' || lpad(n::text, 13, '0') || '26K'"
    own = {"codigo": code, "numero_fim": f"substr({code}, 19, 4)", "codigo_fim": f"substr({code}, 22, 4)"}
    columns = [column.name for column in db.selo.c if column.name != "id"]
    values = ", ".join(own.get(name, name) for name in columns)
    one = "(SELECT * FROM selo WHERE retifica IS NULL AND ato <> 'PV' LIMIT 1) AS one"
    conn.exec_driver_sql(
        f"INSERT INTO selo ({', '.join(columns)}) SELECT {values} FROM {one}, generate_series(1, 5000) AS n"
    )
    conn.exec_driver_sql("ANALYZE selo")
