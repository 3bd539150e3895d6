"""Migrates a database to the current schema with Alembic; called at every start and by `init`."""

from pathlib import Path
from time import monotonic, sleep
from typing import TYPE_CHECKING, Final

import sqlalchemy as sa
import structlog
from sqlalchemy.exc import DBAPIError

from printserver.common import faults
from printserver.db import Database
from printserver.errors import ConfigError, Recusa

if TYPE_CHECKING:
    from alembic.config import Config

_log = structlog.get_logger()

_AGAIN_S = 1.0
_MIGRATIONS: Final = Path(__file__).parent / "migrations"
_VERSION: Final = "alembic_version"


def alembic_config(connection: sa.Connection | None = None) -> "Config":
    """Return Alembic's configuration for the migrations of this package."""
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(_MIGRATIONS))
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
    if not sa.inspect(connection).has_table(_VERSION):
        return ""
    return connection.execute(sa.select(sa.column("version_num")).select_from(sa.table(_VERSION))).scalar() or ""


def newest() -> str:
    """Return the revision of the current schema. The file of each migration is named by its revision, in order."""
    return max(file.name.partition("_")[0] for file in (_MIGRATIONS / "versions").glob("[0-9]*.py"))


def upgrade(database: Database, revision: str = "head") -> None:
    """Migrate `database` up to `revision`. Raises `ConfigError` if it comes from a newer program."""
    with database.write() as connection:
        current = schema_of(connection)
        if current == newest():  # at nearly every start: Alembic need not be loaded
            return
        from alembic import command
        from alembic.script import ScriptDirectory

        config = alembic_config(connection)
        known = {script.revision for script in ScriptDirectory.from_config(config).walk_revisions()}
        if current and current not in known:
            raise ConfigError(
                f"o banco é de uma versão mais nova deste programa (esquema {current}): atualize o programa"
            )
        command.upgrade(config, revision)
