"""Commands of the program as processes of their own, forked from one that has imported it: importing takes a second.

A command gets its own arguments, environment and output, and ends as `printserver` does. That the program starts from
nothing is held by the tests of `tests/cli` and by each server that is served.
"""

import atexit
import gc
import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from threading import Lock

from printserver.cli import main
from printserver.cli.main import cli
from support import process
from support.commands import commands_of


class Warm:
    """A process that has imported the program, and forks a command at a time; `within` is a command that starts it."""

    def __init__(self, within: Sequence[str] = ()) -> None:
        start = [*within, sys.executable, "-m", "support.warm"]
        command = [process.program("setpriv"), "--pdeathsig", "KILL", "--", *start]
        self._lock = Lock()
        self._warm = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(sys.path)},
        )

    def run(
        self, words: Sequence[str], environment: Mapping[str, str], *, check: bool
    ) -> subprocess.CompletedProcess[str]:
        """Run `printserver` with these words; return what it printed and its exit status."""
        assert self._warm.stdin is not None
        assert self._warm.stdout is not None
        with tempfile.TemporaryDirectory() as folder:
            files = [f"{folder}/out", f"{folder}/err"]
            with self._lock:
                print(json.dumps([[*words], dict(environment), files]), file=self._warm.stdin, flush=True)
                status = int(self._warm.stdout.readline())
            out, err = (Path(file).read_text() for file in files)
        done = subprocess.CompletedProcess(["printserver", *words], status, out, err)
        if check:
            done.check_returncode()
        return done

    def close(self) -> None:
        """End the process."""
        assert self._warm.stdin is not None
        self._warm.stdin.close()
        self._warm.wait(process.LIMIT_S)


@cache
def program() -> Warm:
    """Return the one of this run, started when it is first asked for."""
    warm = Warm()
    atexit.register(warm.close)
    return warm


def _serve() -> None:
    commands_of(cli)
    gc.collect()
    gc.freeze()  # a collection in a command would copy all pages that it shares with this process
    told = os.dup(1)
    for line in sys.stdin:
        command = get_context("fork").Process(target=_command, args=(told, *json.loads(line)))
        command.start()
        command.join()
        os.write(told, f"{command.exitcode}\n".encode())


def _command(told: int, words: Sequence[str], environment: Mapping[str, str], files: Sequence[str]) -> None:
    """Run a command with its own arguments, environment and output; multiprocessing ends the process by its status."""
    os.close(told)
    for number, file in enumerate([os.devnull, *files]):
        opened = os.open(file, os.O_RDWR | os.O_CREAT, 0o600)
        os.dup2(opened, number)
        os.close(opened)
    sys.stdin = sys.__stdin__
    os.environ.clear()
    os.environ.update(environment)
    sys.argv = ["printserver", *words]
    main()


if __name__ == "__main__":
    _serve()
