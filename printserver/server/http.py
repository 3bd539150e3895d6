"""The HTTP process: the Flask application behind `http_server`. It owns the render pool."""

import gc
import resource
import socket
import ssl
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Final, NoReturn

import structlog

from printserver.api import problems
from printserver.errors import ConfigError
from printserver.office import Office, load_settings
from printserver.server import http_server
from printserver.server.app import create_app
from printserver.server.logs import configure_logs
from printserver.server.processes import CANNOT_START, Pipes, call_at_stop

_BACKLOG: Final = 256
_OPEN_FILES: Final = 4096


def run(instance: Path, host: str, port: int, tls: tuple[Path, Path] | None, pipes: Pipes) -> NoReturn:
    """Serve until SIGTERM, and exit. The process has entered (`enter`)."""
    configure_logs()
    sys.exit(_serve(instance, host, port, tls, pipes))


def _serve(instance: Path, host: str, port: int, tls: tuple[Path, Path] | None, pipes: Pipes) -> int:
    _allow_open_files()
    try:
        context = _tls_context(tls) if tls else None
        office = Office.open_folder(instance, bell=pipes.bell(), waits=True)
    except ConfigError as error:
        structlog.get_logger().error("http cannot start", why=str(error))
        return CANNOT_START
    with ThreadPoolExecutor(1) as beside:
        warm = beside.submit(office.render.warm_up)
        application = create_app(office)
        warm.result()
    settings = load_settings(instance).http
    server = http_server.create_server(
        application,
        _listen(host, port),
        threads=settings.linhas,
        body_bytes=settings.corpo_mb * 1024 * 1024,
        problem=_problem,
        tls=context,
        trusted_proxy=settings.proxy or None,
    )
    call_at_stop(server.stop)
    # Objects created so far are permanent: a full collection, which blocks all threads, can skip them.
    gc.collect()
    gc.freeze()
    server.run()
    office.close()
    return 0


def _allow_open_files() -> None:
    """Raise the soft limit of open files: the usual 1024 is close to the connection limit of `http_server`."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = _OPEN_FILES if hard == resource.RLIM_INFINITY else min(_OPEN_FILES, hard)
    if soft < wanted:
        resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, hard))


def _tls_context(files: tuple[Path, Path]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    try:
        context.load_cert_chain(*files)
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(f"{files[0]}, {files[1]}: não servem como certificado e chave de TLS ({error})") from error
    return context


def _listen(host: str, port: int) -> socket.socket:
    family = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM, flags=socket.AI_PASSIVE)[0][0]
    return socket.create_server((host, port), family=family, backlog=_BACKLOG)


def _problem(status: int) -> http_server.Answer:
    """Return the answer to a request that is refused before it reaches the application."""
    response = problems.problem(problems.unread_request(status))
    return http_server.Answer(response.status, response.content_type, response.get_data())
