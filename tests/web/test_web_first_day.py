"""An empty office is led to its first print: each step is done when the office shows it (A5, S6, S9, P5, T1)."""

import re
from collections.abc import Iterator
from html import unescape

import pytest
import sqlalchemy as sa
from web_rig import Clock, Person, Rig, open_office

from printserver import db
from printserver.office.settings import SETTINGS_FILE
from printserver.server.app import create_app


@pytest.fixture(scope="module")
def real(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    settings = "\n[pessoas]\nsegundo_fator = []\n"
    with open_office(tmp_path_factory.mktemp("first") / "serventia", Clock(), settings, cns="123456") as opened:
        yield opened


def enter(rig: Rig, usuario: str) -> Person:
    person = Person(create_app(rig.office).test_client())
    assert person.login(usuario).status_code == 303
    return person


def text(person: Person, path: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", person.get(path).get_data(as_text=True))).split())


def done(person: Person) -> dict[str, bool]:
    """Return the steps by name, and whether each is done."""
    html = person.get("/primeiro-dia").get_data(as_text=True)
    found = re.findall(r'<h2>([^<]+) <span class="sinal (feito|espera)">', html)
    return {unescape(name): state == "feito" for name, state in found}


def test_a_new_office_says_what_is_missing_to_those_who_can_do_it(real: Rig) -> None:
    head, clerk = enter(real, "tereza"), enter(real, "maria")
    assert re.search(r"Primeiro dia \d passos faltam", text(head, "/"))
    assert "Primeiro dia" not in text(clerk, "/")
    steps = done(head)
    assert steps == {name: name == "Pessoas" for name in steps}
    assert len(steps) == 8
    html = head.get("/primeiro-dia").get_data(as_text=True)
    for path in re.findall(r'class="botao[^"]*" href="([^"#]+)', html):
        assert head.get(path).status_code == 200, path


def test_s5_s9_a_test_certificate_and_missing_values_are_said_on_every_screen(real: Rig) -> None:
    for usuario in ("tereza", "maria"):
        person = enter(real, usuario)
        for path in ("/", "/selos", "/papel", "/conta"):
            page = text(person, path)
            assert "o certificado é de teste" in page, path
            assert "nenhum serviço tem valores" in page, path


def test_a_step_is_done_when_the_office_shows_it(real: Rig) -> None:
    head = enter(real, "tereza")
    path = real.office.instance / SETTINGS_FILE
    path.write_text(
        re.sub(r'nome = "[^"]*"', 'nome = "1º Tabelião"\noficial = "Tereza Lima"', path.read_text(), count=1)
    )
    real.office.files.look(at_once=True)
    with real.office.db.write() as conn:
        row = {"nome": "hp", "tipo": "cups", "destino": "hp", "criada_em": real.clock(), "serventia_id": 1}
        conn.execute(sa.insert(db.fila).values(row))
    steps = done(head)
    assert steps["Nome da serventia e de quem responde por ela"]
    assert steps["Fila de impressão"]
    assert not steps["Certificado da serventia"]


def test_a_demonstration_has_no_first_day(maria: Person) -> None:
    assert "Primeiro dia" not in text(maria, "/")
