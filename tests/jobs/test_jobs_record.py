"""What is written with a print and stays: the log and the seals (A3), the errand to the court (T1), the states (T3)."""

from datetime import timedelta

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from printserver import db
from printserver.office import audit
from support.office import Rig

FIXED = ("codigo = 'X'", "registro = 'X'", "total_centavos = 1", "momento = NULL", "assinatura = 'X'", "qr_url = 'X'")


@pytest.mark.parametrize("table", ["log", "selo"])
def test_a3_nothing_recorded_is_changed_or_deleted(any_rig: Rig, table: str) -> None:
    any_rig.printed(any_rig.livro())
    changes = FIXED if table == "selo" else ("estado = 'X'", "quem = 'X'", "detalhe = NULL", "hash = 'X'", "evento = 9")
    for statement in (*(f"UPDATE {table} SET {change}" for change in changes), f"DELETE FROM {table}"):
        with pytest.raises(DBAPIError, match="nao se a"), any_rig.office.db.write() as conn:
            conn.exec_driver_sql(statement)
    with any_rig.office.db.read() as conn:
        rows, fault = audit.verify(conn, any_rig.office.serventia_id)
    assert (rows, fault) == (len(any_rig.rows(db.log)), None)


@pytest.mark.parametrize("forged", ["UPDATE log SET quem = 'rui' WHERE n = 7", "DELETE FROM log WHERE n = 7"])
def test_a3_whoever_gets_past_the_triggers_is_found_out(rig: Rig, forged: str) -> None:
    rig.printed(rig.livro())
    with rig.office.db.write() as conn:
        for trigger in ("log_sem_update", "log_sem_delete"):
            conn.exec_driver_sql(f"DROP TRIGGER {trigger}")
        assert conn.exec_driver_sql(forged).rowcount == 1
    with rig.office.db.read() as conn:
        rows, fault = audit.verify(conn, rig.office.serventia_id)
    assert rows == 6
    assert fault is not None
    assert "registro 7" in fault


def test_a3_a_log_without_its_end_is_found_out(rig: Rig) -> None:
    rig.printed(rig.livro())
    last = len(rig.rows(db.log))
    with rig.office.db.write() as conn:
        conn.exec_driver_sql("DROP TRIGGER log_sem_delete")
        conn.execute(sa.delete(db.log).where(db.log.c.n == last))
    with rig.office.db.read() as conn:
        assert audit.verify(conn, rig.office.serventia_id) == (
            last - 1,
            "o fim da auditoria não confere: faltam registros",
        )


def test_a3_the_log_names_ids_and_no_party(rig: Rig) -> None:
    rig.printed(rig.livro())
    assert not any("Ana" in str(row) or "Assunção" in str(row) for row in rig.rows(db.log))


def test_t1_every_seal_goes_with_its_errand_and_deadline(rig: Rig) -> None:
    """A retroactive act is due 24 hours after it, however late it was sealed; a link goes along with its seal."""
    document = rig.livro(data="2026-11-18", motivo_data="queda de energia")
    rig.taken(document)
    seals = {row["codigo"]: row for row in rig.rows(db.selo)}
    errands = rig.rows(db.outbox)
    assert [row["tipo"] for row in errands] == ["ato", "ato", "vinculo"]
    assert {row["codigo"] for row in errands if row["tipo"] == "ato"} == set(seals)
    for row in errands:
        seal = seals[row["codigo"]]
        assert row["prazo"] - seal["momento"] == timedelta(hours=24)
        assert row["vence_em"] - seal["criado_em"] == timedelta(hours=2)
    principal = next(code for code, seal in seals.items() if seal["principal"])
    assert errands[-1]["alvo"] == principal
    assert errands[0]["carga"]["registro"] == seals[errands[0]["codigo"]]["registro"]


def test_t1_an_exclusion_is_reported_too(rig: Rig) -> None:
    job = rig.printed(rig.livro())
    rig.act(job["id"], "excluir")
    excluded = {selo["codigo"] for selo in rig.job(job["id"])["selos"]}
    made = [row["codigo"] for row in rig.rows(db.outbox) if row["tipo"] == "xa"]
    assert {row["retifica"] for row in rig.rows(db.selo) if row["codigo"] in made} == excluded


def test_t3_a_seal_waits_for_its_report_and_tells_its_changes(rig: Rig) -> None:
    job = rig.printed(rig.livro())
    code = job["selos"][0]["codigo"]
    rig.act(job["id"], "excluir")
    seal = rig.selo(code)
    assert seal["estado"] == "comunicação pendente"
    assert [(each["quem"], each["sistema"]) for each in seal["andamentos"]] == [("maria", "inicial")] * 2
    assert seal["andamentos"][1]["detalhe"]["retificado_por"] == seal["retificado_por"]
    assert all(each["quando"] and each["endereco"] for each in seal["andamentos"])


def test_t5_a_seal_is_found_by_code_livro_and_first_folha(rig: Rig) -> None:
    first, second = (rig.printed(rig.livro(livro=livro, folha_inicial="007")) for livro in ("0123", "B-45"))
    expected = {selo["codigo"] for selo in first["selos"]}

    def found(query: str) -> set[str]:
        return {selo["codigo"] for selo in rig.call("GET", f"/selos?{query}").json["itens"]}

    assert found("livro=123&folha=7") == found("livro=0123&folha=007") == expected
    assert found("folha=7") == expected | {selo["codigo"] for selo in second["selos"]}
    one = min(expected)
    assert found(f"codigo={one}") == found(f"codigo={one.lower()}") == {one}
