"""Whatever goes wrong under the API's paths is a problem answer with a word, and tells nothing of the inside."""

import dataclasses
from io import BytesIO

import pytest
import sqlalchemy as sa
from callers import Caller, word
from flask import Flask
from flask.testing import FlaskClient

from printserver import jobs
from printserver.api import nova_aplicacao, registrar
from printserver.config import Http
from printserver.errors import WORDS, Campo, Recusa
from printserver.jobs.office import Office


@pytest.mark.parametrize("name", WORDS)
def test_every_word_becomes_its_problem(app: Flask, caller: Caller, monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    def refuse(*_args: object) -> None:
        raise Recusa(
            name, "Porquê.", errors=[Campo("a.0.b", "não")], extra={"paginas": 3, "type": "outro"}, retry_after=7
        )

    monkeypatch.setattr(jobs, "listar", refuse)
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

    monkeypatch.setattr(jobs, "listar", refuse)
    assert int(caller.get("/api/v1/jobs").headers["Retry-After"]) >= 1


def test_a_fault_of_our_own_tells_a_number_and_nothing_else(caller: Caller, monkeypatch: pytest.MonkeyPatch) -> None:
    def fail(*_args: object) -> None:
        raise RuntimeError("senha=segredo")

    monkeypatch.setattr(jobs, "listar", fail)
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

    monkeypatch.setattr(jobs, "listar", fail)
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
    app = nova_aplicacao("small")
    registrar(app, dataclasses.replace(office, settings=settings))
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
