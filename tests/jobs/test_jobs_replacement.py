"""Substituição (X8): the paper has left the office; a new document, a new seal, and the first seal stays as it is."""

from typing import Any

import pytest

from printserver import db
from support.office import FEES, House

REPLACEMENT = {"motivo": "nome da parte com erro"}


def seal(job: dict[str, Any]) -> str:
    return str(job["selos"][0]["codigo"])


@pytest.fixture
def first(house: House) -> dict[str, Any]:
    """A certidão that was printed."""
    return house.printed(house.certidao(pedido="2026/77", via=1))


def replacement(of: dict[str, Any], **more: Any) -> dict[str, Any]:
    document = {"tipo": "certidao", "pedido": "2026/77", "via": 1, "corpo": {"formato": "texto", "conteudo": "Certo."}}
    return document | {"substitui": seal(of), **REPLACEMENT, **more}


@pytest.mark.parametrize("via", [1, 2])
def test_x8_a_new_document_with_a_new_seal_of_today_that_is_isento(
    house: House, first: dict[str, Any], via: int
) -> None:
    house.clock.forward(days=10)
    new = house.printed(replacement(first, via=via), escrevente="tereza")
    assert (new["estado"], new["substitui"], new["selos"][0]["isento"]) == ("impresso", seal(first), True)
    assert house.selo(seal(new))["momento"] == "2026-11-30T14:30:00-03:00"
    assert seal(first) in house.selo(seal(new))["motivo_isencao"]
    old = house.selo(seal(first))
    assert (old["vivo"], old["retificado_por"], old["cadeia"]) == (True, None, [seal(first)])
    old_job = house.job(first["id"])
    assert old_job["substituido_por"] == new["id"]
    assert REPLACEMENT["motivo"] in str(old_job["historico"])


@pytest.mark.parametrize("who", ["maria", "admin"])
def test_x8_only_by_tabeliao_or_substituto(house: House, first: dict[str, Any], who: str) -> None:
    before = house.state()
    found = house.post(replacement(first), escrevente=who)
    assert (found.status, found.word) == (403, "sem-permissao")
    assert house.state() == before


def test_x8_needs_a_reason_and_charges_nothing(house: House, first: dict[str, Any]) -> None:
    before = house.state()
    for more in ({"motivo": None}, {"emolumentos": FEES}):
        assert house.post(replacement(first, **more), escrevente="rui").word == "entrada-invalida"
    assert house.state() == before


def test_x8_the_seal_replaced_is_a_live_one_of_the_same_document(house: House, first: dict[str, Any]) -> None:
    name = house.printed(house.livro())["documento"]["instrumento"]
    copy = house.printed(house.traslado(name))
    before = house.state()
    for named in (copy, {"selos": [{"codigo": "1234561CE0000000099999261"}]}):
        assert house.post(replacement(named), escrevente="rui").word == "entrada-invalida"
    assert house.post(replacement(first, pedido="2026/78"), escrevente="rui").word == "entrada-invalida"
    assert house.state() == before


def test_x8_the_new_print_is_now_the_one_that_is_not_printed_again(house: House, first: dict[str, Any]) -> None:
    new = house.printed(replacement(first), escrevente="rui")
    held = house.question(house.certidao(pedido="2026/77"))
    assert held["pergunta"]["selos"] == [seal(new)]
    held = house.question(replacement(first), escrevente="rui")
    assert held["pergunta"]["selos"] == [seal(new)]
    assert len([row for row in house.rows(db.job) if row["viva"]]) == 1


def test_x8_the_replaced_print_is_never_sent_to_paper_again(house: House, first: dict[str, Any]) -> None:
    house.printed(replacement(first, via=2), escrevente="rui")
    said = {"paginas": [{"pagina": 1, "estado": "inutilizada"}], "imprimir": "1"}
    assert house.act(first["id"], "folhas", **said).word == "estado-nao-permite"
    assert house.engine.run_once() == 0


def test_x8_not_while_the_print_is_on_its_way(house: House) -> None:
    first = house.taken(house.certidao(pedido="2026/77"))
    assert house.post(replacement(first), escrevente="rui").word == "impressao-em-andamento"


def test_x8_a_print_is_replaced_once(house: House, first: dict[str, Any]) -> None:
    house.printed(replacement(first, via=2), escrevente="rui")
    before = house.state()
    found = house.post(replacement(first, via=3), escrevente="rui")
    assert (found.status, found.word) == (422, "entrada-invalida")
    assert house.state() == before


def test_x8_a_traslado_1_keeps_the_qr_of_the_principal(house: House) -> None:
    livro = house.printed(house.livro())
    copy = house.printed(house.traslado(livro["documento"]["instrumento"]))
    document = house.traslado(livro["documento"]["instrumento"], substitui=seal(copy), **REPLACEMENT)
    new = house.printed(document, escrevente="rui")
    assert new["qr"]["selo"] == seal(livro)
    assert seal(new) != seal(copy)


def test_x8_without_its_replacement_the_first_print_is_again_what_is_not_printed_twice(
    house: House, first: dict[str, Any]
) -> None:
    new = house.printed(replacement(first), escrevente="rui")
    house.act(new["id"], "excluir", papel_em_maos=True)
    assert house.job(first["id"])["substituido_por"] is None
    assert house.question(house.certidao(pedido="2026/77"))["pergunta"]["selos"] == [seal(first)]
    assert house.printed(replacement(first, via=2), escrevente="rui")["substitui"] == seal(first)


def test_x8_a_replacement_that_did_not_leave_the_office_is_excluded_and_printed_again(
    house: House, first: dict[str, Any]
) -> None:
    new = house.printed(replacement(first), escrevente="rui")
    held = house.question(replacement(first), escrevente="rui")
    assert house.yes(held["id"], escrevente="rui").status == 200
    assert (house.selo(seal(new))["vivo"], house.selo(seal(first))["vivo"]) == (False, True)
    assert house.job(first["id"])["substituido_por"] == held["id"]
