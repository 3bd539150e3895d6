"""`printserver filas`: what it changes in a real CUPS it shows, what it learns from the test page it keeps."""

import io
import os
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import cups
import pytest

from printserver import db
from printserver.cli import base, main
from printserver.printing import CupsServer, Server, apply_changes, needed_changes, read_password, readable
from printserver.printing.passwords import FILE_NAME
from support.cups import DriverlessPrinter, KeptQueue, PrivateCups
from support.office import NOW, Rig, open_rig
from support.process import free_port, wait_until


@dataclass(frozen=True)
class Ran:
    code: int
    out: str
    err: str


RunQueues = Callable[..., Ran]


@pytest.fixture(autouse=True)
def at_the_tests_time(monkeypatch: pytest.MonkeyPatch) -> None:
    """Have the command line write at the office's time: a later entry of the log would stop its sealing (S7)."""
    monkeypatch.setattr(base, "system_clock", lambda: NOW)


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    with open_rig(tmp_path / "serventia") as opened:
        yield opened


@pytest.fixture
def run_queues(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], rig: Rig) -> RunQueues:
    """Run `printserver filas …` on the office, in this process."""

    def call(*arguments: object) -> Ran:
        words = ["printserver", "filas", *map(str, arguments), "--instance", str(rig.folder)]
        monkeypatch.setattr(sys, "argv", words)
        mask = os.umask(0o022)  # the command's own is not for the servers that tests start
        try:
            with pytest.raises(SystemExit) as ended:
                main()
        finally:
            os.umask(mask)
        said = capsys.readouterr()
        return Ran(int(ended.value.code or 0), said.out, said.err)

    return call


def row(rig: Rig, nome: str) -> dict[str, Any]:
    (found,) = rig.rows(db.fila, db.fila.c.nome == nome)
    return found


def policy(server: PrivateCups, queue: str) -> str:
    found = cups.Connection(host=str(server.socket)).getPrinterAttributes(queue)
    return str(found["printer-error-policy"])


def test_an_existing_queue_gets_its_error_policy_and_is_shown_before_and_after(
    run_queues: RunQueues, rig: Rig, cups_server: PrivateCups, kept_queue: KeptQueue
) -> None:
    cups_server.lpadmin("-p", kept_queue.name, "-o", "printer-error-policy=retry-job")
    ran = run_queues("adicionar", "laser", "--cups", kept_queue.name, "--servidor", cups_server.socket, "--padrao")
    assert ran.code == 0, ran.err
    assert f"política de erro da fila {kept_queue.name}: retry-job → abort-job (" in ran.out
    assert "Fila crua" in ran.out
    assert policy(cups_server, kept_queue.name) == "abort-job"
    assert (row(rig, "laser")["destino"], row(rig, "laser")["padrao"]) == (kept_queue.name, True)
    assert "retry-job → abort-job" in rig.rows(db.log)[-1]["detalhe"]["mudancas"][0]
    assert run_queues("adicionar", "laser", "--cups", kept_queue.name, "--servidor", cups_server.socket).code == 1
    listed = run_queues("listar", "--servidor", cups_server.socket)
    assert f"{kept_queue.name}: pronta (fila laser da serventia)" in listed.out


def test_a3_a_test_page_of_a_folder_is_on_record(run_queues: RunQueues, rig: Rig) -> None:
    ran = run_queues("teste", "notas")
    assert ran.code == 0, ran.err
    (made,) = Path(row(rig, "notas")["destino"]).glob("teste-*.pdf")
    entry = rig.rows(db.log)[-1]
    assert (entry["objeto"], entry["objeto_id"], entry["estado"]) == ("fila", "notas", "provada")
    assert entry["detalhe"] == {"arquivo": made.name}
    assert entry["quem"].startswith("linha de comando: ")


