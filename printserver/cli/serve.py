"""The commands that serve offices, and that add an engine."""

import sys
from ipaddress import ip_address
from pathlib import Path

import click

from printserver.cli.base import PATH, instances_option
from printserver.errors import ConfigError
from printserver.office import Office, load_settings
from printserver.server.engine import run_engine
from printserver.server.logs import configure_logs
from printserver.server.supervisor import Served
from printserver.server.supervisor import serve as run


@click.command("serve")
@instances_option
@click.option("--host", default="127.0.0.1", show_default=True, help="Endereço em que o servidor atende.")
@click.option("--port", type=click.IntRange(1, 65535), default=8631, show_default=True, help="Porta; a da primeira.")
@click.option("--tls", nargs=2, type=PATH, metavar="CERT KEY", help="Certificado e chave TLS (PEM).")
@click.option("--sem-tls", is_flag=True, help="Atende fora desta máquina sem TLS, por sua conta.")
def serve(folders: tuple[Path, ...], host: str, port: int, tls: tuple[Path, Path] | None, sem_tls: bool) -> None:
    """Põe o servidor inteiro no ar: telas, API e motor. Com várias pastas, cada serventia tem a sua porta."""
    if not tls and not sem_tls and not _loopback(host):
        raise ConfigError(
            f"--host {host} atende fora desta máquina: dê --tls CERT KEY, ou --sem-tls se outro programa cuida disso"
        )
    for path in tls or ():
        if not path.is_file():
            raise ConfigError(f"{path}: não existe")
    configure_logs()
    sys.exit(run(_openable(folders, host, port), tls or None))


def _openable(folders: tuple[Path, ...], host: str, port: int) -> list[Served]:
    """Return the offices that open, each with its port; one that does not is named, and the others are served.

    Raises `ConfigError` if none opens.
    """
    found = []
    for number, folder in enumerate(folders):
        try:
            Office.open_folder(folder, waits=True).close()
        except ConfigError as error:
            if len(folders) == 1:
                raise
            click.echo(f"printserver: {folder} fica fora do ar: {error}", err=True)
        else:
            found.append(Served(folder, host, load_settings(folder).http.porta or port + number))
    if not found:
        raise ConfigError("nenhuma das serventias pode ser aberta")
    if len({each.port for each in found}) < len(found):
        raise ConfigError("duas serventias têm a mesma porta: mude http.porta de uma delas")
    return found


@click.command("worker")
@instances_option
def worker(folders: tuple[Path, ...]) -> None:
    """Mais um motor, nesta máquina ou em outra (PostgreSQL)."""
    run_engine(folders)


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False
