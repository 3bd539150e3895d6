"""Every form of the screens, field by field (A7): what a person changes counts, or is refused with its field named.

The fields are those of the page itself. Each is changed alone, to another valid value and to rubbish, in a form that is
otherwise right; no message of a refusal speaks in the program's names.
"""

import re
from collections.abc import Iterator
from typing import Any

import pytest
import sqlalchemy as sa
from web_cases import (
    BUTTONS,
    CASES,
    INVISIBLE,
    OWN_TESTS,
    Case,
    Field,
    case_id,
    filled,
    form_of,
    head_of_office,
    messages,
    new_serie,
    open_forms_rig,
)
from web_rig import Person, sure

from printserver import db
from printserver.web.forms import label
from support.office import FEES, Rig


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with open_forms_rig(tmp_path_factory.mktemp("formas")) as opened:
        yield opened


@pytest.fixture(scope="module")
def tereza(rig: Rig) -> Person:
    """The head of the office, at a screen."""
    return head_of_office(rig)


def others(case: Case, name: str, typed: str, shown: Field) -> list[str]:
    """Return the other right values to be tried in a field."""
    if name in case.other:
        return [case.other[name]] if case.other[name] else []
    if shown.kind in ("radio", "select"):
        return [each for each in shown.offers if each and each != typed][:1]
    if shown.kind == "checkbox":
        return ["" if typed else shown.offers[0]]
    if name in FEES:
        return ["3,21"]
    return {"date": ["2026-11-09"]}.get(shown.kind) or {
        "serie": [new_serie()],
        "de": ["6"],
        "ate": ["8"],
        "papel": [f"AU{new_serie()} 0000004"],
        "motivo": ["outro motivo"],
        "motivo_isencao": ["gratuidade"],
        "identificador": ["OUTRO"],
        "bandeja": ["Manual"],
        "inutilizados": ["W0002"],
    }.get(name, [])


def rubbish(case: Case, name: str, shown: Field) -> str:
    if name in case.rubbish:
        return case.rubbish[name]
    return {"date": "ontem", "radio": "talvez", "checkbox": "talvez", "select": "nada-disso"}.get(shown.kind, INVISIBLE)


class Trial:
    """A form sent once, and what came of it."""

    def __init__(self, rig: Rig, person: Person, case: Case, **changed: str) -> None:
        page, to = case.place(rig)
        self.fields = form_of(person, page, to, case.holds)
        before = _last(rig)
        sent = {
            name: value for name, value in (filled(case, self.fields) | changed).items() if value or name in changed
        }
        self.answer = sure(person, person.client.post(to, data=sent))
        self.made = _made(rig, before)


def _last(rig: Rig) -> int:
    with rig.office.db.read() as conn:
        return int(conn.execute(sa.select(sa.func.max(db.log.c.n))).scalar_one())


_VOLATILE = re.compile(r"\b[0-9A-Z]{25}\b|\b[0-9a-f]{32,64}\b|P-2026-\d+|2026/\d{6}|F-\d+|\bn\d+")


def _made(rig: Rig, before: int) -> list[str]:
    """Return what went on record since `before`, without the names that differ from one time to the next."""
    rows = rig.rows(db.log, db.log.c.n > before, db.log.c.objeto != "acesso")
    extra: list[Any] = []
    for row in rows:
        if row["objeto"] == "balcao":
            extra += rig.rows(db.ato_balcao, db.ato_balcao.c.id == int(row["objeto_id"]))
        if row["objeto"] == "job":
            extra += rig.rows(db.job, db.job.c.id == row["objeto_id"])
        if row["objeto"] == "selo":
            extra += rig.rows(db.selo, db.selo.c.codigo == row["objeto_id"])
    shown = [f"{row['objeto']} {row['estado']} {row['detalhe']}" for row in rows if row["objeto"] != "papel"]
    kept = (
        "ato",
        "data",
        "isento",
        "motivo_isencao",
        "emolumentos",
        "estado",
        "dia",
        "identificador",
        "numero",
        "serie",
        "fila",
    )
    shown += [str({name: row[name] for name in kept if name in row}) for row in extra]
    return [_VOLATILE.sub("…", each) for each in shown]


