"""Incidents: opened once an episode by the program, closed by name with a cause, never changed; their terms."""

import threading
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from sqlalchemy.exc import DBAPIError

from printserver import db, incidents
from printserver.clock import local, rfc3339
from printserver.incidents import TERMS, clocks
from printserver.office import verification
from printserver.office.people import Author
from support.court import rig_with_court
from support.office import NOW, Rig, command_line, disarm, open_rig
from support.smtp import mail_server

WHAT = "a cópia de 20/11/2026 falhou: disco cheio"
TEREZA = Author(1, None, None, "tereza", "tabeliao", frozenset(), None)


@pytest.fixture(params=["sqlite", "postgres"])
def either(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rig]:
    """An office on each kind of database."""
    more: dict[str, Any] = {}
    if request.param == "postgres":
        more["postgres"] = request.getfixturevalue("postgres_server")
    with open_rig(tmp_path / "casa", **more) as opened:
        yield opened


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    with open_rig(tmp_path / "casa") as opened:
        yield opened


def fail(rig: Rig, what: str = WHAT, kind: str = "copia-falhou") -> None:
    with rig.office.db.write() as conn:
        incidents.open_incident(conn, rig.office, kind, what, rig.clock())


def settle(rig: Rig, kind: str = "copia-falhou") -> None:
    with rig.office.db.write() as conn:
        incidents.settled(conn, rig.office, kind, rig.clock())


def told(rig: Rig) -> list[tuple[str, str]]:
    return [(row["objeto_id"], row["estado"]) for row in rig.rows(db.log, db.log.c.objeto == "incidente")]


def test_an_incident_is_opened_once_an_episode_and_outlives_its_condition(either: Rig) -> None:
    settle(either)
    assert told(either) == []
    for _ in range(3):
        fail(either)
    fail(either, "e outra vez, por outra razão")
    settle(either)
    settle(either)
    (row,) = either.rows(db.incidente)
    assert (row["texto"], row["cessou_em"], row["fechado_em"]) == (WHAT, NOW, None)
    fail(either)  # it is still open: nobody has said why
    assert told(either) == [("1", "aberto"), ("1", "cessou")]
    incidents.close(either.office, TEREZA, 1, {"causa": "disco cheio; trocado"})
    fail(either)
    assert told(either) == [("1", "aberto"), ("1", "cessou"), ("1", "fechado"), ("2", "aberto")]


def test_one_closed_while_its_condition_lasts_is_not_opened_again(rig: Rig) -> None:
    """A broken chain stays broken: who has said why is not asked each minute. Another fault is another incident."""
    fail(rig)
    incidents.close(rig.office, TEREZA, 1, {"causa": "mídia trocada; a cópia de hoje à noite resolve"})
    fail(rig)
    assert len(rig.rows(db.incidente)) == 1
    settle(rig)
    fail(rig)
    incidents.close(rig.office, TEREZA, 2, {"causa": "de novo"})
    fail(rig, "a cópia de 21/11/2026 falhou: senha errada")
    assert [row["fechado_em"] is None for row in rig.rows(db.incidente)] == [False, False, True]


def test_processes_that_see_one_condition_open_one_incident(either: Rig) -> None:
    together = threading.Barrier(4)

    def notice() -> None:
        together.wait()
        fail(either)

    threads = [threading.Thread(target=notice) for _ in range(4)]
    for each in threads:
        each.start()
    for each in threads:
        each.join()
    assert told(either) == [("1", "aberto")]


FORBIDDEN = (
    "UPDATE incidente SET texto = 'nada'",
    "UPDATE incidente SET aberto_em = '2020-01-01'",
    "UPDATE incidente SET causa = 'outra' WHERE id = 1",
    "UPDATE incidente SET cessou_em = aberto_em, causa = 'outra' WHERE id = 1",
    "UPDATE incidente SET fechado_em = NULL WHERE id = 1",
    "DELETE FROM incidente",
)


