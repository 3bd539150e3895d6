"""`printserver serventia`: one office as open files, out of a place and into another (A3)."""

from pathlib import Path

import click

from printserver import copies, portability
from printserver.cli.base import (
    PATH,
    instance_option,
    moment,
    office_database,
    open_office,
    operator,
    show_release_steps,
)
from printserver.clock import local
from printserver.db import Database
from printserver.office import LogEntry, acting, audit, registry
from printserver.portability import Manifest


@click.group("serventia")
def offices_group() -> None:
    """A serventia inteira, em arquivos abertos: mudança, saída, e a volta de uma só."""


@offices_group.command("exportar")
@click.argument("destino", type=PATH)
@click.option("--mudanca", "final", is_flag=True, help="Encerra a serventia aqui: ela continua onde for importada.")
@click.option(
    "--sem-segredos", "without", is_flag=True, help="Deixa de fora senhas, chaves e certificado: só para ler."
)
@instance_option
def export_command(destino: Path, final: bool, without: bool, folder: Path) -> None:
    """Grava a serventia na pasta nova DESTINO: linhas, PDFs, formatos, ajustes, contados e com SHA-256."""
    if final and without:
        raise click.UsageError("--mudanca leva os segredos: sem eles a serventia não continua em outro lugar")
    with office_database(folder) as (database, sid, now):
        began = False
        if final:
            with database.write() as conn:
                began = portability.start_move(conn, sid, now, operator())
        try:
            made, digest = portability.export_office(
                database, sid, folder, destino, now, final=final, secrets=not without
            )
        except BaseException:
            if began:
                with database.write() as conn:
                    portability.settle_move(conn, sid, now, operator(), "a exportação falhou")
            raise
        if not final and not _moved(database, sid):
            what = {"manifesto": digest, "segredos": not without}
            with database.write() as conn:
                entry = LogEntry("serventia", made.serventia["cns"], "exportada", operator(), detalhe=what)
                audit.write(conn, sid, now, [entry])
    click.echo(f"Serventia {made.serventia['cns']} exportada para {destino}.")
    _tell(made)
    click.echo(f"  SHA-256 do manifesto: {digest}")
    if not without:
        click.echo("Contém o certificado, as senhas e as chaves: guarde a pasta como se guarda a chave.")
    if final:
        click.echo("Aqui, agora, só se consulta. Importe no lugar novo antes de ligar o servidor de lá.")


@offices_group.command("importar")
@click.argument("origem", type=PATH)
@click.option("--banco", default=None, help="Endereço de um PostgreSQL, que pode já ter outras serventias.")
@instance_option
def import_command(origem: Path, banco: str | None, folder: Path) -> None:
    """Põe a serventia exportada em ORIGEM na pasta nova de --instance. Só num lugar vazio; confere tudo."""
    made, closed = portability.import_office(origem, folder, banco or "", moment())
    click.echo(f"Serventia {made.serventia['cns']} importada em {folder}: igual à exportação.")
    _tell(made)
    if closed is not None:
        click.echo(f"Aqui só se consulta: {closed}. Se ela não trabalha em nenhum outro lugar, abra-a aqui:")
        click.echo(f'  printserver serventia abrir --motivo "…" --instance {folder}')


@offices_group.command("abrir")
@click.option("--motivo", required=True, help="Por que ela trabalha aqui, e não em outro lugar.")
@instance_option
def open_here(motivo: str, folder: Path) -> None:
    """Abre aqui uma serventia fechada por mudança ou por cópia. Só se ela não trabalha em nenhum outro lugar."""
    with open_office(folder) as office, acting(office) as act:
        head = audit.head(act.conn, office.serventia_id)  # before the note of it, which the other place has not
        closed = portability.settle_move(act.conn, office.serventia_id, act.now, operator(), motivo)
        copies.reopen(act, closed, head, operator())
    click.echo(
        f"A serventia está aberta aqui, como estava em {local(closed):%d/%m/%Y às %Hh%M}. Ela consulta, mas não sela "
        "nem imprime, até que se confiram os números dados depois disso: em Ajustes › Restauração, ou, aqui:"
    )
    show_release_steps(folder)


def _moved(database: Database, sid: int) -> bool:
    with database.read() as conn:
        return registry.moved_at(conn, sid) is not None


def _tell(made: Manifest) -> None:
    rows = sum(part.linhas for part in made.tabelas.values())
    click.echo(f"  linhas:   {rows} em {len(made.tabelas)} tabelas; selos: {made.tabelas['selo'].linhas}")
    click.echo(f"  arquivos: {made.arquivos.linhas}, {made.bytes_dos_arquivos} bytes")
    faults = f"com {made.auditoria.faltas} faltas" if made.auditoria.faltas else "confere"
    click.echo(f"  auditoria: {made.auditoria.n} registros, {faults}")
