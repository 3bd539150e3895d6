"""Brings a database to this program's schema, by Alembic; every start and `init` goes through here."""

from pathlib import Path

import sqlalchemy as sa
from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from printserver.db import Database
from printserver.errors import ConfigError


def alembic_config(connection: sa.Connection | None = None) -> Config:
    """Return Alembic's configuration for the migrations of this package."""
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations"))
    config.attributes["connection"] = connection
    return config


def upgrade(database: Database, revision: str = "head") -> None:
    """Migrate `database` up to `revision`. Raises `ConfigError` where it comes from a newer program."""
    with database.write() as connection:
        config = alembic_config(connection)
        current = MigrationContext.configure(connection).get_current_revision()
        known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
        if current is not None and current not in known:
            raise ConfigError(
                f"o banco é de uma versão mais nova deste programa (esquema {current}): atualize o programa"
            )
        command.upgrade(config, revision)
