"""A PIN of one's own (A4) before XA, isento, substituição and late acts; set at *Minha conta*."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import unescape
from itertools import count
from typing import Any, get_args

import pytest
from web_rig import PASSWORD, Person
from werkzeug.test import TestResponse

from printserver import db
from printserver.office.settings import PeopleSettings
from printserver.server.app import create_app
from printserver.web.account import PIN_ACTS
from support import civil_documents as civil
from support.office import FEES, Rig, open_rig

REASON = "conferido no balcão"
PIN, WRONG = "580274", "739105"
ACTS = ["xa", "isento", "substituicao", "fora-do-prazo"]
_numbers = count(1)


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    settings = {"pessoas": {"pin": ACTS}}
    with open_rig(tmp_path_factory.mktemp("pin") / "casa", settings=settings) as opened:
        yield opened


@pytest.fixture
def person(rig: Rig) -> Person:
    """The head of the office, at a screen, without a PIN."""
    with rig.office.db.write() as conn:
        conn.execute(db.pessoa.update().values(pin_hash=None))
    return logged_in(rig)


@pytest.fixture
def tereza(person: Person) -> Person:
    """The head of the office, with a PIN."""
    assert set_pin(person).status_code == 303
    return person


def logged_in(rig: Rig) -> Person:
    person = Person(create_app(rig.office).test_client())
    assert person.login("tereza").status_code == 303
    return person


def set_pin(person: Person, pin: str = PIN, again: str | None = None, password: str = PASSWORD) -> TestResponse:
    return person.send("/conta", "/conta", senha=password, pin_novo=pin, pin_repetido=again or pin)


def text_of(answer: TestResponse) -> str:
    return re.sub(r"\s+", " ", unescape(answer.get_data(as_text=True)))


def at_the_pin(answer: TestResponse) -> str:
    """Return the message beside the field."""
    found = re.search(r'id="erro-pin">([^<]*)<', answer.get_data(as_text=True))
    return "" if found is None else found[1]


# -- Minha conta -------------------------------------------------------------------------------------------------------


def test_a4_a_pin_is_set_with_the_password_and_nobody_sees_it(rig: Rig, person: Person) -> None:
    assert "ainda não criado" in text_of(person.get("/conta"))
    refused = set_pin(person, password="errada demais")
    assert refused.status_code == 422
    assert 'id="erro-senha">não confere' in refused.get_data(as_text=True)
    assert "ainda não criado" in text_of(person.get("/conta"))
    assert set_pin(person).status_code == 303
    assert {set_pin(person, WRONG).status_code for _ in range(2)} == {303}  # a second click changes nothing
    shown, told = text_of(person.get("/conta")), [row for row in rig.rows(db.log) if row["objeto"] == "pessoa"][-4:]
    assert "PIN criado" in shown.replace("</dt><dd>", " ")
    assert [row["estado"] for row in told][-3:] == ["PIN recusado", "PIN criado", "PIN mudado"]
    everything = repr([rig.rows(table) for table in db.metadata.tables.values() if table.name != "fila"])
    assert PIN not in everything
    assert PIN not in text_of(refused)


@pytest.mark.parametrize(
    ("pin", "again", "field"),
    [("580274", "580275", "pin_repetido"), ("58027", None, "pin_novo"), ("123456", None, "pin_novo")],
)
def test_a4_a_pin_that_is_not_right_is_refused_at_its_field(person: Person, pin: str, again: str, field: str) -> None:
    refused = set_pin(person, pin, again)
    assert refused.status_code == 422
    assert f'id="erro-{field}"' in refused.get_data(as_text=True)
    assert "ainda não criado" in text_of(person.get("/conta"))


# -- the forms that ask it --------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Danger:
    """A form that asks the PIN: its page, its address and what a person types who does it right."""

    place: Callable[[Rig], tuple[str, str, dict[str, Any]]]


def _asked(rig: Rig) -> tuple[str, str, dict[str, Any]]:
    name = rig.printed(rig.livro())["documento"]["instrumento"]
    rig.printed(rig.traslado(name))
    job = rig.question(rig.traslado(name))
    typed = {"motivo": REASON, "papel_em_maos": "sim", "resposta": "sim", "selos": job["pergunta"]["selos"][0]}
    return f"/trabalhos/{job['id']}/pergunta", f"/trabalhos/{job['id']}/xa", typed


def _seal(rig: Rig) -> str:
    body = {"ato": "ES", "identificador": f"F-{next(_numbers)}", "emolumentos": FEES, "escrevente": "maria"}
    return str(rig.call("POST", "/selos", body).json["codigo"])


def _excluded(rig: Rig) -> tuple[str, str, dict[str, Any]]:
    path = f"/selos/{_seal(rig)}/excluir"
    return path, path, {"motivo": REASON, "confirmo": "sim"}


def _late(rig: Rig) -> tuple[str, str, dict[str, Any]]:
    path = f"/selos/{_seal(rig)}/excluir"
    rig.clock.forward(hours=100)
    return path, path, {"motivo": REASON, "fora_do_prazo": "sim", "confirmo": "sim"}


def _record(rig: Rig) -> tuple[str, str, dict[str, Any]]:
    n = next(_numbers)
    of = civil.assento(n, de_antes=True)
    job = rig.printed(civil.certidao(n, assento=of, **civil.VALUE))
    path = f"/registro?id={of['id']}"
    typed = {"selos": job["selos"][0]["codigo"], "motivo": REASON, "papel_em_maos": "sim", "confirmo": "sim"}
    return path, path, typed


def _counter(_rig: Rig) -> tuple[str, str, dict[str, Any]]:
    serie = f"{next(_numbers):06}"
    typed = {"papel": f"AU{serie} 0000001", "servico": "", **dict.fromkeys(FEES, ""), "motivo_isencao": "gratuidade"}
    return "/balcao?ato=AU", "/balcao", typed


def _range(_rig: Rig) -> tuple[str, str, dict[str, Any]]:
    serie = f"{next(_numbers):06}"
    typed = {"ato": "AU", "serie": serie, "de": "1", "ate": "2", "motivo_isencao": "gratuidade", "confirmo": "sim"}
    return "/balcao/faixa", "/balcao/faixa", typed


DANGERS = {each.__name__.strip("_"): Danger(each) for each in (_asked, _excluded, _late, _record, _counter, _range)}


def opened(person: Person, page: str, to: str, typed: dict[str, Any]) -> tuple[str, dict[str, Any]]:
    """Return the page with the button that does it, and what that button sends."""
    fields = person.hidden(page, to) | typed
    return person.get(page).get_data(as_text=True), fields


@pytest.mark.parametrize("name", DANGERS)
def test_a4_a_dangerous_form_asks_the_pin_and_does_nothing_without_the_right_one(
    rig: Rig, tereza: Person, name: str
) -> None:
    page, to, typed = DANGERS[name].place(rig)
    person = tereza if name != "late" else logged_in(rig)  # the session of the other is over by then
    before = rig.state()
    shown, fields = opened(person, page, to, typed)
    assert re.search(r'<input id="pin" name="pin" type="password"[^>]*autocomplete="off"', shown), page
    for pin, said in (("", "digite o seu PIN"), (WRONG, "o PIN não confere")):
        refused = person.client.post(to, data=fields | {"pin": pin})
        assert refused.status_code == 422, text_of(refused)
        assert said in at_the_pin(refused)
        kept = "motivo_isencao" if "motivo_isencao" in typed else "motivo"
        assert typed[kept] in text_of(refused)
        assert WRONG not in text_of(refused)
    assert [now - then for now, then in zip(rig.state(), before, strict=True) if now != then] in ([], [1])
    done = person.client.post(to, data=fields | {"pin": PIN})
    assert done.status_code == 303, text_of(done)
    assert WRONG not in repr(rig.rows(db.log))


def test_a4_a_rectification_asks_it_only_where_the_seal_becomes_isento(rig: Rig, tereza: Person) -> None:
    path = f"/selos/{_seal(rig)}/retificar"

    def preview(**typed: str) -> dict[str, str]:
        shown = tereza.client.post(path, data=tereza.hidden(path, path) | {"motivo": REASON} | typed)
        form = next(each for each in re.findall(r"<form.*?</form>", text_of(shown), re.S) if 'name="visto"' in each)
        tags = re.findall(r'<input type="hidden"[^>]*>', form)
        fields = {re.findall(r'name="([^"]*)"', tag)[0]: re.findall(r'value="([^"]*)"', tag)[0] for tag in tags}
        return fields | {"confirmo": "sim"} | ({"pin": ""} if 'name="pin"' in form else {})

    free = preview(**dict.fromkeys(FEES, ""), motivo_isencao="gratuidade")
    assert "pin" in free
    refused = tereza.client.post(path, data=free | {"pin": WRONG})
    assert (refused.status_code, at_the_pin(refused)) == (422, "o PIN não confere: digite de novo")
    assert "Como fica" in text_of(refused)
    paid = preview(tabeliao="56,00")
    assert "pin" not in paid
    assert tereza.client.post(path, data=free | {"pin": PIN}).status_code == 303


def test_a4_what_is_not_isento_at_the_counter_asks_no_pin(rig: Rig, tereza: Person) -> None:
    page, to, typed = _counter(rig)
    paid = typed | {"servico": "certidao-notas", "motivo_isencao": ""}
    assert tereza.client.post(to, data=tereza.hidden(page, to) | paid).status_code == 303


def test_a4_who_has_no_pin_is_told_where_to_set_it_and_goes_on(rig: Rig, person: Person) -> None:
    page, to, typed = _excluded(rig)
    shown, form = opened(person, page, to, typed)
    assert "Você ainda não tem PIN" in shown
    assert 'href="/conta" target="_blank"' in shown
    refused = person.client.post(to, data=form | {"pin": PIN})
    assert refused.status_code == 422
    assert "Minha conta" in at_the_pin(refused)
    assert REASON in text_of(refused)
    set_pin(person)
    assert person.client.post(to, data=form | {"pin": PIN}).status_code == 303


def test_a4_after_five_wrong_ones_the_password_is_asked_and_what_was_typed_is_kept(rig: Rig, tereza: Person) -> None:
    page, to, typed = _excluded(rig)
    elsewhere = Person(tereza.client.application.test_client())
    assert elsewhere.login("tereza").status_code == 303
    _shown, form = opened(tereza, page, to, typed)
    found = [tereza.client.post(to, data=form | {"pin": WRONG}) for _ in range(5)]
    assert [each.status_code for each in found] == [422] * 4 + [401]
    assert "PIN errado muitas vezes" in text_of(found[-1])
    assert elsewhere.get("/").status_code == 303  # of this person every session is over
    assert tereza.get(page).status_code == 303
    draft = re.findall(r'name="guardado" value="([^"]*)"', found[-1].get_data(as_text=True))[0]
    token = re.findall(r'name="csrf_token" value="([^"]*)"', found[-1].get_data(as_text=True))[0]
    entry = {"usuario": "tereza", "senha": PASSWORD, "guardado": draft, "csrf_token": token}
    back = tereza.client.post("/entrar", data=entry)
    again = tereza.get(back.location)
    assert again.status_code == 200
    assert REASON in text_of(again)
    assert WRONG not in text_of(again)
    _shown, form = opened(tereza, page, to, typed)
    assert tereza.client.post(to, data=form | {"pin": PIN}).status_code == 303
    told = [row["detalhe"] for row in rig.rows(db.log) if row["estado"] == "PIN recusado"][-5:]
    assert told == [{"tela": "excluir_selo"}] * 4 + [{"tela": "excluir_selo", "entrada": "encerrada"}]


def test_a4_the_right_pin_makes_the_count_begin_again(rig: Rig, tereza: Person) -> None:
    for _ in range(2):
        page, to, typed = _excluded(rig)
        _shown, form = opened(tereza, page, to, typed)
        assert {tereza.client.post(to, data=form | {"pin": WRONG}).status_code for _ in range(4)} == {422}
        assert tereza.client.post(to, data=form | {"pin": PIN}).status_code == 303


def test_a4_a_second_click_with_the_pin_does_it_once(rig: Rig, tereza: Person) -> None:
    page, to, typed = _excluded(rig)
    _shown, form = opened(tereza, page, to, typed)
    form["pin"] = PIN
    assert tereza.client.post(to, data=form).status_code == 303
    made = rig.state()
    assert tereza.client.post(to, data=form).status_code == 303
    assert rig.state() == made


def test_a4_every_act_that_may_ask_the_pin_has_its_words() -> None:
    (acts,) = get_args(PeopleSettings.model_fields["pin"].annotation)
    assert set(get_args(acts)) == set(PIN_ACTS)
