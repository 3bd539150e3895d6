"""Transport to the court: its interface, and the implementation over HTTP.

A transport does not raise for faults of the court or the network: it returns the raw request and answer. `answers`
parses them.
"""

import json
import os
import ssl
import tempfile
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final, Protocol

import httpx

from printserver.common import faults
from printserver.common.data import JsonView
from printserver.errors import ConfigError
from printserver.office import CourtSettings
from printserver.selo import Certificate

LARGEST_ANSWER: Final = 16 * 1024 * 1024  # bytes


@dataclass(frozen=True, slots=True)
class Exchange:
    """One request and its answer, as sent and received.

    `status` is the HTTP status, None if there was no answer; then `falha` (Portuguese) is the reason. `departed` is
    False only if certainly nothing of the request reached the court.
    """

    operacao: str
    pedido: str
    status: int | None
    resposta: str | None
    falha: str | None = None
    departed: bool = True


def encode_body(itens: Sequence[JsonView]) -> str:
    """Return the body of a request for `itens`, as text."""
    return json.dumps(list(itens), ensure_ascii=False, separators=(",", ":"))


class Transport(Protocol):
    """Connection of an office to the court. Thread-safe."""

    def send(self, selos: Sequence[JsonView]) -> Exchange:
        """Report seals."""

    def link_selos(self, pairs: Sequence[Mapping[str, str]]) -> Exchange:
        """Report links, each a `vinculador` and a `vinculado`."""

    def look_up(self, codigo: str) -> Exchange:
        """Request the court's record of a code."""

    def list_all(self, de: date, ate: date, page: int) -> Exchange:
        """Request a page of the seals with act dates from `de` to `ate`."""

    def close(self) -> None:
        """Close the connections."""


class HttpTransport:
    """The court over HTTP: JSON, mutual TLS with the office's certificate, paths by setting."""

    def __init__(self, settings: CourtSettings, certificate: Certificate, pasta: Path) -> None:
        """Prepare the connections; nothing is sent yet. `pasta` is a folder that only the server may read.

        Raises `ConfigError` if the authority's file cannot be read.
        """
        self._settings = settings
        self._client = httpx.Client(
            base_url=settings.url.rstrip("/"),
            timeout=settings.espera_s,
            verify=_tls(settings, certificate, pasta) if settings.url.startswith("https:") else True,
            limits=httpx.Limits(max_connections=settings.em_paralelo + 2),
            trust_env=False,
            headers={"User-Agent": "printserver"},
        )

    def send(self, selos: Sequence[JsonView]) -> Exchange:
        """Report seals."""
        return self._exchange("enviar", "POST", self._settings.caminho_selos, selos)

    def link_selos(self, pairs: Sequence[Mapping[str, str]]) -> Exchange:
        """Report links."""
        return self._exchange("vincular", "POST", self._settings.caminho_vinculos, pairs)

    def look_up(self, codigo: str) -> Exchange:
        """Request the court's record of a code."""
        return self._exchange("consultar", "GET", self._settings.caminho_consulta.format(codigo=codigo))

    def list_all(self, de: date, ate: date, page: int) -> Exchange:
        """Request a page of the seals of those days."""
        path = self._settings.caminho_lista.format(de=de.isoformat(), ate=ate.isoformat(), pagina=page)
        return self._exchange("listar", "GET", path)

    def close(self) -> None:
        """Close the connections."""
        self._client.close()

    def _exchange(self, operacao: str, method: str, path: str, body: Sequence[JsonView] | None = None) -> Exchange:
        content = None if body is None else encode_body(body)
        said = content if content is not None else f"{method} {path}"
        headers = {} if content is None else {"Content-Type": "application/json; charset=utf-8"}
        try:
            status, text = self._answer(method, path, content, headers)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            return Exchange(
                operacao, said, None, None, f"o tribunal não atende ({faults.of_connection(error)})", departed=False
            )
        except httpx.TimeoutException:
            return Exchange(operacao, said, None, None, f"sem resposta em {self._settings.espera_s:g} s")
        except httpx.RemoteProtocolError:
            return Exchange(operacao, said, None, None, "o tribunal encerrou a ligação sem responder")
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            return Exchange(operacao, said, None, None, f"a ligação caiu ({faults.of_connection(error)})")
        return Exchange(operacao, said, status, text)

    def _answer(self, method: str, path: str, content: str | None, headers: Mapping[str, str]) -> tuple[int, str]:
        """Return status and text. httpx restarts its timeout with every chunk, so the total time is limited here."""
        ends = time.monotonic() + self._settings.espera_s
        with self._client.stream(method, path, content=content, headers=headers) as answer:
            body = bytearray()
            for piece in answer.iter_bytes():
                body += piece
                if time.monotonic() > ends:
                    raise httpx.ReadTimeout("a resposta não acaba")
                if len(body) > LARGEST_ANSWER:
                    raise httpx.DecodingError("a resposta é grande demais")
            return answer.status_code, body.decode(answer.encoding or "utf-8", errors="replace")


def _tls(settings: CourtSettings, certificate: Certificate, pasta: Path) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=str(pasta / settings.autoridade) if settings.autoridade else None)
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(f"tribunal.autoridade: {settings.autoridade} não pode ser lido ({error})") from error
    # Python's ssl loads a key only from a file: use a temporary file that only the server may read.
    handle, name = tempfile.mkstemp(dir=pasta, prefix=".tls-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(certificate.pem())
        context.load_cert_chain(name)
    finally:
        Path(name).unlink()
    return context
