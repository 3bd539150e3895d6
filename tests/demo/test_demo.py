"""The demonstration as people meet it: the command, its table, a second run, and what it refuses to touch."""

import json
import re
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from printserver.clock import system_clock
from printserver.demo import run
from printserver.demo.prints import Outcome
from printserver.errors import ConfigError
from printserver.office import create
from support import process

NOTAS = ["Minuta", "Livro", "Traslado 1", "Traslado 2", "Certidão", "Ficha de abertura", "Livro, de novo"]
CIVIL = ["Assento", "Primeira via", "Breve relato", "Inteiro teor", "Habilitação, capa", "Habilitação, memorial"]
DOCUMENTS = [*NOTAS, *CIVIL, "Edital de fora"]
SEALS = [0, 2, 1, 1, 1, 1, 0, 1, 1, 1, 1, 1, 0, 1]
COMMAND = [sys.executable, "-c", "from printserver.cli import main; main()", "demo"]


@pytest.fixture(autouse=True)
def _one_renderer(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second renderer would be started for nothing: the demonstration prints one document after the other."""
    monkeypatch.setenv("PRINTSERVER_RENDER_PROCESSOS", "1")


def _rows(output: str) -> dict[str, str]:
    """Return the table's lines by document; a second seal's line belongs to the document above it."""
    rows: dict[str, str] = {}
    name = ""
    for line in output.split("─\n", 1)[1].split("\n\n")[0].splitlines():
        name = re.split(r"\s{2,}", line)[0] or name
        rows[name] = rows.get(name, "") + line + "\n"
    return rows


def _where_the_qr_leads(output: str) -> str:
    """Return the page of the simulated court that the demonstration points to."""
    link = re.search(r"^O QR do traslado 1 leva a: (http://127\.0\.0\.1:\S+)$", output, re.MULTILINE)
    assert link is not None, output
    with urllib.request.urlopen(link[1], timeout=120) as page:
        return str(page.read().decode())


def _stay_until_ctrl_c(folder: Path, port: int) -> tuple[int, str]:
    if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:  # what a shell starts in the background inherits this
        signal.signal(signal.SIGINT, signal.default_int_handler)
    running = subprocess.Popen(
        [*COMMAND, "--instance", str(folder), "--port", str(port)], stdout=subprocess.PIPE, text=True
    )
    try:
        assert running.stdout is not None
        output = ""
        for line in running.stdout:
            output += line
            if line.startswith("No ar"):
                assert process.listens(port)
                assert "Selo válido" in _where_the_qr_leads(output)
                running.send_signal(signal.SIGINT)
        return running.wait(120), output
    finally:
        running.kill()
        running.wait()


def test_make_run_shows_every_document_stays_up_and_works_again(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, port = tmp_path / "office", process.free_port()
    status, output = _stay_until_ctrl_c(folder, port)
    assert status == 0, output
    assert not process.listens(port)
    court = re.search(r"^Tribunal SIMULADO: http://127\.0\.0\.1:(\d+)$", output, re.MULTILINE)
    assert re.search(r"^Banco: SQLite 3\.\d+\.\d+$", output, re.MULTILINE)
    assert court is not None and not process.listens(int(court[1]))
    rows = _rows(output)
    assert list(rows) == DOCUMENTS
    assert [row.count("  comunicado") for row in rows.values()] == SEALS  # T1
    assert all("impresso" in rows[name] for name in DOCUMENTS if name != "Livro, de novo")
    assert "aguardando_xa" in rows["Livro, de novo"] and "Excluir e imprimir de novo?" in output
    assert [len(re.findall(r"\b123456[0-9A-Z]{19}\b", row)) for row in rows.values()] == SEALS
    assert "Certidão para a central, com o selo 1234562CE" in output  # C22
    assert "ato principal do livro" in rows["Traslado 1"]  # N3
    assert "o próprio selo" in rows["Traslado 2"]  # N4

    credentials = folder / run.CREDENTIALS
    assert credentials.stat().st_mode & 0o777 == 0o600
    login = json.loads(credentials.read_text())
    assert f"senha: {login['senha']}" in output and f"http://127.0.0.1:{port}" in output

    assert run.run_demo(folder, port, stay=False) == 0
    again = _rows(capsys.readouterr().out)
    assert list(again) == DOCUMENTS
    assert not set(re.findall(r"\b123456[0-9A-Z]{19}\b", "".join(again.values()))) & set(
        re.findall(r"\b123456[0-9A-Z]{19}\b", output)
    )
    assert len(list((folder / "saida" / "notas").glob("*.pdf"))) == 26


def test_demo_says_which_port_is_taken_and_makes_nothing(tmp_path: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(ConfigError, match=f"a porta {port} não pode ser usada"):
            run.run_demo(tmp_path / "office", port, stay=False)
    assert not (tmp_path / "office").exists()


def test_demo_never_prints_in_an_office_that_it_did_not_make(tmp_path: Path) -> None:
    person = create.FirstPerson("ana", "Ana Prado")
    create.create_office(tmp_path / "office", system_clock(), cns="123457", person=person)
    before = sorted(path.name for path in (tmp_path / "office").iterdir())
    with pytest.raises(ConfigError, match="serventia alheia"):
        run.run_demo(tmp_path / "office", process.free_port(), stay=False)
    assert sorted(path.name for path in (tmp_path / "office").iterdir()) == before


def test_demo_ends_with_an_error_where_a_document_came_out_wrong(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    @contextmanager
    def no_server(*_: object) -> Iterator[None]:
        yield

    wrong = Outcome("Livro", {}, faults=["Livro: 1 selos, e não 2"])
    monkeypatch.setattr(run, "_server", no_server)
    monkeypatch.setattr(run, "_court", no_server)
    monkeypatch.setattr(run, "_wait_ready", lambda *_: None)
    monkeypatch.setattr(run, "wait_reported", lambda *_: None)
    monkeypatch.setattr(run, "print_one_of_each", lambda *_: [wrong])
    monkeypatch.setattr(run, "print_civil", lambda *_: [])
    monkeypatch.setattr(run, "exchange", lambda *_: ("", []))
    assert run.run_demo(tmp_path / "office", process.free_port(), stay=False) == 1
    assert "ERRADO: Livro: 1 selos, e não 2" in capsys.readouterr().err


def test_demo_shows_why_the_server_did_not_start(tmp_path: Path) -> None:
    folder = tmp_path / "office"
    assert run._office(folder)["usuario"] == "admin"
    (folder / "printserver.toml").write_text("[serventia]\ncor = 'azul'\n")
    start = time.monotonic()
    with pytest.raises(ConfigError, match=r"(?s)não entrou no ar:.*serventia\.cor"):
        run.run_demo(folder, process.free_port(), stay=False)
    assert time.monotonic() - start < run._START_S / 2


def test_the_simulated_court_dies_with_the_demonstration_however_that_ends(tmp_path: Path) -> None:
    folder, port = tmp_path / "office", process.free_port()
    run._office(folder)
    code = "import sys, time; from pathlib import Path; from printserver.demo.run import _court\n"
    code += "with _court(Path(sys.argv[1]), int(sys.argv[2])): time.sleep(300)"
    running = process.start([sys.executable, "-c", code, str(folder), str(port)], tmp_path / "log")
    try:
        process.wait_until(lambda: process.listens(port), "the court listens", running)
        running.kill()
        process.wait_until(lambda: not process.listens(port), "the court is gone")
    finally:
        running.kill()
        running.wait()
