"""The watcher at a real CUPS: what the queue says comes into the job, and its server's death is heard."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import cups
import pytest

from printserver import db
from printserver.delivery.watcher import Watch
from printserver.office import owner_name
from printserver.printing import CupsQueue
from printserver.server.engine import Engine
from support.cups import DriverlessPrinter, KeptQueue, PrivateCups
from support.office import Rig
from support.process import wait_until


@pytest.fixture
def server() -> Iterator[PrivateCups]:
    """A print server of this test alone: it is killed."""
    with PrivateCups() as started:
        yield started


def use(rig: Rig, queue: str, cups_server: object) -> None:
    with rig.office.db.write() as conn:
        conn.execute(db.fila.update().values(tipo="cups", destino=queue, servidor=str(cups_server)))


@contextmanager
def running(rig: Rig) -> Iterator[Engine]:
    """Run an engine with its watchers, as `printserver worker` does."""
    engine = Engine(rig.office)
    thread = threading.Thread(target=engine.run)
    thread.start()
    try:
        yield engine
    finally:
        engine.stop()
        thread.join(120)
        assert not thread.is_alive()


def until(rig: Rig, job_id: str, wanted: Callable[[dict[str, Any]], object]) -> dict[str, Any]:
    wait_until(lambda: wanted(rig.job(job_id)), f"the job: {rig.job(job_id)}")
    return rig.job(job_id)


def step(rig: Rig) -> None:
    rig.clock.forward(seconds=1)
    rig.engine.run_once()


def cups_state(job: dict[str, Any]) -> str | None:
    return (job["cups"] or {}).get("estado")


def at(server: PrivateCups) -> Any:
    return cups.Connection(host=str(server.socket))


@pytest.mark.parametrize("by", ["socket", "address"])
def test_x5_the_servers_death_is_heard_and_what_it_had_is_in_doubt(rig: Rig, server: PrivateCups, by: str) -> None:
    queue = server.keeping_queue()
    use(rig, queue.name, getattr(server, by))
    queue.fault("waits")
    job = rig.taken(rig.livro())
    with running(rig):
        until(rig, job["id"], lambda job: cups_state(job) == "processing")
        server.stop(signal.SIGKILL)
        done = until(rig, job["id"], lambda job: job["encerrado"])
        assert (done["estado"], done["pergunta"]["tipo"]) == ("incerto", "folhas")
        # It may still come out of the queue when the server is back: nothing is sent before it is known to be off.
        assert rig.act(job["id"], "reenviar").word == "impressao-em-andamento"
        server.start()
        (first,) = rig.rows(db.tentativa)
        wait_until(lambda: rig.rows(db.tentativa)[0]["fim_em"], "the job taken off its queue")
        queue.fault(None)
        assert at(server).getJobs(which_jobs="not-completed") == {}
        # The next one goes its way.
        rig.clock.forward(seconds=1)
        other = rig.taken(rig.livro())
        assert until(rig, other["id"], lambda job: job["encerrado"])["estado"] == "entregue"
        assert [id for id in queue.runs() if id != first["cups_id"]] == [rig.job(other["id"])["cups"]["id"]]
        again = rig.act(job["id"], "reenviar")
        assert again.status == 200
        assert until(rig, job["id"], lambda job: job["encerrado"])["estado"] == "entregue"


def test_a_server_that_only_reads_its_configuration_anew_leaves_no_doubt(rig: Rig, server: PrivateCups) -> None:
    queue = server.keeping_queue()
    use(rig, queue.name, server.socket)
    server.run("cupsdisable", queue.name)
    job = rig.taken(rig.livro())
    step(rig)
    watch = next(iter(rig.engine._watches._all.values()))
    signal_line = watch._life.connection
    assert signal_line is not None
    os.kill(server.pid, signal.SIGHUP)
    wait_until(lambda: signal_line.died(0.1), "the line's end")
    wait_until(lambda: _answers(server), "the server")
    step(rig)
    assert (rig.job(job["id"])["estado"], cups_state(rig.job(job["id"]))) == ("entregue", "pending")
    server.run("cupsenable", queue.name)
    done = until(rig, job["id"], lambda job: (step(rig), job["encerrado"])[1])
    assert (done["estado"], len(queue.runs())) == ("entregue", 1)


def _answers(server: PrivateCups) -> bool:
    try:
        return bool(at(server).getPrinters())
    except (RuntimeError, cups.IPPError):
        return False


def test_x5_a_print_that_the_queue_begins_anew_is_a_doubt_and_is_cut_short(rig: Rig, server: PrivateCups) -> None:
    """Nobody heard the server die: the engine was not there. Only the time of the beginning has moved."""
    queue = server.keeping_queue()
    use(rig, queue.name, server.socket)
    queue.fault("waits")
    job = rig.taken(rig.livro())
    until(rig, job["id"], lambda job: (step(rig), cups_state(job) == "processing")[1])
    began = at(server).getJobAttributes(rig.job(job["id"])["cups"]["id"])["time-at-processing"]
    server.run("cupsdisable", queue.name)
    server.run("cupsenable", queue.name)

    def moved() -> bool:
        return bool(at(server).getJobAttributes(rig.job(job["id"])["cups"]["id"])["time-at-processing"] != began)

    def turn() -> bool:
        server.run("cupsdisable", queue.name)
        server.run("cupsenable", queue.name)
        return moved()

    wait_until(turn, "another beginning")
    done = until(rig, job["id"], lambda job: (step(rig), job["encerrado"])[1])
    assert (done["estado"], "de novo" in done["pergunta"]["texto"]) == ("incerto", True)
    wait_until(lambda: (step(rig), rig.rows(db.tentativa)[0]["fim_em"])[1], "the job taken off its queue")
    queue.fault(None)
    assert at(server).getJobs(which_jobs="not-completed") == {}


def test_what_ails_the_printer_is_in_the_job_and_on_record_once(
    rig: Rig, cups_server: PrivateCups, kept_queue: KeptQueue
) -> None:
    use(rig, kept_queue.name, cups_server.socket)
    kept_queue.fault("waits")
    job = rig.taken(rig.livro())
    until(rig, job["id"], lambda _: (step(rig), "media-empty-error" in _reasons(rig, job["id"]))[1])
    (row,) = rig.rows(db.job)
    assert row["cups"]["mensagem"] == "sem papel"
    before = rig.job(job["id"])["historico"]
    for _ in range(3):
        step(rig)
    assert rig.job(job["id"])["historico"] == before
    assert before[-1]["detalhe"]["motivos"][-1] == "media-empty-error"
    kept_queue.fault(None)
    assert until(rig, job["id"], lambda job: (step(rig), job["encerrado"])[1])["estado"] == "entregue"


def _reasons(rig: Rig, job_id: str) -> list[str]:
    return (rig.job(job_id)["cups"] or {}).get("motivos", [])


def test_one_call_follows_all_the_jobs_of_a_server(
    rig: Rig, cups_server: PrivateCups, kept_queue: KeptQueue, monkeypatch: pytest.MonkeyPatch
) -> None:
    use(rig, kept_queue.name, cups_server.socket)
    cups_server.run("cupsdisable", kept_queue.name)
    jobs = [rig.taken(rig.ficha(gerar_selo=False))["id"] for _ in range(12)]
    step(rig)
    assert {rig.job(job)["estado"] for job in jobs} == {"entregue"}
    asked = []
    for name in ("create", "send", "release", "state", "states", "find", "cancel", "capabilities"):
        original = getattr(CupsQueue, name)

        def count(*arguments: Any, _name: str = name, _original: Any = original) -> Any:
            asked.append(_name)
            return _original(*arguments)

        monkeypatch.setattr(CupsQueue, name, count)
    step(rig)
    assert asked == ["states"]
    cups_server.run("cupsenable", kept_queue.name)
    for job in jobs:
        until(rig, job, lambda job: (step(rig), job["encerrado"])[1])
    assert len(kept_queue.runs()) == 12


def test_of_two_engines_one_watches_and_the_other_takes_over_when_it_is_dead(
    rig: Rig, cups_server: PrivateCups, kept_queue: KeptQueue
) -> None:
    use(rig, kept_queue.name, cups_server.socket)
    where = str(cups_server.socket)
    one, other = (Watch(rig.office, where, name) for name in (owner_name(), "outra-máquina:1:1"))
    assert (one._duty.hold(), other._duty.hold(), one._duty.hold()) == (True, False, True)
    rig.clock.forward(seconds=rig.office.settings.motor.posse_s)
    assert (other._duty.hold(), one._duty.hold()) == (True, False)
    dead = owner_name().rsplit(":", 2)[0] + ":4194305:1"
    with rig.office.db.write() as conn:
        conn.execute(db.vigia.update().values(dono=dead))
    assert one._duty.hold()


def test_printed_where_the_printer_counted(
    rig: Rig, server: PrivateCups, driverless_printer: DriverlessPrinter
) -> None:
    use(rig, server.driverless_queue("laser", driverless_printer.uri), server.socket)
    job = rig.taken(rig.livro())
    done = until(rig, job["id"], lambda job: (step(rig), job["encerrado"])[1])
    assert (done["estado"], done["cups"]["estado"]) == ("impresso", "completed")
    assert len(driverless_printer.printed()) == 1
