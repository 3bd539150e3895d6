"""The screen of numbered paper (P5): a lot is received, a stopped queue goes on, a mistake is shown in its form."""

import html
from collections.abc import Iterator

import pytest
from web_rig import Person, Rig

from printserver import db, jobs
from support.cups import KeptQueue, PrivateCups
from support.process import wait_until

HERE = "/papel"


@pytest.fixture
def numbered(rig: Rig, cups_server: PrivateCups, kept_queue: KeptQueue) -> Iterator[str]:
    """A queue with numbered paper that counts nothing, so that it stops after each print."""
    row = {"tipo": "cups", "destino": kept_queue.name, "servidor": str(cups_server.socket), "papel_numerado": True}
    with rig.office.db.write() as conn:
        conn.execute(db.fila.insert().values(serventia_id=1, nome="segurança", criada_em=rig.clock(), **row))
    yield "segurança"
    with rig.office.db.write() as conn:
        conn.execute(db.fila.delete().where(db.fila.c.nome == "segurança"))
        conn.execute(db.papel_lote.delete())


def shown(person: Person) -> str:
    return html.unescape(person.get(HERE).get_data(as_text=True))


def told(person: Person, acao: str, **fields: str) -> tuple[int, str]:
    answer = person.send(HERE, HERE, fila="segurança", acao=acao, **fields)
    return answer.status_code, html.unescape(answer.get_data(as_text=True))


def test_p5_paper_is_received_and_a_stopped_queue_goes_on_at_the_screen(maria: Person, rig: Rig, numbered: str) -> None:
    assert told(maria, "receber", de="W0001", ate="W0020")[0] == 303
    assert told(maria, "seguir", proximo="W0001")[0] == 303
    page = shown(maria)
    assert '<td data-nome="Do número">W0001</td>' in page
    assert "Maria Souza" in page

    sent = {"documento": {"tipo": "livro", "instrumento": rig.instrumento()}, "escrevente": "maria", "fila": numbered}
    job_id = jobs.accept(rig.office, rig.autor, sent, None).job["id"]

    def over() -> bool:
        rig.engine.run_once()
        return bool(rig.job(job_id)["encerrado"])

    wait_until(over, "the print")
    stopped = shown(maria)
    assert f"/trabalhos/{job_id}/folhas" in stopped
    assert "tomou W0001." in stopped
    assert "parou depois do trabalho" in html.unescape(maria.get("/vivo/filas").get_data(as_text=True))

    # W0003 lies on top: nothing is known of W0002, and what was typed stays in the form.
    status, page = told(maria, "seguir", proximo="W0003")
    assert (status, "falta dizer o que houve com W0002" in page, 'value="W0003"' in page) == (422, True, True)
    status, page = told(maria, "seguir", proximo="W0003", inutilizados="W0002, folha")
    assert (status, "termina em algarismos" in page, 'value="W0002, folha"' in page) == (422, True, True)
    assert told(maria, "seguir", proximo="W0003", inutilizados="W0002")[0] == 303
    (queue,) = jobs.paper_group(rig.office)
    assert (queue["papel_proximo"], queue["espera_por"]) == ("W0003", None)
    assert queue["papel"] == {"recebidos": 20, "usados": 1, "inutilizados": 1, "estoque": 18}


def test_p5_a_lot_that_was_received_before_is_refused_in_its_form(maria: Person, rig: Rig, numbered: str) -> None:
    assert told(maria, "receber", de="V0001", ate="V0005")[0] == 303
    status, page = told(maria, "receber", de="V0004", ate="V0010")
    assert (status, "já foram recebidos antes" in page, 'value="V0010"' in page) == (422, True, True)
    status, page = told(maria, "receber", de="V0009", ate="V0006")
    assert (status, "não menor que o primeiro" in page) == (422, True)


def test_an_office_without_numbered_paper_is_told_how_to_have_it(maria: Person, stranger: Person) -> None:
    assert "Nenhuma fila tem papel numerado" in shown(maria)
