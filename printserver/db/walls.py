"""Many offices in one PostgreSQL: keys by office, and row-level security as the second wall.

The first wall is that every statement names its office. The second holds where one forgets: a policy lets a transaction
see and write only the rows of the office that it announced (`SETTING`). It does not hold for a superuser or a role with
BYPASSRLS (see `bypassing`). SQLite has one office a file, and no walls.

The number of a row is unique in its office only: an office keeps its numbers when it is brought into a database that
holds others. Foreign keys bear the office too, so that no row can refer to another office's.
"""

from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

SETTING: Final = "printserver.serventia"
"""The office of the current transaction, by its number in this database; set by `announce`."""

_OFFICE: Final = "serventia_id"
_POLICY: Final = "da_serventia"
_REGISTRY: Final = "serventia"  # names and numbers of the offices: no data of a person, readable by all of them


def announce(conn: Connection, serventia_id: int) -> None:
    """Let the current transaction see and write the rows of that office (PostgreSQL; nothing to do on SQLite)."""
    if conn.dialect.name == "postgresql":
        conn.execute(_ANNOUNCE, {"office": str(serventia_id)})


_ANNOUNCE: Final = sa.text(f"SELECT set_config('{SETTING}', :office, true)")


def bypassing(conn: Connection) -> bool:
    """Return whether the role of this connection passes by row-level security."""
    if conn.dialect.name != "postgresql":
        return False
    role = sa.text("SELECT rolsuper OR rolbypassrls FROM pg_roles WHERE rolname = current_user")
    return bool(conn.execute(role).scalar_one())


def raise_walls(conn: Connection) -> None:
    """Give every table of the office its key by office and its policy, as far as it has none. For migrations.

    PostgreSQL only; a migration that creates a table calls it afterwards.
    """
    if conn.dialect.name != "postgresql":
        return
    found = sa.inspect(conn)
    tables = [name for name in found.get_table_names() if any(c["name"] == _OFFICE for c in found.get_columns(name))]
    narrow = {name: key for name in tables if (key := _narrow_key(found, name))}
    links = [
        (name, each) for name in tables for each in found.get_foreign_keys(name) if each["referred_table"] in tables
    ]
    single = [(name, each) for name, each in links if len(each["constrained_columns"]) == 1]
    for name, link in single:
        conn.exec_driver_sql(f"ALTER TABLE {name} DROP CONSTRAINT {link['name']}")
    for name, (constraint, column) in narrow.items():
        conn.exec_driver_sql(f"ALTER TABLE {name} DROP CONSTRAINT {constraint}")
        conn.exec_driver_sql(f"ALTER TABLE {name} ADD CONSTRAINT {constraint} PRIMARY KEY ({_OFFICE}, {column})")
    for name, link in single:
        conn.exec_driver_sql(
            f"ALTER TABLE {name} ADD CONSTRAINT {link['name']} FOREIGN KEY "
            f"({_OFFICE}, {link['constrained_columns'][0]}) REFERENCES {link['referred_table']} "
            f"({_OFFICE}, {link['referred_columns'][0]})"
        )
    guarded = set(
        conn.exec_driver_sql("SELECT tablename FROM pg_policies WHERE schemaname = current_schema()").scalars()
    )
    for name in tables:
        if name not in guarded:
            _guard(conn, name, _OFFICE)
    if _REGISTRY not in guarded:
        _guard(conn, _REGISTRY, "id")
        conn.exec_driver_sql(f"CREATE POLICY todas ON {_REGISTRY} FOR SELECT USING (true)")


def link(conn: Connection, name: str, column: str, table: str) -> sa.ForeignKeyConstraint:
    """Return the foreign key of a new table to the row `column` of `table`, for a migration after the first."""
    if conn.dialect.name != "postgresql":
        return sa.ForeignKeyConstraint([column], [f"{table}.id"], name=name)
    return sa.ForeignKeyConstraint([_OFFICE, column], [f"{table}.{_OFFICE}", f"{table}.id"], name=name)


def _narrow_key(found: sa.Inspector, table: str) -> tuple[str, str] | None:
    """Return name and column of a primary key that does not bear the office; None if it does, or is a hash."""
    key = found.get_pk_constraint(table)
    columns = key["constrained_columns"]
    return (str(key["name"]), columns[0]) if len(columns) == 1 and columns[0] not in (_OFFICE, "sha256") else None


def _guard(conn: Connection, table: str, column: str) -> None:
    """Enable the policy also for the owner of the table, who is the role of the program."""
    own = f"{column} = nullif(current_setting('{SETTING}', true), '')::integer"
    conn.exec_driver_sql(f"ALTER TABLE {table} ENABLE ROW LEVEL SECURITY")
    conn.exec_driver_sql(f"ALTER TABLE {table} FORCE ROW LEVEL SECURITY")
    conn.exec_driver_sql(f"CREATE POLICY {_POLICY} ON {table} USING ({own}) WITH CHECK ({own})")
