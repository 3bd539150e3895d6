"""The description of the simulated court is true: its calls, its words, and what it answers."""

import json
from typing import Any

import pytest
from pydantic import TypeAdapter
from seal_factory import SealFactory

from printserver.simulator import openapi
from printserver.simulator.faults import FAULTS
from support.court import Court


@pytest.fixture
def spec(court: Court) -> dict[str, Any]:
    status, found = court.call("GET", "/_controle/openapi.json")
    assert status == 200
    return dict(found)


def test_every_reference_leads_somewhere_and_every_fault_is_named(spec: dict[str, Any]) -> None:
    text = json.dumps(spec)
    refs = {part.split('"')[0] for part in text.split("#/components/schemas/")[1:]}
    assert refs and refs <= set(spec["components"]["schemas"])
    assert all(json.dumps(falha) in text for falha in FAULTS)


def test_what_is_answered_is_as_described(court: Court, factory: SealFactory, spec: dict[str, Any]) -> None:
    one, two = factory.item(), factory.item()
    pair = {"vinculador": one["selo"], "vinculado": two["selo"]}
    asked = [
        ("post", "/selos", "/selos", [one, two]),
        ("post", "/selos", "/selos", [one, factory.with_line(factory.item(), f13="1")]),
        ("get", "/selos/{codigo}", f"/selos/{one['selo']}", None),
        ("get", "/selos", "/selos?de=2026-11-20&ate=2026-11-20&pagina=1", None),
        ("post", "/vinculos", "/vinculos", [pair]),
        ("post", "/_controle", "/_controle", {"falha": "objeta", "vezes": 2, "selos": ["X"]}),
        ("get", "/_controle", "/_controle", None),
        ("get", "/_controle", "/_controle?resumo=1", None),
    ]
    models = {(call.method, call.path): call.answer for call in openapi.CALLS}
    assert {(method, path) for method, path, _, _ in asked} == set(models)
    assert {(method, path) for path, calls in spec["paths"].items() for method in calls} == set(models)
    for method, path, url, body in asked:
        status, answer = court.call(method.upper(), url, body)
        assert status == 200
        TypeAdapter(models[method, path]).validate_python(answer)
