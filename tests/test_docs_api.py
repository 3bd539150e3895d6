"""The guide to the API says what the program does: every word with its status, every call, every field and state."""

import re
from pathlib import Path
from typing import get_args

import pytest
from flask import Flask
from pydantic import BaseModel

from printserver.api import BLUEPRINTS, examples, queries, schemas
from printserver.counter import acts, daily, load
from printserver.court import standing
from printserver.documents import DocumentType, instrumento, model, person, values
from printserver.errors import WORDS, ErrorWord
from printserver.jobs import requests as forms
from printserver.office.people import RIGHTS
from printserver.seal_actions import (
    carta,
    exclude,
    link,
    rectify,
    signatures,
    standalone,
)
from printserver.simulator import openapi
from printserver.simulator.faults import FAULTS, Command

SIMULATOR = Path(openapi.__file__).parent
GUIDE = (Path(__file__).parent.parent / "docs" / "api.md").read_text("utf-8")
DONE, _, COURT = GUIDE.partition("\n## The simulated court\n")  # a server of its own


@pytest.fixture(scope="module")
def routes() -> set[tuple[str, str]]:
    """Every call of the program, as (method, path with the names the guide uses)."""
    app = Flask("guide", static_folder=None)
    for blueprint in BLUEPRINTS:
        app.register_blueprint(blueprint)
    return {
        (method, re.sub(r"\{(job_id|instrumento|number)\}", "{id}", re.sub(r"<(?:\w+:)?(\w+)>", r"{\1}", rule.rule)))
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def _calls(text: str) -> set[tuple[str, str]]:
    return {(method, path) for method, path in re.findall(r"`(GET|POST) (/[^`?\s]*)", text)}


def test_every_word_stands_in_the_guide_as_it_is() -> None:
    table = re.findall(r"^\| (\d{3}) \| `([\w-]+)` \| `([\w-]+)` \| \S", GUIDE, re.MULTILINE)
    assert [word for _, word, _ in table] == sorted(
        WORDS, key=lambda word: (WORDS[word].status, list(WORDS).index(word))
    )
    assert get_args(ErrorWord) == tuple(WORDS)
    assert {word: (int(code), repetir) for code, word, repetir in table} == {
        word: (kind.status, kind.repetir) for word, kind in WORDS.items()
    }


def test_every_call_stands_in_the_guide(routes: set[tuple[str, str]]) -> None:
    assert routes - _calls(DONE) == set()


def test_the_guide_names_no_call_that_is_not_there(routes: set[tuple[str, str]]) -> None:
    assert _calls(DONE) - routes == set()


def test_every_call_and_fault_of_the_simulated_court_stands_in_the_guide() -> None:
    there = {(call.method.upper(), call.path) for call in openapi.CALLS}
    assert _calls(COURT) == there | {("GET", "/"), ("GET", "/_controle/openapi.json")}
    table = "\n".join(re.findall(r"^\| (`.*?) \| ", COURT, re.MULTILINE))
    assert all(f"`{falha}`" in table for falha in FAULTS)
    assert all(f"`{name}`" in COURT or f'"{name}"' in COURT for name in Command.model_fields)
    code = "".join(path.read_text("utf-8") for path in SIMULATOR.glob("*.py"))
    words = set(re.findall(r'Erro\(\s*"([\w-]+)"', code)) | set(re.findall(r'codigo="([\w-]+)"', code))
    unsaid = {"muitos-pedidos", "certificado-recusado", "erro-interno", "nao-consta"}  # what a status says already
    assert {word for word in words if f"`{word}`" not in COURT} == unsaid


def test_every_right_and_state_stands_in_the_guide() -> None:
    states = get_args(queries.State)
    assert len(states) == 9
    for name in (*RIGHTS, *states):
        assert f"\n| `{name}` |" in GUIDE, name


ATOS = (signatures, standalone, acts, carta, standing, daily, exclude, load, rectify, link)
REQUESTS = {
    kind
    for place in (model, instrumento, values, person, forms, *ATOS)
    for kind in vars(place).values()
    if isinstance(kind, type)
}
REQUESTS = {kind for kind in REQUESTS if issubclass(kind, BaseModel) and kind.model_fields}
QUERIES = [kind for kind in vars(queries).values() if isinstance(kind, type) and issubclass(kind, queries.Query)]
ANSWERS = [schemas.Job, schemas.JobSeal, schemas.Question, schemas.Step, schemas.Cups, schemas.Event, schemas.Seal]
ANSWERS += [schemas.Format, schemas.Queue, schemas.Problem, schemas.DocumentFields, schemas.Health]
ANSWERS += [schemas.Waiting, schemas.Standing, schemas.Links]
ANSWERS += [schemas.Pending, schemas.OfficeNotice, schemas.Signatures, schemas.RectifiedSeal, schemas.OpenSignature]
ANSWERS += [schemas.CounterAct, schemas.MadeSeals, schemas.ControlLine]
ANSWERS += [schemas.Check, schemas.CheckByType, schemas.CheckByPerson, schemas.CheckByRange]


def test_every_kind_of_document_stands_in_the_guide_and_has_an_example() -> None:
    told = set(re.findall(r'"tipo": "(\w+)"', DONE))
    posted = {example["value"]["documento"]["tipo"] for example in examples.POSTS.values()}
    assert set(get_args(DocumentType)) - told == set()
    assert set(get_args(DocumentType)) == posted


@pytest.mark.parametrize("kind", [*sorted(REQUESTS, key=str), *QUERIES, *ANSWERS], ids=lambda kind: kind.__name__)
def test_every_field_of_requests_and_answers_stands_in_the_guide(kind: type[BaseModel]) -> None:
    missing = [name for name in kind.model_fields if not re.search(rf'[`"?&]{name}[`"=\]:]', DONE)]
    assert missing == []
