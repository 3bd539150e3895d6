"""The commands of the office's own models: taken over from a folder of RTF, listed, shown, proofed."""

from pathlib import Path

import click

from printserver import models
from printserver.cli.base import PATH, instance_option, open_office, operator
from printserver.clock import local
from printserver.office import Author, Office


@click.group("modelos")
def all_models() -> None:
    """Os modelos em RTF da serventia."""


@all_models.command("importar")
@instance_option
@click.argument("pasta", type=PATH)
@click.option("--simular", is_flag=True, help="Examina e faz o relatório; não grava nada na serventia.")
@click.option("--conferir", "papers", type=PATH, help="Pasta de PDFs do programa antigo, com os mesmos nomes.")
@click.option("--relatorio", "report", type=PATH, help="Pasta do relatório (sem ela: relatorios/ da serventia).")
def import_models(folder: Path, pasta: Path, simular: bool, papers: Path | None, report: Path | None) -> None:
    """Traz os modelos de uma pasta. De novo, só o que mudou."""
    with open_office(folder) as office:
        day = f"{local(office.clock()):%Y-%m-%d-%H%M%S}"
        made = report or folder / "relatorios" / f"modelos-{day}"
        found = models.import_folder(office, _author(office), pasta, made, simulate=simular, papers=papers)
        page = models.write_report(office, found, made)
    click.echo(
        f"{_counted(found.count('pronto'), 'pronto')}, {found.count('conferir')} a conferir,"
        f" {_counted(found.count('recusado'), 'recusado')}."
    )
    for name, reason in found.pulados:
        click.echo(f"  pulado: {name} ({reason})")
    for row in found.rows:
        if row.estado != "pronto":
            state = row.estado if row.counts else row.novidade
            click.echo(f"  {state}: {row.nome}: {'; '.join(row.motivos)}")
    if found.adiados:
        click.echo(f"Não examinados: {found.adiados}. Repita o comando.")
    if found.faltam:
        click.echo(f"Modelos da serventia que não estão nesta pasta, e ficam como estão: {len(found.faltam)}.")
    if simular:
        click.echo("Simulação: nada foi gravado.")
    click.echo(f"Relatório: {page}")


@all_models.command("listar")
@instance_option
def list_models(folder: Path) -> None:
    """Mostra os modelos, um por linha."""
    with open_office(folder) as office, office.db.read() as conn:
        found = models.newest(conn, office)
    for each in found:
        click.echo(f"{each.nome}\t{each.estado}\tversão {each.numero}\t{each.exame.formato or '-'}")
    if not found:
        click.echo("Nenhum modelo. Traga os seus com `printserver modelos importar PASTA`.")


@all_models.command("mostrar")
@instance_option
@click.argument("nome")
def show_model(folder: Path, nome: str) -> None:
    """Mostra um modelo: estado, motivos, formato e variáveis."""
    with open_office(folder) as office, office.db.read() as conn:
        found = models.require(conn, office, nome)
        variables = models.variables_of(office, found.exame)
    seen, cleared = found.exame, found.conferido
    click.echo(f"{found.nome}, versão {found.numero}, de {found.arquivo}: {found.estado}")
    click.echo(f"  tipo: {seen.tipo}\n  formato: {seen.formato or '-'}\n  páginas: {seen.paginas}")
    for text in (*found.motivos, *seen.avisos):
        click.echo(f"  {text}")
    if cleared is not None:
        click.echo(f"  conferido por {cleared.quem} ({cleared.motivo}): {'; '.join(cleared.motivos)}")
    for name, places, source in variables:
        click.echo(f"  <{name}>\t{places}\t{source}")


@all_models.command("conferir")
@instance_option
@click.argument("nome")
@click.option("--motivo", required=True, help="Por que o modelo pode ser impresso como está; fica no registro.")
def clear_model(folder: Path, nome: str, motivo: str) -> None:
    """Dá por conferido um modelo que está em conferir; volta a conferir quando o conteúdo mudar."""
    with open_office(folder) as office:
        with office.db.read() as conn:
            model = models.require(conn, office, nome)
        models.clear(office, _author(office), model, motivo.strip())
    click.echo(f"{model.nome}: pronto. Conferido: {'; '.join(model.motivos)}")


@all_models.command("prova")
@instance_option
@click.argument("nome")
@click.argument("saida", type=PATH)
def prove_model(folder: Path, nome: str, saida: Path) -> None:
    """Escreve o PDF de um modelo com valores de exemplo."""
    with open_office(folder) as office, office.db.read() as conn:
        saida.write_bytes(models.prove(conn, office, models.require(conn, office, nome)))
    click.echo(f"Prova escrita em {saida}.")


def _counted(number: int, word: str) -> str:
    return f"{number} {word}{'' if number == 1 else 's'}"


def _author(office: Office) -> Author:
    """Return the author of a command: the machine's user (A1)."""
    return Author(office.serventia_id, None, operator(), None, None, frozenset(), None)
