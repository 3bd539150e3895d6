"""One sender at a time, whatever became of the other, of the clock and of the court's machine (T1, T2)."""

import os
import signal
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from printserver import db
from printserver.clock import local_date
from printserver.court import HttpTransport, Sender
from printserver.server.engine import Engine
from support import process
from support.court import Court, rig_with_court
from support.engines import Engines, SharedClock
from support.frozen import freeze
from support.office import FEES, NOW, Rig, open_rig
from support.server import PROGRAM

SMALL = {
    "tribunal": {"lote": 10, "selos_por_segundo": 0},
    "motor": {"espera_s": 0.05},
    "selo": {"tolerancia_do_relogio_s": 2 * 3600},  # clocks go back an hour here
}


@pytest.fixture
def both(tmp_path: Path) -> Iterator[tuple[Rig, Court]]:
    with rig_with_court(tmp_path / "casa", settings=SMALL) as (rig, court):
        yield rig, court


def seals(rig: Rig, many: int, first: int = 1) -> list[str]:
    """Make so many seals of paper seals."""
    today = local_date(rig.clock()).isoformat()
    span = {"ato": "AU", "serie": "0371AJ", "de": first, "ate": first + many - 1, "data": today, "emolumentos": FEES}
    answer = rig.call("POST", "/hibridos", span | {"escrevente": "maria"})
    assert answer.status == 201, answer
    return list(answer.json["selos"])


def all_told(rig: Rig) -> bool:
    return not rig.rows(db.outbox, db.outbox.c.fim_em.is_(None))


def once(court: Court, codes: list[str]) -> bool:
    """Whether these are all that the court was sent, each once."""
    return {code: (each["recebido"], each["aceito"]) for code, each in court.registros.items()} == dict.fromkeys(
        codes, (1, 1)
    )


# -- the clock goes back ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("many", "is_open"), [(1, False), (40, True)])
def test_t1_neither_back_off_nor_an_open_breaker_outlasts_the_clock_that_goes_back(
    both: tuple[Rig, Court], many: int, is_open: bool
) -> None:
    rig, court = both
    court.fail("fora")
    codes = seals(rig, many)
    rig.engine.run_once()
    (line,) = rig.rows(db.remetente)
    assert (line["aberto_ate"] is not None) == is_open
    assert all(row["vence_em"] > NOW for row in rig.rows(db.outbox, db.outbox.c.tentativas > 0))
    rig.clock.forward(hours=-1)
    court.fail(None)
    rig.engine.run_once()
    assert all_told(rig)
    assert once(court, codes)


def test_t1_a_doubt_is_asked_about_though_the_clock_went_back(both: tuple[Rig, Court]) -> None:
    rig, court = both
    court.fail("fecha-depois", vezes=1)
    codes = seals(rig, 1)
    rig.engine.run_once()
    court.fail("fora")
    rig.clock.forward(seconds=5)
    rig.engine.run_once()
    assert [row["estado"] for row in rig.rows(db.outbox)] == ["duvida"]
    rig.clock.forward(hours=-1)
    court.fail(None)
    rig.engine.run_once()
    assert all_told(rig)
    assert once(court, codes)


def test_t1_the_lease_of_another_machine_does_not_outlast_the_clock_that_goes_back(both: tuple[Rig, Court]) -> None:
    rig, court = both
    settings, office = rig.office.settings.tribunal, rig.office
    transport = HttpTransport(settings, office.certificado, office.instance)
    other = Sender(office.db, rig.clock, office.serventia_id, settings, transport, "outra-maquina:7:1")
    first = seals(rig, 1)
    assert other.run_once()
    second = seals(rig, 1, first=2)
    rig.engine.run_once()
    assert not all_told(rig)  # it holds the lease
    rig.clock.forward(hours=-1)
    rig.engine.run_once()
    assert all_told(rig)
    assert once(court, first + second)
    assert other.run_once() is False  # it may think that it still holds the lease; nothing is there to be sent
    third = seals(rig, 1, first=3)
    other.run_once()
    assert not all_told(rig)  # it asks before it sends, and the lease is another's
    rig.engine.run_once()
    assert once(court, first + second + third)


