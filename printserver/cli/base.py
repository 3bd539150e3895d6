"""Common parts of the commands: the option of the office's folder, a database transaction, and a log entry."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from typing import Any, TypeVar

import click
import sqlalchemy as sa

from printserver import db
from printserver.clock import system_clock
from printserver.office import Office, audit, create, registry

Command = TypeVar("Command", bound=Callable[..., Any])

PATH = click.Path(path_type=Path)


def instance_option(command: Command) -> Command:
    """Add `--instance`, the office's folder, as the argument `folder`."""
    option = click.option(
        "--instance",
        "folder",
        type=PATH,
        default=Path("instance"),
        show_default=True,
        help="Pasta da serventia.",
    )
    return option(command)


def show_release_steps(folder: Path) -> None:
    """Show the commands that lead a restored office back to sealing, in an order that works."""
    steps = ("espelho LUGAR", "tribunal", "papel SELO")
    for command in (*(f"restauracao {step}" for step in steps), "copia", "restauracao liberar"):
        click.echo(f"  printserver {command} --instance {folder}")


def instances_option(command: Command) -> Command:
    """Add `--instance`, which may be given more than once, as the argument `folders`."""
    option = click.option(
        "--instance",
        "folders",
        type=PATH,
        multiple=True,
        default=(Path("instance"),),
        show_default=True,
        help="Pasta da serventia; mais de uma vez, para várias.",
    )
    return option(command)


@contextmanager
def office(folder: Path, *, writing: bool = True) -> Iterator[tuple[sa.Connection, int, datetime]]:
    """Open an office's database for one command: yield connection, id of the office, and current time.

    Raises `ConfigError` if the folder or its database has no office.
    """
    with (
        office_database(folder) as (database, serventia_id, now),
        database.write() if writing else database.snapshot() as conn,
    ):
        yield conn, serventia_id, now


@contextmanager
def office_database(folder: Path) -> Iterator[tuple[db.Database, int, datetime]]:
    """Open an office's database for one command: yield it, id of the office, and current time. Raises as `office`."""
    settings, url = create.find_office(folder)
    database = db.Database(url)
    try:
        db.open_database(database)
        yield database, registry.serve_office(database, settings).id, system_clock()
    finally:
        database.close()


@contextmanager
def open_office(folder: Path) -> Iterator[Office]:
    """Open an office for one command, with its tables and its certificate. Raises `ConfigError`."""
    opened = Office.open_folder(folder, system_clock)
    try:
        yield opened
    finally:
        opened.close()


def record(
    conn: sa.Connection,
    serventia_id: int,
    now: datetime,
    objeto: str,
    nome: str,
    detalhe: Mapping[str, object],
    state: str = "criada",
) -> None:
    """Log a change made at the command line, under the machine's user (A1)."""
    audit.write(conn, serventia_id, now, [audit.LogEntry(objeto, nome, state, operator(), detalhe=detalhe)])


def moment() -> datetime:
    """Return the present moment, in UTC: of the one clock of all commands."""
    return system_clock()


def operator() -> str:
    """Return the author of a command: the machine's user (A1)."""
    return f"linha de comando: {os.environ.get('SUDO_USER') or os.environ.get('USER') or os.getuid()}"
