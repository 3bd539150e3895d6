"""Engines as processes of their own, forked from one that is warm: there in a tenth of a second, killed, frozen, woken.

Each runs as `printserver worker` does, by a clock that the test puts forward or back for all of them at once.
"""

import os
import select
import signal
import subprocess
import sys
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path

from printserver.clock import system_clock
from support import process
from support.office import Clock


class SharedClock(Clock):
    """The time of day, put forward or back; processes that share the file `path` agree on it."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._put(0.0)

    def __call__(self) -> datetime:
        return shown(self._path)

    def forward(self, **much: float) -> None:
        """Put the clock forward by that many `hours`, `minutes`, `seconds` …"""
        self._put(_offset(self._path) + timedelta(**much).total_seconds())

    def _put(self, seconds: float) -> None:
        new = self._path.with_suffix(".new")
        new.write_text(str(seconds))
        new.replace(self._path)


def shown(path: Path) -> datetime:
    """Return the time that the clock of this file shows."""
    return system_clock() + timedelta(seconds=_offset(path))


def _offset(path: Path) -> float:
    return float(path.read_text())


class Engines:
    """A warm process and the engines it forked over the office in `instance`. Use as a context manager."""

    def __init__(self, instance: Path, clock: Path) -> None:
        self._instance = instance
        self._clock = clock
        self._running: dict[int, int] = {}  # process id → a handle of that very process

    def __enter__(self) -> "Engines":
        command = [process.program("setpriv"), "--pdeathsig", "KILL", "--", sys.executable, "-m", "support.engines"]
        log = self._instance.with_suffix(".log")
        with log.open("ab") as output:
            self._warm = subprocess.Popen(
                [*command, str(self._instance), str(self._clock)],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=output,
                text=True,
                env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
            )
        return self

    def __exit__(self, *_: object) -> None:
        for pid in list(self._running):
            self.kill(pid)
        assert self._warm.stdin is not None
        self._warm.stdin.close()
        self._warm.wait(process.LIMIT_S)

    def start(self) -> int:
        """Start an engine; return its process id."""
        assert self._warm.stdin is not None
        assert self._warm.stdout is not None
        print(file=self._warm.stdin, flush=True)
        pid = int(self._warm.stdout.readline())
        self._running[pid] = os.pidfd_open(pid)
        return pid

    def kill(self, pid: int) -> None:
        """End an engine by `kill -9`, but not another process with its pid if it has ended already."""
        handle = self._running.pop(pid)
        with suppress(ProcessLookupError):
            signal.pidfd_send_signal(handle, signal.SIGKILL)
        assert select.select([handle], [], [], 15)[0], f"engine {pid} does not end"
        os.close(handle)


def _serve(instance: Path, clock: Path) -> None:
    from printserver.server import engine  # noqa: F401 - warms the process

    signal.signal(signal.SIGCHLD, signal.SIG_IGN)  # killed children are not waited for
    for _line in sys.stdin:
        child = os.fork()
        if child == 0:
            os.dup2(2, 1)
            _live(instance, clock)
            os._exit(3)
        print(child, flush=True)


def _live(instance: Path, clock: Path) -> None:
    from printserver.office import Office
    from printserver.server.engine import Engine
    from printserver.server.logs import configure_logs
    from printserver.server.processes import die_with_parent

    die_with_parent(signal.SIGKILL)
    signal.signal(signal.SIGCHLD, signal.SIG_DFL)
    configure_logs()
    Engine(Office.open_folder(instance, lambda: shown(clock))).run()


if __name__ == "__main__":
    _serve(Path(sys.argv[1]), Path(sys.argv[2]))
