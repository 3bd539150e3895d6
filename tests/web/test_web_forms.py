"""Every form of the screens, field by field (A7): what a person changes counts, or is refused with its field named.

The fields are those of the page itself. Each is changed alone, to another valid value and to rubbish, in a form that is
otherwise right; no message of a refusal speaks in the program's names.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from html.parser import HTMLParser
from itertools import count
from typing import Any

import pytest
import sqlalchemy as sa
from web_rig import Person, sure
from werkzeug.test import TestResponse

from printserver import db
from printserver.delivery import numbered_paper
from printserver.office import people
from printserver.server.app import create_app
from printserver.web.forms import label
from support.office import FEES, Rig, open_rig

REASON = "conferido no balcão"
INVISIBLE = "\u202eossessap"
_numbers = count(1)


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    folder = tmp_path_factory.mktemp("formas")
    with open_rig(folder / "casa") as opened:
        queue = {"nome": "segurança", "tipo": "pasta", "destino": str(folder), "papel_numerado": True}
        with opened.office.db.write() as conn:
            conn.execute(db.fila.insert().values(serventia_id=1, criada_em=opened.clock(), **queue))
            who = people.Author(1, None, None, "maria", "escrevente", frozenset(), None)
            numbered_paper.receive(conn, 1, "segurança", "W0001", "W0900", who, opened.clock())
        yield opened


@pytest.fixture(scope="module")
def tereza(rig: Rig) -> Person:
    """The head of the office, at a screen."""
    person = Person(create_app(rig.office).test_client())
    assert person.login("tereza").status_code == 303
    return person


# -- a page's forms ---------------------------------------------------------------------------------------------------


@dataclass
class Field:
    """A field of a form: its kind, its value as shown, and the values that it offers."""

    kind: str
    value: str = ""
    offers: list[str] = field(default_factory=list)


class Forms(HTMLParser):
    """The forms of a page that are posted, each as its address and its fields by name."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.found: list[tuple[str | None, dict[str, Field]]] = []
        self._open: dict[str, Field] | None = None
        self._select = self._area = ""
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        name, value = given.get("name") or "", given.get("value") or ""
        if tag == "form":
            self._open = {} if given.get("method") == "post" else None
            if self._open is not None:
                self.found.append((given.get("action"), self._open))
        if self._open is None:
            return
        if tag == "select":
            self._select = name
            self._open[name] = Field("select")
        elif tag == "option" and self._select:
            mine = self._open[self._select]
            mine.offers.append(value)
            if "selected" in given or len(mine.offers) == 1:
                mine.value = value
        elif tag == "textarea":
            self._area = name
            self._open[name] = Field("textarea")
        elif tag == "input" and name:
            self._input(given.get("type") or "text", name, value, "checked" in given)
        elif tag == "button" and name:
            self._open.setdefault(name, Field("button", value))

    def _input(self, kind: str, name: str, value: str, checked: bool) -> None:
        assert self._open is not None
        mine = self._open.setdefault(name, Field(kind))
        if kind in ("radio", "checkbox"):
            mine.offers.append(value)
            mine.value = value if checked else mine.value
        else:
            mine.value = value

    def handle_data(self, data: str) -> None:
        if self._area and self._open is not None:
            self._open[self._area].value += data

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._open = None
        if tag == "select":
            self._select = ""
        if tag == "textarea":
            self._area = ""


def form_of(person: Person, page: str, to: str, holds: str) -> dict[str, Field]:
    """Return the fields of the form of `page` that goes to `to` and has the field `holds`."""
    answer = person.get(page)
    assert answer.status_code == 200, page
    forms = [fields for action, fields in Forms(answer.get_data(as_text=True)).found if (action or page) == to]
    return next(fields for fields in forms if holds in fields)


def messages(answer: TestResponse) -> str:
    """Return what a refused form says: the sentence above it, and what stands beside its fields."""
    page = answer.get_data(as_text=True)
    said = re.findall(r'<div class="erro" role="alert">(.*?)</div>', page, re.S)
    said += re.findall(r'<p class="erro-campo"[^>]*>(.*?)</p>', page, re.S)
    said += re.findall(r"<h1>[^<]*</h1>\s*<p>(.*?)</p>", page, re.S) if answer.status_code != 422 else []
    return " ".join(re.sub(r"<[^>]+>", " ", " ".join(said)).split())


