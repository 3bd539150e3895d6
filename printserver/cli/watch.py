"""The commands that watch the server: its health, and the report of conformity."""

import json
import sys
from dataclasses import asdict
from pathlib import Path

import click

from printserver import conformity
from printserver.cli.base import instance_option

_SIGNS = {conformity.GOOD: "bem", conformity.WARN: "ATENÇÃO", conformity.BAD: "PROBLEMA", conformity.UNKNOWN: "?"}


@click.command("saude")
@instance_option
@click.option("--json", "as_json", is_flag=True, help="Mostra só um objeto JSON na saída.")
def show_health(folder: Path, as_json: bool) -> None:
    """Diz como está cada parte do servidor, o que há de errado e o que fazer. Termina com 1 se há problema."""
    parts = conformity.health(folder)
    worst = conformity.worst(parts)
    if as_json:
        click.echo(json.dumps({"estado": worst, "partes": [asdict(each) for each in parts]}, ensure_ascii=False))
    else:
        width = max(len(each.nome) for each in parts)
        for each in parts:
            do = f" → {each.o_que_fazer}" if each.o_que_fazer else ""
            click.echo(f"{_SIGNS[each.estado]:<8}  {each.nome:<{width}}  {each.texto}{do}")
    sys.exit(1 if worst == conformity.BAD else 0)
