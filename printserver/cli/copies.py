"""The commands of the copies: make one, the key's sheet, a rehearsal, the restore and its steps (B1-B4)."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import click

from printserver import copies
from printserver.cli.base import instance_option
from printserver.clock import local, system_clock
from printserver.errors import ConfigError
from printserver.office import Office


@contextmanager
def open_office(folder: Path) -> Iterator[Office]:
    """Open the office of a folder for one command. Raises ConfigError."""
    office = Office.open_folder(folder, system_clock)
    try:
        yield office
    finally:
        office.close()


@click.command("copia")
@instance_option
@click.option("--se-cresceu", "only_if_grown", is_flag=True, help="Só copia se algo foi feito desde a última cópia.")
@click.option("--disco-novo", "new_disk", is_flag=True, help="Um lugar que já teve cópias está vazio: o disco é outro.")
def make_copy(folder: Path, only_if_grown: bool, new_disk: bool) -> None:
    """Copia a serventia, com o servidor no ar, para todos os lugares da configuração."""
    with open_office(folder) as office:
        made = copies.make_copy(office, only_if_grown=only_if_grown, new_disk=new_disk)
    if made.skipped:
        click.echo("Nada mudou desde a última cópia.")
        return
    for each in made.copies:
        seconds = (each.fim - each.inicio).total_seconds()
        size = (each.bytes or 0) / 1e6
        click.echo(
            f"Copiado para {each.lugar}: {each.arquivos} arquivos, {size:.1f} MB, até o registro {each.registro_n}, em "
            f"{seconds:.1f} s."
        )
    if made.failures:
        for failure in made.failures:
            click.echo(f"printserver: {failure}", err=True)
        sys.exit(1)


@click.group("copias")
def all_copies() -> None:
    """As cópias da serventia: situação, chave, espelho."""


@all_copies.command("situacao")
@instance_option
def show_standing(folder: Path) -> None:
    """Mostra os lugares, a idade de cada cópia, o último ensaio e o que falta. Termina com 1 se algo falta."""
    with open_office(folder) as office:
        now = office.clock()
        with office.db.read() as conn:
            found = copies.standing(conn, office, now)
    if not found.lugares:
        raise ConfigError("nenhum lugar para as cópias: diga ao menos um em copias.lugares, na configuração")
    for place in found.lugares:
        when = "nenhuma cópia" if place.copia is None else f"cópia de {local(place.copia.fim):%d/%m/%Y %H:%M:%S}"
        click.echo(f"{place.lugar}: {when}")
    if found.ensaio is not None:
        result = "certo" if found.ensaio.certo else "falhou"
        click.echo(f"último ensaio: {local(found.ensaio.quando):%d/%m/%Y}, {result}")
    if found.chave.lembrete:
        click.echo(found.chave.lembrete)
    for text in found.warnings:
        click.echo(text, err=True)
    sys.exit(1 if found.warnings else 0)
