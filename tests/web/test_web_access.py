"""Who may see and do what at the screens, cell by cell: role × screen × method, generated from the routes (A1, A5)."""

import re
from collections.abc import Iterator
from itertools import count

import pytest
from flask import Flask
from web_rig import PASSWORD, Clock, Person, Rig, open_office

from printserver.office import people
from printserver.server.app import create_app
from printserver.web import access
from printserver.web.screens import SCREENS

ALL = {"escrevente", "substituto", "tabeliao", "administrador"}
HEADS = {"substituto", "tabeliao"}
# Written out here a second time on purpose: a change of the table must be meant.
WHO = {
    "LOOK": ALL,
    "ACCOUNT": ALL,
    "PRINT": ALL - {"administrador"},
    "REPLACE": HEADS,
    "ANSWER": ALL - {"administrador"},
    "SEALS": ALL - {"administrador"},
    "COUNTER": ALL - {"administrador"},
    "PAPER": ALL,
    "SEE_OFFICE": HEADS | {"administrador"},
    "CLOSE": HEADS,
    "PEOPLE": HEADS | {"administrador"},
    "KEYS": {"administrador"},
    "VALUES": HEADS,
    "FORMATS": HEADS | {"administrador"},
    "SETTINGS": HEADS | {"administrador"},
    "INCIDENTS": HEADS | {"administrador"},
}
# What is served without one of the abilities: files, the login and the exit, and addresses that nothing answers.
OPEN = {"web.static", "web.entrar", "web.sair", "web.desconhecido"}
_numbers = count(1)


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with open_office(tmp_path_factory.mktemp("access") / "serventia", Clock()) as opened:
        with opened.office.db.write() as conn:
            people.create_person(conn, 1, "adao", "Adão Reis", "administrador", PASSWORD, opened.clock())
        yield opened


@pytest.fixture(scope="module")
def app(own: Rig) -> Flask:
    return create_app(own.office)


@pytest.fixture(scope="module")
def ids(own: Rig) -> dict[str, str]:
    """What the paths of the screens name."""
    job = own.livro()
    return {"job_id": job["id"], "codigo": job["selos"][0]["codigo"], "nome": "certidao"}


@pytest.fixture(
    scope="module",
    params=[("maria", "escrevente"), ("rui", "substituto"), ("tereza", "tabeliao"), ("adao", "administrador")],
    ids=lambda each: each[1],
)
def someone(request: pytest.FixtureRequest, app: Flask) -> tuple[Person, str]:
    """A person of each role who has logged in."""
    usuario, role = request.param
    client = app.test_client()
    client.environ_base["REMOTE_ADDR"] = f"10.0.1.{next(_numbers)}"
    person = Person(client)
    assert person.login(usuario).status_code == 303
    return person, role


def test_a5_the_table_of_abilities_is_the_one_that_is_meant() -> None:
    named = {name: value for name, value in vars(access).items() if isinstance(value, access.Ability)}
    assert {name: set(each.papeis) for name, each in named.items()} == WHO
    assert set(access.ABILITIES) == set(named.values())


def test_a5_every_route_of_the_screens_names_who_may_use_it(app: Flask) -> None:
    in_table = {f"web.{each.endpoint}" for each in SCREENS}
    routes = {rule.endpoint for rule in app.url_map.iter_rules() if rule.endpoint.startswith("web.")}
    assert routes - in_table == OPEN
    for each in SCREENS:
        assert each.see or each.act, each.path


def test_a5_each_role_sees_and_does_what_the_table_says_and_nothing_else(
    someone: tuple[Person, str], ids: dict[str, str]
) -> None:
    person, role = someone
    form = {"csrf_token": person.hidden("/conta", "/sair")["csrf_token"]}
    wrong = []
    for screen in SCREENS:
        path = re.sub(r"<(?:\w+:)?(\w+)>", lambda name: ids.get(name[1], "1"), screen.path)
        for method, ability in (("GET", screen.see), ("POST", screen.act)):
            answer = person.client.open(path, method=method, data=form if method == "POST" else None)
            allowed = ability is not None and role in ability.papeis
            refused = answer.status_code == (403 if ability is not None else 404)
            if refused == allowed:
                wrong.append((method, path, answer.status_code))
    assert not wrong


def test_a5_a_refused_access_says_whose_task_it_is(app: Flask) -> None:
    person = Person(app.test_client())
    assert person.login("adao").status_code == 303
    answer = person.get("/selos/novo")
    assert answer.status_code == 403
    assert "Isto cabe a escrevente ou substituto ou tabelião" in answer.get_data(as_text=True)
    page = person.get("/").get_data(as_text=True)
    assert "Balcão" not in page


def test_a5_no_screen_links_a_person_to_what_they_may_not_open(
    someone: tuple[Person, str], ids: dict[str, str]
) -> None:
    person, _role = someone
    pages = ["/", "/impressoes", "/selos", "/tribunal", "/papel", "/assinaturas", "/central", "/conta"]
    pages += [f"/trabalhos/{ids['job_id']}", f"/selos/{ids['codigo']}"]
    linked = {
        target.partition("?")[0].partition("#")[0]
        for page in pages
        for target in re.findall(r'(?:href|hx-get)="(/[^"]*)"', person.get(page).get_data(as_text=True))
    }
    assert len(linked) > 15
    assert [path for path in sorted(linked) if person.get(path).status_code == 403] == []
