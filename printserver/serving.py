"""The HTTP process: gunicorn (one gthread worker) around the Flask application. The worker owns the render pool."""

import os
import sys
from pathlib import Path
from typing import Any

from gunicorn.app.base import BaseApplication

from printserver.api.headers import mark_repeated
from printserver.config import load_settings
from printserver.jobs.bell import Bell
from printserver.jobs.office import Office
from printserver.logs import configure_logs
from printserver.processes import HEARD_FD, RING_FD, die_with_parent


class _Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
    def __init__(self, instance: Path, options: dict[str, Any]) -> None:
        self._instance = instance
        self._options = options
        super().__init__()

    def load_config(self) -> None:
        """Hand gunicorn our options."""
        for name, value in self._options.items():
            self.cfg.set(name, value)

    def load(self) -> Any:
        """Open the office in the worker: threads and pool must not be forked."""
        from printserver.app import create_app

        configure_logs()
        heard, out = os.environ.get(HEARD_FD), os.environ.get(RING_FD)
        bell = Bell(int(heard) if heard else None, int(out) if out else None)
        office = Office.abrir(self._instance, bell=bell)
        office.render.aquecer()
        return create_app(office)


def main(instance: Path, host: str, port: int, tls: tuple[str, str] | None) -> None:
    """Serve until SIGTERM."""
    die_with_parent()
    settings = load_settings(instance)
    options: dict[str, Any] = {
        "bind": f"[{host}]:{port}" if ":" in host else f"{host}:{port}",
        "workers": 1,
        "worker_class": "gthread",
        "threads": settings.http.linhas,
        "timeout": 120,
        "graceful_timeout": 10,
        "keepalive": 15,
        "worker_tmp_dir": "/dev/shm" if Path("/dev/shm").is_dir() else None,  # noqa: S108  # gunicorn's heartbeat file
        "loglevel": "warning",
        "proc_name": "printserver",
        "umask": 0o077,
        "limit_request_field_size": 8190,
        "header_map": "dangerous",  # so that `mark_repeated` sees every header; it lets none with a `_` through
        "pre_request": mark_repeated,
        "control_socket_disable": True,
    }
    if tls:
        options |= {"certfile": tls[0], "keyfile": tls[1]}
    _Server(instance, options).run()


if __name__ == "__main__":
    arguments = sys.argv[1:]
    main(
        Path(arguments[0]),
        arguments[1],
        int(arguments[2]),
        (arguments[3], arguments[4]) if len(arguments) > 4 else None,
    )
