"""The simulated court for tests: it runs in this process, on its own port, with configurable faults.

with open_court(rig) as court:
    court.falhar("fecha-depois", vezes=1)
    …
    assert court.selo(code)["aceito"] == 1
"""

import http.client
import json
import ssl
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID

from printserver.clock import Clock, system_clock
from printserver.selo import AtoTable, Certificate, load_atos
from printserver.simulator import Simulator
from support import process
from support.office import Rig, open_rig


class Court:
    """A court at `url`, in this process or in another; threads may share it."""

    def __init__(self, port: int, tls: ssl.SSLContext | None = None) -> None:
        self.port = port
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{port}"
        self._tls = tls

    def call(self, method: str, path: str, body: Any = None) -> tuple[int, Any]:
        """Send a request (`body`: bytes as they are, else as JSON); return status and answer (JSON where it is).

        Raises OSError or HTTPException where no answer came.
        """
        content = body if body is None or isinstance(body, bytes) else json.dumps(body).encode()
        connection = (
            http.client.HTTPSConnection("127.0.0.1", self.port, timeout=process.LIMIT_S, context=self._tls)
            if self._tls
            else http.client.HTTPConnection("127.0.0.1", self.port, timeout=process.LIMIT_S)
        )
        try:
            connection.request(method, path, content)
            answer = connection.getresponse()
            told = answer.read()
            is_json = answer.headers.get_content_type() == "application/json"
            return answer.status, json.loads(told) if is_json else told.decode()
        finally:
            connection.close()

    # -- the control --------------------------------------------------------------------------------------------------

    def order(self, **command: Any) -> dict[str, Any]:
        """Send a command to the control; return the misbehaviour as it stands."""
        status, answer = self.call("POST", "/_controle", command)
        assert status == 200, answer
        return dict(answer)

    def fail(self, falha: str | None, vezes: int | None = None, **more: Any) -> None:
        """Set a fault for `vezes` sends, or until it is changed; None: no fault.

        `selos` names whom `objects_to` hits, `segundos` says how slow `lento` is.
        """
        self.order(falha=falha, vezes=vezes, **more)

    def advance_clock(self, **much: float) -> None:
        """Put the court's own clock forward by that many `hours`, `minutes`, `seconds` in all (0: back to time)."""
        seconds = {"days": 86_400, "hours": 3600, "minutes": 60, "seconds": 1}
        self.order(relogio_s=sum(seconds[unit] * count for unit, count in much.items()))

    @property
    def estado(self) -> dict[str, Any]:
        """The misbehaviour and the counts, without the lists."""
        return dict(self._control("?resumo=1"))

    @property
    def resumo(self) -> dict[str, int]:
        """The counts: selos, recebidos, aceitos, objetados, atrasados, mais_recebido, vinculos."""
        return dict(self.estado["resumo"])

    @property
    def registros(self) -> dict[str, dict[str, Any]]:
        """Every code that was sent: codigo → recebido, aceito, linha, situacao, atrasado, erros."""
        return {each["codigo"]: each for each in self._control()["registros"]}

    @property
    def vinculos(self) -> dict[tuple[str, str], dict[str, Any]]:
        """Every link that was sent: (vinculador, vinculado) → recebido, aceito."""
        return {(each["vinculador"], each["vinculado"]): each for each in self._control()["vinculos"]}

    def selo(self, codigo: str) -> dict[str, Any]:
        """Return how often a code was sent and stored; KeyError if never."""
        return {each["codigo"]: each for each in self._control(f"?selo={codigo}")["registros"]}[codigo]

    def _control(self, query: str = "") -> dict[str, Any]:
        status, answer = self.call("GET", f"/_controle{query}")
        assert status == 200, answer
        return dict(answer)

    # -- the service --------------------------------------------------------------------------------------------------

    def send(self, *itens: Mapping[str, Any]) -> list[dict[str, Any]]:
        """Send seals as an office does; return the answers."""
        status, answer = self.call("POST", "/selos", list(itens))
        assert status == 200, answer
        return list(answer)

    def link_selos(self, vinculador: str, *vinculados: str) -> list[dict[str, Any]]:
        """Send links as an office does; return the answers."""
        pairs = [{"vinculador": vinculador, "vinculado": vinculado} for vinculado in vinculados]
        status, answer = self.call("POST", "/vinculos", pairs)
        assert status == 200, answer
        return list(answer)

    def look_up(self, codigo: str) -> dict[str, Any] | None:
        """Ask the court about a code; None: it says 404."""
        status, answer = self.call("GET", f"/selos/{codigo}")
        assert status in (200, 404), answer
        return dict(answer) if status == 200 else None