def test_the_database_keeps_incidents_for_good(either: Rig) -> None:
    """ANPD Res. 15/2024, art. 10: kept five years. Nothing here removes them."""
    fail(either)
    incidents.close(either.office, TEREZA, 1, {"causa": "disco cheio"})
    before = either.rows(db.incidente)
    for statement in FORBIDDEN:
        with pytest.raises(DBAPIError, match="nao se"), either.office.db.write() as conn:
            conn.exec_driver_sql(statement)
    assert either.rows(db.incidente) == before


# -- the terms --------------------------------------------------------------------------------------------------------


def sp(text: str) -> datetime:
    return datetime.fromisoformat(f"{text}-03:00")


@pytest.mark.parametrize(
    ("begin", "hours", "days"),
    [
        ("2026-11-24T14:30:00", "2026-11-26T14:30:00", "2026-11-27T23:59:59"),  # a Tuesday
        ("2026-11-27T14:30:00", "2026-12-01T14:30:00", "2026-12-02T23:59:59"),  # over a weekend
        ("2026-11-20T14:30:00", "2026-11-24T23:59:59.999999", "2026-11-25T23:59:59"),  # Consciência Negra, a Friday
        ("2026-04-02T10:00:00", "2026-04-07T10:00:00", "2026-04-08T23:59:59"),  # before Good Friday
        ("2027-07-08T00:00:00", "2027-07-12T23:59:59.999999", "2027-07-13T23:59:59"),  # 9 July: in São Paulo alone
        ("2026-07-06T10:00:00", "2026-07-08T10:00:00", "2026-07-09T23:59:59"),  # a federal body works on that day
        ("2026-12-24T12:00:00", "2026-12-29T12:00:00", "2026-12-30T23:59:59"),  # Christmas
    ],
)
def test_the_three_clocks_count_to_the_earliest_end(begin: str, hours: str, days: str) -> None:
    moment = sp(begin)
    assert TERMS["corregedoria"].end(moment) == moment + timedelta(hours=72)
    assert TERMS["corregedoria"].aim == timedelta(hours=24)
    assert TERMS["titulares"].end(moment) - sp(hours) in (timedelta(0), timedelta(microseconds=1))
    assert TERMS["anpd"].end(moment) == sp(days)
    ends = {word: term.end(moment) for word, term in TERMS.items()}
    earliest = min(ends, key=lambda word: ends[word])
    assert incidents.first_due(moment, {}) == (earliest, ends[earliest])
    assert incidents.first_due(moment, dict.fromkeys(TERMS)) is None


def test_holidays_are_those_of_the_whole_state_or_of_the_country() -> None:
    of_2026 = [date(2026, 1, 1) + timedelta(days=n) for n in range(365)]
    known = [f"{day:%d/%m}" for day in of_2026 if clocks.holiday(day)]
    fixed = ["01/01", "21/04", "01/05", "09/07", "07/09", "12/10", "02/11", "15/11", "20/11", "25/12"]
    assert sorted(known) == sorted([*fixed, "03/04"])
    assert [day for day in of_2026 if clocks.holiday(day) and not clocks.national(day)] == [date(2026, 7, 9)]
    assert clocks.holiday(date(2038, 4, 23))  # the latest Easter there is
    assert not clocks.holiday(date(2023, 11, 20))


# -- opened by themselves ---------------------------------------------------------------------------------------------


def test_t1_a_court_silent_near_a_term_is_an_incident_told_by_mail(tmp_path: Path) -> None:
    with mail_server() as box:
        email = {"servidor": "127.0.0.1", "porta": box.port, "seguranca": "nenhuma", "remetente": "selos@c.example"}
        settings = {"avisos": email | {"destinatarios": ["a@c.example"]}}
        with rig_with_court(tmp_path / "casa", settings=settings) as (rig, court):
            court.fail("fora")
            rig.printed(rig.livro(id="P-1"))
            for _ in range(4):
                rig.clock.forward(hours=4)
                rig.engine.run_once()
            assert rig.rows(db.incidente) == []  # silent, and eight hours are left
            rig.clock.forward(hours=4, minutes=1)
            rig.engine.run_once()
            (row,) = rig.rows(db.incidente)
            assert row["tipo"] == "tribunal-calado"
            subjects = [str(each["Subject"]) for each in box.messages]
            assert "[DEMONSTRAÇÃO CNS 123456] Incidente 1: Tribunal sem resposta, com prazo no fim" in subjects
            rig.engine.run_once()
            court.fail(None)
            rig.clock.forward(hours=1)
            rig.engine.run_once()
            rig.engine.run_once()
            (row,) = rig.rows(db.incidente)
            assert (row["cessou_em"], row["fechado_em"]) == (rig.clock(), None)
            texts = [each.get_content() for each in box.messages if "Incidente" in str(each["Subject"])]
    assert len(texts) == 1
    assert "Ana de Assunção" not in texts[0]


