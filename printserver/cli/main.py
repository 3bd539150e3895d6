"""The command line: creates and serves an office, adds keys, people and queues, checks formats, verifies the log."""

import json
import os
import sys
from ipaddress import ip_address
from pathlib import Path

import click

from printserver import __version__
from printserver.cli.audit import audit
from printserver.cli.base import (
    PATH,
    instance_option,
    instances_option,
    office,
    record,
)
from printserver.cli.copies import all_copies, all_steps, make_copy, rehearse, restore
from printserver.cli.court import simulated_court
from printserver.cli.incidents import all_incidents
from printserver.cli.install import install
from printserver.cli.models import all_models
from printserver.cli.offices import offices_group
from printserver.cli.paper import paper_group
from printserver.cli.people import add_person, api_key
from printserver.cli.queues import all_queues
from printserver.cli.release import migrate, prove, upgrade
from printserver.cli.retention import retention_group, titular_command
from printserver.cli.watch import report_conformity, show_health
from printserver.clock import system_clock
from printserver.common import faults
from printserver.delivery import queue_setup
from printserver.errors import ConfigError, Recusa
from printserver.office import Office, create, load_settings
from printserver.server.logs import configure_logs
from printserver.server.supervisor import Served


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="printserver")
def cli() -> None:
    """Servidor de impressão e selos da serventia."""


@cli.command("init")
@instance_option
@click.option("--cns", help="CNS da serventia, 6 algarismos (sem ele: serventia de demonstração).")
@click.option("--proximo-numero", type=click.IntRange(1), default=1, help="Próximo número de selo.")
@click.option("--nome", help="Nome da serventia, como sai nos documentos.")
@click.option("--pessoa", help="Nome completo de quem administra; exigido com --cns.")
@click.option("--usuario", help="Nome de usuário dessa pessoa; exigido com --cns.")
@click.option("--banco", help="Endereço de um PostgreSQL, que pode já ter outras serventias.")
@click.option("--json", "as_json", is_flag=True, help="Mostra só um objeto JSON na saída.")
def init(
    folder: Path,
    cns: str | None,
    proximo_numero: int,
    nome: str | None,
    pessoa: str | None,
    usuario: str | None,
    banco: str | None,
    as_json: bool,
) -> None:
    """Cria uma serventia: pasta, banco, certificado de teste, primeira pessoa e uma chave. Nunca escreve por cima."""
    if (pessoa is None) != (usuario is None):
        raise ConfigError("--pessoa e --usuario vão juntos: o nome completo, e o nome com que a pessoa entra")
    person = create.FirstPerson(usuario, pessoa) if pessoa and usuario else None
    made = create.create_office(
        folder, system_clock(), cns=cns, proximo=proximo_numero, person=person, nome=nome, banco=banco or ""
    )
    if as_json:
        shown = {
            "usuario": made.usuario,
            "senha": made.password,
            "chave": made.chave,
            "cns": made.cns,
            "instancia": made.instancia,
        }
        click.echo(json.dumps(shown, ensure_ascii=False))
        return
    click.echo(f"Serventia {made.cns} criada em {folder}.")
    click.echo(f"  usuário: {made.usuario}\n  senha:   {made.password}\n  chave:   {made.chave}")
    click.echo("Guarde a senha e a chave: não são mostradas outra vez.")


@cli.command("serve")
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
    from printserver.server.supervisor import serve as run

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


@cli.command("worker")
@instances_option
def worker(folders: tuple[Path, ...]) -> None:
    """Mais um motor, nesta máquina ou em outra (PostgreSQL)."""
    from printserver.server.engine import run_engine

    run_engine(folders)


cli.add_command(api_key)
cli.add_command(add_person)


@cli.command("fila")
@click.argument("nome")
@instance_option
@click.option("--pasta", type=PATH, help="Pasta em que os PDFs são gravados.")
@click.option("--cups", "queue", help="Nome da fila no CUPS.")
@click.option(
    "--servidor", "cups_server", help="Servidor CUPS: caminho do socket, ou HOST:PORTA (sem ele: o desta máquina)."
)
@click.option("--padrao", "default", is_flag=True, help="É a fila de quem não diz outra.")
@click.option("--papel-numerado", is_flag=True, help="Tem papel numerado, e conta as folhas.")
def add_queue(
    nome: str,
    folder: Path,
    pasta: Path | None,
    queue: str | None,
    cups_server: str | None,
    default: bool,
    papel_numerado: bool,
) -> None:
    """Cria mais uma fila: uma pasta ou uma fila do CUPS."""
    nome = queue_setup.queue_name(nome)
    if (pasta is None) == (queue is None):
        raise ConfigError("diga --pasta DIR ou --cups FILA, um dos dois")
    if cups_server and queue is None:
        raise ConfigError("--servidor acompanha --cups")
    if pasta is not None:
        pasta.mkdir(mode=0o700, parents=True, exist_ok=True)
    destination = str(pasta.absolute()) if pasta is not None else str(queue)
    new = queue_setup.NewQueue(
        nome, "pasta" if pasta is not None else "cups", destination, cups_server, papel_numerado=papel_numerado
    )
    with office(folder) as (conn, serventia_id, now):
        what = queue_setup.add(conn, serventia_id, new, now, default=default)
        record(conn, serventia_id, now, "fila", nome, what)
    click.echo(f"Fila {nome} criada.")


