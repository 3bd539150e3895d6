"""The simulated court's server: one thread per connection, so that a slow answer does not block the others."""

import errno
import logging
import socket
import ssl
import threading
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, Final, Self

from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from printserver.clock import Clock, system_clock
from printserver.common import faults
from printserver.errors import ConfigError
from printserver.selo import AtoTable, Certificate
from printserver.simulator.context import EXTENSION, CourtSettings
from printserver.simulator.control import control
from printserver.simulator.faults import Faults
from printserver.simulator.public_page import lookup
from printserver.simulator.records import Records
from printserver.simulator.rules import Rules, Verifier
from printserver.simulator.service import servico
from printserver.simulator.tables import FILE_NAME

HOST: Final = "127.0.0.1"
_log = logging.getLogger(__name__)


class Simulator:
    """The court of the `serventias` (certificates by CNS), bound to this machine when created.

    `port` 0 takes a free one. With `tls` (PEM files of the server's certificate and key) only clients with the
    certificate of one of these offices are accepted. `verifiers` check the signatures in place of the certificates. It
    answers once `serve` or `begin` runs. Raises `ConfigError` (Portuguese) if the port is taken or the files are
    unusable.
    """

    def __init__(
        self,
        folder: Path,
        serventias: Mapping[str, Certificate],
        atos: AtoTable,
        *,
        port: int = 0,
        clock: Clock = system_clock,
        tls: tuple[Path, Path] | None = None,
        verifiers: Mapping[str, Verifier] | None = None,
    ) -> None:
        context = _mutual_tls(*tls, serventias.values()) if tls else None
        listener = _listen(port)
        self.port: int = listener.getsockname()[1]
        self.url = f"{'https' if tls else 'http'}://{HOST}:{self.port}"
        rules = Rules(verifiers or serventias, atos)
        records = Records(folder / FILE_NAME, rules)
        self.tribunal = CourtSettings(records, Faults(records), rules, clock)
        with listener:  # the server uses a duplicate of the socket
            self._server = make_server(
                HOST,
                self.port,
                _application(self.tribunal),
                threaded=True,
                request_handler=_Handler,
                ssl_context=context,
                fd=listener.fileno(),
            )
        self._thread: threading.Thread | None = None

    def serve(self) -> None:
        """Answer until `stop` is called from another thread."""
        self._server.serve_forever(poll_interval=0.05)

    def begin(self) -> Self:
        """Answer in a thread of this process."""
        self._thread = threading.Thread(target=self.serve, name="tribunal-simulado", daemon=True)
        self._thread.start()
        return self

    def stop(self) -> None:
        """Stop answering and close everything; slow answers are aborted."""
        self.tribunal.stopped.set()
        self._server.shutdown()
        self._server.server_close()
        if self._thread is not None:
            self._thread.join()
        self.tribunal.records.close()


def _listen(port: int) -> socket.socket:
    try:
        return socket.create_server((HOST, port), backlog=128)
    except OSError as error:
        why = "outro programa já a usa" if error.errno == errno.EADDRINUSE else faults.of_os(error)
        raise ConfigError(f"o tribunal simulado não pode atender na porta {port}: {why}") from error


def _mutual_tls(certificate: Path, key: Path, clients: Iterable[Certificate]) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(certificate, key)
    except OSError as error:  # also ssl.SSLError
        raise ConfigError(f"{certificate}, {key}: certificado e chave não podem ser usados ({error})") from error
    context.verify_mode = ssl.CERT_REQUIRED
    context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN  # trust an office's own certificate, not its issuer's
    context.load_verify_locations(cadata="".join(client.public_pem().decode() for client in clients))
    return context


def _application(tribunal: CourtSettings) -> Flask:
    app = Flask(__name__, static_folder=None, template_folder=None)
    app.json.sort_keys = False  # type: ignore[attr-defined]
    app.config["MAX_CONTENT_LENGTH"] = 4 * 1024 * 1024
    app.extensions[EXTENSION] = tribunal
    for blueprint in (servico, control, lookup):
        app.register_blueprint(blueprint)
    return app


class _Handler(WSGIRequestHandler):
    timeout = 60  # for an idle client

    def log_request(self, code: int | str = "-", size: int | str = "-") -> None:
        """Do not log successful requests."""

    def log(self, type: str, message: str, *args: Any) -> None:
        """Log errors as errors, all else at debug level."""
        _log.log(logging.ERROR if type == "error" else logging.DEBUG, message, *args)
