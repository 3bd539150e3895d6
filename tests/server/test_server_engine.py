"""The engine's loop: due work is done, a fault of one job or one round does not stop it, and it ends on request."""

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from printserver import db
from printserver.delivery import advance as advance_module
from printserver.delivery import claims
from printserver.office import Bell, owner_name
from printserver.office.settings import SETTINGS_FILE
from printserver.server import engine as engine_module
from printserver.server.engine import WORKERS, Engine
from support.court import run_court
from support.office import Rig, open_rig
from support.process import wait_until


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    with open_rig(tmp_path / "serventia", settings={"motor": {"espera_s": 10.0}}) as opened:
        yield opened


@contextmanager
def running(rig: Rig) -> Iterator[Engine]:
    """Run an engine in a thread, and end it."""
    engine = Engine(rig.office)
    thread = threading.Thread(target=engine.run)
    thread.start()
    try:
        yield engine
    finally:
        engine.stop()
        thread.join(60)
        assert not thread.is_alive()


def printed(rig: Rig, job_id: str) -> Callable[[], bool]:
    return lambda: rig.job(job_id)["estado"] == "impresso"


def test_t1_an_engine_follows_the_courts_address_without_a_restart(rig: Rig, tmp_path: Path) -> None:
    path = rig.folder / SETTINGS_FILE
    before = path.read_text()
    with run_court(tmp_path, {rig.office.cns: rig.office.certificado}, clock=rig.clock) as court, running(rig):
        job = rig.taken(rig.livro())
        wait_until(printed(rig, job["id"]), "the print")
        code = job["selos"][0]["codigo"]
        _edit(path, f'{before}\n[tribunal]\nurl = "{court.url}"\n')
        rig.office.bell.ring()
        wait_until(lambda: rig.selo(code)["estado"] == "comunicado", "the report")
        _edit(path, before)
        rig.office.bell.ring()
        wait_until(lambda: "court" not in {each.name for each in threading.enumerate()}, "the end of the sender")


def _edit(path: Path, text: str) -> None:
    """Write a file as somebody did a minute ago."""
    path.write_text(text)
    os.utime(path, (time.time() - 60, time.time() - 60))


