"""What systemd is told: ready when HTTP and engine answer, alive only while database, engine and spool do."""

import json
import os
import signal
import socket
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from support import process
from support.office import command_line
from support.server import PrintServer


class Manager:
    """The socket of a service manager, and what was sent to it."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(str(path))
        self._socket.settimeout(process.LIMIT_S)
        self.told: list[str] = []

    def wait_for(self, line: str) -> None:
        """Return once this line has come; what came before it is forgotten."""
        while line not in self.told:
            self.told += self._socket.recv(4096).decode().splitlines()
        del self.told[: self.told.index(line) + 1]

    def comes(self, line: str, within_s: float) -> bool:
        """Whether the line comes within that time from now."""
        self.told.clear()
        self._socket.settimeout(0)
        with suppress(BlockingIOError):
            while self._socket.recv(4096):
                pass
        self._socket.settimeout(within_s)
        try:
            self.wait_for(line)
        except TimeoutError:
            return False
        finally:
            self._socket.settimeout(process.LIMIT_S)
        return True

    def close(self) -> None:
        self._socket.close()


@pytest.fixture(scope="module")
def watched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[PrintServer, Manager]]:
    base = tmp_path_factory.mktemp("life")
    manager = Manager(base / "notify")
    environment = {"NOTIFY_SOCKET": str(manager.path), "WATCHDOG_USEC": "2400000", "PRINTSERVER_MOTOR_ESPERA_S": "0.05"}
    server = PrintServer(base / "s", environment)
    server.launch()
    yield server, manager
    server.destroy()
    manager.close()


def test_ready_comes_when_both_processes_answer(watched: tuple[PrintServer, Manager]) -> None:
    server, manager = watched
    manager.wait_for("READY=1")
    assert server.client.call("GET", "/readyz").status == 200
    manager.wait_for("WATCHDOG=1")


@pytest.mark.parametrize("name", ["engine", "http"])
def test_a_frozen_process_ends_the_signs_of_life(watched: tuple[PrintServer, Manager], name: str) -> None:
    server, manager = watched
    manager.wait_for("WATCHDOG=1")
    os.kill(server.child(name), signal.SIGSTOP)
    said = {"engine": "STATUS=o motor não responde", "http": "STATUS=as telas e a API não respondem"}[name]
    manager.wait_for(said)
    os.kill(server.child(name), signal.SIGCONT)
    manager.wait_for("WATCHDOG=1")


def test_the_health_tells_a_frozen_engine_from_one_that_works(
    watched: tuple[PrintServer, Manager], capsys: pytest.CaptureFixture[str]
) -> None:
    server, manager = watched
    manager.wait_for("WATCHDOG=1")
    assert _engine_part(server, capsys)["texto"] == "no ar"
    os.kill(server.child("engine"), signal.SIGSTOP)
    mark = server.instance / ".motor"
    long_ago = mark.stat().st_mtime - 180
    os.utime(mark, (long_ago, long_ago))  # as if it had been frozen then
    part = _engine_part(server, capsys)
    assert (part["estado"], part["texto"]) == ("problema", "está ligado, mas não responde há 3 min")
    os.kill(server.child("engine"), signal.SIGCONT)
    process.wait_until(lambda: mark.stat().st_mtime > long_ago + 60, "the engine works again")
    assert _engine_part(server, capsys)["texto"] == "no ar"


def _engine_part(server: PrintServer, capsys: pytest.CaptureFixture[str]) -> dict[str, str]:
    capsys.readouterr()
    command_line("saude", "--json", "--instance", server.instance)
    parts = json.loads(capsys.readouterr().out)["partes"]
    return next(each for each in parts if each["nome"] == "motor")


def test_a_spool_that_is_gone_ends_them(watched: tuple[PrintServer, Manager]) -> None:
    server, manager = watched
    away = server.instance / "longe"
    (server.instance / "spool").rename(away)
    manager.wait_for("STATUS=a pasta dos PDFs não pode ser escrita")
    assert not manager.comes("WATCHDOG=1", 0.9)
    away.rename(server.instance / "spool")
    manager.wait_for("WATCHDOG=1")


def test_a_database_that_is_gone_ends_them(watched: tuple[PrintServer, Manager]) -> None:
    server, manager = watched
    database = server.instance / "printserver.db"
    database.rename(database.with_suffix(".longe"))
    manager.wait_for("STATUS=o banco de dados não responde")
    database.with_suffix(".longe").rename(database)
    manager.wait_for("WATCHDOG=1")


def test_the_power_supply_fails_and_the_server_ends_in_order(watched: tuple[PrintServer, Manager]) -> None:
    server, manager = watched
    pid = server.pid
    os.kill(pid, signal.SIGPWR)
    manager.wait_for("STOPPING=1")
    assert server.stop() == 0
    process.wait_until(lambda: not server.processes(), "the end of the helper processes")
    assert "engine stopped" in server.log.read_text()
