"""The command that shows the server at work."""

import sys
from pathlib import Path

import click

from printserver.cli.base import instance_option
from printserver.demo.run import run_demo


@click.command("demo")
@instance_option
@click.option("--port", type=click.IntRange(1, 65535), default=8631, show_default=True, help="Porta.")
@click.option(
    "--port-tribunal", type=click.IntRange(1, 65535), help="Porta do tribunal simulado (sem ela: a seguinte)."
)
@click.option("--encerrar", "stop", is_flag=True, help="Termina depois da demonstração, em vez de ficar no ar.")
def demo(folder: Path, port: int, port_tribunal: int | None, stop: bool) -> None:
    """Mostra o servidor: cria uma serventia de demonstração se não há, e imprime um documento de cada tipo."""
    sys.exit(run_demo(folder, port, port_tribunal, stay=not stop))
