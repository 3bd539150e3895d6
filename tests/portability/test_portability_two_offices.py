"""Many offices in one PostgreSQL: none finds, changes or delays what is another's."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy.exc import ProgrammingError

from printserver import db
from printserver.db import Database
from printserver.office import people, proof
from printserver.portability import values
from printserver.server.app import create_app
from support.office import ISENTO, PASSWORD, Rig
from support.offices import OTHER_CNS, csrf, guarded_url, logged_in, new_office
from support.postgres import PrivatePostgres

NAME = "Zulmira Quaresma Xavante"  # of a person of B alone


@dataclass(frozen=True)
class Two:
    """Office A, its application, and office B with what its addresses would be."""

    a: Rig
    app: Flask
    b: Rig
    ids: dict[str, str]
    secrets: tuple[str, ...]

    def rows_of_b(self) -> dict[str, bytes]:
        """Return all that B has, but for what an engine writes by itself."""
        with self.b.office.db.snapshot() as conn:
            return {each.name: b"".join(values.lines(conn, 2, each)) for each in values.tables()}


@pytest.fixture(scope="module", params=["guarded", "superuser"])
def two(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Two]:
    server: PrivatePostgres = request.getfixturevalue("postgres_server")
    url = guarded_url(server) if request.param == "guarded" else server.create()
    folder = tmp_path_factory.mktemp("duas")
    with new_office(folder / "a", url) as a, new_office(folder / "b", url, OTHER_CNS) as b:
        ids = _live(b)
        app = create_app(a.office)
        app.testing = True
        jobs = [row["id"] for row in b.rows(db.job, db.job.c.serventia_id == 2)]
        yield Two(a, app, b, ids, (NAME, b.key, *b.codes(), *jobs))
    server.drop(url)


def _live(b: Rig) -> dict[str, str]:
    """Let B have one of each thing that an address names."""
    parties = [{"qualidade": "Outorgante", "nome": NAME}]
    data = b.instrumento(id="SO-DE-B", partes=parties)
    job = b.printed({"tipo": "livro", "instrumento": data})
    question = b.question({"tipo": "livro", "instrumento": data})
    act = b.call(
        "POST",
        "/atos-de-balcao",
        {
            "ato": "AU",
            "papel": "AU0371AJ 0000001",
            "data": b.clock().date().isoformat(),
            **ISENTO,
            "escrevente": "maria",
        },
    )
    with b.office.db.write() as conn:
        people.create_person(conn, 2, "so-de-b", NAME, "escrevente", PASSWORD, b.clock())
        people.create_key(conn, 2, "so-de-b", people.RIGHTS, b.clock())
        conn.execute(
            sa.insert(db.fila).values(serventia_id=2, nome="so-de-b", tipo="pasta", destino="/tmp", criada_em=b.clock())
        )
        key = conn.execute(sa.select(db.chave_api.c.id).where(db.chave_api.c.nome == "so-de-b")).scalar_one()
        number = act.json["id"] if act.status < 300 else None
    assert number is not None, act
    seal = b.codes()[0]
    return {
        "job_id": job["id"],
        "held": question["id"],
        "codigo": seal,
        "number": str(number),
        "numero": str(key),
        "fila": "so-de-b",
        "nome": "so-de-b",
        "name": "so-de-b",
        "usuario": "so-de-b",
        "instrumento": "SO-DE-B",
        "record_id": "SO-DE-B",
        "codigo_hash": "so-de-b",
        "pagina": "1",
    }


def addresses(two: Two, prefix: str) -> Iterator[tuple[str, str, str]]:
    """Yield method, address and rule of every endpoint under `prefix` that names something, with the ids of B."""
    for rule in two.app.url_map.iter_rules():
        names = rule.arguments
        inside = rule.rule.startswith("/api/") == (prefix == "/api/")
        if not names or not inside or not names <= two.ids.keys():
            continue
        found = {name: two.ids[name] for name in names}
        if re.search(r"/(xa|selo|pergunta|vivo)$", rule.rule) and "job_id" in found:
            found["job_id"] = two.ids["held"]
        path = re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule).format(**found)
        for method in sorted((rule.methods or set()) - {"HEAD", "OPTIONS"}):
            yield method, path, rule.rule


WHO = {"escrevente": "maria", "motivo": "engano"}
BODIES: dict[str, dict[str, Any]] = {
    "xa": {**WHO, "confirma": True, "papel_em_maos": True},
    "selo": {"escrevente": "maria", "gerar": True},
    "folhas": {**WHO, "saiu": True},
    "lotes": {"escrevente": "maria", "de": "A1", "ate": "A2"},
    "papel": {"escrevente": "maria", "proximo": "A1"},
    "assinaturas": {"escrevente": "maria", "estado": "completas"},
    "destino": {"escrevente": "maria", "destino": "retirada", "por": "eu"},
    "entrega": {"escrevente": "maria", "estado": "enviada"},
    "retificacao": {**WHO, "identificador": "X"},
}


def test_s1_no_endpoint_of_the_api_finds_what_is_another_office_s(two: Two) -> None:
    before, tried = two.rows_of_b(), 0
    for method, path, _rule in addresses(two, "/api/"):
        body = BODIES.get(path.rpartition("/")[2], WHO) if method == "POST" else None
        found = two.a.call(method, path.removeprefix("/api/v1"), body)
        assert found.status in (404, 409, 422), (method, path, found)
        assert found.word in (
            "nao-encontrado",
            "entrada-invalida",
            "instrumento-desconhecido",
            "fila-desconhecida",
            "formato-desconhecido",
            "modelo-desconhecido",
            "livro-nao-impresso",
            "assento-nao-impresso",
        ), (path, found)
        assert NAME not in str(found.json)
        tried += 1
    assert tried > 20
    assert two.rows_of_b() == before


def test_s1_no_list_or_search_of_the_api_has_what_is_another_office_s(two: Two) -> None:
    job, seal = two.ids["job_id"], two.ids["codigo"]
    for path in (
        *("/jobs", "/jobs?instrumento=SO-DE-B", f"/jobs?chave={job}", "/selos", f"/selos?codigo={seal}"),
        *("/filas", "/perguntas", "/avisos", "/atos-de-balcao", "/comunicacoes", "/estado", "/eventos?depois=0"),
    ):
        found = two.a.call("GET", path)
        text = str(found.json)
        assert not [each for each in two.secrets if each in text and each not in path], (path, found)


def test_a5_keys_and_sessions_of_one_office_open_nothing_in_another(two: Two) -> None:
    assert two.a.call("GET", "/jobs", key=two.b.key).status == 401
    client = logged_in(two.app)
    other = create_app(two.b.office).test_client()
    cookie = client.get_cookie(two.app.config["SESSION_COOKIE_NAME"])
    assert cookie is not None
    other.set_cookie(cookie.key, cookie.value)
    assert other.get("/").status_code == 303
    assert other.application.config["SESSION_COOKIE_NAME"] != cookie.key


def test_s1_no_screen_finds_or_changes_what_is_another_office_s(two: Two) -> None:
    client = logged_in(two.app)
    with two.a.office.db.write() as conn:  # one who may do everything
        tereza = (db.pessoa.c.serventia_id == 1, db.pessoa.c.usuario == "tereza")
        conn.execute(sa.update(db.pessoa).where(*tereza).values(papel="administrador"))
    client = logged_in(two.app)
    before, tried = two.rows_of_b(), 0
    token = csrf(client, "/")
    for page in (
        *("/", "/trabalhos", "/selos", f"/buscar?q={NAME}", "/auditoria"),
        *("/ajustes/pessoas", "/ajustes/chaves", "/ajustes/filas"),
    ):
        text = client.get(page).get_data(as_text=True)
        assert not [each for each in two.secrets if each in text and each not in page], page
    for method, path, rule in addresses(two, "/"):
        form = {"csrf_token": token, "motivo": "engano", "confirma": "sim", "senha": PASSWORD}
        found = client.open(path, method=method, data=form if method == "POST" else None)
        text = found.get_data(as_text=True)
        assert found.status_code in (403, 404, 405, 409, 422, 204), (method, path, found.status_code)
        assert not [each for each in two.secrets if each in text and each not in path], (method, rule)
        tried += 1
    assert tried > 40
    assert two.rows_of_b() == before


def test_the_second_wall_holds_a_statement_that_forgot_its_office(two: Two) -> None:
    url = two.a.office.db.url
    if "//postgres@" in url:
        pytest.skip("a superuser passes by it")
    database = Database(url)
    database.serve(1)
    with database.read() as conn:
        for table in values.tables():
            assert set(conn.execute(sa.select(table.c.serventia_id)).scalars()) <= {1}, table.name
    with database.write() as conn:
        assert conn.execute(sa.update(db.job).values(fila="x").where(db.job.c.serventia_id == 2)).rowcount == 0
        conn.rollback()
    with pytest.raises(ProgrammingError, match="row-level security"), database.write() as conn:
        conn.execute(sa.insert(db.sequencia).values(serventia_id=2, nome="x", proximo=1))
    database.close()
    silent = Database(url)  # a transaction that announced no office sees nothing
    with silent.read() as conn:
        assert conn.execute(sa.select(db.job.c.id)).all() == []
    silent.close()


def test_s3_each_office_has_its_numbers_its_log_and_its_files(two: Two) -> None:
    job = two.a.printed(two.a.certidao())
    assert {code[:6] for code in (each["codigo"] for each in job["selos"])} == {"123456"}
    for rig, office in ((two.a, 1), (two.b, 2)):
        with rig.office.db.snapshot() as conn:
            assert proof.verify(conn, office, proof.read_all(rig.folder)).gaps == []
    spools = [{path.name for path in rig.office.spool.rglob("*.pdf")} for rig in (two.a, two.b)]
    assert all(spools)
    assert not spools[0] & spools[1]
