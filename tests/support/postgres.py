"""A private PostgreSQL cluster for tests: on a Unix socket only, in a folder of its own, as an unprivileged user.

It keeps nothing safe (fsync is off): what a test kills is the program, not the database server.
"""

import getpass
import os
import re
import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable
from pathlib import Path

import psycopg

from support import process

_SUPERUSER = "postgres"


class PrivatePostgres:
    """A cluster for one test run. Use as a context manager, or `start` and `destroy`."""

    def __init__(self) -> None:
        # A short path outside pytest's own folder: a socket's path is limited, and another user must get there.
        self.base = Path(tempfile.mkdtemp(prefix="pg-"))
        self._user = _SUPERUSER if os.geteuid() == 0 else getpass.getuser()  # the server refuses to run as root
        self._templates: set[str] = set()
        self._process: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> "PrivatePostgres":
        return self.start()

    def __exit__(self, *_: object) -> None:
        self.destroy()

    def start(self) -> "PrivatePostgres":
        """Make the cluster, start it and wait until it answers."""
        data = self.base / "data"
        if os.geteuid() == 0:
            shutil.chown(self.base, self._user)
        locale = ["--encoding", "UTF8", "--locale", "C.UTF-8"]
        initdb = process.start(
            [_program("initdb"), "-D", str(data), "-U", _SUPERUSER, "--auth", "trust", "--no-sync", *locale],
            self.base / "log",
            user=self._as_user,
        )
        if initdb.wait(process.LIMIT_S) != 0:
            raise RuntimeError(f"initdb: {(self.base / 'log').read_text()}")
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.base),
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            "shared_buffers": "64MB",
            "max_connections": "200",
        }
        options = [word for name, value in settings.items() for word in ("-c", f"{name}={value}")]
        self._process = process.start(
            [_program("postgres"), "-D", str(data), *options], self.base / "log", user=self._as_user
        )
        process.wait_until(self._answers, "postgres", self._process)
        return self

    def destroy(self) -> None:
        """End the server and remove all it had."""
        # SIGINT is PostgreSQL's fast shutdown; SIGTERM would wait for open connections.
        process.stop(self._process, sign=signal.SIGINT)
        shutil.rmtree(self.base, ignore_errors=True)

    def url(self, database: str) -> str:
        """Return SQLAlchemy's address of a database of this cluster."""
        return f"postgresql+psycopg://{_SUPERUSER}@/{database}?host={self.base}"

    def template(self, name: str, prepare: Callable[[str], object]) -> str:
        """Make the database `name` once, have `prepare(url)` fill it, and return its name for `create`.

        `prepare` must leave no connection open.
        """
        if name not in self._templates:
            prepare(self.create(name))
            self._templates.add(name)
        return name

    def create(self, name: str | None = None, template: str = "template0") -> str:
        """Make a database, as a copy of `template`, and return its address."""
        name = name or f"t_{secrets.token_hex(6)}"
        self.sql(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url(name)

    def drop(self, url: str) -> None:
        """Remove a database made by `create`, and close the connections to it."""
        found = re.search(r"/(\w+)\?", url)
        assert found is not None
        self.sql(f'DROP DATABASE IF EXISTS "{found[1]}" WITH (FORCE)')

    def sql(self, statement: str, database: str = "postgres") -> None:
        """Run one statement outside of any transaction."""
        with psycopg.connect(
            host=str(self.base), user=_SUPERUSER, dbname=database, autocommit=True, connect_timeout=60
        ) as connection:
            connection.execute(statement)

    @property
    def _as_user(self) -> str | None:
        return self._user if os.geteuid() == 0 else None

    def _answers(self) -> bool:
        ready = [_program("pg_isready"), "-q", "-h", str(self.base), "-U", _SUPERUSER]
        return subprocess.run(ready, timeout=60).returncode == 0


def _program(name: str) -> str:
    """Return a server program of the newest PostgreSQL installed: Debian keeps them out of the PATH."""
    versions = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda folder: float(folder.parent.name))
    return process.program(name, folders=[str(folder) for folder in reversed(versions)])
