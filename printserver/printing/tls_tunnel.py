"""TLS to a CUPS server of another machine, made by us: libcups encrypts, but asks nobody whose certificate it is.

A tunnel lasts for one call. libcups speaks to a port of this machine, and what it says goes on only to a server that
shows the certificate on record (docs/decisions/18); not one byte of it to any other.
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
    """Return the SHA-256 (hex) of the certificate that the server shows now. Raises QueueUnavailable."""
    with _tls(host, port) as line:
        return _digest(line)


@contextlib.contextmanager
def endpoint(server: Server, host: str, port: int) -> Iterator[tuple[str, int]]:
    """Yield where libcups is to connect: the server itself, or with TLS the end of a tunnel to it.

    Raises QueueUnavailable, CertificateChanged.
    """
    if not server.tls or host.startswith("/"):
        yield host, port
        return
    first = _verified(server, host, port)
    with socket.create_server(("127.0.0.1", 0)) as door:
        threading.Thread(target=_serve, args=(door, first, server, host, port), name="tls", daemon=True).start()
        try:
            yield "127.0.0.1", door.getsockname()[1]
        finally:
            door.shutdown(socket.SHUT_RDWR)  # wakes who waits at it


def _serve(door: socket.socket, first: ssl.SSLSocket, server: Server, host: str, port: int) -> None:
    """Carry each connection of libcups over a verified line of its own: after some answers it connects anew."""
    line: ssl.SSLSocket | None = first
    while True:
        try:
            plain, _ = door.accept()
        except OSError:
            if line is not None:
                line.close()
            return
        # What fails here ends libcups' connection, and libcups says so.
        with plain, contextlib.suppress(OSError, QueueUnavailable), line or _verified(server, host, port) as verified:
            line = None
            _carry(plain, verified)


def _carry(plain: socket.socket, line: ssl.SSLSocket) -> None:
    """Carry bytes both ways until one side ends."""
    plain.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    while True:
        ready = [line] if line.pending() else select.select([plain, line], [], [])[0]
        if plain in ready:
            if not (said := plain.recv(_CHUNK)):
                return
            line.settimeout(None)
            line.sendall(said)
        if line in ready:
            line.settimeout(0)  # what came may be half a record, or one that is TLS's own
            try:
                heard = line.recv(_CHUNK)
            except ssl.SSLWantReadError:
                continue
            if not heard:
                return
            plain.sendall(heard)


def _verified(server: Server, host: str, port: int) -> ssl.SSLSocket:
    """Return a line to the server, once it has shown the certificate on record."""
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
    # CUPS signs its certificate itself: no authority vouches for it, the one on record does.
    context.check_hostname = False
    context.verify_mode = ssl.CERT_NONE
    try:
        line = socket.create_connection((host, port), CONNECT_S)
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # libcups writes a request in pieces
        return context.wrap_socket(line, server_hostname=host)
    except OSError as error:  # an SSLError is one
        raise QueueUnavailable(
            f"o servidor de impressão {host} não responde por TLS: {faults.of_connection(error)}"
        ) from None


def _digest(line: ssl.SSLSocket) -> str:
    return hashlib.sha256(line.getpeercert(binary_form=True) or b"").hexdigest()


def readable(certificate: str) -> str:
    """Return a fingerprint as people compare it: pairs of digits, as openssl shows it."""
    return ":".join(certificate[at : at + 2] for at in range(0, len(certificate), 2)).upper()
