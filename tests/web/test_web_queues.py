"""*Ajustes › Filas*: queues added, tried, shifted, numbered, moved and taken away, by the rules of the command line."""

import re
from collections.abc import Iterator
from html import unescape
from pathlib import Path
from typing import Any

import cups
import pytest
from flask import Flask
from web_rig import PASSWORD, Clock, Person, Rig, open_office
from werkzeug.test import TestResponse

from printserver import db, jobs
from printserver.office import people
from printserver.printing import read_password
from printserver.server.app import create_app
from support.cups import KeptQueue, PrivateCups
from support.process import wait_until

NEW = "/ajustes/nova-fila"


@pytest.fixture(scope="module")
def own(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with open_office(tmp_path_factory.mktemp("queues") / "serventia", Clock()) as opened:
        with opened.office.db.write() as conn:
            people.create_person(conn, 1, "adao", "Adão Reis", "administrador", PASSWORD, opened.clock())
        yield opened


@pytest.fixture(scope="module")
def own_app(own: Rig) -> Flask:
    return create_app(own.office)


@pytest.fixture(scope="module")
def admin(own_app: Flask) -> Person:
    person = Person(own_app.test_client())
    assert person.login("adao").status_code == 303
    return person


def said(answer: TestResponse) -> str:
    main = answer.get_data(as_text=True).partition("<main")[2]
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", main)).split())


def row(rig: Rig, nome: str) -> dict[str, Any]:
    with rig.office.db.read() as conn:
        return dict(conn.execute(db.fila.select().where(db.fila.c.nome == nome)).mappings().one())


def last_entry(rig: Rig, nome: str) -> dict[str, Any]:
    with rig.office.db.read() as conn:
        mine = db.log.select().where(db.log.c.objeto == "fila", db.log.c.objeto_id == nome)
        return dict(conn.execute(mine.order_by(db.log.c.n.desc())).mappings().first() or {})


def names(rig: Rig) -> list[str]:
    with rig.office.db.read() as conn:
        return [each.nome for each in conn.execute(db.fila.select().order_by(db.fila.c.nome))]


def add(person: Person, **typed: str) -> TestResponse:
    token = person.hidden("/conta", "/sair")
    return person.client.post(NEW, data={**token, "acao": "acrescentar", **typed})


def act(person: Person, nome: str, acao: str, **typed: str) -> TestResponse:
    return person.client.post(f"/ajustes/filas/{nome}", data={**opened(person, nome), "acao": acao, **typed})


def opened(person: Person, nome: str) -> dict[str, str]:
    """Return what the forms of a queue's page carry when it is opened now."""
    page = person.get(f"/ajustes/filas/{nome}").get_data(as_text=True)
    return {**person.hidden("/conta", "/sair"), "visto": "".join(re.findall(r'name="visto" value="(\w+)"', page)[:1])}


def laser(person: Person, server: PrivateCups, queue: KeptQueue, nome: str) -> TestResponse:
    """Add a queue of a private CUPS."""
    return add(person, nome=nome, tipo="cups", servidor=str(server.socket), fila_cups=queue.name)


def test_a_folder_is_added_with_a_place_of_its_own_and_tried(own: Rig, admin: Person) -> None:
    assert add(admin, nome="balcão", tipo="pasta").status_code == 303
    folder = Path(row(own, "balcão")["destino"])
    assert (folder.is_dir(), folder.parent) == (True, own.office.instance / "saida")
    assert (last_entry(own, "balcão")["quem"], last_entry(own, "balcão")["estado"]) == ("adao", "criada")
    assert act(admin, "balcão", "teste", papel="216x305").status_code == 303
    wait_until(lambda: last_entry(own, "balcão")["estado"] == "provada", "the test page")
    assert len(list(folder.glob("teste-*.pdf"))) == 1
    assert "Gravada na pasta" in said(admin.get("/ajustes/filas/balcão"))
    assert "papel muito" in said(act(admin, "balcão", "teste", papel="muito"))


@pytest.mark.parametrize(
    ("typed", "why"),
    [
        ({"nome": "notas", "tipo": "pasta"}, "já existe uma fila"),
        ({"nome": "", "tipo": "pasta"}, "de 1 a 100 caracteres"),
        ({"nome": "a/b", "tipo": "pasta"}, "não leva barra"),
        ({"nome": "x", "tipo": "pasta", "pasta": "saida"}, "o caminho inteiro"),
        ({"nome": "x", "tipo": "pasta", "pasta": "/nada/disto"}, "não há esta pasta"),
        ({"nome": "x", "tipo": "pasta", "pasta": "{spool}"}, "é do próprio servidor"),
        ({"nome": "x", "tipo": "pasta", "pasta": "{notas}"}, "a fila notas já grava"),
        ({"nome": "x", "tipo": "cups"}, "escolha uma fila do CUPS"),
        ({"nome": "x", "tipo": "cups", "uri": "http://x"}, "comece por ipp://"),
        ({"nome": "x", "tipo": "cups", "fila_cups": "y", "servidor": "/nada/s"}, "não responde"),
        ({"nome": "x", "tipo": "cups", "fila_cups": "y", "servidor": "longe:631", "usuario": "u"}, "marque TLS"),
        ({"nome": "x", "tipo": "outro"}, "escolha uma das opções"),
    ],
)
def test_a7_what_makes_no_queue_is_refused_at_its_field(
    own: Rig, admin: Person, typed: dict[str, str], why: str
) -> None:
    before = names(own)
    places = {"spool": own.office.spool, "notas": row(own, "notas")["destino"]}
    answer = add(admin, **{name: value.format(**places) if name == "pasta" else value for name, value in typed.items()})
    assert answer.status_code == 422
    assert why in said(answer)
    assert names(own) == before


def test_x5_a_queue_of_cups_is_chosen_from_what_it_offers_and_made_fit(
    own: Rig, admin: Person, cups_server: PrivateCups, kept_queue: KeptQueue
) -> None:
    cups_server.lpadmin("-p", kept_queue.name, "-o", "printer-error-policy=retry-job")
    token = admin.hidden("/conta", "/sair")
    offered = admin.client.post(
        NEW, data={**token, "tipo": "cups", "acao": "listar", "servidor": str(cups_server.socket)}
    )
    assert f'value="{kept_queue.name}"' in offered.get_data(as_text=True)
    assert laser(admin, cups_server, kept_queue, "laser").status_code == 303
    attributes = cups.Connection(host=str(cups_server.socket)).getPrinterAttributes(kept_queue.name)
    assert attributes["printer-error-policy"] == "abort-job"
    assert "retry-job → abort-job" in last_entry(own, "laser")["detalhe"]["mudancas"][0]
    assert "Sem página de teste" in said(admin.get("/ajustes/filas"))

    assert act(admin, "laser", "teste", papel="210x297").status_code == 303
    wait_until(lambda: row(own, "laser")["prova"], "the test page")
    assert row(own, "laser")["prova"]["guarda_arquivos"] is False
    assert len(kept_queue.printed()) == 1
    page = said(admin.get("/ajustes/filas/laser"))
    assert "A fila não conta as folhas" in page

    cups_server.lpadmin("-p", kept_queue.name, "-o", "printer-error-policy=retry-job")
    own.office.capabilities.clear()
    assert "Corrigir no CUPS" in said(admin.get("/ajustes/filas/laser"))
    assert act(admin, "laser", "corrigir").status_code == 303
    attributes = cups.Connection(host=str(cups_server.socket)).getPrinterAttributes(kept_queue.name)
    assert attributes["printer-error-policy"] == "abort-job"


def test_x5_a_server_that_keeps_what_it_printed_is_changed_only_when_told_to(own: Rig, admin: Person) -> None:
    with PrivateCups() as server:
        conf = server.base / "etc" / "cupsd.conf"
        text = conf.read_text().replace("PreserveJobFiles No", "PreserveJobFiles Yes")
        server.stop()
        conf.write_text(text)
        server.start()
        queue = server.keeping_queue()
        refused = laser(admin, server, queue, "guarda")
        assert (refused.status_code, "PreserveJobFiles: Yes → No" in said(refused)) == (422, True)
        assert conf.read_text() == text
        typed = {"nome": "guarda", "tipo": "cups", "servidor": str(server.socket), "fila_cups": queue.name}
        assert add(admin, **typed, mudar_servidor="sim").status_code == 303
        assert "PreserveJobFiles No" in conf.read_text()
        assert act(admin, "guarda", "tirar", certeza="sim").status_code == 303


def test_a_password_of_cups_goes_to_no_log_and_no_page(
    own: Rig, admin: Person, cups_server: PrivateCups, kept_queue: KeptQueue
) -> None:
    typed = {"nome": "com senha", "tipo": "cups", "servidor": str(cups_server.socket), "fila_cups": kept_queue.name}
    assert "falta a senha" in said(add(admin, **typed, usuario="root"))
    assert add(admin, **typed, usuario="root", senha="cavalo-bateria").status_code == 303
    assert read_password(own.office.instance, str(cups_server.socket), "root") == "cavalo-bateria"
    assert "cavalo" not in str(last_entry(own, "com senha"))
    assert "cavalo" not in admin.get("/ajustes/filas/com senha").get_data(as_text=True)


def test_p7_a_tray_is_shifted_by_what_the_test_page_shows(
    own: Rig, admin: Person, cups_server: PrivateCups, kept_queue: KeptQueue
) -> None:
    assert laser(admin, cups_server, kept_queue, "desloca").status_code == 303
    assert act(admin, "desloca", "deslocar", bandeja="", x="1,5", y="-0,3").status_code == 303
    assert row(own, "desloca")["deslocamentos"] == {"": [1.5, -0.3]}
    entry = last_entry(own, "desloca")
    assert (entry["estado"], entry["detalhe"]["antes"], entry["detalhe"]["depois"]) == (
        "deslocada",
        [0.0, 0.0],
        [1.5, -0.3],
    )
    for x, why in (("51", "vai até 50 mm"), ("meio", "número de milímetros"), ("", "número de milímetros")):
        answer = act(admin, "desloca", "deslocar", bandeja="", x=x, y="0")
        assert (answer.status_code, why in said(answer)) == (422, True)
    assert "é uma pasta" in said(act(admin, "notas", "deslocar", bandeja="", x="1", y="1"))
    assert row(own, "desloca")["deslocamentos"] == {"": [1.5, -0.3]}


def test_p5_paper_stays_numbered_while_it_is_not_known_what_came_out(own: Rig, admin: Person) -> None:
    assert add(admin, nome="papel", tipo="pasta").status_code == 303
    assert act(admin, "papel", "numerar", numerado="sim").status_code == 303
    assert row(own, "papel")["papel_numerado"]
    unready = act(admin, "papel", "teste", papel="210x297")
    assert (unready.status_code, "ponha papel comum" in said(unready)) == (422, True)
    body = {"tipo": "certidao", "pedido": "papel/1", "corpo": {"formato": "texto", "conteudo": "Certifico."}}
    free = {"isento": True, "motivo_isencao": "justiça gratuita"}
    asked = {"documento": body | free, "escrevente": "maria", "fila": "papel"}
    made = jobs.accept(own.office, own.autor, asked, None).job
    refused = act(admin, "papel", "numerar")
    assert "a caminho desta fila: 1 impressão" in said(refused)
    assert row(own, "papel")["papel_numerado"]
    assert "a caminho desta fila" in said(act(admin, "papel", "tirar", certeza="sim"))
    jobs.cancel(own.office, own.autor, made["id"], {"motivo": "prova", "escrevente": "maria"}, None)
    assert "o papel dela é numerado" in said(act(admin, "papel", "tirar", certeza="sim"))
    assert act(admin, "papel", "numerar").status_code == 303
    assert act(admin, "papel", "tirar", certeza="sim").status_code == 303
    assert "papel" not in names(own)


def test_a_queue_that_something_needs_is_not_taken_away(own: Rig, admin: Person) -> None:
    for nome in ("uma", "outra"):
        assert add(admin, nome=nome, tipo="pasta").status_code == 303
    assert "é a fila padrão" in said(act(admin, "notas", "tirar", certeza="sim"))
    assert act(admin, "uma", "reserva", reserva="outra").status_code == 303
    assert "a reserva de si mesma" in said(act(admin, "uma", "reserva", reserva="uma"))
    assert "é a reserva de: uma" in said(act(admin, "outra", "tirar", certeza="sim"))
    with own.office.db.write() as conn:
        people.create_key(conn, 1, "estação", ["imprimir"], own.clock(), "uma")
    assert "é a fila das chaves: estação" in said(act(admin, "uma", "tirar", certeza="sim"))
    with own.office.db.write() as conn:
        people.revoke_key(conn, 1, "estação", own.clock())
    assert "marque que é isso mesmo" in said(act(admin, "uma", "tirar"))
    assert act(admin, "uma", "tirar", certeza="sim").status_code == 303
    assert act(admin, "uma", "tirar", certeza="sim").status_code == 404  # a second click
    assert act(admin, "outra", "padrao").status_code == 303
    assert (row(own, "outra")["padrao"], row(own, "notas")["padrao"]) == (True, False)
    assert act(admin, "notas", "padrao").status_code == 303
    assert act(admin, "outra", "tirar", certeza="sim").status_code == 303
    assert admin.get("/ajustes/filas/outra").status_code == 404


def test_a_queue_prints_elsewhere_once_nothing_is_in_it(own: Rig, admin: Person, tmp_path: Path) -> None:
    assert add(admin, nome="muda", tipo="pasta").status_code == 303
    assert "não há esta pasta" in said(act(admin, "muda", "mudar", pasta=str(tmp_path / "nada")))
    assert act(admin, "muda", "mudar", pasta=str(tmp_path)).status_code == 303
    assert row(own, "muda")["destino"] == str(tmp_path)
    entry = last_entry(own, "muda")
    assert (entry["estado"], entry["detalhe"]["depois"]) == ("mudada", str(tmp_path))
    assert "use um dos botões" in said(act(admin, "muda", "inventada"))


def test_a7_two_tabs_change_a_queue_once(own: Rig, admin: Person) -> None:
    assert add(admin, nome="abas", tipo="pasta").status_code == 303
    address, tab = "/ajustes/filas/abas", opened(admin, "abas")
    spare = {**tab, "acao": "reserva", "reserva": "notas"}
    assert admin.client.post(address, data=spare).status_code == 303
    kept = last_entry(own, "abas")
    assert kept["detalhe"] == {"antes": None, "depois": "notas"}
    for late in (spare, {**tab, "acao": "numerar", "numerado": "sim"}, {**tab, "acao": "tirar", "certeza": "sim"}):
        answer = admin.client.post(address, data=late)
        assert answer.status_code == 422
        assert "entretanto a fila foi mudada" in said(answer)
    assert last_entry(own, "abas") == kept
    assert (row(own, "abas")["reserva"], row(own, "abas")["papel_numerado"]) == ("notas", False)
    assert act(admin, "abas", "tirar", certeza="sim").status_code == 303
