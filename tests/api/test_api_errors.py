"""Whatever goes wrong under the API's paths is a problem answer with a word, and tells nothing of the inside."""

import dataclasses
import re
from io import BytesIO

import pytest
import sqlalchemy as sa
from callers import Caller, word
from flask import Flask
from flask.testing import FlaskClient

from printserver import jobs
from printserver.api import new_app, register
from printserver.errors import WORDS, BadField, Recusa
from printserver.office import Http, Office


@pytest.mark.parametrize("name", WORDS)
def test_every_word_becomes_its_problem(app: Flask, caller: Caller, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    def refuse(*_args: object) -> None:
        raise Recusa(
            name, "Porquê.", errors=[BadField("a.0.b", "não")], extra={"paginas": 3, "type": "outro"}, retry_after=7
        )

    monkeypatch.setattr(jobs, "list_all", refuse)
    response = caller.get("/api/v1/jobs")
    assert word(response) == name
    body = response.get_json()
    kind = WORDS[name]
    assert (response.status_code, body["title"], body["repetir"]) == (kind.status, kind.title, kind.repetir)
    assert body["errors"] == [{"campo": "a.0.b", "mensagem": "não"}]
    assert body["paginas"] == 3
    assert response.headers["Retry-After"] == "7"
    assert "Porquê.".encode() in response.data  # UTF-8, nothing escaped


@pytest.mark.parametrize(
    "name", [name for name, kind in WORDS.items() if kind.status in (429, 503)] + ["em-processamento"]
)
def test_who_should_wait_is_told_how_long(caller: Caller, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    def refuse(*_args: object) -> None:
        raise Recusa(name, "Espere.")

    monkeypatch.setattr(jobs, "list_all", refuse)
    assert int(caller.get("/api/v1/jobs").headers["Retry-After"]) >= 1


def test_a_fault_of_our_own_tells_a_number_and_nothing_else(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: object) -> None:
        raise RuntimeError("senha=segredo")

    monkeypatch.setattr(jobs, "list_all", fail)
    response = caller.get("/api/v1/jobs")
    assert word(response) == "erro-interno"
    assert b"segredo" not in response.data
    assert b"Traceback" not in response.data
    assert response.get_json()["ocorrencia"] in response.get_json()["detail"]


def test_a_database_that_does_not_answer_is_no_fault_of_the_caller(
    caller: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_args: object) -> None:
        raise sa.exc.OperationalError("SELECT 1", {}, Exception("database is locked"))

    monkeypatch.setattr(jobs, "list_all", fail)
    response = caller.get("/api/v1/jobs")
    assert word(response) == "servidor-ocupado"
    assert b"SELECT" not in response.data


@pytest.mark.parametrize("path", ["/api/v1/nada", "/api/", "/api/v2/jobs", "/healthz/x", "/api/v1/jobs/a/b/c"])
def test_an_unknown_path_is_a_problem(client: FlaskClient, path: str) -> None:
    assert word(client.get(path)) == "nao-encontrado"


def test_what_is_not_ours_is_left_to_the_screens(client: FlaskClient) -> None:
    response = client.get("/uma-tela")
    assert response.status_code == 404
    assert response.content_type.startswith("text/html")


def test_a_method_that_is_not_allowed_says_which_are(caller: Caller) -> None:
    response = caller.client.delete("/api/v1/jobs", headers=caller.headers())
    assert word(response) == "metodo-nao-permitido"
    assert "GET" in response.headers["Allow"]


@pytest.fixture
def small(office: Office, caller: Caller) -> Caller:
    """A caller of the same office where requests may have 1 MB."""
    settings = office.settings.model_copy(update={"http": Http(corpo_mb=1)})
    app = new_app("small")
    register(app, dataclasses.replace(office, settings=settings))
    return Caller(app.test_client(), caller.key)


def test_a_body_over_the_limit_is_refused(small: Caller) -> None:
    response = small.post("/api/v1/jobs", b'"' + b"a" * 2**20 + b'"')
    assert word(response) == "corpo-grande-demais"
    assert "1 MB" in response.get_json()["detail"]


def test_a_chunked_body_over_the_limit_is_refused(small: Caller) -> None:
    response = small.client.post(
        "/api/v1/jobs",
        input_stream=BytesIO(b'"' + b"a" * 2**21 + b'"'),
        environ_overrides={"wsgi.input_terminated": True},
        headers=small.headers({"Transfer-Encoding": "chunked"}),
    )
    assert word(response) == "corpo-grande-demais"


def test_bad_json_is_a_problem_before_any_rule_sees_it(caller: Caller) -> None:
    assert word(caller.post("/api/v1/jobs", b'{"documento": {}, "documento": {}}')) == "json-invalido"


POSTS = ("jobs", "comunicacoes", "selos", "selos/x/xa", "jobs/x/cancelar", "filas/notas/papel", "selos/comparacao")


@pytest.mark.parametrize("path", POSTS)
@pytest.mark.parametrize("raw", [b"null", b"[]", b"1", b'"x"', b"true"])
def test_a_body_that_is_no_object_is_refused_alike_by_every_call(caller: Caller, path: str, raw: bytes) -> None:
    response = caller.post(f"/api/v1/{path}", raw, {"Content-Type": "application/json"})
    assert word(response) == "entrada-invalida"
    assert response.get_json()["errors"] == [{"campo": "", "mensagem": "deve ser um objeto JSON, entre chaves"}]
    assert response.get_json()["detail"].startswith("pedido: ")


def test_null_in_an_optional_field_is_the_field_left_out(caller: Caller) -> None:
    assert caller.post("/api/v1/comunicacoes", {"selos": None, "escrevente": None}).status_code == 202
    nulls = {"data": None, "motivo_data": None, "autenticacoes": None, "escrevente": "x"}
    missing = caller.post("/api/v1/cartas-de-sentenca", nulls)
    assert {item["campo"] for item in missing.get_json()["errors"]} == {"identificador", "certidao"}
    required = caller.post("/api/v1/selos/x/xa", {"motivo": None, "escrevente": "admin"})
    assert required.get_json()["errors"] == [{"campo": "motivo", "mensagem": "deve ser um texto, entre aspas"}]


@pytest.mark.parametrize(
    ("path", "body", "field"),
    [
        ("cartas-de-sentenca", {"certidao": 1}, "certidao"),
        ("cartas-de-sentenca", {"certidao": {"x": 1}}, "certidao.x"),
        ("cartas-de-sentenca", {"autenticacoes": {"de": 1}}, "autenticacoes.serie"),
        ("cartas-de-sentenca", {"autenticacoes": ["x"]}, "autenticacoes.0"),
        ("selos", {"partes": [{"nome": 1}, 2]}, "partes.0.nome"),
        ("selos", {"partes": [{"nome": 1}, 2]}, "partes.1"),
        ("selos/comparacao", {"lista": {"formato": "csv", "conteudo": 1}}, "lista.conteudo"),
    ],
)
def test_a_fault_is_named_by_the_path_of_its_field_alone(caller: Caller, path: str, body: object, field: str) -> None:
    errors = caller.post(f"/api/v1/{path}", body).get_json()["errors"]
    assert field in {item["campo"] for item in errors}
    assert all(re.fullmatch(r"[a-z0-9_.]+", item["campo"]) for item in errors)


def test_fifty_of_many_unknown_fields_are_named_and_a_long_text_is_not_read(caller: Caller) -> None:
    response = caller.post("/api/v1/jobs", {f"x{n}": n for n in range(150_000)})
    assert len(response.get_json()["errors"]) == 50
    long = caller.post("/api/v1/selos", {"identificador": "\u200b" * 500_000})
    assert {"campo": "identificador", "mensagem": "tem mais de 100 caracteres"} in long.get_json()["errors"]
