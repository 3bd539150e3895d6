"""The server's own address, asked from this machine: for signs of life, and for the proof of a new release."""

import http.client
import json
import ssl
from dataclasses import dataclass
from typing import Any, Final

_HERE: Final = {"": "127.0.0.1", "0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104  # where to ask, not to listen


@dataclass(frozen=True, slots=True)
class Door:
    """Where the HTTP process listens: address, port, and whether by TLS."""

    host: str
    port: int
    tls: bool

    def ask(self, path: str, limit_s: float) -> dict[str, Any]:
        """Return the JSON object of a GET. Raises OSError, HTTPException or ValueError without one in time."""
        host = _HERE.get(self.host, self.host)
        connection = http.client.HTTPConnection(host, self.port, timeout=limit_s)
        if self.tls:  # the certificate is not for this address, and nothing secret is sent
            context = ssl._create_unverified_context()  # noqa: S323
            connection = http.client.HTTPSConnection(host, self.port, timeout=limit_s, context=context)
        try:
            connection.request("GET", path)
            return dict(json.loads(connection.getresponse().read()))
        finally:
            connection.close()
