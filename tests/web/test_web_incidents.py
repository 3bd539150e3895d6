"""*Incidentes* at the screens: said on every page, reported and closed by name, by who may (A1, A5)."""

import re
from collections.abc import Iterator
from html import unescape

import pytest
from web_rig import Person

from printserver import db, incidents
from printserver.office import people
from printserver.server.app import create_app
from support.office import Rig, open_rig

WHAT = "A cópia de 20/11/2026 falhou: o disco está cheio"


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    """An office in which a copy has failed, and a screen for each test."""
    with open_rig(tmp_path_factory.mktemp("incidentes") / "casa") as opened:
        opened.office.instance_name = "incidentes"  # screens keep what they show by it, and copied offices share theirs
        with opened.office.db.write() as conn:
            people.create_person(
                conn, 1, "adao", "Adão Reis", "administrador", "correta cavalo bateria", opened.clock()
            )
            incidents.open_incident(conn, opened.office, "copia-falhou", WHAT, opened.clock())
        yield opened


def person(rig: Rig, usuario: str) -> Person:
    found = Person(create_app(rig.office).test_client())
    assert found.login(usuario).status_code == 303
    return found


def text(someone: Person, path: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", someone.get(path).get_data(as_text=True))).split())


def test_an_open_incident_is_said_on_every_page_and_asks_only_who_may_close_it(rig: Rig) -> None:
    maria, tereza = person(rig, "maria"), person(rig, "tereza")
    said = "Incidente 1 : Cópia que falhou."
    for path in ("/", "/impressoes", "/tribunal", "/ajuda"):
        assert said.replace(" :", ":") + " Avise o tabelião." in text(maria, path)
        assert said in text(tereza, path)
    assert 'href="/ajustes/incidentes/1"' not in maria.get("/").get_data(as_text=True)
    assert f"Cópia que falhou: {WHAT}" in text(tereza, "/")
    assert WHAT not in text(maria, "/")
    assert maria.get("/ajustes/incidentes").status_code == 403
    assert maria.client.post("/ajustes/incidentes/1", data={"causa": "x"}).status_code in (400, 403)


def test_the_three_clocks_and_what_to_do_are_on_its_page(rig: Rig) -> None:
    shown = text(person(rig, "adao"), "/ajustes/incidentes/1")
    for each in (WHAT, "Conserte e faça uma cópia agora", "72 horas (meta: 24)", "3 dias úteis", "48 horas úteis"):
        assert each in shown
    # NOW is Friday 20 November, a holiday: the hours and days of work begin on Monday
    assert "23/11/2026 às 14:30" in shown
    assert "25/11/2026 às 00:00" in shown
    assert "25/11/2026 às 23:59" in shown
    assert "Feriados do município" in shown
    assert "Confira os artigos com o texto vigente" in shown
    assert person(rig, "adao").get("/ajustes/incidentes/99").status_code == 404


def test_a1_it_is_reported_and_closed_by_name_with_its_cause_and_stays_as_it_is(rig: Rig) -> None:
    deputy, page = person(rig, "rui"), "/ajustes/incidentes/1"
    to = f"{page}/comunicacao"
    blank = deputy.send(page, to, prazo="corregedoria", feita="sim", texto=" ")
    assert (blank.status_code, "preencha este campo" in blank.get_data(as_text=True)) == (422, True)
    for wrong in ({"prazo": "vizinho", "feita": "sim"}, {"prazo": "anpd", "feita": "talvez"}):
        assert deputy.send(page, to, texto="x", **wrong).status_code == 422
    assert deputy.send(page, to, prazo="corregedoria", feita="sim", texto="protocolo 77").status_code == 303
    assert deputy.send(page, to, prazo="anpd", feita="nao", texto="sem dados pessoais").status_code == 303
    assert deputy.send(page, to, prazo="anpd", feita="sim", texto="outra vez").status_code == 409
    shown = text(deputy, page)
    assert re.search(r"Comunicado .*, por Rui.*: protocolo 77", shown)
    assert re.search(r"Não se comunica .*: sem dados pessoais", shown)
    assert deputy.send(page, page, causa="").status_code == 422
    assert deputy.send(page, page, causa="disco cheio; trocado por um maior").status_code == 303
    shown = text(deputy, page)
    assert re.search(r"Fechado .*, por Rui", shown)
    assert "Causa: disco cheio; trocado por um maior" in shown
    assert "fechado sem nota" in shown
    assert "Fechar o incidente" not in shown
    assert "Incidente 1" not in text(person(rig, "maria"), "/")
    entries = rig.rows(db.log, db.log.c.objeto == "incidente")
    assert [(row["estado"], row["quem"]) for row in entries] == [
        ("aberto", None),
        *(("comunicação", "rui"), ("comunicação", "rui"), ("fechado", "rui")),
    ]
    log = text(deputy, "/auditoria?objeto=incidente")
    for each in ("Abriu-se o incidente nº 1", "Anotou uma comunicação do incidente nº 1", "Fechou o incidente nº 1"):
        assert each in log
    assert "fechado sem nota de comunicação a: Titulares, ANPD, juiz corregedor e CGJ" in log
