"""TLS as it is measured from here: on the server's own port, and towards the court."""

import socket
import ssl
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from printserver.common import faults
from printserver.office import Office

_LIMIT_S: Final = 5.0
ENOUGH: Final = ("TLSv1.2", "TLSv1.3")
"""The versions of TLS that the norm admits."""


@dataclass(frozen=True, slots=True)
class Measured:
    """A connection as measured: version and cipher of TLS, or why there is none (Portuguese)."""

    onde: str
    versao: str | None
    cipher: str | None
    falha: str | None


def own_port(address: str) -> Measured:
    """Measure the server's port at `address`, `HOST:PORT`. Its certificate is not checked: it is the office's own."""
    host, _, port = address.rpartition(":")
    context = ssl.create_default_context()
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return _measure(address, host.strip("[]"), int(port), context)


def court(office: Office) -> Measured | None:
    """Measure the connection to the court, with its certificate checked; None if the office has no court."""
    settings = office.settings.tribunal
    if not settings.url:
        return None
    parts = urlsplit(settings.url)
    if parts.scheme != "https":
        return Measured(settings.url, None, None, "o endereço do tribunal não usa TLS (https)")
    authority = str(office.instance / settings.autoridade) if settings.autoridade else None
    try:
        context = ssl.create_default_context(cafile=authority)
    except OSError as error:
        return Measured(settings.url, None, None, f"{settings.autoridade}: {faults.of_os(error)}")
    return _measure(settings.url, parts.hostname or "", parts.port or 443, context)


def _measure(where: str, host: str, port: int, context: ssl.SSLContext) -> Measured:
    try:
        with socket.create_connection((host, port), timeout=_LIMIT_S) as plain:
            try:
                with context.wrap_socket(plain, server_hostname=host) as secured:
                    cipher = secured.cipher()
                    return Measured(where, secured.version(), cipher[0] if cipher else None, None)
            except ssl.SSLCertVerificationError:
                return Measured(where, None, None, "o certificado de lá não é de quem devia ser")
            except (ssl.SSLError, ConnectionError, TimeoutError):
                return Measured(where, None, None, "responde sem TLS")
    except OSError as error:
        return Measured(where, None, None, f"não responde: {faults.of_os(error)}")
