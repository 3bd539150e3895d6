"""TLS tunnel to a remote CUPS server that verifies its certificate: libcups encrypts without verification.

A tunnel lasts for one call. libcups connects to a local port; its bytes are forwarded only to a server with the
recorded certificate (docs/decisions/18).
"""

import contextlib
import hashlib
import select
import socket
import ssl
import threading
from collections.abc import Iterator
from typing import Final

from printserver.common import faults
from printserver.printing.model import CertificateChanged, QueueUnavailable, Server

CONNECT_S: Final = 5.0
_CHUNK: Final = 64 * 1024


def fingerprint(host: str, port: int) -> str:
    """Return the SHA-256 (hex) of the server's current certificate. Raises QueueUnavailable."""
    with _tls(host, port) as line:
        return _digest(line)


@contextlib.contextmanager
def endpoint(server: Server, host: str, port: int) -> Iterator[tuple[str, int]]:
    """Yield the address for libcups: the server itself, or with TLS the local end of a tunnel to it.

    Raises QueueUnavailable, CertificateChanged.
    """
    if not server.tls or host.startswith("/"):
        yield host, port
        return
    first = _verified(server, host, port)
    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=_serve, args=(listener, first, server, host, port), name="tls", daemon=True).start()
        try:
            yield "127.0.0.1", listener.getsockname()[1]
        finally:
            listener.shutdown(socket.SHUT_RDWR)  # wakes the thread in accept()


def _serve(listener: socket.socket, first: ssl.SSLSocket, server: Server, host: str, port: int) -> None:
    """Forward each connection of libcups over its own verified connection: libcups reconnects after some answers."""
    line: ssl.SSLSocket | None = first
    while True:
        try:
            plain, _ = listener.accept()
        except OSError:
            if line is not None:
                line.close()
            return
        # An error here closes libcups' connection, and libcups reports it.
        with plain, contextlib.suppress(OSError, QueueUnavailable), line or _verified(server, host, port) as verified:
            line = None
            _carry(plain, verified)


def _carry(plain: socket.socket, line: ssl.SSLSocket) -> None:
    """Forward bytes in both directions until one side closes."""
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    while True:
        ready = [line] if line.pending() else select.select([plain, line], [], [])[0]
        if plain in ready:
            if not (said := plain.recv(_CHUNK)):
                return
            line.settimeout(None)
            line.sendall(said)
        if line in ready:
            line.settimeout(0)  # the data may be a partial record, or TLS's own
            try:
                heard = line.recv(_CHUNK)
            except ssl.SSLWantReadError:
                continue
            if not heard:
                return
            plain.sendall(heard)


def _verified(server: Server, host: str, port: int) -> ssl.SSLSocket:
    """Return a connection to the server, after checking its certificate."""
    line = _tls(host, port)
    if (shown := _digest(line)) != server.certificado:
        line.close()
        raise CertificateChanged(
            f"o servidor CUPS {server.endereco} mostra outro certificado ({readable(shown)}) que não o guardado: nada "
            "lhe foi enviado. Confira-o com quem cuida dele; se foi trocado, use printserver filas certificado"
        )
    return line


def _tls(host: str, port: int) -> ssl.SSLSocket:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    # CUPS's certificate is self-signed: it is compared with the recorded one, not verified by an authority.
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        line = socket.create_connection((host, port), CONNECT_S)
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # libcups writes a request in pieces
        return context.wrap_socket(line, server_hostname=host)
    except OSError as error:  # includes SSLError
        raise QueueUnavailable(
            f"o servidor de impressão {host} não responde por TLS: {faults.of_connection(error)}"
        ) from None


def _digest(line: ssl.SSLSocket) -> str:
    return hashlib.sha256(line.getpeercert(binary_form=True) or b"").hexdigest()


def readable(certificate: str) -> str:
    """Return a fingerprint in the form of openssl: pairs of digits."""
    return ":".join(certificate[at : at + 2] for at in range(0, len(certificate), 2)).upper()
