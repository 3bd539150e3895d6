"""What decides comes once. A header or parameter given twice is refused, and never becomes another key."""

import json
import uuid
from typing import Any

import pytest
from callers import Caller, word
from hypothesis import given
from hypothesis import strategies as st

from printserver.api import REPEATED
from printserver.api.headers import ONCE
from printserver.server.http_server import repeated_headers

SELO = {"ato": "ES", "identificador": "A7-1", "servico": "certidao-notas", "escrevente": "admin"}


def as_wsgi(*headers: tuple[str, str]) -> dict[str, Any]:
    """Return headers as the server hands them on: those with `_` left out, others joined by commas, both named."""
    environ: dict[str, Any] = {}
    for name, value in headers:
        key = (
            name.upper().replace("-", "_")
            if name.upper() == "CONTENT-TYPE"
            else "HTTP_" + name.upper().replace("-", "_")
        )
        if "_" not in name:
            environ[key] = f"{environ[key]}, {value}" if key in environ else value
    head = "".join(f"{name}: {value}\r\n" for name, value in headers)
    return environ | {REPEATED: repeated_headers(f"POST / HTTP/1.1\r\n{head}\r\n".encode())}


def post(caller: Caller, *headers: tuple[str, str]) -> Any:
    sent = {"Authorization": f"Bearer {caller.key}", "Content-Type": "application/json"}
    every = [(name, value) for name, value in sent.items() if name not in {given for given, _ in headers}]
    environ = as_wsgi(*every, *headers)
    return caller.client.post("/api/v1/selos", data=json.dumps(SELO), environ_overrides=environ)


@pytest.mark.parametrize(
    "names",
    [
        ("Idempotency-Key", "Idempotency-Key"),
        ("idempotency-key", "IDEMPOTENCY-KEY"),
        ("Idempotency-Key", "Idempotency_Key"),
        ("Idempotency_Key",),
    ],
)
def test_a_key_that_comes_twice_or_under_another_name_is_refused(caller: Caller, names: tuple[str, ...]) -> None:
    key = f"press-{uuid.uuid4()}"
    refused = post(caller, *((name, key) for name in names))
    assert word(refused) == "entrada-invalida"
    assert [item["campo"] for item in refused.get_json()["errors"]] == ["Idempotency-Key"]


def test_an_empty_key_beside_another_is_refused(caller: Caller) -> None:
    for values in (("", "x"), ("x", "")):
        assert word(post(caller, *(("Idempotency-Key", value) for value in values))) == "entrada-invalida"


def test_a_key_with_a_comma_is_one_key_in_whatever_case_the_header_is_written(caller: Caller) -> None:
    key = f"{uuid.uuid4()},{uuid.uuid4()}"
    first, again = post(caller, ("Idempotency-Key", key)), post(caller, ("IDEMPOTENCY-key", key))
    assert (first.status_code, again.status_code) == (201, 201)
    assert again.get_json()["codigo"] == first.get_json()["codigo"]
    assert again.headers["Idempotent-Replay"] == "true"


@pytest.mark.parametrize("name", ONCE)
def test_every_header_that_decides_comes_once(caller: Caller, name: str) -> None:
    values = {"Authorization": f"Bearer {caller.key}", "Content-Type": "application/json"}
    value = values.get(name, "identity")
    refused = post(caller, (name, value), (name, value))
    assert [item["campo"] for item in refused.get_json()["errors"]] == [name]


@given(st.lists(st.tuples(st.sampled_from([*ONCE, "X-Other", "X_Other", "SCRIPT_NAME"]), st.text("ab,", max_size=3))))
def test_what_is_named_repeated_came_twice_or_with_an_underscore(headers: list[tuple[str, str]]) -> None:
    named = as_wsgi(*headers)[REPEATED]
    meant = [given.upper().replace("_", "-") for given, _ in headers]
    odd = {given.upper().replace("_", "-") for given, _ in headers if "_" in given}
    assert named == odd | {name for name in meant if meant.count(name) > 1}


@pytest.mark.parametrize(
    ("path", "field"),
    [
        ("/api/v1/jobs?estado=aceito&estado=falhou", "estado"),
        ("/api/v1/jobs?%65stado=aceito&estado=aceito", "estado"),
        ("/api/v1/jobs?chave=a&chave=b", "chave"),
        ("/api/v1/jobs?livro=1&livro=", "livro"),
        ("/api/v1/selos?pagina=1&pagina=2", "pagina"),
        ("/api/v1/eventos?espera=0&espera=1", "espera"),
        ("/api/v1/jobs/x/pdf?copia=1&copia=0", "copia"),
        ("/api/v1/filas?x=1&x=1", "x"),
        ("/api/v1/jobs?Estado=aceito", "Estado"),
    ],
)
def test_a_parameter_that_comes_twice_or_in_another_case_is_refused(caller: Caller, path: str, field: str) -> None:
    refused = caller.get(path)
    assert word(refused) == "entrada-invalida"
    assert [item["campo"] for item in refused.get_json()["errors"]] == [field]


def test_what_is_looked_for_has_no_character_that_cannot_be_seen(caller: Caller) -> None:
    for text, name in (("12%E2%80%8B", "U+200B ZERO WIDTH SPACE"), ("%E2%80%AE12", "U+202E RIGHT-TO-LEFT OVERRIDE")):
        refused = caller.get(f"/api/v1/jobs?livro={text}")
        assert word(refused) == "entrada-invalida"
        assert name in refused.get_json()["detail"]


@pytest.mark.parametrize("depth", [0, 1, 40])
def test_a_name_that_comes_twice_in_an_object_is_refused_at_any_depth(caller: Caller, depth: int) -> None:
    text = '{"x": [' * depth + '{"escrevente": "a", "escrevent\\u0065": "b"}' + "]}" * depth
    assert word(caller.post("/api/v1/selos", text.encode(), {"Content-Type": "application/json"})) == "json-invalido"
