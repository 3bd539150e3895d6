"""Engines that die by `kill -9` at a chosen call to a print server: real processes, forked from one that is warm.

The program knows nothing of it: a call of `CupsQueue` is wrapped in the process that is to die.
"""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from support import process


@dataclass(frozen=True)
class Death:
    """Where the engine dies: right `before` or `after` the first call of that name; `also`: processes to kill first."""

    instance: str
    now: str
    call: str
    when: str
    also: tuple[int, ...] = ()


class DyingEngines:
    """A warm process that runs engines until they die. Use as a context manager."""

    def __enter__(self) -> "DyingEngines":
        command = [process.program("setpriv"), "--pdeathsig", "KILL", "--", sys.executable, "-m", "support.dying"]
        self._warm = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        )
        return self

    def __exit__(self, *_: object) -> None:
        assert self._warm.stdin is not None
        self._warm.stdin.close()
        self._warm.wait(process.LIMIT_S)

    def run(self, death: Death) -> None:
        """Run an engine over that office until it dies there; raise if it does not."""
        assert self._warm.stdin is not None
        assert self._warm.stdout is not None
        print(json.dumps(asdict(death)), file=self._warm.stdin, flush=True)
        ended = int(self._warm.stdout.readline())
        assert os.WIFSIGNALED(ended), f"the engine was to die {death.when} {death.call}: {ended}"


def _serve() -> None:
    from printserver.server import engine  # noqa: F401 - warms the process

    for line in sys.stdin:
        death = Death(**json.loads(line))
        child = os.fork()
        if child == 0:
            os.dup2(2, 1)
            _live(death)
            os._exit(3)
        print(os.waitpid(child, 0)[1], flush=True)


def _live(death: Death) -> None:
    from printserver.office import Office
    from printserver.printing import CupsQueue
    from printserver.server.engine import Engine

    original = getattr(CupsQueue, death.call)

    def call(self: CupsQueue, *arguments: Any) -> Any:
        if death.when == "before":
            _die(death)
        original(self, *arguments)
        _die(death)

    setattr(CupsQueue, death.call, call)
    start, now = time.monotonic(), datetime.fromisoformat(death.now)
    office = Office.open_folder(Path(death.instance), lambda: now + timedelta(seconds=time.monotonic() - start))
    engine = Engine(office)
    while time.monotonic() - start < process.LIMIT_S:
        engine.run_once()
        time.sleep(0.05)


def _die(death: Death) -> None:
    for pid in (*death.also, os.getpid()):
        os.kill(pid, signal.SIGKILL)


if __name__ == "__main__":
    _serve()
