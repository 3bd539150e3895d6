"""`printserver guarda` removes texts and PDFs whose term is over (A3); `titular` tells what is held of a person."""

from pathlib import Path

import click

from printserver import retention
from printserver.cli.base import PATH, instance_option, operator
from printserver.documents import KINDS
from printserver.errors import ConfigError
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


@click.command("titular")
@click.argument("cpf")
@click.option("--pdf", "target", type=PATH, help="Grava a resposta em PDF neste arquivo novo.")
@click.option("--json", "as_json", is_flag=True, help="Mostra só um objeto JSON na saída.")
@instance_option
def titular_command(cpf: str, target: Path | None, as_json: bool, folder: Path) -> None:
    """O que se guarda de uma pessoa (LGPD): onde o CPF consta e até quando. A consulta fica na auditoria."""
    digits = retention.parse_cpf(cpf)
    if target is not None and target.exists():
        raise ConfigError(f"{target} já existe: nada foi feito; escolha outro nome")
    office = Office.open_folder(folder)
    try:
        found = retention.find_titular(office, digits, operator())
        if target is not None:
            target.write_bytes(retention.as_pdf(office, found))
        text = retention.as_json(office, found) if as_json else retention.as_text(office, found)
    finally:
        office.close()
    click.echo(text)
