"""`serve`: one parent with an HTTP process and an engine process in one process group. A dead child is restarted."""

import errno
import gc
import signal
import socket
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from importlib import import_module
from multiprocessing import Pipe, get_context
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import ModuleType
from typing import Final

import structlog

from printserver.common import faults
from printserver.errors import ConfigError
from printserver.rendering import begin_pool
from printserver.server import engine
from printserver.server.door import Door
from printserver.server.life_signs import Beats, LifeSigns
from printserver.server.logs import configure_logs
from printserver.server.processes import CANNOT_START, SIGNALS, Pipes, enter

_log = structlog.get_logger()

GRACE_S: Final = 15.0  # for children to exit after SIGTERM
RESTART_S: Final = 1.0


@dataclass(slots=True)
class _Child:
    name: str
    run: Callable[..., None]
    arguments: tuple[object, ...]
    process: BaseProcess | None = None
    started: float = field(default=0.0)

    def start(self) -> None:
        """Start it: forked from this process the first time, later, when this has threads, in a new program."""
        context = get_context("fork") if self.process is None else get_context("spawn")
        self.process = context.Process(target=self.run, args=self.arguments, name=self.name)
        self.process.start()
        self.started = time.monotonic()

    @property
    def status(self) -> int | None:
        """The exit status; None while it runs."""
        assert self.process is not None
        return self.process.exitcode


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
    beats = Beats()
    children = _children(offices, tls, beats)
    signs = LifeSigns([Door(each.host, each.port, tls is not None) for each in offices], beats)
    stopping = False

    def on_signal(_number: int, _frame: object) -> None:
        nonlocal stopping
        stopping = True

    for sign in SIGNALS:
        signal.signal(sign, on_signal)
    if len(offices) > 1:  # their HTTP processes share it
        _load_http()
    gc.freeze()  # the children share the pages of what is loaded: no collection writes into them
    try:
        for child in children:
            child.start()
        signs.start()
        return _watch(children, lambda: stopping)
    finally:
        signs.stop()
        _stop(children)


def _children(offices: Sequence[Served], tls: tuple[Path, Path] | None, beats: Beats) -> list[_Child]:
    """Return an HTTP process for each office and the engine, joined by the pipes of the bell."""
    children, heard, ring = [], [], []
    for each in offices:
        (engine_hears, http_rings), (http_hears, engine_rings) = Pipe(duplex=False), Pipe(duplex=False)
        heard.append(engine_hears)
        ring.append(engine_rings)
        pipes = Pipes((http_hears,), (http_rings,))
        children.append(_Child("http", _run_http, (each.instance, each.host, each.port, tls, pipes)))
    pipes = Pipes(tuple(heard), tuple(ring), beats.out)
    children.append(_Child("engine", engine.run, ([each.instance for each in offices], pipes)))
    return children


def _run_http(instance: Path, host: str, port: int, tls: tuple[Path, Path] | None, pipes: Pipes) -> None:
    enter("http")
    begin_pool()
    _load_http().run(instance, host, port, tls, pipes)


def _load_http() -> ModuleType:
    """Import API and screens: not with this module, since the engine starts meanwhile and does without them."""
    gc.disable()  # nothing that an import makes is garbage
    try:
        return import_module("printserver.server.http")
    finally:
        gc.enable()


def _watch(children: list[_Child], stopping: Callable[[], bool]) -> int:
    """Start the children that die again, until `stopping`; return the exit status."""
    while not stopping():
        for child in children:
            code = child.status
            if code is None:
                continue
            if child.name == "http" and time.monotonic() - child.started < RESTART_S * 3 and code == CANNOT_START:
                _log.error("http cannot start", code=code, folder=str(child.arguments[0]))
                children.remove(child)
                if not any(each.name == "http" for each in children):
                    return 1
                break
            _log.error("child died, starting it again", child=child.name, code=code)
            time.sleep(RESTART_S)
            child.start()
        else:
            time.sleep(0.1)
    return 0


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
    running = [child.process for child in children if child.process is not None and child.status is None]
    for process in running:
        process.terminate()
    deadline = time.monotonic() + GRACE_S
    for process in running:
        process.join(max(0.1, deadline - time.monotonic()))
        if process.exitcode is None:
            process.kill()
            process.join()
