"""Every form of the screens sent twice, from two tabs, and after its session ended: nothing twice or lost (A7)."""

import re
from collections.abc import Iterator
from html import unescape

import pytest
import sqlalchemy as sa
from web_cases import (
    CASES,
    FURTHER_CASES,
    Case,
    Field,
    Forms,
    case_id,
    filled,
    form_of,
    head_of_office,
    messages,
    open_forms_rig,
)
from web_rig import PASSWORD, Person
from werkzeug.test import TestResponse

from printserver import db
from support.office import Rig

EVERY_CASE = (*CASES, *FURTHER_CASES)
TWO_STEPS = {
    *("web.retificar", "web.selo_novo", "web.vinculos", "web.carta_de_sentenca"),
    *("web.substituir", "web.copia_judicial", "web.assinar"),
}
# Not typed by a person, or typed anew each time.
PAGES_OWN = {"csrf_token", "chave", "confirmo", "visto", "resposta", "aguardam", "conferi"}


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with open_forms_rig(tmp_path_factory.mktemp("duas"), {"pessoas": {"sessao_ociosa_minutos": 1}}) as opened:
        yield opened


@pytest.fixture(scope="module")
def tereza(rig: Rig) -> Person:
    return head_of_office(rig)


def press(person: Person, to: str, data: dict[str, str]) -> tuple[TestResponse, dict[str, str]]:
    """Send a form; confirm what is shown before it is done. Return the last answer and the fields that it answers."""
    answer = person.client.post(to, data=data)
    shown = confirmation(answer)
    return (answer, data) if shown is None else (person.client.post(to, data=shown), shown)


def confirmation(answer: TestResponse) -> dict[str, str] | None:
    """Return the form that confirms what is shown, if the answer is such a page."""
    if answer.status_code != 200:
        return None
    for _, fields in Forms(answer.get_data(as_text=True)).found:
        if "visto" in fields and fields["visto"].kind == "hidden" and fields["visto"].value:
            return {name: each.value for name, each in fields.items()} | {"confirmo": "sim"}
    return None


def opened(person: Person, case: Case, page: str, to: str) -> dict[str, str]:
    return {name: value for name, value in filled(case, form_of(person, page, to, case.holds)).items() if value}


def done(rig: Rig) -> tuple[object, ...]:
    """Return what is on record, but for entries and refused accesses."""
    with rig.office.db.read() as conn:
        acts = sa.select(sa.func.count()).where(db.log.c.objeto.not_in(("pessoa", "acesso")))
        counts = [conn.execute(acts).scalar_one()]
        tables = (db.selo, db.job, db.outbox, db.pergunta, db.folha_lado, db.papel, db.ato_balcao)
        return (*counts, *(conn.execute(sa.select(sa.func.count()).select_from(each)).scalar_one() for each in tables))


@pytest.mark.parametrize("case", EVERY_CASE, ids=case_id)
def test_a7_a_second_click_back_and_a_second_tab_do_nothing_more(rig: Rig, tereza: Person, case: Case) -> None:
    page, to = case.place(rig)
    first, tab = (opened(tereza, case, page, to) for _ in range(2))
    tab = {name: value if name in PAGES_OWN else first.get(name, value) for name, value in tab.items()}
    before = done(rig)
    answer, last = press(tereza, to, first)
    assert answer.status_code == 303, messages(answer)
    made = done(rig)
    assert made != before
    for sent in (last, first, tab):  # a second click; back to the first page of two, and on from there; the other tab
        answer, _ = press(tereza, to, sent)
        assert answer.status_code in (200, 303, 409, 422)
        assert done(rig) == made, sent
        if answer.status_code in (409, 422):
            assert messages(answer) or "Nada foi feito agora" in answer.get_data(as_text=True)


@pytest.mark.parametrize("case", EVERY_CASE, ids=case_id)
def test_a7_a_form_whose_session_ended_comes_back_as_it_was_typed(rig: Rig, tereza: Person, case: Case) -> None:
    page, to = case.place(rig)
    sent = opened(tereza, case, page, to)
    whole = expires(rig, tereza, case, to, sent)
    if case.endpoint in TWO_STEPS:
        shown = confirmation(tereza.client.post(to, data=whole))
        assert shown is not None
        whole = expires(rig, tereza, case, to, shown)
    before = done(rig)
    answer, _ = press(tereza, to, whole)
    assert answer.status_code == 303, messages(answer)
    assert done(rig) != before


def expires(rig: Rig, person: Person, case: Case, to: str, sent: dict[str, str]) -> dict[str, str]:
    """Send a form after its session ended, log in, and return the form that is there again, as it may be sent."""
    before = done(rig)
    rig.clock.forward(seconds=61)
    expired = person.client.post(to, data=sent)
    assert expired.status_code == 401
    assert "O que você digitou está guardado" in unescape(expired.get_data(as_text=True))
    back = person.get(entered(person, expired))
    assert back.status_code == 200, messages(back)
    assert re.search("O que você digitou está aqui|a página tinha expirado", unescape(back.get_data(as_text=True)))
    assert done(rig) == before
    fields = restored(back, to, case, sent)
    assert lost(fields, sent) == {}
    pressed = {name: value for name, value in case.typed().items() if name in PAGES_OWN}
    return {name: each.value for name, each in fields.items() if each.value} | pressed


def lost(fields: dict[str, Field], sent: dict[str, str]) -> dict[str, str]:
    """Return what was typed and does not stand in the fields."""
    typed = {name: value for name, value in sent.items() if name not in PAGES_OWN}
    return {name: text for name, text in typed.items() if name not in fields or fields[name].value.strip() != text}


def entered(person: Person, expired: TestResponse) -> str:
    """Log in at the page that an expired form was answered with; return where it leads."""
    text = expired.get_data(as_text=True)
    kept = {name: unescape(value) for name, value in re.findall(r'name="(csrf_token|guardado)" value="([^"]*)"', text)}
    led = person.client.post("/entrar", data=kept | {"usuario": "tereza", "senha": PASSWORD})
    assert led.status_code == 303
    return str(led.location)


def restored(answer: TestResponse, to: str, case: Case, sent: dict[str, str]) -> dict[str, Field]:
    """Return the form that is filled in; a page may have more of the kind."""
    forms = Forms(answer.get_data(as_text=True)).found
    mine = [fields for action, fields in forms if (action or to) == to and case.holds in fields]
    return min(mine, key=lambda fields: len(lost(fields, sent)))
