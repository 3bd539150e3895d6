"""The command line: the group of all commands. Each is imported when it is called, so that none waits for others."""

import gc
import os
import sys
from importlib import import_module
from typing import Final

import click

from printserver import __version__
from printserver.cli.portuguese import describe, speak_portuguese
from printserver.common import faults
from printserver.errors import ConfigError, Recusa

_COMMANDS: Final = {
    "init": "init.init",
    "serve": "serve.serve",
    "worker": "serve.worker",
    "chave": "people.api_key",
    "usuario": "people.add_person",
    "fila": "queues.add_queue",
    "filas": "queues.all_queues",
    "papel": "paper.paper_group",
    "sequencia": "init.set_sequence",
    "formatos": "formats.formats_group",
    "auditoria": "audit.audit",
    "incidentes": "incidents.all_incidents",
    "saude": "watch.show_health",
    "conformidade": "watch.report_conformity",
    "modelos": "models.all_models",
    "copia": "copies.make_copy",
    "copias": "copies.all_copies",
    "ensaio": "copies.rehearse",
    "restaurar": "copies.restore",
    "restauracao": "copies.all_steps",
    "tribunal-simulado": "court.simulated_court",
    "serventia": "offices.offices_group",
    "guarda": "retention.retention_group",
    "titular": "retention.titular_command",
    "instalar": "install.install",
    "atualizar": "release.upgrade",
    "migrar": "release.migrate",
    "provar": "release.prove",
    "demo": "demo.demo",
}
"""Each command with its module in this package and its function there, in the order of the help."""


class _Commands(click.Group):
    """The commands, by name."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        place = _COMMANDS.get(cmd_name)
        if place is None:
            return None
        module, _, name = place.partition(".")
        gc.disable()  # nothing that an import makes is garbage, and to look for it takes a sixth of the time
        try:
            found: click.Command = getattr(import_module(f"printserver.cli.{module}"), name)
        finally:
            gc.enable()
        return describe(found)


speak_portuguese()


@click.group(cls=_Commands, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="printserver")
def cli() -> None:
    """Servidor de impressão e selos da serventia."""


describe(cli)


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
    if isinstance(error, OSError) and error.filename:  # most often a path that was given
        return f"{error.filename}: {faults.of_os(error)}"
    return faults.passing(error)
