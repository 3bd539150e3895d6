"""`printserver guarda`: removes texts and PDFs whose term is over (A3)."""

from pathlib import Path

import click

from printserver import retention
from printserver.cli.base import instance_option
from printserver.documents import KINDS
from printserver.office import Office


@click.group("guarda")
def retention_group() -> None:
    """O prazo de guarda dos textos e PDFs."""


@retention_group.command("aplicar")
@click.option("--simular", is_flag=True, help="Só conta o que seria removido.")
@instance_option
def apply_terms(simular: bool, folder: Path) -> None:
    """Remove os textos e PDFs de prazo vencido, como o servidor faz todo dia. Selos e auditoria ficam."""
    office = Office.open_folder(folder)
    try:
        found = retention.count_expired(office)
        if not simular:
            texts = files = 0
            while (made := retention.remove_expired(office)).jobs:
                texts, files = texts + made.texts, files + made.files
    finally:
        office.close()
    for kind, count in found.items():
        click.echo(f"{KINDS[kind].plural}: {count}")
    if not found:
        click.echo("Nenhum documento tem o prazo vencido.")
    elif simular:
        click.echo("Simulação: nada foi removido.")
    else:
        click.echo(f"Removidos: {texts} textos e {files} arquivos. Selos e auditoria ficam.")
