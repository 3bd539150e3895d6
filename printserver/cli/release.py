"""The commands of a machine: install a release, upgrade, and what an upgrade asks of the release that comes."""

import os
from pathlib import Path

import click

from printserver import release
from printserver.cli.base import PATH, instance_option, operator
from printserver.db import Database, open_database
from printserver.errors import ConfigError
from printserver.office import create
from printserver.server import Door

root_option = click.option("--raiz", "root", type=PATH, default=Path("/"), help="Onde a máquina está (para testes).")
python_option = click.option(
    "--python", default="/usr/bin/python3", show_default=True, help="O Python da máquina, com que o programa é montado."
)


@click.command("atualizar")
@click.argument("pacote", type=PATH, required=False)
@click.option("--retomar", "resume", is_flag=True, help="Leva ao fim a atualização que ficou no meio.")
@click.option("--sim", "yes", is_flag=True, help="Começa sem perguntar.")
@click.option("--espera", "wait_min", type=click.IntRange(0), default=15, help="Minutos que espera pelo papel.")
@click.option("--mesmo-parada", "unready", is_flag=True, help="Atualiza também uma serventia parada ou não pronta.")
@python_option
@root_option
def upgrade(
    pacote: Path | None, resume: bool, yes: bool, wait_min: int, unready: bool, python: str, root: Path
) -> None:
    """Troca a versão do programa pela de um pacote; se algo falha, a de antes volta por si mesma."""
    machine = release.machine_at(root)
    services = release.services(machine)
    if resume:
        outcome = release.Upgrade(machine, services).run()
        click.echo("Não há atualização em curso." if outcome is None else _told(outcome))
        return
    if pacote is None:
        raise ConfigError("diga o pacote da versão nova: printserver atualizar PACOTE.tar")
    _require_root(root)
    chosen = release.plan(machine, services, pacote, unready=unready)
    click.echo(f"Da versão {chosen.old.version} para a {chosen.manifest.version}. {chosen.limit}")
    if not yes and not click.confirm("Começar agora?", default=False):
        raise ConfigError("nada foi feito")
    click.echo("Preparando a versão nova; o servidor continua no ar.")
    release.begin(machine, chosen, python, wait_min * 60, operator())
    outcome = release.follow(machine, services, click.echo)
    if outcome is None:
        raise ConfigError("a atualização ainda não terminou; ela é retomada sozinha, e `--retomar` a leva ao fim agora")
    if not outcome.done:
        raise ConfigError(_told(outcome))


def _told(outcome: release.Outcome) -> str:
    if outcome.done:
        return f"Atualizado da versão {outcome.old} para a {outcome.new}."
    return f"A atualização para a versão {outcome.new} não deu certo: {outcome.why}. O servidor está no ar."


def _require_root(root: Path) -> None:
    if root == Path("/") and os.geteuid() != 0:
        raise ConfigError("isto muda a máquina: chame com sudo")


@click.command("migrar")
@instance_option
def migrate(folder: Path) -> None:
    """Leva o banco de dados ao esquema desta versão; o servidor faz o mesmo ao ligar."""
    database = Database(create.find_office(folder)[1])
    try:
        open_database(database)
    finally:
        database.close()
    click.echo("O banco de dados está no esquema desta versão.")


@click.command("provar")
@instance_option
@click.option("--destino", "target", type=PATH, required=True, help="Pasta que recebe a página.")
@click.option("--endereco", "host", default="127.0.0.1", show_default=True, help="Endereço em que o servidor atende.")
@click.option("--porta", "port", type=click.IntRange(1, 65535), default=8631, show_default=True, help="Porta.")
@click.option("--tls", is_flag=True, help="O servidor atende por TLS.")
def prove(folder: Path, target: Path, host: str, port: int, tls: bool) -> None:
    """Prova esta versão no ar: o servidor responde, e uma página sem selo é montada e gravada numa pasta."""
    click.echo(f"{release.prove(folder, target, Door(host, port, tls))} gravada.")
