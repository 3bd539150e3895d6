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
    heard: Sequence[int]
    ring: Sequence[int]
    more: Mapping[str, int] = field(default_factory=dict)  # other descriptors that it inherits, by variable
    process: subprocess.Popen[bytes] | None = None
    started: float = field(default=0.0)

    def start(self) -> None:
        pipes = {HEARD_FD: ",".join(map(str, self.heard)), RING_FD: ",".join(map(str, self.ring))}
        others = {name: str(fd) for name, fd in self.more.items()}
        inherited = (*self.heard, *self.ring, *self.more.values())
        self.process = subprocess.Popen(self.command, env=os.environ | pipes | others, pass_fds=inherited)
        self.started = time.monotonic()


def _program(module: str) -> list[str]:
    """Return the command of a child. Not `-m`: the helpers that the child spawns would load its main module too.

    The collector is off meanwhile: nothing that an import makes is rubbish, and to look took a sixth of the time.
    """
    code = f"import gc; gc.disable(); from printserver.server.{module} import run; gc.enable(); run()"
    return [sys.executable, "-c", code]


@dataclass(frozen=True, slots=True)
class Served:
    """An office to be served: its folder, and the address and port at which its screens and API answer."""

    instance: Path
    host: str
    port: int


def serve(offices: Sequence[Served], tls: tuple[Path, Path] | None) -> int:
    """Run the whole server until SIGTERM, SIGINT or SIGPWR (a failing power supply); return the exit status.

    Each office has an HTTP process of its own; one engine works for all of them. Raises `ConfigError` if an address is
    unusable: otherwise its HTTP process would be restarted forever.
    """
    for each in offices:
        _listen_once(each.host, each.port)
    configure_logs()
    children, engine_heard, engine_ring = [], [], []
    for each in offices:
        (engine_hears, http_rings), (http_hears, engine_rings) = os.pipe(), os.pipe()
        engine_heard.append(engine_hears)
        engine_ring.append(engine_rings)
        web = [*_program("http"), str(each.instance), each.host, str(each.port), *map(str, tls or ())]
        children.append(_Child("http", web, [http_hears], [http_rings]))
    engine = [*_program("engine"), *(str(each.instance) for each in offices)]
    beats = Beats()
    children.append(_Child("engine", engine, engine_heard, engine_ring, {BEAT_FD: beats.out}))
    signs = LifeSigns([Door(each.host, each.port, tls is not None) for each in offices], beats)
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
                _log.error("http cannot start", code=code, folder=child.command[3])
                children.remove(child)
                if not any(each.name == "http" for each in children):
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