# -- two senders ------------------------------------------------------------------------------------------------------


@pytest.fixture
def apart(tmp_path: Path) -> Iterator[tuple[Rig, Court, Engines]]:
    """An office whose engines are separate processes that share one clock."""
    clock = SharedClock(tmp_path / "relogio")
    with (
        rig_with_court(tmp_path / "casa", settings=SMALL, clock=clock) as (rig, court),
        Engines(rig.folder, tmp_path / "relogio") as engines,
    ):
        yield rig, court, engines


def test_t2_two_senders_started_by_mistake_send_each_seal_once(apart: tuple[Rig, Court, Engines]) -> None:
    rig, court, engines = apart
    codes = seals(rig, 300)
    for _ in range(2):
        engines.start()
    process.wait_until(lambda: court.registros, "the first is sent")
    codes += seals(rig, 100, first=1001)
    process.wait_until(lambda: all_told(rig), "all are sent")
    assert once(court, codes)


def test_t2_a_sender_that_froze_past_its_lease_and_wakes_with_an_answer_in_hand_changes_nothing(
    apart: tuple[Rig, Court, Engines],
) -> None:
    rig, court, engines = apart
    court.fail("lento", vezes=1, segundos=0.3)
    (code,) = seals(rig, 1)
    slow = engines.start()
    process.wait_until(lambda: code in court.registros, "the court has it")
    freeze(slow, rig.folder / "printserver.db")
    engines.start()
    rig.clock.forward(minutes=1)
    process.wait_until(lambda: all_told(rig), "the other took over")
    before = rig.selo(code)
    assert before["estado"] == "comunicado"
    os.kill(slow, signal.SIGCONT)
    process.wait_until(lambda: answered(rig), "it put down its answer")
    assert rig.selo(code) == before
    later = seals(rig, 200, first=1001)
    process.wait_until(lambda: all_told(rig), "all are sent")
    assert once(court, [code, *later])


def answered(rig: Rig) -> bool:
    """Whether the answer to the first exchange is on record."""
    return bool(rig.rows(db.comunicacao)[0]["fim"])


# -- the court's machine ----------------------------------------------------------------------------------------------


def test_t2_a_court_killed_amid_a_batch_has_each_seal_once(tmp_path: Path) -> None:
    port, clock = process.free_port(), SharedClock(tmp_path / "relogio")
    settings = SMALL | {"tribunal": SMALL["tribunal"] | {"url": f"http://127.0.0.1:{port}"}}
    with open_rig(tmp_path / "casa", settings=settings, clock=clock) as rig:
        running = court_process(rig, port)
        court, codes = Court(port), []
        try:
            for fault in ("lento", "lento-antes"):
                codes += seals(rig, 60, first=1 + len(codes))
                court.fail(fault, vezes=1, segundos=60)
                sender = Engine(rig.office)
                sending = threading.Thread(target=sender.run)
                sending.start()
                process.wait_until(lambda: court.estado["falha"] is None, "the slow one is there")
                running.kill()
                running.wait()
                running = court_process(rig, port)
                process.wait_until(lambda: urged(rig), "all are sent")
                sender.stop()
                sending.join()
            assert {code: each["aceito"] for code, each in court.registros.items()} == dict.fromkeys(codes, 1)
            assert {seal["estado"] for seal in rig.rows(db.selo)} == {"comunicado"}
        finally:
            running.kill()


def court_process(rig: Rig, port: int) -> Any:
    command = [PROGRAM, "tribunal-simulado", "--instance", str(rig.folder), "--port", str(port)]
    running = process.start(command, rig.folder.with_suffix(".log"))
    process.wait_until(lambda: process.listens(port), "the court listens", running)
    return running


def urged(rig: Rig) -> bool:
    """Request, as a person would, that everything is sent now, and whether it was; with a pause between requests."""
    assert rig.call("POST", "/comunicacoes", {}).status == 202
    time.sleep(0.1)
    return all_told(rig)
