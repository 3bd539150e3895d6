"""The tests' own PostgreSQL: each test a database of its own, copied from a prepared one."""

import psycopg
import pytest
from sqlalchemy import create_engine, text

from support.postgres import PrivatePostgres


def count(url: str, table: str) -> int:
    engine = create_engine(url)
    with engine.connect() as connection:
        number = connection.execute(text(f"SELECT count(*) FROM {table}")).scalar_one()
    engine.dispose()
    return int(number)


def test_databases_are_copies_and_do_not_meet(postgres_server: PrivatePostgres) -> None:
    prepared: list[str] = []

    def prepare(url: str) -> None:
        prepared.append(url)
        postgres_server.sql("CREATE TABLE coisa AS SELECT 1 AS n", database="modelo_de_teste")

    for _ in range(2):
        template = postgres_server.template("modelo_de_teste", prepare)
    first, second = postgres_server.create(template=template), postgres_server.create(template=template)
    assert len(prepared) == 1
    postgres_server.sql("INSERT INTO coisa VALUES (2)", database=_name(first))
    assert (count(first, "coisa"), count(second, "coisa")) == (2, 1)
    postgres_server.drop(first)
    with pytest.raises(psycopg.OperationalError, match="does not exist"):
        postgres_server.sql("SELECT 1", database=_name(first))


def test_a_fresh_database_is_empty(postgres_url: str) -> None:
    assert count(postgres_url, "pg_tables WHERE schemaname = 'public'") == 0


def _name(url: str) -> str:
    return url.partition("?")[0].rpartition("/")[2]
