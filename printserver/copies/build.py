"""Builds an office's folder from a fetched copy, and checks database, log chain and counts (B3, B4)."""

import shutil
from collections.abc import Mapping
from pathlib import Path

import sqlalchemy as sa

from printserver import db
from printserver.copies import database_copy
from printserver.copies.fetch import Fetched
from printserver.copies.manifest import FILES
from printserver.db import Database, open_database, sqlite
from printserver.errors import ConfigError
from printserver.office import audit, create, load_settings

_FOLDERS = ("cache", "run", "saida", "formatos")


def build(fetched: Fetched, folder: Path, database_url: str | None) -> str:
    """Make the office's folder from the copy's parts, which are moved; return the URL of the database, loaded.

    `database_url` takes the place of the copied setting, for PostgreSQL. Raises ConfigError (Portuguese), OSError.
    """
    ours = fetched.manifest.banco == "sqlite"
    if ours and database_url is not None:
        raise ConfigError("a cópia é de um SQLite, que fica na pasta da serventia: repita sem --banco; nada foi mudado")
    shutil.move(fetched.stage / FILES, folder)
    for name in _FOLDERS:
        (folder / name).mkdir(mode=0o700, exist_ok=True)
    if fetched.spool.is_dir():
        shutil.move(fetched.spool, folder / "spool")
    (folder / "spool").mkdir(mode=0o700, exist_ok=True)
    source = fetched.stage / fetched.manifest.database_file
    url = database_url or create.database_url(folder, load_settings(folder))
    if ours:
        if not url.startswith("sqlite"):  # of the environment: never another office's database
            raise ConfigError("a cópia é de um SQLite, e PRINTSERVER_BANCO_URL diz outro banco: retire-o e repita")
        shutil.move(source, folder / "printserver.db")
        return url
    if url.startswith("sqlite"):
        raise ConfigError(
            "a cópia é de um PostgreSQL: diga o banco, vazio, que a recebe (--banco postgresql+psycopg://…)"
        )
    _require_empty(url)
    program = shutil.which("pg_restore")
    if program is None:
        raise ConfigError("falta o programa pg_restore: instale-o (apt install postgresql-client) e repita")
    database_copy.run_tool([program, "--no-owner", "--single-transaction", "--exit-on-error", str(source)], url)
    return url


def check(database: Database, fetched: Fetched, serventia_id: int) -> Mapping[str, int]:
    """Check the loaded database against the manifest: SQLite's own check, rows of each table, the chain of the log.

    Return the counts. Raises ConfigError (Portuguese) with what differs.
    """
    manifest = fetched.manifest
    if database.sqlite:
        connection = sqlite.dbapi.connect(f"file:{database.url.removeprefix('sqlite:///')}?mode=ro", uri=True)
        try:
            database_copy.check_sqlite(connection)
        finally:
            connection.close()
    database.serve(serventia_id)
    with database.snapshot() as conn:
        counts = {
            name: database_copy.count_rows(conn, db.metadata.tables[name], serventia_id)
            for name in manifest.contagens
            if name != "restauracao"
        }
        unlike = [name for name, count in counts.items() if count != manifest.contagens[name]]
        if unlike:
            name = unlike[0]
            raise ConfigError(
                f"a cópia tinha {manifest.contagens[name]} linhas em {name}, e o banco tem {counts[name]}"
            )
        entries, fault = audit.verify(conn, serventia_id)
        if fault is not None:
            raise ConfigError(f"o registro da cópia não confere depois de {entries} registros: {fault}")
        head = conn.execute(sa.select(db.cadeia).where(db.cadeia.c.serventia_id == serventia_id)).one()
        if (head.n, head.hash) != (manifest.registro_n, manifest.registro_hash):
            raise ConfigError("o fim do registro da cópia não é o do manifesto: use outra cópia")
    return counts


def open_copied(url: str) -> Database:
    """Open the loaded database and bring it to the program's schema. Raises ConfigError."""
    database = Database(url)
    try:
        open_database(database)
    except BaseException:
        database.close()
        raise
    return database


def unload(url: str) -> None:
    """Take out of a PostgreSQL database what `build` loaded into it: the next try finds it empty."""
    if url.startswith("sqlite"):
        return
    database = Database(url)
    try:
        with database.write() as conn:
            loaded = sa.MetaData()
            loaded.reflect(conn)
            loaded.drop_all(conn)
            conn.exec_driver_sql("DROP FUNCTION IF EXISTS recusa_mudanca()")
    finally:
        database.close()


def _require_empty(url: str) -> None:
    """Raise ConfigError unless the database has no table: a restore over an office that works is refused."""
    database = Database(url)
    try:
        with database.read() as conn:
            tables = sa.inspect(conn).get_table_names()
    except sa.exc.SQLAlchemyError as error:
        raise ConfigError(f"o banco de dados não pode ser aberto: {error.args[0]}") from error
    finally:
        database.close()
    if tables:
        raise ConfigError("o banco de dados já tem uma serventia: nada foi mudado. Diga um banco vazio em --banco")