@contextmanager
def run_court(
    folder: Path,
    serventias: Mapping[str, Certificate],
    atos: AtoTable | None = None,
    *,
    clock: Clock = system_clock,
    port: int = 0,
    tls: Mapping[str, Path] | None = None,
) -> Iterator[Court]:
    """Give a court of these offices (certificates by CNS) whose file is in `folder`.

    With `tls` (`mutual_tls` makes it) only their certificates get in, and the court given shows the first of them.
    """
    atos = atos or load_atos(None)
    files = (tls["certificado"], tls["chave"]) if tls else None
    simulator = Simulator(folder, serventias, atos, port=port, clock=clock, tls=files).begin()
    try:
        yield Court(simulator.port, _shows(tls, next(iter(serventias.values()))) if tls else None)
    finally:
        simulator.stop()


def mutual_tls(folder: Path) -> dict[str, Path]:
    """Make a certificate of a court on 127.0.0.1; return its files `certificado` (also its authority's) and `chave`."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Tribunal SIMULADO")])
    here = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    now = system_clock()
    made = x509.CertificateBuilder().subject_name(name).issuer_name(name).public_key(key.public_key())
    made = made.serial_number(1).not_valid_before(now - timedelta(days=1)).not_valid_after(now + timedelta(days=9))
    signed = made.add_extension(here, critical=False).sign(key, hashes.SHA256())
    files = {"certificado": folder / "tribunal.pem", "chave": folder / "tribunal.key"}
    files["certificado"].write_bytes(signed.public_bytes(Encoding.PEM))
    files["chave"].write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    return files


def _shows(tls: Mapping[str, Path], certificate: Certificate) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(tls["certificado"]))
    mine = tls["chave"].with_name("cliente.pem")
    mine.write_bytes(certificate.pem())
    context.load_cert_chain(mine)
    return context


@contextmanager
def open_court(
    rig: Rig, *, clock: Clock | None = None, port: int = 0, tls: Mapping[str, Path] | None = None
) -> Iterator[Court]:
    """Start the court of an office, with the office's clock unless another is given.

    The rig's `settings.tribunal.url` is not touched (`rig_with_court` sets it).
    """
    office, clock = rig.office, clock or rig.clock
    serventias = {office.cns: office.certificado}
    with run_court(rig.folder, serventias, office.atos, clock=clock, port=port, tls=tls) as court:
        yield court


@contextmanager
def rig_with_court(folder: Path, *, tls: bool = False, **options: Any) -> Iterator[tuple[Rig, Court]]:
    """Open an office (`options`: those of `open_rig`) that reports to its own court, over mutual TLS if `tls`."""
    port = process.free_port()
    settings = dict(options.pop("settings", None) or {})
    files = mutual_tls(folder.parent) if tls else None
    address = {"url": f"http{'s' if files else ''}://127.0.0.1:{port}"}
    address |= {"autoridade": str(files["certificado"])} if files else {}
    settings["tribunal"] = dict(settings.get("tribunal", {})) | address
    with open_rig(folder, settings=settings, **options) as rig, open_court(rig, port=port, tls=files) as court:
        yield rig, court