def test_a_ring_wakes_the_engine(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    wait = rig.office.bell.wait
    monkeypatch.setattr(rig.office.bell, "wait", lambda seen, _seconds: wait(seen, 600))
    with running(rig):
        for _ in range(3):
            job = rig.taken(rig.livro())
            wait_until(printed(rig, job["id"]), "the print")


def test_an_engine_without_a_free_worker_waits_until_one_ends_and_holds_no_round_up(
    rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In one process with others it would hold them up. Nothing but the bell wakes it here."""
    wait, gate, really = rig.office.bell.wait, threading.Event(), engine_module.advance
    rounds = []

    def hang(*arguments: Any) -> None:
        assert gate.wait(120)
        really(*arguments)

    def round_of(engine: Engine) -> None:
        work(engine)
        rounds.append(engine)

    work = Engine.round
    monkeypatch.setattr(engine_module, "advance", hang)
    monkeypatch.setattr(Engine, "round", round_of)
    monkeypatch.setattr(rig.office.bell, "wait", lambda seen, _seconds: wait(seen, 600))
    jobs = [rig.taken(rig.certidao())["id"] for _ in range(2 * WORKERS)]
    with running(rig):
        try:
            wait_until(lambda: rounds, "the end of the round in which all workers began")
            rig.office.bell.ring()
            wait_until(lambda: len(rounds) >= 2, "the end of a round without a free worker")
        finally:
            gate.set()
        for each in jobs:
            wait_until(printed(rig, each), "the print")


def test_what_was_due_before_the_start_is_done_in_the_order_of_acceptance(rig: Rig) -> None:
    made = [rig.taken(rig.ficha(gerar_selo=False))["id"] for _ in range(12)]
    rig.engine.run_once()
    events = rig.call("GET", "/eventos").json["itens"]
    assert [each["id"] for each in events if each["estado"] == "impresso"] == made


def test_what_is_not_due_yet_waits(rig: Rig) -> None:
    job = rig.taken(rig.livro())
    rig.clock.forward(seconds=-1)
    assert rig.engine.run_once() == 0
    rig.clock.forward(seconds=1)
    assert rig.engine.run_once() == 1
    assert rig.job(job["id"])["estado"] == "impresso"


def test_a_second_round_does_nothing(rig: Rig) -> None:
    rig.printed(rig.livro())
    before = rig.state()
    assert rig.engine.run_once() == 0
    assert rig.state() == before


def test_a_job_that_cannot_be_stamped_stops_no_other(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    bad, good = rig.taken(rig.livro()), rig.taken(rig.livro())
    stamp = advance_module.printout.stamp_job

    def fail_one(office: Any, row: Any, **more: Any) -> bytes:
        if row["id"] == bad["id"]:
            raise MemoryError
        return stamp(office, row, **more)

    monkeypatch.setattr(advance_module.printout, "stamp_job", fail_one)
    rig.engine.run_once()
    assert (rig.job(bad["id"])["estado"], rig.job(good["id"])["estado"]) == ("falhou", "impresso")


def test_a_round_that_fails_is_followed_by_the_next(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    claim, failures = claims.claim_due, iter([True])

    def fail_once(*arguments: Any, **more: Any) -> Any:
        if next(failures, False):
            raise OSError("o banco caiu")
        return claim(*arguments, **more)

    monkeypatch.setattr(engine_module.claims, "claim_due", fail_once)
    job = rig.taken(rig.livro())
    engine = Engine(rig.office)
    monkeypatch.setattr(engine._stop, "wait", lambda _seconds: None)
    thread = threading.Thread(target=engine.run)
    thread.start()
    wait_until(printed(rig, job["id"]), "the print")
    engine.stop()
    thread.join(60)
    assert not thread.is_alive()


def test_a_slow_job_holds_no_other_up_and_is_worked_on_by_one_thread(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """Its claim runs out meanwhile and comes back to the same engine: two threads on it would print it twice."""
    slow, gate, starts = rig.taken(rig.livro()), threading.Event(), []
    folder = rig.out.with_name("balcao")  # at its own queue the later ones wait for it
    folder.mkdir()
    with rig.office.db.write() as conn:
        row = {"serventia_id": 1, "nome": "balcao", "tipo": "pasta", "destino": str(folder), "criada_em": rig.clock()}
        conn.execute(db.fila.insert().values(**row))
    stamp = advance_module.printout.stamp_job

    def wait_at_one(office: Any, row: Any, **more: Any) -> bytes:
        if row["id"] == slow["id"]:
            starts.append(threading.get_ident())
            assert gate.wait(120)
        return stamp(office, row, **more)

    monkeypatch.setattr(advance_module.printout, "stamp_job", wait_at_one)
    with running(rig):
        wait_until(lambda: starts, "the slow job")
        rig.clock.forward(seconds=2 * rig.office.settings.motor.posse_s)
        other = rig.taken(rig.livro(), fila="balcao")
        wait_until(printed(rig, other["id"]), "the other print")
        rig.office.bell.ring()
        third = rig.taken(rig.livro(), fila="balcao")
        wait_until(printed(rig, third["id"]), "the third print")
        gate.set()
        wait_until(printed(rig, slow["id"]), "the slow print")
    assert len(starts) == 1
    assert (len(list(rig.out.iterdir())), len(list(folder.iterdir()))) == (1, 2)


def test_the_loop_cleans_up_by_itself(rig: Rig) -> None:
    document = rig.livro()
    rig.printed(document)
    held = rig.question(document)
    rig.clock.forward(hours=12)
    with running(rig):
        wait_until(lambda: rig.job(held["id"])["estado"] == "cancelado", "the question's end")


def test_an_engine_that_stops_ends_what_it_is_doing(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    job, begun, gate = rig.taken(rig.livro()), threading.Event(), threading.Event()
    stamp = advance_module.printout.stamp_job

    def slowly(office: Any, row: Any, **more: Any) -> bytes:
        begun.set()
        assert gate.wait(120)
        return stamp(office, row, **more)

    monkeypatch.setattr(advance_module.printout, "stamp_job", slowly)
    with running(rig) as engine:
        assert begun.wait(120)
        engine.stop()
        gate.set()
    assert rig.job(job["id"])["estado"] == "impresso"


# -- owners -----------------------------------------------------------------------------------------------------------


def test_an_owner_is_a_process_and_not_only_its_number() -> None:
    machine, pid, ticks = owner_name().rsplit(":", 2)
    assert (machine, int(pid)) == (os.uname().nodename, os.getpid())
    assert int(ticks) > 0


@pytest.mark.parametrize("gone", [True, False])
def test_only_claims_of_processes_that_are_no_more_are_freed(rig: Rig, gone: bool) -> None:
    rig.taken(rig.livro())
    name = f"{os.uname().nodename}:{2**22 + 1}:1" if gone else owner_name()
    claims.claim_due(rig.office, name, rig.clock())
    with rig.office.db.write() as conn:
        assert claims.free_the_dead(rig.office, conn, rig.clock()) == int(gone)
    assert len(claims.claim_due(rig.office, "outro:1:1", rig.clock())) == int(gone)


def test_a_claim_lasts_as_long_as_the_setting_says(rig: Rig) -> None:
    rig.taken(rig.livro())
    lease = timedelta(seconds=rig.office.settings.motor.posse_s)
    assert len(claims.claim_due(rig.office, "a:1:1", rig.clock())) == 1
    assert claims.claim_due(rig.office, "b:1:1", rig.clock() + lease - timedelta(seconds=1)) == []
    assert len(claims.claim_due(rig.office, "b:1:1", rig.clock() + lease)) == 1


# -- the bell ---------------------------------------------------------------------------------------------------------


def test_a_ring_is_heard_in_the_other_process_and_ends_a_wait() -> None:
    heard, out = os.pipe()
    here, there = Bell(out=[out]), Bell(heard=[heard])
    seen = there.rings
    waiting = threading.Thread(target=there.wait, args=(seen, 20))
    waiting.start()
    here.ring()
    waiting.join(120)
    assert not waiting.is_alive()
    assert there.rings > seen
    os.close(out)


def test_a_ring_before_the_wait_is_not_lost() -> None:
    bell = Bell()
    seen = bell.rings
    bell.ring()
    bell.wait(seen, 20)  # would last 20 s
    assert bell.rings == seen + 1


def test_a_bell_that_nobody_hears_blocks_nobody() -> None:
    heard, out = os.pipe()
    bell = Bell(out=[out])
    for _ in range(70_000):  # more than a pipe holds
        bell.ring()
    os.close(heard)
    bell.ring()
    os.close(out)
