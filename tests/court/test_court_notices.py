"""Notices on the screen and by e-mail, against a real mail server: each once, whatever dies, and none holds work up."""

import threading
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from printserver import db
from printserver.court import mail, notices
from printserver.errors import ConfigError
from printserver.office import load_settings
from support import process
from support.court import Court, rig_with_court
from support.office import FEES, Rig, put_certificate
from support.postgres import PrivatePostgres
from support.smtp import Mailbox, mail_server

EMAIL = {"servidor": "127.0.0.1", "seguranca": "nenhuma", "remetente": "selos@c.example"}
EMAIL |= {"destinatarios": ["a@c.example", "b@c.example"]}


@pytest.fixture
def box() -> Iterator[Mailbox]:
    with mail_server() as running:
        yield running


@pytest.fixture
def both(tmp_path: Path, box: Mailbox) -> Iterator[tuple[Rig, Court]]:
    settings = {"avisos": EMAIL | {"porta": box.port}}
    with rig_with_court(tmp_path / "casa", settings=settings) as (rig, court):
        yield rig, court


def seal(rig: Rig, n: int = 1) -> str:
    body = {"ato": "ES", "identificador": f"ATA-{n}", "emolumentos": FEES, "escrevente": "maria"}
    found = rig.call("POST", "/selos", body | {"partes": ["Ana de Assunção"]})
    assert found.status == 201, found
    return str(found.json["codigo"])


def told(rig: Rig) -> list[str]:
    return [row["tipo"] for row in sorted(rig.rows(db.aviso), key=lambda row: row["quando"])]


def tick(rig: Rig, **much: float) -> None:
    rig.clock.forward(**much)
    notices.observe(rig.office)
    mail.send(rig.office)


def test_t1_each_step_of_a_term_is_told_once_by_mail(both: tuple[Rig, Court], box: Mailbox) -> None:
    rig, court = both
    court.fail("fora")
    code = seal(rig)
    for _ in range(27):
        tick(rig, hours=1)
    assert told(rig) == ["prazo-12h", "prazo-4h", "atrasado"]
    assert [str(each["Subject"]) for each in box.messages] == [
        "[DEMONSTRAÇÃO CNS 123456] 1 selo com menos de 12 horas de prazo",
        "[DEMONSTRAÇÃO CNS 123456] 1 selo com menos de 4 horas de prazo",
        "[DEMONSTRAÇÃO CNS 123456] 1 selo com o prazo de 24 horas vencido",
    ]
    assert box.envelopes[0] == ("selos@c.example", ["a@c.example", "b@c.example"])
    texts = [each.get_content() for each in box.messages]
    assert all(code in text for text in texts)
    assert not any("Assunção" in text or "maria" in text for text in texts)


def test_t1_a_seal_that_comes_under_a_step_later_is_told_of_too(both: tuple[Rig, Court]) -> None:
    rig, court = both
    court.fail("fora")
    rig.clock.forward(hours=9)  # half past eleven at night
    seal(rig, 1)
    tick(rig, hours=12, minutes=40)
    assert told(rig) == ["prazo-12h"]
    tick(rig, minutes=61)
    late = {"ato": "ES", "identificador": "ATA-3", "emolumentos": FEES, "escrevente": "maria", "motivo_data": "ontem"}
    assert rig.call("POST", "/selos", late | {"data": "2026-11-20"}).status == 201
    for _ in range(4):
        tick(rig, hours=1)
    assert told(rig) == ["prazo-12h", "prazo-12h"]


def test_t2_refusals_are_told_with_their_codes_and_at_most_hourly(both: tuple[Rig, Court], box: Mailbox) -> None:
    rig, court = both
    court.fail("objeta")
    codes = [seal(rig, 1)]
    rig.engine.run_once()
    tick(rig, minutes=1)
    codes.append(seal(rig, 2))
    rig.engine.run_once()
    tick(rig, minutes=30)
    assert told(rig) == ["recusado"]
    tick(rig, minutes=31)
    assert told(rig) == ["recusado", "recusado"]
    first, second = (each.get_content() for each in box.messages)
    assert codes[0] in first
    assert (codes[0] in second, codes[1] in second) == (False, True)
    assert "2 selos à espera de correção" in second
    tick(rig, hours=5)
    assert told(rig) == ["recusado", "recusado"]


