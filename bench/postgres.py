"""A private PostgreSQL on a Unix socket, with its default durable settings: fsync is on."""

import getpass
import os
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path

_SUPERUSER = "postgres"


def chosen(name: str) -> AbstractContextManager[str]:
    """Give the URL of a new database: `postgresql`; empty for `sqlite`, which is in the office's folder."""
    return database() if name == "postgresql" else nullcontext("")


@contextmanager
def database() -> Iterator[str]:
    """Create a cluster with one empty database; yield its SQLAlchemy URL; remove it at the end."""
    base = Path(tempfile.mkdtemp(prefix="bench-pg-"))
    as_user: list[str] = []
    if os.geteuid() == 0:  # the server refuses to run as root
        shutil.chown(base, _SUPERUSER)
        as_user = ["setpriv", "--reuid", _SUPERUSER, "--regid", _SUPERUSER, "--init-groups", "--"]
    owner = _SUPERUSER if as_user else getpass.getuser()
    subprocess.run(
        [*as_user, _program("initdb"), "-D", str(base / "data"), "-U", owner, "--auth", "trust", "-E", "UTF8"],
        check=True,
        capture_output=True,
        cwd=base,
    )
    options = ["-c", "listen_addresses=", "-c", f"unix_socket_directories={base}"]
    with (base / "log").open("wb") as log:
        server = subprocess.Popen(
            [*as_user, _program("postgres"), "-D", str(base / "data"), *options], stdout=log, stderr=log, cwd=base
        )
    try:
        _wait(base, owner)
        create = [_program("psql"), "-h", str(base), "-U", owner, "-d", "postgres", "-c", "CREATE DATABASE bench"]
        subprocess.run(create, check=True, capture_output=True)
        yield f"postgresql+psycopg://{owner}@/bench?host={base}"
    finally:
        server.terminate()
        server.wait()
        shutil.rmtree(base, ignore_errors=True)


def version() -> str:
    """Return PostgreSQL's version."""
    return subprocess.run([_program("postgres"), "-V"], capture_output=True, text=True, check=True).stdout.split()[2]


def _wait(base: Path, owner: str) -> None:
    end = time.monotonic() + 30
    ready = [_program("pg_isready"), "-q", "-h", str(base), "-U", owner]
    while subprocess.run(ready).returncode:
        if time.monotonic() > end:
            raise RuntimeError((base / "log").read_text())
        time.sleep(0.1)


def _program(name: str) -> str:
    """Return the path of a program of the newest installed PostgreSQL: Debian's server programs are not on the PATH."""
    folders = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: float(folder.parent.name))
    for folder in reversed(folders):
        if (folder / name).exists():
            return str(folder / name)
    raise RuntimeError("PostgreSQL is not installed: run `make setup`")
