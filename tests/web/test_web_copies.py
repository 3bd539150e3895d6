"""Made at a screen from a print: the document that replaces it (X8), and a copy by court order (N11)."""

import re
from collections.abc import Iterator
from html import unescape
from typing import Any

import pytest
from web_cases import messages
from web_rig import Person, sure
from werkzeug.test import TestResponse

from printserver.server.app import create_app
from support.office import FEES, Rig, open_rig, pages, text

REASON = "nome da parte com erro"
ORDER = "1000123-45.2026.8.26.0100"


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with open_rig(tmp_path_factory.mktemp("copias") / "casa") as opened:
        yield opened


@pytest.fixture
def tereza(rig: Rig) -> Person:
    return entered(rig, "tereza")


def entered(rig: Rig, usuario: str) -> Person:
    person = Person(create_app(rig.office).test_client())
    assert person.login(usuario).status_code == 303
    return person


def shown(answer: TestResponse) -> str:
    plain = re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True))
    return re.sub(r"\s+", " ", unescape(plain))


def replace(person: Person, job: dict[str, Any], **typed: str) -> TestResponse:
    """Show what would replace the print."""
    path = f"/trabalhos/{job['id']}/substituir"
    return person.send(path, path, **{"motivo": REASON, "saiu": "sim"} | typed)


def made(rig: Rig, answer: TestResponse) -> dict[str, Any]:
    """Return the job that the screen leads to, printed."""
    assert answer.status_code == 303, messages(answer)
    rig.engine.run_once()
    return rig.job(str(answer.location).rpartition("/")[2])


def code(job: dict[str, Any]) -> str:
    return str(job["selos"][0]["codigo"])


# -- X8 ---------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["certidao", "traslado"])
def test_x8_a_delivered_document_is_replaced_as_over_the_api(rig: Rig, tereza: Person, kind: str) -> None:
    if kind == "certidao":
        first = rig.printed({key: value for key, value in rig.certidao(emolumentos=FEES).items() if "isen" not in key})
    else:
        first = rig.printed(rig.traslado(rig.printed(rig.livro())["documento"]["instrumento"]))
    assert f'href="/trabalhos/{first["id"]}/substituir"' in tereza.get(f"/trabalhos/{first['id']}").text
    before = rig.state()
    preview = replace(tereza, first)
    assert rig.state() == before  # shown, not made
    assert "Como está Como fica" in shown(preview)
    assert "R$ 0,00, isento" in shown(preview)
    new = made(rig, sure(tereza, preview))
    same = ("tipo", "numero", "pedido", "via", "instrumento")
    assert [new["documento"][name] for name in same] == [first["documento"][name] for name in same]
    assert (new["estado"], new["substitui"], new["selos"][0]["isento"]) == ("impresso", code(first), True)
    old = rig.selo(code(first))
    assert (old["vivo"], old["retificado_por"]) == (True, None)
    assert rig.job(first["id"])["substituido_por"] == new["id"]
    assert REASON in str(rig.job(first["id"])["historico"])
    assert "SAIBAM quantos" in text(rig.pdf(new["id"]))
    assert pages(rig.pdf(new["id"])) == first["paginas"]
    again = tereza.get(f"/trabalhos/{first['id']}/substituir")
    assert (again.status_code, str(again.location)) == (303, f"/trabalhos/{new['id']}")


def test_x8_needs_a_reason_and_the_word_that_the_paper_is_out(rig: Rig, tereza: Person) -> None:
    first = rig.printed(rig.certidao())
    for typed, field in (({"motivo": ""}, "motivo"), ({"saiu": ""}, "saiu")):
        refused = replace(tereza, first, **typed)
        assert refused.status_code == 422
        assert f'id="erro-{field}"' in refused.get_data(as_text=True)
    rig.clock.forward(hours=100)
    later = entered(rig, "tereza")
    assert 'name="saiu"' not in later.get(f"/trabalhos/{first['id']}/substituir").get_data(as_text=True)
    assert made(rig, sure(later, replace(later, first, saiu="")))["substitui"] == code(first)


def test_x8_says_who_may_and_why_not(rig: Rig, tereza: Person) -> None:
    first, livro = rig.printed(rig.certidao()), rig.printed(rig.livro())
    path = f"/trabalhos/{first['id']}/substituir"
    maria = entered(rig, "maria")
    assert "Somente o tabelião ou o substituto" in shown(maria.get(path))
    before = rig.state()
    sent = tereza.hidden(path, path) | maria.hidden("/", "/sair") | {"motivo": REASON, "saiu": "sim"}
    assert maria.client.post(path, data=sent).status_code == 403
    assert rig.state() == before
    assert "não sai do cartório" in shown(tereza.get(f"/trabalhos/{livro['id']}/substituir"))


# -- N11 --------------------------------------------------------------------------------------------------------------


def copy(person: Person, livro: dict[str, Any], **typed: str) -> TestResponse:
    path = f"/trabalhos/{livro['id']}/copia-judicial"
    return person.send(path, path, **{"ordem_judicial": ORDER, "tipo": "traslado"} | typed)


def test_n11_a_copy_by_court_order_of_an_act_whose_signatures_are_incomplete(rig: Rig, tereza: Person) -> None:
    livro = rig.printed(rig.livro(assinaturas="pendentes"))
    assert f'href="/trabalhos/{livro["id"]}/copia-judicial"' in tereza.get(f"/trabalhos/{livro['id']}").text
    before = rig.state()
    preview = copy(tereza, livro)
    assert rig.state() == before
    assert ORDER in shown(preview)
    first = made(rig, sure(tereza, preview))
    assert (first["estado"], first["documento"]["numero"]) == ("impresso", 1)
    assert ORDER in str(first["historico"])
    assert first["selos"][0]["isento"]  # traslado 1 has no value of its own
    typed = {"tipo": "certidao", "pedido": "2026/77", "servico": "certidao-notas"}
    certidao = made(rig, sure(tereza, copy(tereza, livro, **typed)))
    assert certidao["documento"]["tipo"] == "certidao"
    assert ORDER in str(certidao["historico"])
    assert not certidao["selos"][0]["isento"]
    again = copy(tereza, livro, **typed)
    assert again.status_code == 422
    assert "já foi impresso" in messages(again)


def test_n11_needs_the_order_and_signatures_that_are_awaited(rig: Rig, tereza: Person) -> None:
    livro, signed = rig.printed(rig.livro(assinaturas="pendentes")), rig.printed(rig.livro())
    before = rig.state()
    refused = copy(tereza, livro, ordem_judicial="")
    assert (refused.status_code, 'id="erro-ordem_judicial"' in refused.get_data(as_text=True)) == (422, True)
    assert "Não faltam assinaturas" in shown(tereza.get(f"/trabalhos/{signed['id']}/copia-judicial"))
    assert rig.state() == before
