"""Substituição (X8): the paper has left the office; a new document, a new seal, and the first seal stays as it is."""

from typing import Any

import pytest

from printserver import db
from support.office import FEES, Rig

REPLACEMENT = {"motivo": "nome da parte com erro"}


def seal(job: dict[str, Any]) -> str:
    return str(job["selos"][0]["codigo"])


@pytest.fixture
def first(rig: Rig) -> dict[str, Any]:
    """A certidão that was printed."""
    return rig.printed(rig.certidao(pedido="2026/77", via=1))


def replacement(of: dict[str, Any], **more: Any) -> dict[str, Any]:
    document = {"tipo": "certidao", "pedido": "2026/77", "via": 1, "corpo": {"formato": "texto", "conteudo": "Certo."}}
    return document | {"substitui": seal(of), **REPLACEMENT, **more}


@pytest.mark.parametrize("via", [1, 2])
def test_x8_a_new_document_with_a_new_seal_of_today_that_is_isento(rig: Rig, first: dict[str, Any], via: int) -> None:
    rig.clock.forward(days=10)
    new = rig.printed(replacement(first, via=via), escrevente="tereza")
    assert (new["estado"], new["substitui"], new["selos"][0]["isento"]) == ("impresso", seal(first), True)
    assert rig.selo(seal(new))["momento"] == "2026-11-30T14:30:00-03:00"
    assert seal(first) in rig.selo(seal(new))["motivo_isencao"]
    old = rig.selo(seal(first))
    assert (old["vivo"], old["retificado_por"], old["cadeia"]) == (True, None, [seal(first)])
    old_job = rig.job(first["id"])
    assert old_job["substituido_por"] == new["id"]
    assert REPLACEMENT["motivo"] in str(old_job["historico"])


@pytest.mark.parametrize("who", ["maria", "admin"])
def test_x8_only_by_tabeliao_or_substituto(rig: Rig, first: dict[str, Any], who: str) -> None:
    before = rig.state()
    found = rig.post(replacement(first), escrevente=who)
    assert (found.status, found.word) == (403, "sem-permissao")
    assert rig.state() == before


def test_x8_needs_a_reason_and_charges_nothing(rig: Rig, first: dict[str, Any]) -> None:
    before = rig.state()
    for more in ({"motivo": None}, {"emolumentos": FEES}):
        assert rig.post(replacement(first, **more), escrevente="rui").word == "entrada-invalida"
    assert rig.state() == before


def test_x8_the_seal_replaced_is_a_live_one_of_the_same_document(rig: Rig, first: dict[str, Any]) -> None:
    name = rig.printed(rig.livro())["documento"]["instrumento"]
    copy = rig.printed(rig.traslado(name))
    before = rig.state()
    for named in (copy, {"selos": [{"codigo": "1234561CE0000000099999261"}]}):
        assert rig.post(replacement(named), escrevente="rui").word == "entrada-invalida"
    assert rig.post(replacement(first, pedido="2026/78"), escrevente="rui").word == "entrada-invalida"
    assert rig.state() == before


def test_x8_the_new_print_is_now_the_one_that_is_not_printed_again(rig: Rig, first: dict[str, Any]) -> None:
    new = rig.printed(replacement(first), escrevente="rui")
    held = rig.question(rig.certidao(pedido="2026/77"))
    assert held["pergunta"]["selos"] == [seal(new)]
    held = rig.question(replacement(first), escrevente="rui")
    assert held["pergunta"]["selos"] == [seal(new)]
    assert len([row for row in rig.rows(db.job) if row["viva"]]) == 1


def test_x8_the_replaced_print_is_never_sent_to_paper_again(rig: Rig, first: dict[str, Any]) -> None:
    rig.printed(replacement(first, via=2), escrevente="rui")
    said = {"paginas": [{"pagina": 1, "estado": "inutilizada"}], "imprimir": "1"}
    assert rig.act(first["id"], "folhas", **said).word == "estado-nao-permite"
    assert rig.engine.run_once() == 0


def test_x8_not_while_the_print_is_on_its_way(rig: Rig) -> None:
    first = rig.taken(rig.certidao(pedido="2026/77"))
    assert rig.post(replacement(first), escrevente="rui").word == "impressao-em-andamento"


def test_x8_a_print_is_replaced_once(rig: Rig, first: dict[str, Any]) -> None:
    rig.printed(replacement(first, via=2), escrevente="rui")
    before = rig.state()
    found = rig.post(replacement(first, via=3), escrevente="rui")
    assert (found.status, found.word) == (422, "entrada-invalida")
    assert rig.state() == before


def test_x8_a_traslado_1_keeps_the_qr_of_the_principal(rig: Rig) -> None:
    livro = rig.printed(rig.livro())
    copy = rig.printed(rig.traslado(livro["documento"]["instrumento"]))
    document = rig.traslado(livro["documento"]["instrumento"], substitui=seal(copy), **REPLACEMENT)
    new = rig.printed(document, escrevente="rui")
    assert new["qr"]["selo"] == seal(livro)
    assert seal(new) != seal(copy)


def test_x8_without_its_replacement_the_first_print_is_again_what_is_not_printed_twice(
    rig: Rig, first: dict[str, Any]
) -> None:
    new = rig.printed(replacement(first), escrevente="rui")
    rig.act(new["id"], "excluir", papel_em_maos=True)
    assert rig.job(first["id"])["substituido_por"] is None
    assert rig.question(rig.certidao(pedido="2026/77"))["pergunta"]["selos"] == [seal(first)]
    assert rig.printed(replacement(first, via=2), escrevente="rui")["substitui"] == seal(first)


def test_x8_a_replacement_that_did_not_leave_the_office_is_excluded_and_printed_again(
    rig: Rig, first: dict[str, Any]
) -> None:
    new = rig.printed(replacement(first), escrevente="rui")
    held = rig.question(replacement(first), escrevente="rui")
    assert rig.yes(held["id"], escrevente="rui").status == 200
    assert (rig.selo(seal(new))["vivo"], rig.selo(seal(first))["vivo"]) == (False, True)
    assert rig.job(first["id"])["substituido_por"] == held["id"]