# -- the forms of the application --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Case:
    """A form: where it is, what a person types who does it right, and other right values by field."""

    endpoint: str
    place: Callable[[Rig], tuple[str, str]]  # a page on which it has not been sent yet, and its address
    holds: str
    typed: Callable[[], Mapping[str, str]]
    other: Mapping[str, str] = field(default_factory=dict)
    rubbish: Mapping[str, str] = field(default_factory=dict)


MONEY = dict.fromkeys(FEES, "1,00")
A_VALUE = dict.fromkeys(FEES, "7,77")


def _seal(rig: Rig) -> str:
    body = {"ato": "ES", "identificador": f"F-{next(_numbers)}", "emolumentos": FEES, "escrevente": "maria"}
    return str(rig.call("POST", "/selos", body).json["codigo"])


def _at(path: str) -> tuple[str, str]:
    return path, path


def _act(rig: Rig) -> tuple[str, str]:
    body = {"ato": "AU", "papel": f"AU0371ZA {next(_numbers):07}", "servico": "certidao-notas", "escrevente": "maria"}
    return _at(f"/balcao/atos/{rig.call('POST', '/atos-de-balcao', body).json['id']}/estorno")


def _uncertain(rig: Rig) -> dict[str, Any]:
    """Return a certidão of which it is not known what came out."""
    job = rig.printed(rig.certidao())
    with rig.office.db.write() as conn:
        conn.execute(sa.update(db.job).where(db.job.c.id == job["id"]).values(estado="incerto"))
    return job


def _failed(rig: Rig) -> dict[str, Any]:
    job = rig.taken(rig.certidao())
    rig.act(job["id"], "cancelar")
    return job


def _asked(rig: Rig) -> tuple[str, str]:
    name = rig.printed(rig.livro())["documento"]["instrumento"]
    rig.printed(rig.traslado(name))
    job = rig.question(rig.traslado(name))
    return f"/trabalhos/{job['id']}/pergunta", f"/trabalhos/{job['id']}/xa"


def _ficha(rig: Rig) -> tuple[str, str]:
    job = rig.post(rig.ficha()).job
    return f"/trabalhos/{job['id']}/pergunta", f"/trabalhos/{job['id']}/selo"


def _signed(rig: Rig) -> dict[str, Any]:
    return rig.printed(rig.livro(data="2026-11-16", motivo_data="esquecido"))


def _paper(rig: Rig) -> tuple[str, str]:
    with rig.office.db.write() as conn:
        conn.execute(db.fila.update().where(db.fila.c.papel_numerado).values(papel_proximo=None))
        conn.execute(db.papel.delete())
    return _at("/papel")


def _serie() -> str:
    return f"{next(_numbers):06}"


