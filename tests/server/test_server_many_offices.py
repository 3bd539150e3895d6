"""Several offices on one machine: one engine serves all in turn; one that is broken leaves the others served."""

import os
import subprocess
import threading
from pathlib import Path
from typing import Any

import pytest

from printserver import db
from printserver.office import Office, create
from printserver.office.settings import SETTINGS_FILE
from printserver.server import engine as engines
from printserver.server.engine import WORKERS, Engine, Rounds
from support import process
from support.office import ISENTO, NOW, Rig, command_line
from support.offices import FIRST, OTHER_CNS, guarded_url, new_office
from support.postgres import PrivatePostgres
from support.server import PROGRAM, Client

MANY = 3 * WORKERS


def test_many_jobs_of_one_office_and_its_queue_that_hangs_hold_up_no_other(
    tmp_path: Path, postgres_server: PrivatePostgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By the order of events: all workers of A hang until the one job of B, which came last, is printed."""
    url = guarded_url(postgres_server)
    printed_b, order = threading.Event(), []
    really = engines.advance

    def advance(office: Office, row: Any, owner: str) -> None:
        order.append(office.cns)
        if office.cns != OTHER_CNS:
            assert printed_b.wait(process.LIMIT_S)
        really(office, row, owner)
        if office.cns == OTHER_CNS and _ended(b, row["id"]):
            printed_b.set()

    monkeypatch.setattr(engines, "advance", advance)
    with new_office(tmp_path / "a", url) as a, new_office(tmp_path / "b", url, OTHER_CNS) as b:
        jobs = [a.taken(a.certidao())["id"] for _ in range(MANY)]
        one = b.taken(b.certidao())["id"]
        bell = a.office.bell
        b.office.bell = bell
        rounds = Rounds([Engine(a.office), Engine(b.office)], bell, 0.05)
        working = threading.Thread(target=rounds.run)
        working.start()
        try:
            assert printed_b.wait(process.LIMIT_S)
            assert order.index(OTHER_CNS) <= WORKERS  # it got its turn in the first round
            process.wait_until(lambda: all(_ended(a, each) for each in jobs), "the jobs of A")
        finally:
            rounds.stop()
            working.join(process.LIMIT_S)
        assert not working.is_alive()
        assert _ended(b, one)
    postgres_server.drop(url)


def _ended(rig: Rig, job_id: str) -> bool:
    (row,) = rig.rows(db.job, db.job.c.serventia_id == rig.office.serventia_id, db.job.c.id == job_id)
    return bool(row["encerrado"])


def test_one_command_serves_several_offices_each_at_its_port(tmp_path: Path, postgres_server: PrivatePostgres) -> None:
    url = guarded_url(postgres_server)
    ports = [process.free_port(), process.free_port()]
    folders, keys = [tmp_path / name for name in ("a", "b", "quebrada")], []
    for folder, cns, port in zip(folders, (None, OTHER_CNS, "111111"), (*ports, 1), strict=True):
        keys.append(create.create_office(folder, NOW, cns=cns, person=FIRST if cns else None, banco=url).chave)
        command_line("usuario", "maria", "--papel", "escrevente", "--instance", folder)
        (folder / SETTINGS_FILE).open("a").write(f"\n[http]\nporta = {port}\n")
    (folders[2] / "certificado.p12").write_bytes(b"nada")
    words = [word for folder in folders for word in ("--instance", str(folder))]
    log = tmp_path / "log"
    server = process.start([PROGRAM, "serve", *words], log, env=os.environ | {"PRINTSERVER_RENDER_PROCESSOS": "1"})
    try:
        for port, key, cns in zip(ports, keys, ("123456", OTHER_CNS), strict=False):
            client = Client(port, key)
            process.wait_until(lambda: _answers(client), "the office", server)  # noqa: B023
            text = {"formato": "texto", "conteudo": f"Da serventia {cns}."}
            document = {"tipo": "certidao", "pedido": "2026/1", "corpo": text, **ISENTO}
            found = client.printed({"documento": document, "escrevente": "maria"})
            assert found["estado"] == "impresso", found
        assert Client(ports[0], keys[1]).get("/api/v1/jobs").status == 401
        assert "quebrada fica fora do ar" in log.read_text()
        engine_count = subprocess.run(["pgrep", "-c", "-P", str(server.pid)], capture_output=True, text=True).stdout
        assert int(engine_count) == 3  # two HTTP processes and one engine
    finally:
        process.stop(server)
    assert server.returncode == 0, log.read_text()[-2000:]
    postgres_server.drop(url)


def _answers(client: Client) -> bool:
    try:
        return client.get("/healthz").status == 200
    except OSError:
        return False