def test_the_end_of_a_day_is_told_with_its_counts(both: tuple[Rig, Court], box: Mailbox) -> None:
    rig, court = both
    bad = seal(rig, 1)
    court.fail("objeta", selos=[bad])
    for n in range(2, 5):
        seal(rig, n)
    rig.engine.run_once()
    tick(rig, hours=9)
    assert "lote" not in told(rig)
    tick(rig, hours=1)
    (day,) = [row for row in rig.rows(db.aviso) if row["tipo"] == "lote"]
    assert day["assunto"] == "Envio de 20/11/2026: 3 aceitos, 1 recusado"
    tick(rig, days=1)
    assert told(rig).count("lote") == 1
    assert box.messages[-1]["Subject"].endswith("3 aceitos, 1 recusado")


def test_the_end_of_a_sending_at_set_hours_is_told(tmp_path: Path) -> None:
    """The office's clock is at 14:30."""
    hours = {"tribunal": {"modo": "horarios", "horarios": ["15:00"]}}
    with rig_with_court(tmp_path / "casa", settings=hours) as (rig, court):
        seal(rig)
        rig.engine.run_once()
        assert told(rig) == []
        court.fail("fora")
        rig.clock.forward(minutes=31)
        rig.engine.run_once()
        assert told(rig) == []
        court.fail(None)
        rig.clock.forward(minutes=6)
        rig.engine.run_once()
        (row,) = rig.rows(db.aviso)
        assert row["assunto"] == "Envio de 20/11/2026 às 15:00: 1 aceito, 0 recusados"
        assert row["vence_em"] is None, "without a mail server it is on the screen alone"


def test_h2_the_end_of_a_load_of_paper_seals_is_told(both: tuple[Rig, Court], box: Mailbox) -> None:
    rig, _court = both
    body = {"ato": "AU", "serie": "0371AJ", "de": 1, "ate": 5, "data": "2026-11-20", "emolumentos": FEES}
    assert rig.call("POST", "/hibridos", body | {"escrevente": "maria"}).status == 201
    for _ in range(2):
        rig.engine.run_once()
    assert told(rig) == ["carga"]
    assert "Aceitos pelo tribunal: 5." in box.messages[0].get_content()


def test_t4_the_certificates_end_is_told_step_by_step(both: tuple[Rig, Court], box: Mailbox) -> None:
    rig, _court = both
    end = rig.office.certificado.valid_until
    for left in (31, 30, 20, 15, 8, 7, 2, 1, 0.5, 0, -3):
        rig.clock.now = end - timedelta(days=left)
        tick(rig)
    assert [each["Subject"].partition("] ")[2] for each in box.messages] == [
        *(f"O certificado da serventia vence em {n} dias" for n in (30, 15, 7)),
        "O certificado da serventia vence em 1 dia",
        "O certificado da serventia venceu",
    ]


def test_t4_a_certificate_that_is_not_good_yet_is_told_once(both: tuple[Rig, Court], box: Mailbox) -> None:
    rig, _court = both
    put_certificate(rig, timedelta(days=7))
    for _ in range(3):
        tick(rig, hours=1)
    (told_of,) = [row for row in rig.rows(db.aviso) if row["tipo"] == "certificado"]
    assert "só a partir de 27/11/2026" in told_of["texto"]
    assert [each["Subject"].partition("] ")[2] for each in box.messages] == [
        "O certificado da serventia ainda não vale"
    ]


def test_a_message_put_off_into_a_future_that_was_taken_back_goes_at_once(
    both: tuple[Rig, Court], box: Mailbox
) -> None:
    rig, court = both
    court.fail("objeta", vezes=1)
    seal(rig)
    rig.engine.run_once()
    right = rig.clock.now
    box.falha = "recusa"
    tick(rig, days=2)
    assert told(rig).count("recusado") == 1
    rig.clock.now = right
    box.falha = None
    tick(rig, minutes=3)
    assert all(row["enviado_em"] for row in rig.rows(db.aviso))
    assert [each["Subject"] for each in box.messages if "correção" in each["Subject"]]


