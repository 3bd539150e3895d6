"""Start servers for tests so that they never outlive the test run."""

import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Callable, Sequence
from pathlib import Path

LIMIT_S = 180.0  # for what hangs: all waits end with the event they wait for, and the machine may be busy


def program(*names: str, folders: Sequence[str] = ("/usr/sbin", "/usr/bin")) -> str:
    """Return the path of the first program found under one of these names; RuntimeError if there is none."""
    for name in names:
        for folder in ("", *folders):
            if found := shutil.which(str(Path(folder) / name)):
                return found
    raise RuntimeError(f"none of {', '.join(names)} is installed: run `make setup`")


def start(command: Sequence[str], log: Path, *, user: str | None = None, **options: object) -> subprocess.Popen[bytes]:
    """Start a server as `user` (None: as we are); the kernel ends it when the test run dies, however that happens."""
    drop = ["--reuid", user, "--regid", user, "--init-groups"] if user else []
    with log.open("ab") as output:
        return subprocess.Popen(
            [program("setpriv"), *drop, "--pdeathsig", "TERM", "--", *command],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            start_new_session=True,
            **options,
        )


def stop(process: subprocess.Popen[bytes] | None, sign: int = signal.SIGTERM, limit_s: float = LIMIT_S) -> None:
    """End a server and wait until it is gone."""
    if process is None or process.poll() is not None:
        return
    process.send_signal(sign)
    try:
        process.wait(limit_s)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def wait_until(
    ready: Callable[[], object], what: str, process: subprocess.Popen[bytes] | None = None, limit_s: float = LIMIT_S
) -> None:
    """Return as soon as `ready()` is true; raise when the time is over or the process has ended.

    What takes long is asked for less often: asking costs processor time, which the awaited process needs.
    """
    begin = time.monotonic()
    end = begin + limit_s
    while not ready():
        if process is not None and process.poll() is not None:
            raise RuntimeError(f"{what}: the process ended with {process.returncode}")
        if time.monotonic() > end:
            raise TimeoutError(what)
        time.sleep(min(0.1, 0.01 + (time.monotonic() - begin) / 20))


def free_port() -> int:
    """Return a free TCP port of this machine."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def listens(port: int) -> bool:
    """Tell whether somebody listens on this port of 127.0.0.1."""
    with socket.socket() as probe:
        probe.settimeout(0.5)
        return probe.connect_ex(("127.0.0.1", port)) == 0
