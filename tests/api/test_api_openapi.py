"""The description of the API is made from the code: every call stands in it, every reference leads somewhere."""

import json
import re
from collections.abc import Iterator
from typing import Any

import pytest
from callers import Caller
from flask import Flask

from printserver import search
from printserver.api import examples
from printserver.api.queries import JobsQuery
from printserver.counter import acts, daily, load
from printserver.court import standing
from printserver.delivery import requests
from printserver.documents import Pedido, read_request, reading
from printserver.errors import WORDS
from printserver.jobs import requests as forms
from printserver.office import Office
from printserver.seal_actions import (
    carta,
    exclude,
    link,
    rectify,
    signatures,
    standalone,
)
from printserver.server.app import create_app

OPEN = ("/healthz", "/readyz")
ACTIONS = [
    (examples.XA, forms.RespostaXa),
    (examples.SELO, forms.RespostaSelo),
    (examples.FOLHAS, forms.Folhas),
    (examples.RESEND, forms.Reenvio),
    (examples.CANCEL, forms.Cancelamento),
    (examples.EXCLUDE, forms.Exclusao),
    (examples.PAPER, requests.PapelDaFila),
    (examples.COMPARISON, search.Pedido),
    (examples.COUNTER_ATO, acts.AtoDeBalcao),
    (examples.REVERSAL, acts.Estorno),
    (examples.LOAD, load.Carga),
    (examples.HIBRIDOS, load.FaixaDePapel),
    (examples.SPOILED, load.FaixaSemSelo),
    (examples.REPORTED, load.FaixaSemSelo),
    (examples.DIARIO, daily.Diario),
]


@pytest.fixture
def spec(caller: Caller) -> dict[str, Any]:
    response = caller.get("/api/v1/openapi.json")
    assert response.status_code == 200
    found: dict[str, Any] = response.get_json()
    return found