@pytest.mark.parametrize("falha", ["recusa", "mudo"])
def test_a_mail_server_that_fails_gets_it_later_and_holds_nothing_up(
    both: tuple[Rig, Court], box: Mailbox, falha: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig, court = both
    monkeypatch.setattr(mail, "WAIT_SECONDS", 0.3)
    box.falha = falha
    court.fail("objeta", vezes=1)
    seal(rig)
    rig.engine.run_once()
    tick(rig, minutes=1)
    (row,) = rig.rows(db.aviso)
    assert (row["enviado_em"], row["tentativas"], box.messages) == (None, 1, [])
    assert "e-mail" in row["falha"]
    (item,) = rig.call("GET", "/avisos").json["itens"]
    assert (item["email"], item["falha"]) == ("a enviar", row["falha"])
    code = seal(rig, 2)
    rig.engine.run_once()
    assert rig.selo(code)["estado"] == "comunicado"
    box.falha = None
    tick(rig, minutes=2)
    tick(rig, minutes=2)
    assert len(box.messages) == 1
    assert rig.call("GET", "/avisos").json["itens"][0]["email"] == "enviado"


def test_who_dies_over_a_message_leaves_it_to_the_next_and_both_bear_one_id(
    both: tuple[Rig, Court], box: Mailbox
) -> None:
    """As kill -9 leaves it between the server's word and ours: the message goes twice, never not at all."""
    rig, court = both
    court.fail("objeta", vezes=1)
    seal(rig)
    rig.engine.run_once()
    tick(rig, minutes=1)
    assert len(box.messages) == 1
    claimed = {"enviado_em": None, "vence_em": rig.clock() + mail.LEASE}
    with rig.office.db.write() as conn:
        conn.execute(sa.update(db.aviso).values(**claimed))
    tick(rig, minutes=4)
    assert len(box.messages) == 1, "another may still be at it"
    tick(rig, minutes=2)
    assert len(box.messages) == 2
    assert box.messages[0]["Message-ID"] == box.messages[1]["Message-ID"]


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_many_engines_make_and_send_each_notice_once(
    tmp_path: Path, box: Mailbox, kind: str, request: pytest.FixtureRequest
) -> None:
    postgres: PrivatePostgres | None = request.getfixturevalue("postgres_server") if kind == "postgres" else None
    settings = {"avisos": EMAIL | {"porta": box.port}}
    with rig_with_court(tmp_path / "casa", settings=settings, postgres=postgres) as (rig, court):
        court.fail("objeta")
        for n in range(3):
            seal(rig, n)
        rig.engine.run_once()
        rig.clock.forward(minutes=1)
        gate = threading.Barrier(6)

        def engine() -> None:
            gate.wait()
            notices.observe(rig.office)
            mail.send(rig.office)

        crew = [threading.Thread(target=engine) for _ in range(6)]
        for one in crew:
            one.start()
        for one in crew:
            one.join()
        assert told(rig) == ["recusado"]
        assert len(box.messages) == 1


def test_a_password_file_that_is_missing_is_said_and_tried_again(tmp_path: Path, box: Mailbox) -> None:
    settings: dict[str, Any] = {"avisos": EMAIL | {"porta": box.port, "usuario": "selos"}}
    with rig_with_court(tmp_path / "casa", settings=settings) as (rig, court):
        court.fail("objeta", vezes=1)
        seal(rig)
        rig.engine.run_once()
        tick(rig, minutes=1)
        assert "avisos.senha" in rig.rows(db.aviso)[0]["falha"]


def test_a_mail_server_without_sender_or_receiver_stops_the_start(tmp_path: Path) -> None:
    (tmp_path / "printserver.toml").write_text('[avisos]\nservidor = "smtp.c.example"\n', "utf-8")
    with pytest.raises(ConfigError, match="avisos: com servidor, diga também remetente e destinatarios"):
        load_settings(tmp_path)


def test_a_running_engine_reports_while_the_mail_server_is_mute(
    both: tuple[Rig, Court], box: Mailbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    rig, court = both
    monkeypatch.setattr(mail, "WAIT_SECONDS", 60.0)
    court.fail("objeta", vezes=1)
    seal(rig)
    rig.engine.run_once()
    rig.clock.forward(minutes=1)
    box.falha = "mudo"
    running = threading.Thread(target=rig.engine.run, daemon=True)
    running.start()
    process.wait_until(lambda: box.tried > 0, "the notice")
    code = seal(rig, 2)
    process.wait_until(lambda: rig.selo(code)["estado"] == "comunicado", "the report")
    assert rig.rows(db.aviso)[0]["falha"] is None, "the mail server still says nothing"
    box.over.set()
    rig.engine.stop()
    running.join(120)
    assert not running.is_alive()