def test_a_driverless_queue_is_made_tested_and_known_to_count(
    run_queues: RunQueues, rig: Rig, cups_server: PrivateCups, driverless_printer: DriverlessPrinter
) -> None:
    ran = run_queues("adicionar", "ipp-nova", "--uri", driverless_printer.uri, "--servidor", cups_server.socket)
    assert ran.code == 0, ran.err
    assert f"não havia → {driverless_printer.uri}" in ran.out
    assert policy(cups_server, "ipp-nova") == "abort-job"
    tested = run_queues("teste", "ipp-nova", "--espera", 60)
    assert tested.code == 0, tested.err
    assert "conta as folhas" in tested.out
    assert "ninguém reimprime" in tested.out
    proof = row(rig, "ipp-nova")["prova"]
    assert (proof["conta_folhas"], proof["guarda_arquivos"]) == (True, False)
    assert len(driverless_printer.printed()) == 1
    shown = [each for each in rig.call("GET", "/filas").json["itens"] if each["nome"] == "ipp-nova"]
    assert (shown[0]["prova"], shown[0]["alertas"]) == (proof, [])


def test_a_queue_that_counts_nothing_is_known_as_such(
    run_queues: RunQueues, rig: Rig, cups_server: PrivateCups, kept_queue: KeptQueue
) -> None:
    assert run_queues("adicionar", "crua", "--cups", kept_queue.name, "--servidor", cups_server.socket).code == 0
    assert run_queues("deslocar", "crua", "--x", "1.2", "--y", "-0.8").code == 0
    tested = run_queues("teste", "crua", "--papel", "216x305")
    assert "não conta as folhas" in tested.out
    assert row(rig, "crua")["prova"]["conta_folhas"] is False
    assert len(kept_queue.printed()) == 1


def test_a_test_page_that_does_not_come_out_teaches_nothing_and_says_why(
    run_queues: RunQueues, rig: Rig, cups_server: PrivateCups, kept_queue: KeptQueue
) -> None:
    assert run_queues("adicionar", "crua", "--cups", kept_queue.name, "--servidor", cups_server.socket).code == 0
    kept_queue.fault("waits")
    tested = run_queues("teste", "crua", "--espera", 1)
    assert (tested.code, "sem papel" in tested.out) == (1, True)
    assert "nada se aprendeu" in tested.err
    assert row(rig, "crua")["prova"] is None
    kept_queue.fault(None)


