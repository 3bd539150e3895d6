"""`serve`: one parent with an HTTP process and an engine process in one process group. A dead child is restarted."""

import errno
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Final

import structlog

from printserver.common import faults
from printserver.errors import ConfigError
from printserver.server.door import Door
from printserver.server.life_signs import Beats, LifeSigns
from printserver.server.logs import configure_logs
from printserver.server.processes import BEAT_FD, CANNOT_START, HEARD_FD, RING_FD

_log = structlog.get_logger()

GRACE_S: Final = 15.0  # for children to exit after SIGTERM
RESTART_S: Final = 1.0


@dataclass(slots=True)
class _Child:
    name: str
    command: Sequence[str]
    heard: int
    ring: int
    more: Mapping[str, int] = field(default_factory=dict)  # other descriptors that it inherits, by variable
    process: subprocess.Popen[bytes] | None = None
    started: float = field(default=0.0)

    def start(self) -> None:
        inherited = {HEARD_FD: self.heard, RING_FD: self.ring, **self.more}
        environment = os.environ | {name: str(fd) for name, fd in inherited.items()}
        self.process = subprocess.Popen(self.command, env=environment, pass_fds=tuple(inherited.values()))
        self.started = time.monotonic()


def _program(module: str) -> list[str]:
    """Return the command of a child. Not `-m`: the helpers that the child spawns would load its main module too."""
    return [sys.executable, "-c", f"from printserver.server.{module} import run; run()"]


def serve(instance: Path, host: str, port: int, tls: tuple[Path, Path] | None) -> int:
    """Run the whole server until SIGTERM, SIGINT or SIGPWR (a failing power supply); return the exit status.

    Raises `ConfigError` if the address is unusable: otherwise the HTTP process would be restarted forever.
    """
    _listen_once(host, port)
    configure_logs()
    engine_hears, http_rings = os.pipe()
    http_hears, engine_rings = os.pipe()
    web = [*_program("http"), str(instance), host, str(port)]
    if tls:
        web += [str(tls[0]), str(tls[1])]
    beats = Beats()
    children = [
        _Child("http", web, http_hears, http_rings),
        _Child("engine", [*_program("engine"), str(instance)], engine_hears, engine_rings, {BEAT_FD: beats.out}),
    ]
    signs = LifeSigns(Door(host, port, tls is not None), beats)
    stopping = False

    def on_signal(_number: int, _frame: object) -> None:
        nonlocal stopping
        stopping = True

    for sign in (signal.SIGTERM, signal.SIGINT, signal.SIGPWR):
        signal.signal(sign, on_signal)
    for child in children:
        child.start()
    signs.start()
    status = 0
    while not stopping:
        for child in children:
            assert child.process is not None
            code = child.process.poll()
            if code is None:
                continue
            if child.name == "http" and time.monotonic() - child.started < RESTART_S * 3 and code == CANNOT_START:
                _log.error("http cannot start", code=code)
                stopping, status = True, 1
                break
            _log.error("child died, starting it again", child=child.name, code=code)
            time.sleep(RESTART_S)
            child.start()
        else:
            time.sleep(0.1)
    signs.stop()
    _stop(children)
    return status


_WHY: Final = {
    errno.EACCES: "sem permissão para essa porta",
    socket.EAI_NONAME: "não há máquina com esse nome",
}


def _listen_once(host: str, port: int) -> None:
    try:
        family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0][0]
        socket.create_server((host, port), family=family).close()
    except OSError as error:
        why = _WHY.get(error.errno or 0) or faults.of_os(error)
        raise ConfigError(f"não é possível atender em {host}, porta {port}: {why}") from error


def _stop(children: Sequence[_Child]) -> None:
    for child in children:
        if child.process is not None and child.process.poll() is None:
            child.process.terminate()
    deadline = time.monotonic() + GRACE_S
    for child in children:
        if child.process is None:
            continue
        try:
            child.process.wait(max(0.1, deadline - time.monotonic()))
        except subprocess.TimeoutExpired:
            child.process.kill()
            child.process.wait()
