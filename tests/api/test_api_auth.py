"""Keys, rights and limits (A2, X9): who is let in, to what, and how often."""

import dataclasses

import pytest
from callers import Caller, word
from flask import Flask
from flask.testing import FlaskClient

from printserver import db, jobs
from printserver.api import new_app, register
from printserver.office import Http, Office, people

NEEDS = {
    "/api/v1/jobs": "imprimir",
    "/api/v1/jobs/x/reenviar": "imprimir",
    "/api/v1/jobs/x/cancelar": "imprimir",
    "/api/v1/jobs/x/xa": "responder",
    "/api/v1/jobs/x/selo": "responder",
    "/api/v1/jobs/x/folhas": "responder",
    "/api/v1/jobs/x/excluir": "responder",
    "/api/v1/filas/notas/papel": "responder",
    "/api/v1/filas/notas/papel/lotes": "responder",
    "/api/v1/selos/comparacao": "selos",
}


def _limited(office: Office, **http: int) -> FlaskClient:
    """Return a client of the same office with other limits, whose counts begin at nothing."""
    app = new_app("limited")
    register(app, dataclasses.replace(office, settings=office.settings.model_copy(update={"http": Http(**http)})))
    return app.test_client()


def test_every_call_but_the_health_bears_a_key(app: Flask, office: Office) -> None:
    client = _limited(office, chaves_erradas_por_minuto=1000)
    for rule in app.url_map.iter_rules():
        path = rule.rule.replace("<job_id>", "x").replace("<codigo>", "x").replace("<nome>", "x")
        for method in sorted((rule.methods or set()) & {"GET", "POST"}):
            response = client.open(path, method=method)
            if path in ("/healthz", "/readyz"):
                assert response.status_code == 200
            else:
                assert word(response) == "chave-invalida", path
                assert response.headers["WWW-Authenticate"].startswith("Bearer")


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer ", "Basic {key}", "{key}", "Bearer x{key}", "Bearer {key} x"])
def test_a2_only_the_very_key_is_let_in(office: Office, caller: Caller, header: str) -> None:
    client = _limited(office)
    response = client.get("/api/v1/jobs", headers={"Authorization": header.format(key=caller.key)})
    assert word(response) == "chave-invalida"


def test_a2_the_scheme_is_read_whatever_its_case(caller: Caller, client: FlaskClient) -> None:
    assert client.get("/api/v1/jobs", headers={"Authorization": f"bearer  {caller.key} "}).status_code == 200


def test_a2_a_key_of_another_office_is_nobody_here(office: Office) -> None:
    with office.db.write() as conn:
        conn.execute(db.serventia.insert().values(id=2, cns="654321", instancia="outra", criada_em=office.clock()))
        key = people.create_key(conn, 2, "de-fora", people.RIGHTS, office.clock())
    assert word(Caller(_limited(office), key).get("/api/v1/jobs")) == "chave-invalida"


@pytest.mark.parametrize("path", NEEDS)
@pytest.mark.parametrize("right", people.RIGHTS)
def test_a2_each_call_needs_its_right(client: FlaskClient, keys: dict[str, str], path: str, right: str) -> None:
    response = Caller(client, keys[right]).post(path, {})
    if right == NEEDS[path]:
        assert word(response) in ("entrada-invalida", "nao-encontrado")
    else:
        assert word(response) == "sem-permissao"


def test_a2_the_right_is_asked_for_before_the_body_is_read(client: FlaskClient, keys: dict[str, str]) -> None:
    assert word(Caller(client, keys["selos"]).post("/api/v1/jobs", b"{")) == "sem-permissao"


@pytest.mark.parametrize(
    ("right", "query", "marked"),
    [("original", "", False), ("original", "?copia=1", True), ("original", "?copia=0", False), ("imprimir", "", True)],
)
def test_x9_only_the_right_original_gets_the_very_bytes(
    client: FlaskClient,
    keys: dict[str, str],
    monkeypatch: pytest.MonkeyPatch,
    right: str,
    query: str,
    marked: bool,
) -> None:
    asked: list[tuple[people.Author, str, bool]] = []

    def pdf(_office: Office, author: people.Author, job_id: str, copia: bool) -> bytes:
        asked.append((author, job_id, copia))
        return b"%PDF"

    monkeypatch.setattr(jobs, "pdf", pdf)
    response = Caller(client, keys[right]).get(f"/api/v1/jobs/j1/pdf{query}")
    assert (response.status_code, response.content_type, response.data) == (200, "application/pdf", b"%PDF")
    assert response.headers["Cache-Control"] == "no-store"
    ((author, job_id, copia),) = asked
    assert (author.sistema, author.endereco, job_id, copia) == (f"so-{right}", "127.0.0.1", "j1", marked)


def test_wrong_keys_from_one_address_are_slowed_and_right_ones_are_not(office: Office, caller: Caller) -> None:
    client = _limited(office, chaves_erradas_por_minuto=3)
    wrong = {"Authorization": "Bearer errada"}
    words = [word(client.get("/api/v1/jobs", headers=wrong)) for _ in range(5)]
    assert words == ["chave-invalida"] * 3 + ["muitos-pedidos"] * 2
    assert 1 <= int(client.get("/api/v1/jobs", headers=wrong).headers["Retry-After"]) <= 61
    assert Caller(client, caller.key).get("/api/v1/jobs").status_code == 200
    other = client.get("/api/v1/jobs", headers=wrong, environ_overrides={"REMOTE_ADDR": "10.0.0.9"})
    assert word(other) == "chave-invalida"


def test_requests_of_a_valid_key_are_limited_only_where_the_office_says_so(office: Office, caller: Caller) -> None:
    free = Caller(_limited(office), caller.key)
    assert {free.get("/api/v1/formatos/nada").status_code for _ in range(50)} == {404}
    limited = Caller(_limited(office, pedidos_por_minuto=2), caller.key)
    statuses = [limited.get("/api/v1/formatos/nada").status_code for _ in range(3)]
    assert statuses == [404, 404, 429]


LOOKUPS = (
    *("jobs", "jobs?estado=impresso", "jobs/x/pdf", "jobs/x/pdf?copia=1", "selos", "selos/x", "selos/totais"),
    *("selos/exportacao", "eventos", "avisos", "comunicacoes", "comunicacoes/pendencias", "atos-de-balcao"),
    *("hibridos/conferencia", "hibridos/relatorio", "diarios", "instrumentos/assinaturas"),
)


def test_a2_a_key_without_look_ups_follows_its_own_prints_and_sees_nothing_else(app: Flask, office: Office) -> None:
    with office.db.write() as conn:
        key = people.create_key(conn, 1, "so-imprime", ["imprimir"], office.clock(), lookup=False)
    blind = Caller(app.test_client(), key)
    for path in LOOKUPS:
        assert word(blind.get(f"/api/v1/{path}")) == "sem-permissao", path
    for path in ("filas", "formatos", "openapi.json", "jobs?chave=k"):
        assert blind.get(f"/api/v1/{path}").status_code == 200, path
    assert word(blind.get("/api/v1/jobs/x")) == "nao-encontrado"
    assert word(blind.post("/api/v1/jobs", {})) == "entrada-invalida"


def test_a2_every_other_key_looks_things_up(client: FlaskClient, keys: dict[str, str]) -> None:
    for key in keys.values():
        for path in ("jobs", "selos", "selos/exportacao", "eventos", "avisos"):
            assert Caller(client, key).get(f"/api/v1/{path}").status_code == 200, path