cli.add_command(all_queues)
cli.add_command(paper_group)


@cli.command("sequencia")
@instance_option
@click.option("--proximo", required=True, type=click.IntRange(1), help="O próximo número; só anda para a frente.")
def set_sequence(folder: Path, proximo: int) -> None:
    """Diz o próximo número de selo da serventia."""
    from printserver.selo import advance, sequence_name

    with office(folder) as (conn, serventia_id, now):
        try:
            advance(conn, serventia_id, sequence_name("serventia", 1, "", now.year), proximo)
        except ValueError as error:
            raise ConfigError(str(error)) from error
        record(conn, serventia_id, now, "sequencia", "selo", {"proximo": proximo})
    click.echo(f"Próximo número: {proximo}.")


@cli.group("formatos")
def formats_group() -> None:
    """Os formatos das páginas."""


@formats_group.command("check")
@instance_option
def check_formats(folder: Path) -> None:
    """Confere e monta todos os formatos, os da serventia e os que vêm com o programa."""
    from printserver.formats import Formats
    from printserver.rendering import previsualizar

    known = Formats(folder if folder.is_dir() else None)
    faults = known.check_all()
    for nome in [] if faults else known.names():
        try:
            previsualizar(known.get(nome))  # the code path of a print, with example data
        except (ConfigError, Recusa) as error:
            faults.append(f"{nome}.toml: {error.detail if isinstance(error, Recusa) else error}")
    for fault in faults:
        click.echo(fault, err=True)
    if faults:
        sys.exit(1)
    click.echo(f"{len(known.names())} formatos conferidos, sem erros.")


@formats_group.command("preview")
@click.argument("nome")
@click.argument("destino", type=PATH)
@instance_option
def preview_format(nome: str, destino: Path, folder: Path) -> None:
    """Grava em DESTINO um PDF de prova do formato NOME, com dados de exemplo."""
    from printserver.formats import Formats
    from printserver.rendering import previsualizar

    page_format = Formats(folder if folder.is_dir() else None).get(nome)
    destino.write_bytes(previsualizar(page_format))
    click.echo(f"{destino} gravado.")


cli.add_command(audit)
cli.add_command(all_incidents)
cli.add_command(show_health)
cli.add_command(report_conformity)
cli.add_command(all_models)
cli.add_command(make_copy)
cli.add_command(all_copies)
cli.add_command(rehearse)
cli.add_command(restore)
cli.add_command(all_steps)
cli.add_command(simulated_court)
cli.add_command(offices_group)
cli.add_command(retention_group)
cli.add_command(titular_command)
cli.add_command(install)
cli.add_command(upgrade)
cli.add_command(migrate)
cli.add_command(prove)


@cli.command("demo")
@instance_option
@click.option("--port", type=click.IntRange(1, 65535), default=8631, show_default=True, help="Porta.")
@click.option(
    "--port-tribunal", type=click.IntRange(1, 65535), help="Porta do tribunal simulado (sem ela: a seguinte)."
)
@click.option("--encerrar", "stop", is_flag=True, help="Termina depois da demonstração, em vez de ficar no ar.")
def demo(folder: Path, port: int, port_tribunal: int | None, stop: bool) -> None:
    """Mostra o servidor: cria uma serventia de demonstração se não há, e imprime um documento de cada tipo."""
    from printserver.demo.run import run_demo

    sys.exit(run_demo(folder, port, port_tribunal, stay=not stop))


def _loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return False


def main() -> None:
    """Run the command line. A refusal or a disk or database error is printed in Portuguese, with exit status 1."""
    os.umask(0o077)
    try:
        cli()
    except Exception as error:
        text = _sentence(error)
        if text is None:
            raise
        click.echo(f"printserver: {text}", err=True)
        sys.exit(1)


def _sentence(error: Exception) -> str | None:
    if isinstance(error, ConfigError):
        return str(error)
    if isinstance(error, Recusa):
        return error.detail
    return faults.passing(error)
