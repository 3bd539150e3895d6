"""Two offices in one PostgreSQL, under a role that row-level security holds, or one that it does not."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from flask.testing import FlaskClient

from printserver.db import Database
from printserver.office import create, people
from support.office import NOW, PASSWORD, PEOPLE, Clock, Rig, reopen
from support.postgres import PrivatePostgres

ROLE = "cartorios"
OTHER_CNS = "654321"


def guarded_url(server: PrivatePostgres) -> str:
    """Return the address of a new database whose owner is no superuser."""
    server.sql(
        f"DO $$ BEGIN CREATE ROLE {ROLE} LOGIN NOSUPERUSER NOBYPASSRLS; EXCEPTION WHEN duplicate_object THEN END $$"
    )
    url = server.create()
    name = url.partition("@/")[2].partition("?")[0]
    server.sql(f'ALTER DATABASE "{name}" OWNER TO {ROLE}')
    return url.replace("//postgres@", f"//{ROLE}@")


FIRST = create.FirstPerson("ana", "Ana Prado")


@contextmanager
def new_office(folder: Path, url: str, cns: str | None = None) -> Iterator[Rig]:
    """Give a new office in the database at `url`, with its people."""
    made = create.create_office(folder, NOW, cns=cns, person=FIRST if cns else None, banco=url)
    database = Database(url)
    with database.read() as conn:
        rows = dict(conn.exec_driver_sql("SELECT cns, id FROM serventia").all())
    database.serve(rows[made.cns])
    with database.write() as conn:
        for usuario, papel in PEOPLE.items():
            people.create_person(conn, rows[made.cns], usuario, usuario.title(), papel, PASSWORD, NOW)
    database.close()
    rig = reopen(folder, Clock(), made.chave)
    try:
        yield rig
    finally:
        rig.office.db.close()


def logged_in(app: Flask) -> FlaskClient:
    client = app.test_client()
    token = csrf(client, "/entrar")
    found = client.post("/entrar", data={"usuario": "tereza", "senha": PASSWORD, "csrf_token": token})
    assert found.status_code == 303, found
    return client


def csrf(client: FlaskClient, page: str) -> str:
    found = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', client.get(page).get_data(as_text=True))
    assert found is not None, page
    return found[1]