def _operations(spec: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    for path, operations in spec["paths"].items():
        for method, operation in operations.items():
            yield path, method, operation


def test_every_call_and_no_other_is_described(spec: dict[str, Any], app: Flask) -> None:
    described = {(method.upper(), path) for path, method, _ in _operations(spec)}
    there = {
        (method, re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule))
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert described == there


def test_the_whole_application_is_described_by_its_api_alone(
    spec: dict[str, Any], office: Office, caller: Caller
) -> None:
    whole = Caller(create_app(office).test_client(), caller.key)
    assert whole.get("/api/v1/openapi.json").get_json() == spec
    assert whole.get("/api/v1/nada").content_type == "application/problem+json"
    assert whole.get("/uma-tela").content_type.startswith("text/html")


def test_it_is_openapi_3_1_and_says_where_the_key_goes(spec: dict[str, Any]) -> None:
    assert spec["openapi"] == "3.1.0"
    assert spec["components"]["securitySchemes"]["chave"]["scheme"] == "bearer"
    for path, _, operation in _operations(spec):
        assert operation["summary"]
        assert operation.get("security") == (None if path in OPEN else [{"chave": []}])
    tags = [tag["name"] for tag in spec["tags"]]
    assert len(tags) == len(set(tags))


def test_every_reference_leads_to_a_schema_with_fields(spec: dict[str, Any]) -> None:
    schemas = spec["components"]["schemas"]
    references = set(re.findall(r"#/components/schemas/([^\"]+)", json.dumps(spec)))
    assert references <= schemas.keys()
    assert {"Job", "Pedido", "HeldProblem", "RespostaXa", "EmolumentosPedido"} <= references
    assert set(schemas["Pedido"]["properties"]) == set(Pedido.model_fields)
    assert schemas["Pedido"]["additionalProperties"] is False
    for name in references:
        assert schemas[name].get("properties"), name


def test_the_parameters_of_a_call_are_described(spec: dict[str, Any]) -> None:
    listing = spec["paths"]["/api/v1/jobs"]["get"]["parameters"]
    assert {item["name"] for item in listing} == set(JobsQuery.model_fields)
    posting = spec["paths"]["/api/v1/jobs"]["post"]["parameters"]
    assert {(item["name"], item["in"]) for item in posting} == {("espera", "query"), ("Idempotency-Key", "header")}
    keyed = {
        path
        for path, method, operation in _operations(spec)
        if method == "post" and any(item["name"] == "Idempotency-Key" for item in operation["parameters"])
    }
    paper = {"/api/v1/filas/{nome}/papel", "/api/v1/filas/{nome}/papel/lotes"}  # said twice, they say the same
    posts = {path for path, method, _ in _operations(spec) if method == "post"}
    assert keyed == posts - paper - {"/api/v1/comunicacoes", "/api/v1/selos/comparacao"}


def test_the_refusals_of_a_call_are_described_by_their_words(spec: dict[str, Any]) -> None:
    named: set[str] = set()
    for _, _, operation in _operations(spec):
        for status, answer in operation["responses"].items():
            if status.startswith(("4", "5")):
                words = answer["description"].split(", ")
                assert {WORDS[word].status for word in words} == {int(status)}
                named.update(words)
    assert named == set(WORDS)


@pytest.mark.parametrize("name", examples.POSTS)
def test_every_example_of_a_post_is_well_written(spec: dict[str, Any], name: str) -> None:
    shown = spec["paths"]["/api/v1/jobs"]["post"]["requestBody"]["content"]["application/json"]["examples"]
    assert shown[name] == examples.POSTS[name]
    assert read_request(shown[name]["value"]).documento.tipo == name.removesuffix("-2")


def test_every_call_describes_what_the_server_may_answer_to_any(spec: dict[str, Any]) -> None:
    for path, _, operation in _operations(spec):
        statuses = operation["responses"].keys()
        assert {"400", "405", "413", "422", "431", "500", "503"} <= statuses, path
        assert ({"401", "403", "429"} <= statuses) == (path not in OPEN), path
        assert operation.get("requestBody", {"required": True})["required"] is True, path


def test_every_text_list_and_number_of_a_request_is_bounded(spec: dict[str, Any]) -> None:
    schemas = spec["components"]["schemas"]
    bodies = [
        op["requestBody"]["content"]["application/json"]["schema"]
        for _, _, op in _operations(spec)
        if "requestBody" in op
    ]
    pending = [("body", body) for body in bodies]
    seen: set[str] = set()
    found: list[str] = []
    while pending:
        path, node = pending.pop()
        if isinstance(node, list):
            pending += [(path, inner) for inner in node]
        elif isinstance(node, dict):
            name = str(node.get("$ref", "")).rpartition("/")[2]
            if name and name not in seen:
                seen.add(name)
                pending.append((name, schemas[name]))
            if not BOUNDS.get(node.get("type", ""), set()) <= node.keys() and not node.keys() & ANY_BOUND:
                found.append(path)
            pending += [(f"{path}.{key}", inner) for key, inner in node.items()]
    texts = (".conteudo", ".conteudo.anyOf")  # of a document: 24 MB
    assert [path for path in found if not path.endswith(texts)] == []


BOUNDS = {"string": {"maxLength"}, "array": {"maxItems"}, "integer": {"minimum", "maximum"}}
ANY_BOUND = {"enum", "const", "format", "pattern"}


def test_an_empty_parameter_is_an_absent_one_and_said_to_be(spec: dict[str, Any], caller: Caller) -> None:
    for path, method, operation in _operations(spec):
        for parameter in operation.get("parameters", ()):
            assert parameter["in"] != "query" or parameter["allowEmptyValue"] is True, path
            assert {"type": "null"} not in parameter["schema"].get("anyOf", ())
        if method == "get" and "{" not in path and path.startswith("/api/"):
            names = [item["name"] for item in operation.get("parameters", ()) if item["in"] == "query"]
            assert caller.get(f"{path}?{'&'.join(f'{name}=' for name in names)}").status_code == 200, path


def test_options_tells_the_methods_that_are_described(spec: dict[str, Any], caller: Caller) -> None:
    for path, operations in spec["paths"].items():
        answer = caller.client.options(path.replace("{", "").replace("}", ""), headers=caller.headers())
        allowed = set(answer.headers["Allow"].split(", ")) - {"HEAD", "OPTIONS"}
        assert allowed == {method.upper() for method in operations}, path


SEALS = [
    (examples.STANDALONE_SELO, standalone.SeloAvulso),
    (examples.RECTIFICATION, rectify.Retificacao),
    (examples.XA_OF_SELO, exclude.Exclusao),
    (examples.VINCULOS, link.Vinculos),
    (examples.SIGNATURES, signatures.Assinaturas),
    (examples.CARTA, carta.Carta),
    (examples.REPORTS, standing.Comunicacao),
]


@pytest.mark.parametrize(("shown", "model"), ACTIONS + SEALS, ids=lambda item: getattr(item, "__name__", ""))
def test_every_example_of_an_answer_is_well_written(shown: examples.Examples, model: type[Any]) -> None:
    for example in shown.values():
        reading.read(model, example["value"])
