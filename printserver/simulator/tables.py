"""Tables of the simulated court, in its own SQLite file in the office's folder; it survives `kill -9`."""

from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy import event

from printserver.db import Database, Moment

FILE_NAME: Final = "tribunal-simulado.db"

metadata = sa.MetaData()

selo = sa.Table(
    "selo",  # every code that was ever sent, stored or not
    metadata,
    sa.Column("codigo", sa.Text, primary_key=True),
    sa.Column("enviado", sa.Integer, nullable=False),  # number of sends
    sa.Column("aceito", sa.Integer, nullable=False),  # number of times stored
    sa.Column("situacao", sa.Text),  # recebido | objetado; null: sent, never judged
    sa.Column("registro", sa.Text, nullable=False),  # the stored line; before that the one judged last
    sa.Column("cns", sa.Text),
    sa.Column("ato", sa.Text),
    sa.Column("hibrido", sa.Boolean, nullable=False),  # a paper seal, or a retificador of one (R3)
    sa.Column("papel", sa.Text),  # of a hybrid seal: ato, série and number (S4)
    sa.Column("identificador", sa.Text),
    sa.Column("momento", Moment),
    sa.Column("dia", sa.Date),
    sa.Column("recebido_em", Moment),
    sa.Column("atrasado", sa.Boolean, nullable=False),
    sa.Column("retifica", sa.Text),
    sa.Column("retificado_por", sa.Text),
    sa.Column("vinculador_declarado", sa.Text),  # sent with the registro; the link itself is reported separately
    sa.Column("motivo_isencao", sa.Text),
    sa.Column("autor", sa.Text),
    sa.Column("erros", sa.JSON, nullable=False),
    sa.Index("ix_selo_dia", "situacao", "dia", "codigo"),
    # a paper seal's number is reported once, across years (S4); a retificador has its own number
    sa.Index("uq_selo_papel", "cns", "papel", unique=True, sqlite_where=sa.text("situacao = 'recebido'")),
)

vinculo = sa.Table(
    "vinculo",
    metadata,
    sa.Column("vinculado", sa.Text, primary_key=True),
    sa.Column("vinculador", sa.Text, primary_key=True),
    sa.Column("enviado", sa.Integer, nullable=False),
    sa.Column("aceito", sa.Integer, nullable=False),
    sa.Index("ix_vinculo_vinculador", "vinculador"),
)

control = sa.Table(
    "controle",  # one row: the injected fault
    metadata,
    sa.Column("id", sa.Integer, primary_key=True),
    sa.Column("valor", sa.JSON, nullable=False),
)


def open_database(path: Path) -> Database:
    """Open the court's file at `path`; create it if missing."""
    database = Database(f"sqlite:///{path}")
    # A killed process loses no commit; a power failure may lose some, which is acceptable for a simulator.
    event.listen(database.engine, "connect", _without_fsync)
    with database.write() as conn:
        metadata.create_all(conn)
    return database


def _without_fsync(connection: Any, _record: object) -> None:
    connection.execute("PRAGMA synchronous=NORMAL")
