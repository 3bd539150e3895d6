"""Migrates a database to the current schema with Alembic; called at every start and by `init`."""

from pathlib import Path
from time import monotonic, sleep

import sqlalchemy as sa
import structlog
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy.exc import DBAPIError

from printserver.common import faults
from printserver.db import Database
from printserver.errors import ConfigError, Recusa

_log = structlog.get_logger()

_AGAIN_S = 1.0


def alembic_config(connection: sa.Connection | None = None) -> Config:
    """Return Alembic's configuration for the migrations of this package."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


def open_database(database: Database, wait_s: float = 0) -> None:
    """Migrate `database` to the current schema, waiting up to `wait_s` seconds for a server that is starting.

    Raises `ConfigError` (Portuguese) if it cannot be reached, read or written, or comes from a newer program.
    """
    end = monotonic() + wait_s
    while True:
        try:
            upgrade(database)
        except DBAPIError as error:
            if not database.sqlite and faults.passes_by_itself(error) and monotonic() < end:
                _log.warning("the database does not answer yet", why=faults.of_database(error))
                sleep(min(_AGAIN_S, max(0.0, end - monotonic())))
                continue
            raise ConfigError(f"o banco de dados não pode ser aberto: {faults.of_database(error)}") from error
        except Recusa as refusal:
            raise ConfigError(f"o banco de dados não pode ser aberto: {refusal.detail}") from refusal
        return


def schema_of(connection: sa.Connection) -> str:
    """Return the revision of a database's schema; empty if it has none."""
    return MigrationContext.configure(connection).get_current_revision() or ""


def upgrade(database: Database, revision: str = "head") -> None:
    """Migrate `database` up to `revision`. Raises `ConfigError` if it comes from a newer program."""
    with database.write() as connection:
        config = alembic_config(connection)
        current = schema_of(connection) or None
        known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
        if current is not None and current not in known:
            raise ConfigError(
                f"o banco é de uma versão mais nova deste programa (esquema {current}): atualize o programa"
            )
        command.upgrade(config, revision)