def test_a7_every_form_is_tried(rig: Rig, tereza: Person) -> None:
    rules = tereza.client.application.url_map.iter_rules()
    posted = {rule.endpoint for rule in rules if "POST" in (rule.methods or ()) and rule.endpoint.startswith("web.")}
    assert posted == {case.endpoint for case in CASES} | BUTTONS | OWN_TESTS


@pytest.mark.parametrize("case", CASES, ids=case_id)
def test_a7_what_a_person_changes_counts_or_is_refused_by_its_label(rig: Rig, tereza: Person, case: Case) -> None:
    right = Trial(rig, tereza, case)
    assert right.answer.status_code == 303, messages(right.answer)
    assert right.made
    screen = case.endpoint.removeprefix("web.")
    for name, shown in right.fields.items():
        if shown.kind in ("hidden", "button"):
            continue
        for value in others(case, name, case.typed().get(name, shown.value), shown):
            trial = Trial(rig, tereza, case, **{name: value})
            if trial.answer.status_code == 303:
                assert trial.made != right.made, f"{name}={value} does not count"
            else:
                _refused(trial, name, value, screen)
        value = rubbish(case, name, shown)
        trial = Trial(rig, tereza, case, **{name: value})
        _refused(trial, name, value, screen)


def _refused(trial: Trial, name: str, value: str, screen: str) -> None:
    """A refusal made nothing, says something beside the field or names its label, and speaks as people do."""
    said, page = messages(trial.answer), trial.answer.get_data(as_text=True)
    assert trial.answer.status_code in (409, 422), f"{name}={value!r}: {trial.answer.status_code} {trial.made}"
    assert trial.made == [], f"{name}={value!r}"
    assert said, f"{name}={value!r} is refused without a word"
    marked = f'id="erro-{name}"' in page or re.search(rf'name="{name}"[^>]*aria-invalid', page)
    labels = {label(name, screen), "Parcelas"} if name in FEES else {label(name, screen)}
    of_it = marked or any(label in said for label in labels)
    of_the_whole = trial.answer.status_code == 409 and trial.fields[name].kind == "radio"  # it cannot be so now
    assert of_it or of_the_whole, f"{name}={value!r}: {said}"
    no_machine_names(said)


def no_machine_names(said: str) -> None:
    """Messages to people hold no names of fields, no JSON and no dotted paths."""
    plain = re.sub(r"“[^”]*”|\b[\w-]+\.(?:CSV|JSON)\b", "", said)
    for wrong in (r"\b[a-z]+_[a-z_]+\b", r'"\w+":', r"\b(?:true|false|null)\b", r"\b[a-z_]+\.[a-z_]+(?:\.\w+)*\b"):
        assert not re.search(wrong, plain), said


@pytest.mark.parametrize("case", CASES, ids=case_id)
def test_a7_a_field_that_a_form_does_not_have_is_refused(rig: Rig, tereza: Person, case: Case) -> None:
    unknown = {"desconto": "10"}
    trial = Trial(rig, tereza, case, **unknown)
    assert trial.answer.status_code == 422
    assert trial.made == []
    assert "desconto" in messages(trial.answer)


@pytest.mark.parametrize("case", CASES, ids=case_id)
def test_a7_a_blank_form_is_refused_in_the_words_of_people(rig: Rig, tereza: Person, case: Case) -> None:
    page, to = case.place(rig)
    fields = form_of(tereza, page, to, case.holds)
    hidden = {name: each.value for name, each in fields.items() if each.kind == "hidden"}
    blank = hidden | {name: "" for name, each in fields.items() if each.kind in ("text", "textarea", "date")}
    answer = tereza.client.post(to, data=blank | {"confirmo": "sim"})
    if case.endpoint != "web.responder_selo":  # two buttons, and nothing to be filled in
        assert answer.status_code == 422, case.endpoint
        assert messages(answer)
    no_machine_names(messages(answer))
