"""The server as processes: what dies is started again, nothing outlives its parent, nothing is for others to read."""

import os
import signal
import socket
import ssl
import stat
from collections.abc import Iterator
from pathlib import Path

import deeds
import pytest
from served_office import Office

from support.frozen import freeze
from support.process import wait_until
from support.server import Client, PrintServer, alive
from support.tls import self_signed


@pytest.fixture(scope="module")
def tls_files(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A certificate for 127.0.0.1 and its key."""
    return self_signed(tmp_path_factory.mktemp("tls"))


@pytest.fixture(scope="module")
def narrow(tmp_path_factory: pytest.TempPathFactory, tls_files: tuple[Path, Path]) -> Iterator[PrintServer]:
    """A server behind TLS, off loopback, that takes one job on its way at a time."""
    trusted = ssl.create_default_context(cafile=tls_files[0])
    environment = {"PRINTSERVER_HTTP_EM_ANDAMENTO": "1"}
    server = PrintServer(tmp_path_factory.mktemp("estreito"), environment, trusted)
    yield server.start("--host", "0.0.0.0", "--tls", *map(str, tls_files))
    server.destroy()


def test_tls_serves_and_plain_http_is_no_way_in(narrow: PrintServer) -> None:
    assert narrow.client.get("/healthz").json["demonstracao"] is True
    with pytest.raises(OSError):
        Client(narrow.port, narrow.made["chave"]).get("/healthz")


def test_over_tls_a_browser_is_to_stay_there_and_no_answer_names_the_server_program(narrow: PrintServer) -> None:
    for path in ("/healthz", "/api/v1/jobs", "/api/v1/nada", "/entrar", "/static/nada"):
        answer = narrow.client.get(path)
        assert answer.headers["Strict-Transport-Security"] == "max-age=31536000", path
        assert "Server" not in answer.headers, path
    unread = narrow.client.call("GET", "/healthz", headers={"X-Long": "a" * 40_000})
    assert (unread.status, unread.word, "Server" in unread.headers) == (431, "cabecalho-grande-demais", False)


def test_plain_http_asks_for_no_tls(small_office: Office) -> None:
    answer = small_office.client.get("/healthz")
    assert "Strict-Transport-Security" not in answer.headers
    assert "Server" not in answer.headers


def test_a_full_server_says_503_and_takes_the_same_key_later(narrow: PrintServer) -> None:
    client, engine = narrow.client, narrow.child("engine")
    freeze(engine, narrow.instance / "printserver.db")
    try:
        first = client.print(deeds.certidao())
        assert first.status == 202
        second = deeds.certidao()
        full = client.print(second, key="depois")
        assert (full.status, full.word, full.json["repetir"]) == (503, "servidor-ocupado", "mesma-chave")
        assert int(full.headers["Retry-After"]) >= 1
        assert client.get("/api/v1/selos").json["total"] == 1
    finally:
        os.kill(engine, signal.SIGCONT)
    client.ended(first.job["id"])
    assert not (again := client.print(second, key="depois")).replayed
    assert client.ended(again.job["id"])["estado"] == "impresso"


def test_sigterm_ends_all_cleanly(narrow: PrintServer) -> None:
    narrow.client.print(deeds.certidao())
    before = narrow.processes()
    assert narrow.stop() == 0
    wait_until(lambda: not any(map(alive, before)), "the children's end")
    assert "Traceback" not in narrow.log.read_text()
    narrow.verified()


def test_off_loopback_without_tls_is_refused(server: PrintServer) -> None:
    done = server.run("serve --host 0.0.0.0", "--port", "1", check=False)
    assert done.returncode == 1
    assert "--tls" in done.stderr
    assert "--sem-tls" in done.stderr


def test_a_port_in_use_is_said_clearly_and_ends(server: PrintServer) -> None:
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = other.getsockname()[1]
        done = server.run("serve", "--port", str(port), check=False)
    assert done.returncode == 1
    assert str(port) in done.stderr
    assert "Traceback" not in done.stderr


def test_what_is_no_office_or_wrongly_set_does_not_start(server: PrintServer, tmp_path: Path) -> None:
    missing = server.run("serve", "--tls", str(tmp_path / "a.pem"), str(tmp_path / "b.pem"), check=False)
    assert missing.returncode == 1
    assert "a.pem" in missing.stderr
    again = server.run("init", check=False)
    assert again.returncode == 1
    assert "nada foi mudado" in again.stderr


@pytest.mark.parametrize("name", ["engine", "http"])
def test_a_killed_child_is_started_again_and_prints(small_office: Office, name: str) -> None:
    server, client = small_office.server, small_office.client
    killed = server.child(name)
    os.kill(killed, signal.SIGKILL)

    def another() -> bool:
        try:
            return server.child(name) != killed and server.ready()
        except LookupError:
            return False

    wait_until(another, f"another {name}, see {server.log}")
    assert client.printed(deeds.certidao("Depois da queda."))["estado"] == "impresso"


def test_nothing_outlives_a_killed_parent_and_its_work_is_done_at_the_next_start(small_office: Office) -> None:
    server, client = small_office.server, small_office.client
    freeze(server.child("engine"), server.instance / "printserver.db")
    taken = client.print(deeds.certidao()).job
    engine, others = server.child("engine"), server.processes()
    os.kill(server.pid, signal.SIGKILL)
    os.kill(engine, signal.SIGCONT)
    wait_until(lambda: not any(map(alive, others)), "the end of all that the parent started")
    server.start()
    assert server.client.ended(taken["id"])["estado"] == "impresso"


def test_all_that_the_office_has_on_disk_is_for_its_user_alone(small_office: Office) -> None:
    server, client = small_office.server, small_office.client
    deed = deeds.instrumento()
    for body in (deeds.minuta(deed), deeds.livro(deed), deeds.traslado(deed["id"])):
        client.printed(body)
    found = {path: path.lstat().st_mode for path in [server.instance, *server.instance.rglob("*")]}
    names = {path.name for path in found}
    assert {"printserver.db", "printserver.toml", "certificado.p12", "certificado.senha", "segredo"} <= names
    for folder in ("spool", "saida", "cache"):
        assert any(folder in path.parts and stat.S_ISREG(mode) for path, mode in found.items())
    assert [str(path) for path, mode in found.items() if mode & 0o077] == []
