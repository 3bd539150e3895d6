"""The command line of the court's simulator."""

import threading
from pathlib import Path

import click

from printserver.cli.base import PATH, instance_option


@click.command("tribunal-simulado")
@instance_option
@click.option("--port", type=click.IntRange(1, 65535), default=8632, show_default=True, help="Porta.")
@click.option(
    "--tls", nargs=2, type=PATH, metavar="CERT KEY", help="Certificado e chave TLS (PEM); pede os da serventia."
)
def simulated_court(folder: Path, port: int, tls: tuple[Path, Path] | None) -> None:
    """Põe no ar um tribunal de mentira, só nesta máquina: para testes e demonstrações."""
    from printserver.office import Office
    from printserver.server.processes import call_at_stop
    from printserver.simulator import Simulator

    office = Office.open_folder(folder)
    cns, certificate, atos = office.cns, office.certificado, office.atos
    office.close()
    ended = threading.Event()
    call_at_stop(ended.set)
    simulator = Simulator(folder, {cns: certificate}, atos, port=port, tls=tls or None).begin()
    click.echo(f"Tribunal SIMULADO da serventia {cns} em {simulator.url} (sem valor legal). Ctrl-C encerra.")
    ended.wait()
    simulator.stop()
