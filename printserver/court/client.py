"""What an office says to the court, and how: the interface of the transport, and the one that speaks HTTP.

A transport never raises for what the court or the line does: it gives back what was sent and what came, raw. What an
answer means is said in `respostas`.
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
from typing import Any, Final, Protocol

import httpx

from printserver import faults
from printserver.errors import ConfigError
from printserver.office.settings import Tribunal
from printserver.selo import Certificate

MAIOR_RESPOSTA: Final = 16 * 1024 * 1024  # bytes


@dataclass(frozen=True, slots=True)
class Troca:
    """An exchange as it went over the wire.

    `status` is HTTP's, None where no answer came; then `falha` (Portuguese) says why. `partiu` is False only where it
    is certain that nothing of the request reached the court.
    """

    operacao: str
    pedido: str
    status: int | None
    resposta: str | None
    falha: str | None = None
    partiu: bool = True


def encode_body(itens: Sequence[Mapping[str, Any]]) -> str:
    """Return what is sent for `itens`, as it goes over the wire."""
    return json.dumps(list(itens), ensure_ascii=False, separators=(",", ":"))


class Transporte(Protocol):
    """The court as an office reaches it. May be used by several threads."""

    def enviar(self, selos: Sequence[Mapping[str, Any]]) -> Troca:
        """Report seals."""

    def vincular(self, pairs: Sequence[Mapping[str, str]]) -> Troca:
        """Report links, each a `vinculador` and a `vinculado`."""

    def consultar(self, codigo: str) -> Troca:
        """Ask what the court has of a code."""

    def listar(self, de: date, ate: date, page: int) -> Troca:
        """Ask for the seals whose act is of the days `de` to `ate`, a page of them."""

    def fechar(self) -> None:
        """Close the connections."""


class TransporteHttp:
    """The court over HTTP: JSON, mutual TLS with the office's certificate, paths by setting."""

    def __init__(self, settings: Tribunal, certificate: Certificate, pasta: Path) -> None:
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

    def enviar(self, selos: Sequence[Mapping[str, Any]]) -> Troca:
        """Report seals."""
        return self._trocar("enviar", "POST", self._settings.caminho_selos, selos)

    def vincular(self, pairs: Sequence[Mapping[str, str]]) -> Troca:
        """Report links."""
        return self._trocar("vincular", "POST", self._settings.caminho_vinculos, pairs)

    def consultar(self, codigo: str) -> Troca:
        """Ask what the court has of a code."""
        return self._trocar("consultar", "GET", self._settings.caminho_consulta.format(codigo=codigo))

    def listar(self, de: date, ate: date, page: int) -> Troca:
        """Ask for a page of the seals of those days."""
        path = self._settings.caminho_lista.format(de=de.isoformat(), ate=ate.isoformat(), pagina=page)
        return self._trocar("listar", "GET", path)

    def fechar(self) -> None:
        """Close the connections."""
        self._client.close()

    def _trocar(self, operacao: str, method: str, path: str, body: Sequence[Mapping[str, Any]] | None = None) -> Troca:
        content = None if body is None else encode_body(body)
        said = content if content is not None else f"{method} {path}"
        headers = {} if content is None else {"Content-Type": "application/json; charset=utf-8"}
        try:
            status, text = self._responder(method, path, content, headers)
        except (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout) as error:
            return Troca(
                operacao, said, None, None, f"o tribunal não atende ({faults.of_connection(error)})", partiu=False
            )
        except httpx.TimeoutException:
            return Troca(operacao, said, None, None, f"sem resposta em {self._settings.espera_s:g} s")
        except httpx.RemoteProtocolError:
            return Troca(operacao, said, None, None, "o tribunal encerrou a ligação sem responder")
        except (httpx.HTTPError, httpx.InvalidURL, OSError) as error:
            return Troca(operacao, said, None, None, f"a ligação caiu ({faults.of_connection(error)})")
        return Troca(operacao, said, status, text)

    def _responder(self, method: str, path: str, content: str | None, headers: Mapping[str, str]) -> tuple[int, str]:
        """Return status and text. httpx counts its time anew with every piece: one that drips is no answer."""
        ends = time.monotonic() + self._settings.espera_s
        with self._client.stream(method, path, content=content, headers=headers) as answer:
            body = bytearray()
            for piece in answer.iter_bytes():
                body += piece
                if time.monotonic() > ends:
                    raise httpx.ReadTimeout("a resposta não acaba")
                if len(body) > MAIOR_RESPOSTA:
                    raise httpx.DecodingError("a resposta é grande demais")
            return answer.status_code, body.decode(answer.encoding or "utf-8", errors="replace")


def _tls(settings: Tribunal, certificate: Certificate, pasta: Path) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=str(pasta / settings.autoridade) if settings.autoridade else None)
    except (OSError, ssl.SSLError) as error:
        raise ConfigError(f"tribunal.autoridade: {settings.autoridade} não pode ser lido ({error})") from error
    # Python's ssl takes a key from a file only: it is there, readable by the server alone, for this moment.
    handle, name = tempfile.mkstemp(dir=pasta, prefix=".tls-")
    try:
        with os.fdopen(handle, "wb") as file:
            file.write(certificate.pem())
        context.load_cert_chain(name)
    finally:
        Path(name).unlink()
    return context
