"""The command line of the court's simulator."""

import threading
from collections.abc import Sequence
from pathlib import Path

import click

from printserver.cli.base import PATH, instance_option
from printserver.office import Office, proof
from printserver.selo import PublicCertificate


@click.command("tribunal-simulado")
@instance_option
@click.option("--port", type=click.IntRange(1, 65535), default=8632, show_default=True, help="Porta.")
@click.option(
    "--tls", nargs=2, type=PATH, metavar="CERT KEY", help="Certificado e chave TLS (PEM); pede os da serventia."
)
def simulated_court(folder: Path, port: int, tls: tuple[Path, Path] | None) -> None:
    """Põe no ar um tribunal de mentira, só nesta máquina: para testes e demonstrações."""
    from printserver.server.processes import call_at_stop
    from printserver.simulator import Simulator

    office = Office.open_folder(folder)
    cns, ended = office.cns, threading.Event()
    call_at_stop(ended.set)
    simulator = Simulator(
        *(folder, {cns: office.certificado}, office.atos),
        port=port,
        tls=tls or None,
        verifiers={cns: _Certificates(office)},
    ).begin()
    click.echo(f"Tribunal SIMULADO da serventia {cns} em {simulator.url} (sem valor legal). Ctrl-C encerra.")
    ended.wait()
    simulator.stop()
    office.close()


class _Certificates:
    """All certificates of an office: one is on record before it signs, so the court knows a new one (T4)."""

    def __init__(self, office: Office) -> None:
        self._office = office
        self._known: Sequence[PublicCertificate] = (office.certificado,)

    def check(self, text: str, assinatura: str) -> bool:
        """Return whether one of them signed `text`; those on record are read again if none did."""
        if any(each.check(text, assinatura) for each in self._known):
            return True
        with self._office.db.read() as conn:
            self._known = proof.used_certificates(conn, self._office.serventia_id)
        return any(each.check(text, assinatura) for each in self._known)
