"""What an upgrade sees and keeps of a PostgreSQL that several offices share."""

import subprocess
from pathlib import Path

import pytest
import sqlalchemy as sa

from printserver.db import Database
from printserver.errors import ConfigError
from printserver.release import inside
from support.offices import OTHER_CNS, guarded_url, new_office
from support.postgres import PrivatePostgres


def test_an_upgrade_sees_the_seals_of_every_office_and_keeps_no_part_of_a_database(
    tmp_path: Path, postgres_server: PrivatePostgres
) -> None:
    url = guarded_url(postgres_server)
    with new_office(tmp_path / "a", url) as a, new_office(tmp_path / "b", url, OTHER_CNS) as b:
        a.printed(a.livro())
        b.printed(b.livro())
        assert inside.mark(tmp_path / "a")["seals"] == len(a.codes()) + len(b.codes())
        with pytest.raises(ConfigError, match="ALTER ROLE cartorios BYPASSRLS"):
            inside.keep(tmp_path / "a", tmp_path / "guardado")
        assert [path.name for path in tmp_path.iterdir() if "guardado" in path.name] == []
        inside.note(tmp_path / "a", "atualizado", "0.1.0", "0.2.0", "")
        assert [rig.proof().gaps for rig in (a, b)] == [[], []]
    postgres_server.drop(url)


ROLE = "atualiza"
# What a migration may leave that a dump of the schema before it does not name.
NEWER = """
CREATE TABLE experiencia (id integer PRIMARY KEY, serventia_id integer NOT NULL REFERENCES serventia (id));
INSERT INTO experiencia SELECT 1, id FROM serventia;
CREATE VIEW experiencias AS SELECT experiencia.id FROM experiencia JOIN fila ON true;
ALTER TABLE fila ADD COLUMN experiencia integer REFERENCES experiencia (id);
ALTER TABLE fila ADD UNIQUE (nome);
ALTER TABLE job ADD COLUMN da_fila text REFERENCES fila (nome);
CREATE FUNCTION avisa() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
CREATE TRIGGER fila_avisa BEFORE INSERT ON fila FOR EACH ROW EXECUTE FUNCTION avisa();
CREATE TRIGGER experiencia_fica BEFORE DELETE ON experiencia FOR EACH ROW EXECUTE FUNCTION recusa_mudanca();
DROP TABLE aviso;
UPDATE alembic_version SET version_num = '9999';
"""


def test_the_way_back_leaves_nothing_of_a_newer_schema(tmp_path: Path, postgres_server: PrivatePostgres) -> None:
    """The user of the database is its owner, as in an office, and no superuser."""
    postgres_server.sql(f"DROP ROLE IF EXISTS {ROLE}")
    postgres_server.sql(f"CREATE ROLE {ROLE} LOGIN NOSUPERUSER BYPASSRLS")
    url = guarded_url(postgres_server)
    name = url.partition("@/")[2].partition("?")[0]
    postgres_server.sql(f'ALTER DATABASE "{name}" OWNER TO {ROLE}')
    postgres_server.sql("CREATE EXTENSION pg_trgm", name)
    url = url.replace("//cartorios@", f"//{ROLE}@")
    folder, aside = tmp_path / "a", tmp_path / "guardado"
    with new_office(folder, url) as rig:
        rig.printed(rig.livro())
    before = whole(url)
    inside.keep(folder, aside)
    for _ in range(2):  # what it leaves would be in the way of the next upgrade
        change(url, NEWER)
        inside.bring_back(folder, aside)
        assert whole(url) == before
    change(url, NEWER)
    newer = whole(url)
    with (aside / "banco.dump").open("r+b") as file:
        file.truncate((aside / "banco.dump").stat().st_size - 2000)
    with pytest.raises(ConfigError, match="pg_restore"):
        inside.bring_back(folder, aside)
    assert whole(url) == newer
    postgres_server.drop(url)


def change(url: str, text: str) -> None:
    database = Database(url)
    with database.write() as conn:
        conn.exec_driver_sql(text)
    database.close()


def whole(url: str) -> list[str]:
    """Return schema and rows of a database, as `pg_dump` writes them; each time it invents a word for psql."""
    address = sa.make_url(url).set(drivername="postgresql").render_as_string(hide_password=False)
    found = subprocess.run(["pg_dump", f"--dbname={address}"], capture_output=True, text=True, check=True)
    return [line for line in found.stdout.splitlines() if "restrict " not in line]
