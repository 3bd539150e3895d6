"""The migrations make the very schema that the program names, on both databases, and the triggers outlive them."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

from printserver import db
from printserver.db import Database, upgrade
from printserver.errors import ConfigError

TRIGGERS = {"log_sem_update", "selo_sem_update", "selo_sem_delete"}


@pytest.fixture(params=["sqlite", "postgres"])
def database(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """An empty database of each kind."""
    url = request.getfixturevalue("postgres_url") if request.param == "postgres" else f"sqlite:///{tmp_path / 'b.db'}"
    opened = Database(url)
    yield opened
    opened.close()


def triggers(database: Database) -> set[str]:
    sql = (
        "SELECT name FROM sqlite_master WHERE type = 'trigger'"
        if database.sqlite
        else "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal"
    )
    with database.read() as conn:
        return set(conn.exec_driver_sql(sql).scalars())


def test_the_migrated_schema_is_the_one_the_program_names(database: Database) -> None:
    upgrade.upgrade(database)
    with database.read() as conn:
        context = MigrationContext.configure(conn, opts={"compare_type": True, "compare_server_default": True})
        found = compare_metadata(context, db.metadata)
    assert [each for each in found if database.sqlite or each[0] not in ("add_fk", "remove_fk")] == []


def test_every_key_and_link_of_postgresql_bears_the_office_and_every_table_its_policy(postgres_url: str) -> None:
    """The tables name `id` alone, as SQLite wants it; a database of many offices must not."""
    database = Database(postgres_url)
    upgrade.upgrade(database)
    with database.read() as conn:
        found = sa.inspect(conn)
        for table in db.metadata.sorted_tables:
            if table.name == "serventia":
                continue
            links = {each["constrained_columns"][-1]: each for each in found.get_foreign_keys(table.name)}
            for column in (column for column in table.c if column.foreign_keys and column.name != "serventia_id"):
                link = links[column.name]
                assert link["constrained_columns"] == ["serventia_id", column.name], table.name
                assert link["referred_columns"] == ["serventia_id", "id"], table.name
            key = found.get_pk_constraint(table.name)["constrained_columns"]
            assert key[0] == "serventia_id" or key == ["sha256"], table.name
        forced = "SELECT relname FROM pg_class WHERE relrowsecurity AND relforcerowsecurity"
        assert set(conn.exec_driver_sql(forced).scalars()) == set(db.metadata.tables)
    database.close()


def test_partial_unique_indexes_are_there_with_their_conditions(database: Database) -> None:
    """Alembic does not compare an index's condition, and the reprint guard rests on these."""
    upgrade.upgrade(database)
    sql = (
        "SELECT name, sql FROM sqlite_master WHERE type = 'index' AND sql IS NOT NULL"
        if database.sqlite
        else "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'"
    )
    with database.read() as conn:
        found = {name: text.lower() for name, text in conn.exec_driver_sql(sql)}
    for name, condition in {
        "uq_job_viva": "viva",
        "uq_pergunta_aberta": "aberta",
        "uq_folha_lado": "livre",
        "uq_selo_retifica": "retifica is not null",
    }.items():
        assert "unique" in found[name]
        assert condition in found[name].partition(" where ")[2]


def test_a3_the_triggers_outlive_every_migration(database: Database) -> None:
    """A migration that copies a table (SQLite's way of changing one) leaves its triggers behind."""
    scripts = ScriptDirectory.from_config(upgrade.alembic_config())
    revisions = [script.revision for script in reversed(list(scripts.walk_revisions()))]
    there = TRIGGERS
    for revision in [*revisions, None]:
        upgrade.upgrade(database, *filter(None, [revision]))
        assert triggers(database) >= there
        there = triggers(database)


def test_a_second_start_changes_nothing(database: Database) -> None:
    upgrade.upgrade(database)
    with database.read() as conn:
        first = MigrationContext.configure(conn).get_current_revision()
    upgrade.upgrade(database)
    with database.read() as conn:
        assert MigrationContext.configure(conn).get_current_revision() == first


def test_a_database_of_a_newer_program_is_not_touched(database: Database) -> None:
    upgrade.upgrade(database)
    with database.write() as conn:
        conn.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    with pytest.raises(ConfigError, match="versão mais nova"):
        upgrade.upgrade(database)


def test_every_table_of_the_office_bears_its_serventia_first_in_every_unique_index() -> None:
    for table in db.metadata.tables.values():
        if table.name == "serventia":
            continue
        assert "serventia_id" in table.c, table.name
        uniques = [index.columns for index in table.indexes if index.unique]
        uniques += [each.columns for each in table.constraints if isinstance(each, sa.UniqueConstraint)]
        for columns in uniques:
            assert columns[0].name == "serventia_id", table.name


def test_alembic_finds_one_head_and_it_is_the_newest_file() -> None:
    assert ScriptDirectory.from_config(upgrade.alembic_config()).get_heads() == [upgrade.newest()]
