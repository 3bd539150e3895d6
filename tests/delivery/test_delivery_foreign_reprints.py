"""Somebody has CUPS print a sealed page again from its own history: impossible, or cut short and shown (X5)."""

from collections.abc import Iterator

import cups
import pytest

from printserver import db
from printserver.delivery import watcher
from support.cups import KeptQueue, PrivateCups
from support.office import Rig
from support.process import wait_until


@pytest.fixture(params=["No", "Yes"])
def keeps(request: pytest.FixtureRequest) -> str:
    """Whether the server keeps the files of what it printed."""
    return str(request.param)


@pytest.fixture
def server(keeps: str) -> Iterator[PrivateCups]:
    server = PrivateCups()
    conf = server.base / "etc" / "cupsd.conf"
    conf.write_text(conf.read_text().replace("PreserveJobFiles No", f"PreserveJobFiles {keeps}"))
    with server as started:
        yield started


@pytest.fixture
def queue(rig: Rig, server: PrivateCups, monkeypatch: pytest.MonkeyPatch) -> KeptQueue:
    kept = server.keeping_queue()
    with rig.office.db.write() as conn:
        conn.execute(db.fila.update().values(tipo="cups", destino=kept.name, servidor=str(server.socket)))
    monkeypatch.setattr(watcher, "REPRINTS_S", 0.0)
    return kept


def printed(rig: Rig) -> str:
    """Print a livro to its end; return its job's id."""
    job_id = str(rig.taken(rig.livro())["id"])

    def over() -> bool:
        rig.clock.forward(seconds=1)
        rig.engine.run_once()
        return bool(rig.job(job_id)["encerrado"])

    wait_until(over, "the print")
    return job_id


def alerts(rig: Rig) -> str:
    return " ".join(rig.call("GET", "/filas").json["itens"][0]["alertas"])


def test_x5_cups_cannot_print_again_what_it_does_not_keep_and_what_it_keeps_is_cut_short_and_shown(
    rig: Rig, server: PrivateCups, queue: KeptQueue, keeps: str
) -> None:
    job_id = printed(rig)
    before = rig.job(job_id)
    at_cups = cups.Connection(host=str(server.socket))
    queue.fault("waits")
    if keeps == "No":
        with pytest.raises(cups.IPPError):
            at_cups.restartJob(before["cups"]["id"])
        rig.engine.run_once()
        assert rig.job(job_id) == before
        return
    at_cups.restartJob(before["cups"]["id"])
    wait_until(lambda: at_cups.getJobAttributes(before["cups"]["id"])["job-state"] == cups.IPP_JOB_PROCESSING, "it")
    rig.engine.run_once()
    told = rig.job(job_id)
    assert (told["estado"], "imprimir de novo" in told["avisos"][-1]["mensagem"]) == ("entregue", True)
    assert told["historico"][-1]["detalhe"] == told["avisos"][-1]["mensagem"]
    assert f"imprimir de novo o trabalho {job_id}" in alerts(rig)
    wait_until(lambda: at_cups.getJobAttributes(before["cups"]["id"])["job-state"] == cups.IPP_JOB_CANCELED, "the end")
    queue.fault(None)
    rig.engine.run_once()
    assert rig.job(job_id)["avisos"] == told["avisos"]  # told once
    assert len(queue.runs()) == 1


@pytest.mark.parametrize("keeps", ["Yes"], indirect=True)
def test_x5_p5_another_copy_that_came_out_unseen_is_shown_and_stops_a_queue_with_numbered_paper(
    rig: Rig, server: PrivateCups, queue: KeptQueue
) -> None:
    job_id = printed(rig)
    with rig.office.db.write() as conn:
        conn.execute(db.fila.update().values(papel_numerado=True, papel_proximo="A7"))
    at_cups, cups_id = cups.Connection(host=str(server.socket)), rig.job(job_id)["cups"]["id"]
    begun = rig.rows(db.job)[0]["cups"]["inicio"]

    def another() -> bool:
        at_cups.restartJob(cups_id)  # again and again: CUPS tells the beginning in whole seconds
        wait_until(lambda: at_cups.getJobAttributes(cups_id)["job-state"] == cups.IPP_JOB_COMPLETED, "the print")
        return bool(at_cups.getJobAttributes(cups_id)["time-at-processing"] != begun)

    wait_until(another, "another beginning")
    rig.engine.run_once()
    assert "pode ter saído outra via" in rig.job(job_id)["avisos"][-1]["mensagem"]
    assert "parou" in rig.call("GET", "/filas").json["itens"][0]["espera_por"]
    rig.engine.run_once()
    assert len(rig.job(job_id)["avisos"]) == 1
