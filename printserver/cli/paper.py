"""The commands for numbered paper (P5): queues, received lots, stock."""

from pathlib import Path

import click
import sqlalchemy as sa

from printserver import db
from printserver.cli.base import (
    instance_option,
    office,
    operator,
    record,
)
from printserver.office import Author, audit


@click.group("papel")
def paper_group() -> None:
    """O papel numerado das filas."""


@paper_group.command("numerar")
@click.argument("queue", metavar="FILA")
@instance_option
def number_paper(queue: str, folder: Path) -> None:
    """Diz que a fila tem papel numerado: para depois de cada impressão que não se sabe se saiu bem."""
    from printserver.delivery import queue_setup

    with office(folder) as (conn, serventia_id, now):
        what = queue_setup.set_numbered(conn, serventia_id, queue, numbered=True)
        record(conn, serventia_id, now, "fila", queue, what, "mudada")
    click.echo(f"A fila {queue} tem papel numerado.")


@paper_group.command("receber")
@click.argument("queue", metavar="FILA")
@instance_option
@click.option("--de", required=True, help="O primeiro número recebido, como A0000001.")
@click.option("--ate", required=True, help="O último número recebido, como A0000500.")
def receive(queue: str, folder: Path, de: str, ate: str) -> None:
    """Registra papel numerado recebido para uma fila."""
    from printserver.delivery import numbered_paper

    with office(folder) as (conn, serventia_id, now):
        who = Author(serventia_id, None, None, operator(), None, frozenset(), None)
        count, entries = numbered_paper.receive(conn, serventia_id, queue, de, ate, who, now)
        audit.write(conn, serventia_id, now, entries)
    click.echo(f"{count} folhas recebidas para a fila {queue}.")


@paper_group.command("contas")
@instance_option
def tally(folder: Path) -> None:
    """Mostra, de cada fila de papel numerado, o recebido, o usado, o inutilizado, o estoque e o próximo número."""
    from printserver.delivery import tally as count_sheets
    from printserver.ledger import Queue

    table = db.fila
    with office(folder, writing=False) as (conn, serventia_id, _now):
        query = sa.select(table).where(table.c.serventia_id == serventia_id, table.c.papel_numerado)
        for queue in conn.execute(query.order_by(table.c.nome)).mappings().all():
            counted = ", ".join(f"{name} {count}" for name, count in count_sheets(conn, Queue.from_row(queue)).items())
            click.echo(f"{queue['nome']}: {counted}, próximo {queue['papel_proximo'] or 'não informado'}")
