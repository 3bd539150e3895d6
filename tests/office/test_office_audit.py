"""A3: one append-only, hash-chained log; what was recorded is not changed, and where it was, that is found."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from printserver import db
from printserver.office import LogEntry, audit, create
from support.office import NOW, Rig, command_line, disarm, open_rig


@pytest.fixture(params=["sqlite", "postgres"])
def rig(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rig]:
    """An office that printed and excluded a livro, on each kind of database."""
    more: dict[str, Any] = {}
    if request.param == "postgres":
        more["postgres"] = request.getfixturevalue("postgres_server")
    with open_rig(tmp_path / "serventia", **more) as opened:
        job = opened.printed(opened.livro())
        opened.act(job["id"], "excluir")
        yield opened


def verify(rig: Rig) -> tuple[int, str | None]:
    with rig.office.db.read() as conn:
        return audit.verify(conn, 1)


FORBIDDEN = (
    "UPDATE log SET quem = 'outro'",
    "UPDATE log SET hash = hash WHERE n = 1",
    "DELETE FROM log WHERE n = 1",
    "DELETE FROM log",
    "UPDATE selo SET total_centavos = 1",
    "UPDATE selo SET registro = ''",
    "UPDATE selo SET qr_url = '' WHERE ato = 'ES'",
    "UPDATE selo SET codigo = '0'",
    "DELETE FROM selo WHERE ato = 'XA'",
)


def test_a3_the_database_refuses_to_change_or_delete_what_was_recorded(rig: Rig) -> None:
    before = rig.rows(db.log), rig.rows(db.selo)
    for statement in FORBIDDEN:
        with pytest.raises(DBAPIError, match="nao se"), rig.office.db.write() as conn:
            conn.exec_driver_sql(statement)
    assert (rig.rows(db.log), rig.rows(db.selo)) == before


@pytest.mark.parametrize("rig", ["postgres"], indirect=True)
@pytest.mark.parametrize("table", ["log", "selo"])
def test_a3_a_table_cannot_be_emptied_at_once(rig: Rig, table: str) -> None:
    with pytest.raises(DBAPIError), rig.office.db.write() as conn:
        conn.exec_driver_sql(f"TRUNCATE {table} CASCADE")
    assert verify(rig)[1] is None


def test_a3_the_chain_of_a_working_office_holds(rig: Rig) -> None:
    count, fault = verify(rig)
    assert (count, fault) == (len(rig.rows(db.log)), None)


TAMPERED = {
    "UPDATE log SET quem = 'outro' WHERE n = 5": "o registro 5 da auditoria foi alterado",
    "UPDATE log SET detalhe = '{}' WHERE n = 5": "o registro 5 da auditoria foi alterado",
    "UPDATE log SET evento = 99 WHERE n = 5": "o registro 5 da auditoria foi alterado",
    "UPDATE log SET quando = '2026-11-20 17:31:00' WHERE n = 5": "o registro 5 da auditoria foi alterado",
    "DELETE FROM log WHERE n = 5": "falta o registro 5 da auditoria",
    "DELETE FROM log WHERE n > 5": "o fim da auditoria não confere: faltam registros",
    "DELETE FROM log": "o fim da auditoria não confere: faltam registros",
}


def test_a3_what_was_changed_behind_the_program_is_found(rig: Rig) -> None:
    for statement, fault in TAMPERED.items():
        with pytest.raises(ZeroDivisionError), rig.office.db.write() as conn:
            disarm(conn)
            conn.exec_driver_sql(statement)
            assert audit.verify(conn, 1)[1] == fault
            _ = 1 / 0  # leave all as it was, for the next
    assert verify(rig)[1] is None


def test_a3_a_row_hashed_anew_is_found_by_the_next(rig: Rig) -> None:
    with rig.office.db.write() as conn:
        disarm(conn)
        row = conn.execute(sa.select(db.log).where(db.log.c.n == 5)).mappings().one()
        changed = dict(row) | {"quem": "outro"}
        before = conn.execute(sa.select(db.log.c.hash).where(db.log.c.n == 4)).scalar_one()
        changed["hash"] = audit.digest(before, create.DEMO_CNS, changed)
        conn.execute(sa.update(db.log).where(db.log.c.n == 5).values(quem="outro", hash=changed["hash"]))
    assert verify(rig)[1] == "o registro 6 da auditoria foi alterado"


def test_a3_the_command_line_tells_whether_the_audit_holds(rig: Rig, capsys: pytest.CaptureFixture[str]) -> None:
    verify_command = ("auditoria", "verificar", "--instance", rig.folder)
    assert command_line(*verify_command) == 0
    assert "A auditoria confere" in capsys.readouterr().out
    with rig.office.db.write() as conn:
        disarm(conn)
        conn.exec_driver_sql("UPDATE log SET quem = 'outro' WHERE n = 5")
    assert command_line(*verify_command) == 1
    assert "NÃO confere depois de 4 registros" in capsys.readouterr().err


def test_a3_a_transaction_that_fails_leaves_no_line(rig: Rig) -> None:
    before = rig.rows(db.log)
    with pytest.raises(ZeroDivisionError), rig.office.db.write() as conn:
        audit.write(conn, 1, NOW, [LogEntry("job", "x", "aceito")])
        _ = 1 / 0
    assert rig.rows(db.log) == before
    assert verify(rig)[1] is None


def test_a3_only_jobs_and_seals_have_public_numbers_and_those_have_no_gap(rig: Rig) -> None:
    with rig.office.db.write() as conn:
        lines = [LogEntry(kind, "x", "y", detalhe={"ç": [1, "é"]}) for kind in ("pdf", "job", "pessoa", "selo", "fila")]
        audit.write(conn, 1, NOW, lines)
        audit.write(conn, 1, NOW, [])
    rows = rig.rows(db.log)
    public = [row["evento"] for row in rows if row["evento"] is not None]
    assert public == list(range(1, len(public) + 1))
    assert {row["objeto"] for row in rows if row["evento"] is not None} == {"job", "selo"}
    assert verify(rig)[1] is None


def test_a3_the_log_names_no_party_of_an_act(rig: Rig) -> None:
    told = str([row["detalhe"] for row in rig.rows(db.log)])
    assert "Ana de Assunção" not in told
    assert "SAIBAM" not in told