def test_a_printer_that_does_not_answer_leaves_no_queue_behind(
    run_queues: RunQueues, rig: Rig, cups_server: PrivateCups, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("printserver.delivery.cups_setup._READY_WITHIN_S", 0.5)
    nowhere = f"ipp://127.0.0.1:{free_port()}/ipp/print"
    ran = run_queues("adicionar", "morta", "--uri", nowhere, "--servidor", cups_server.socket)
    assert (ran.code, "não respondeu" in ran.err) == (1, True)
    assert "morta" not in cups.Connection(host=str(cups_server.socket)).getPrinters()
    assert len(rig.rows(db.fila)) == 1


def test_a_server_that_keeps_what_it_printed_is_refused_or_put_right(run_queues: RunQueues, rig: Rig) -> None:
    with PrivateCups() as server:
        conf = server.base / "etc" / "cupsd.conf"
        text = conf.read_text().replace("PreserveJobFiles No", "PreserveJobFiles Yes")
        server.stop()
        conf.write_text(text)
        server.start()
        queue = server.keeping_queue()
        name = ("adicionar", "laser", "--cups", queue.name, "--servidor", server.socket)
        refused = run_queues(*name)
        assert (refused.code, "PreserveJobFiles: Yes → No" in refused.err) == (1, True)
        assert (conf.read_text(), len(rig.rows(db.fila))) == (text, 1)
        done = run_queues(*name, "--mudar-servidor")
        assert done.code == 0, done.err
        assert "servidor: PreserveJobFiles: Yes → No (" in done.out
        assert conf.read_text() == text.replace("PreserveJobFiles Yes", "PreserveJobFiles No")


def test_x5_a_test_page_shows_whether_the_server_could_print_again_by_itself(run_queues: RunQueues, rig: Rig) -> None:
    with PrivateCups() as server:
        queue = server.keeping_queue()
        assert run_queues("adicionar", "laser", "--cups", queue.name, "--servidor", server.socket).code == 0
        conf = server.base / "etc" / "cupsd.conf"
        server.stop()
        conf.write_text(conf.read_text().replace("PreserveJobFiles No", "PreserveJobFiles Yes"))
        server.start()
        assert "guarda os arquivos" in run_queues("teste", "laser").out
        assert row(rig, "laser")["prova"]["guarda_arquivos"] is True
        shown = [each for each in rig.call("GET", "/filas").json["itens"] if each["nome"] == "laser"]
        assert "PreserveJobFiles No" in shown[0]["alertas"][0]


CONF = "# text\nPreserveJobFiles   Yes\n<Location />\n  Order allow,deny\n</Location>\n"


def test_a_conf_keeps_every_line_that_is_not_changed() -> None:
    wanted = needed_changes(CONF)
    assert [(each.what, each.antes, each.depois) for each in wanted] == [
        ("PreserveJobFiles", "Yes", "No"),
        ("DirtyCleanInterval", "30", "0"),
    ]
    changed = apply_changes(CONF, wanted)
    assert changed == "DirtyCleanInterval 0\n" + CONF.replace("PreserveJobFiles   Yes", "PreserveJobFiles No")
    assert needed_changes(changed) == []
    assert [
        each.what for each in needed_changes("preservejobhistory off\nPreserveJobFiles no\nDirtyCleanInterval 0")
    ] == ["PreserveJobHistory"]


def test_p7_offsets_are_kept_by_tray_and_on_record(run_queues: RunQueues, rig: Rig, cups_server: PrivateCups) -> None:
    with rig.office.db.write() as conn:
        conn.execute(db.fila.update().values(tipo="cups", destino="x"))
    assert run_queues("deslocar", "notas", "--x", "1.5", "--y", "0").code == 0
    ran = run_queues("deslocar", "notas", "--bandeja", "2", "--x", "-0.3", "--y", "0.25")
    assert (ran.code, "0 × 0 → -0,3 × 0,25 mm" in ran.out) == (0, True)
    assert row(rig, "notas")["deslocamentos"] == {"": [1.5, 0.0], "2": [-0.3, 0.25]}
    entry = rig.rows(db.log)[-1]
    assert (entry["estado"], entry["detalhe"]["depois"]) == ("deslocada", [-0.3, 0.25])
    assert run_queues("deslocar", "notas", "--x", "51", "--y", "0").code == 1
    assert run_queues("deslocar", "notas", "--x", "nan", "--y", "0").code == 1
    assert run_queues("deslocar", "outra", "--x", "1", "--y", "0").code == 1


def test_a_folder_has_no_offset_and_its_test_page_is_a_file(run_queues: RunQueues, rig: Rig) -> None:
    assert run_queues("deslocar", "notas", "--x", "1", "--y", "0").code == 1
    ran = run_queues("teste", "notas", "--papel", "215x301")
    assert (ran.code, len(list(rig.out.glob("teste-*.pdf")))) == (0, 1)
    assert run_queues("teste", "notas", "--papel", "muito").code == 1


def test_a_queue_has_a_stand_in_that_is_another_one(run_queues: RunQueues, rig: Rig, cups_server: PrivateCups) -> None:
    with rig.office.db.write() as conn:
        values = {"serventia_id": 1, "nome": "sala", "tipo": "cups", "destino": "x", "criada_em": rig.clock()}
        conn.execute(db.fila.insert().values(**values))
    assert run_queues("reserva", "notas", "sala").code == 0
    assert row(rig, "notas")["reserva"] == "sala"
    assert run_queues("reserva", "notas", "notas").code == 1
    assert run_queues("reserva", "notas", "outra").code == 1
    assert run_queues("reserva", "notas").code == 0
    assert row(rig, "notas")["reserva"] is None


@pytest.mark.parametrize(
    "arguments",
    [[], ["--uri", "ipp://x", "--cups", "y"], ["--uri", "http://x"], ["--cups", "y", "--servidor", "/nada/s"]],
)
def test_what_makes_no_queue_is_refused(run_queues: RunQueues, rig: Rig, arguments: list[str]) -> None:
    assert run_queues("adicionar", "x", *arguments).code == 1
    assert len(rig.rows(db.fila)) == 1


def test_a_password_never_goes_open_over_the_network_nor_into_the_log(
    run_queues: RunQueues,
    rig: Rig,
    cups_server: PrivateCups,
    kept_queue: KeptQueue,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("PRINTSERVER_SENHA_DO_CUPS", "cavalo-bateria")
    queue = ("--cups", kept_queue.name, "--usuario", "root")
    assert "--tls" in run_queues("adicionar", "longe", *queue, "--servidor", "impressao.exemplo:631").err
    ran = run_queues("adicionar", "laser", *queue, "--servidor", cups_server.socket)
    assert ran.code == 0, ran.err
    socket = str(cups_server.socket)
    assert read_password(rig.folder, socket, "root") == "cavalo-bateria"
    assert (rig.folder / FILE_NAME).stat().st_mode & 0o777 == 0o600
    assert "cavalo" not in str(rig.rows(db.log)) + str(rig.rows(db.fila)) + ran.out
    assert "cavalo" not in repr(Server(socket, "root", "cavalo-bateria"))
    assert CupsServer(Server(socket)).queue(kept_queue.name) is not None


def test_a_queue_of_another_machine_keeps_the_certificate_that_a_person_confirmed_and_trusts_no_other(
    run_queues: RunQueues, rig: Rig, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PRINTSERVER_SENHA_DO_CUPS", "cavalo-bateria")
    with PrivateCups() as server:
        queue, shown = server.keeping_queue(), server.encrypts()
        add = ("--cups", queue.name, "--servidor", server.address, "--tls", "--usuario", "root")
        monkeypatch.setattr(sys, "stdin", io.StringIO("não\n"))
        refused = run_queues("adicionar", "longe", *add)
        assert (refused.code, readable(shown) in refused.out, len(rig.rows(db.fila))) == (1, True, 1)
        assert run_queues("adicionar", "longe", *add, "--certificado", "AB:CD").code == 1
        monkeypatch.setattr(sys, "stdin", io.StringIO("sim\n"))
        added = run_queues("adicionar", "longe", *add)
        assert added.code == 0, added.err
        assert (row(rig, "longe")["certificado"], row(rig, "longe")["tls"]) == (shown, True)
        # Of a server that is known nothing is asked.
        assert f"{queue.name}: pronta" in run_queues("listar", "--servidor", server.address, "--tls").out
        job = rig.printed(rig.certidao(), fila="longe")
        wait_until(queue.printed, "the print")
        assert job["estado"] == "entregue"

        server.stop()
        server.start()
        changed = server.encrypts()
        rig.office.capabilities.clear()
        shown_now = [each for each in rig.call("GET", "/filas").json["itens"] if each["nome"] == "longe"]
        assert (shown_now[0]["situacao"], shown_now[0]["motivos"]) == ("outro certificado", ["certificado-mudou"])
        waiting = rig.printed(rig.certidao(), fila="longe")
        assert (waiting["estado"], len(queue.printed())) == ("renderizado", 1)
        told = run_queues("teste", "longe")
        assert (told.code, readable(changed) in told.err) == (1, True)

        accepted = run_queues("certificado", "longe", "--certificado", readable(changed))
        assert (accepted.code, readable(shown) in accepted.out) == (0, True)
        assert rig.rows(db.log)[-1]["detalhe"]["depois"] == changed
        rig.clock.forward(minutes=1)
        rig.engine.run_once()
        wait_until(lambda: len(queue.printed()) == 2, "the print that waited")
        assert run_queues("certificado", "notas").code == 1
