"""The commands for formats of pages."""

import sys
from pathlib import Path

import click

from printserver.cli.base import PATH, instance_option
from printserver.errors import ConfigError, Recusa
from printserver.formats import Formats
from printserver.rendering import previsualizar


@click.group("formatos")
def formats_group() -> None:
    """Os formatos das páginas."""


@formats_group.command("check")
@instance_option
def check_formats(folder: Path) -> None:
    """Confere e monta todos os formatos, os da serventia e os que vêm com o programa."""
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
    page_format = Formats(folder if folder.is_dir() else None).get(nome)
    destino.write_bytes(previsualizar(page_format))
    click.echo(f"{destino} gravado.")