def test_a6_a_log_that_does_not_verify_is_an_incident_until_it_does(rig: Rig) -> None:
    rig.printed(rig.livro())
    rig.engine.run_once()
    assert rig.rows(db.incidente) == []
    with rig.office.db.write() as conn:
        disarm(conn)
        conn.execute(sa.update(db.log).where(db.log.c.n == 3).values(quem="outro"))
    checker = verification.Verifier(rig.office)
    assert checker.start(TEREZA)
    assert checker.wait(60)
    rig.engine.run_once()
    (row,) = rig.rows(db.incidente)
    assert (row["tipo"], row["cessou_em"]) == ("cadeia-quebrada", None)
    assert "o registro 3 da auditoria foi alterado" in row["texto"]
    shown = [each["chave"] for each in rig.rows(db.aviso)]
    assert "incidente:1" in shown


def test_a6_a_head_that_the_log_does_not_continue_is_an_incident(rig: Rig) -> None:
    rig.engine.run_once()
    (head,) = (rig.folder / "auditoria").glob("*.json")
    right = head.read_text("utf-8")
    head.write_text(right.replace('"n": ', '"n": 9'), "utf-8")
    rig.engine.run_once()
    head.write_text(right, "utf-8")
    rig.engine.run_once()
    (row,) = rig.rows(db.incidente)
    assert (row["tipo"], row["cessou_em"]) == ("cadeia-quebrada", rig.clock())
    assert "existiu e sumiu" in row["texto"]


# -- the command line -------------------------------------------------------------------------------------------------


def test_a1_the_command_line_closes_by_name_and_keeps_the_machines_user(
    rig: Rig, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("USER", "tecnico")
    monkeypatch.delenv("SUDO_USER", raising=False)
    fail(rig)
    at = ("--instance", rig.folder)
    assert command_line("incidentes", "listar", *at) == 0
    shown = capsys.readouterr().out
    assert WHAT in shown
    assert f"anpd: ANPD, 3 dias úteis: até {local(TERMS['anpd'].end(NOW)):%d/%m/%Y %H:%M}" in shown
    for who, why in (("maria", "peça a quem pode"), ("ninguem", "não há usuário 'ninguem'")):
        assert command_line("incidentes", "fechar", 1, "--causa", "x", "--por", who, *at) == 1
        assert why in capsys.readouterr().err
    note = ("comunicacao", 1, "--a", "corregedoria", "--texto", "protocolo 1", "--por", "tereza")
    assert command_line("incidentes", *note, *at) == 0
    assert command_line("incidentes", *note, *at) == 1
    assert "já está anotada" in capsys.readouterr().err
    assert command_line("incidentes", "fechar", 1, "--causa", "disco cheio", "--por", "tereza", *at) == 0
    assert command_line("incidentes", "fechar", 1, "--causa", "de novo", "--por", "tereza", *at) == 1
    assert command_line("incidentes", "fechar", 9, "--causa", "de novo", "--por", "tereza", *at) == 1
    (row,) = rig.rows(db.incidente)
    assert (row["causa"], row["fechado_por"]) == ("disco cheio", "tereza")
    assert row["comunicacoes"]["corregedoria"]["quando"][:10] == rfc3339(NOW)[:10]
    last = rig.rows(db.log, db.log.c.objeto == "incidente")[-1]
    assert (last["quem"], last["sistema"]) == ("tereza", "linha de comando: tecnico")
    assert last["detalhe"]["sem_nota"] == ["ANPD", "Titulares, ANPD, juiz corregedor e CGJ"]
    assert last["quando"].tzinfo == UTC