DAY = {"data": "2026-11-10"}
CASES = (
    Case(
        "web.balcao",
        lambda _: ("/balcao?ato=AU", "/balcao"),
        "papel",
        lambda: {"papel": f"AU{_serie()} 0000001", **dict.fromkeys(FEES, ""), "servico": "certidao-notas"},
    ),
    Case("web.estorno", _act, "papel", lambda: {"papel": "inutilizado", "motivo": REASON}),
    Case(
        "web.faixa",
        lambda _: _at("/balcao/faixa"),
        "serie",
        lambda: {"ato": "AU", "serie": _serie(), "de": "7", "ate": "9", **DAY, "servico": "certidao-notas"},
    ),
    Case(
        "web.numeros",
        lambda _: _at("/balcao/numeros"),
        "serie",
        lambda: {
            "destino": "comunicados",
            "ato": "AU",
            "serie": _serie(),
            "de": "7",
            "ate": "9",
            **DAY,
            "motivo": REASON,
        },
        other={"ato": "RC"},
    ),
    Case(
        "web.diarios",
        lambda _: (f"/balcao/diarios?dia=2026-10-{next(_days):02}", "/balcao/diarios"),
        "total",
        lambda: {"total": "100,00", "iss": "2,00", "motivo": REASON},
        other={"total": "101,00", "iss": "3,00", "servico": "", "quantidade": ""},
    ),
    Case(
        "web.retificar",
        lambda rig: _at(f"/selos/{_seal(rig)}/retificar"),
        "tabeliao",
        lambda: {"tabeliao": "56,00", "motivo": REASON},
        other={"identificador": "OUTRO", "data": "2026-11-19", "ato": "TR"},
    ),
    Case("web.excluir_selo", lambda rig: _at(f"/selos/{_seal(rig)}/excluir"), "motivo", lambda: {"motivo": REASON}),
    Case(
        "web.papel",
        _paper,
        "proximo",
        lambda: {"proximo": "W0005"},
        other={"proximo": "W0006", "inutilizados": "W0002"},
    ),
    Case(
        "web.papel",
        _paper,
        "de",
        lambda: {"de": f"F{(n := next(_numbers)):04}X001", "ate": f"F{n:04}X020"},
        other={"de": "", "ate": ""},
    ),
    Case(
        "web.reenviar",
        lambda rig: _at(f"/trabalhos/{_failed(rig)['id']}/reenviar"),
        "motivo",
        lambda: {"motivo": REASON},
    ),
    Case(
        "web.cancelar",
        lambda rig: _at(f"/trabalhos/{rig.taken(rig.certidao())['id']}/cancelar"),
        "motivo",
        lambda: {"motivo": REASON},
    ),
    Case(
        "web.folhas",
        lambda rig: _at(f"/trabalhos/{_uncertain(rig)['id']}/folhas"),
        "pagina_1",
        lambda: {"pagina_1": "inutilizada", "motivo": REASON, "papel_1": ""},
        other={"papel_1": "Z0000077"},
        rubbish={"papel_1": INVISIBLE},
    ),
    Case("web.responder_xa", _asked, "motivo", lambda: {"motivo": REASON, "papel_em_maos": "sim", "resposta": "sim"}),
    Case("web.responder_selo", _ficha, "resposta", dict),
    Case(
        "web.assinar",
        lambda rig: _at(f"/trabalhos/{_signed(rig)['id']}/assinaturas"),
        "estado",
        lambda: {"estado": "pendentes", "primeira": "2026-11-18", "motivo": REASON},
        other={"primeira": "2026-11-17"},
    ),
)
_days = count(1)
# Forms of one button, and those that have tests of their own.
BUTTONS = {"web.mandar_de_novo", "web.comunicar", "web.mandar", "web.sair", "web.continuar", "web.entrar"}
OWN_TESTS = {"web.conferencia", "web.comparar", "web.desconhecido", "web.registro"}


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
        "serie": [_serie()],
        "de": ["6"],
        "ate": ["8"],
        "papel": [f"AU{_serie()} 0000004"],
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


def filled(case: Case, fields: Mapping[str, Field]) -> dict[str, str]:
    """Return the form as it is sent by a person who does it right."""
    sent = {name: each.value for name, each in fields.items() if each.kind not in ("button",) and each.value}
    button = {name: each.value for name, each in fields.items() if each.kind == "button"}
    return sent | button | dict(case.typed())


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
    )
    shown += [str({name: row[name] for name in kept if name in row}) for row in extra]
    return [_VOLATILE.sub("…", each) for each in shown]


CASE_IDS = [f"{case.endpoint.removeprefix('web.')}-{case.holds}" for case in CASES]


def test_a7_every_form_is_tried(rig: Rig, tereza: Person) -> None:
    rules = tereza.client.application.url_map.iter_rules()
    posted = {rule.endpoint for rule in rules if "POST" in (rule.methods or ()) and rule.endpoint.startswith("web.")}
    assert posted == {case.endpoint for case in CASES} | BUTTONS | OWN_TESTS


@pytest.mark.parametrize("case", CASES, ids=CASE_IDS)
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


@pytest.mark.parametrize("case", CASES, ids=CASE_IDS)
def test_a7_a_field_that_a_form_does_not_have_is_refused(rig: Rig, tereza: Person, case: Case) -> None:
    unknown = {"desconto": "10"}
    trial = Trial(rig, tereza, case, **unknown)
    assert trial.answer.status_code == 422
    assert trial.made == []
    assert "desconto" in messages(trial.answer)


@pytest.mark.parametrize("case", CASES, ids=CASE_IDS)
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
