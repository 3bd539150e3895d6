"""The figures of a closed day: whatever was done, they agree with every other screen, and days add up (S9, S11, H2)."""

import random
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from printserver import closing, db, search
from printserver.clock import local_date
from printserver.closing import QUANTITY, TOTAL, Figures
from printserver.counter import check, daily
from printserver.delivery import numbered_paper
from printserver.office import people
from printserver.selo import COMPONENTS
from support.office import FEES, ISENTO, Rig

LOW = dict.fromkeys(FEES, "0.00") | {"tabeliao": "4.00", "iss": "0.10"}
WHO = people.Author(1, None, None, "maria", "escrevente", frozenset(), None)
STEPS = 40


def figures(rig: Rig, first: date, last: date | None = None) -> dict[date, Figures]:
    with rig.office.db.read() as conn:
        return dict(closing.compute(conn, rig.office, closing.Period(first, last or first)))


def number(table: closing.Table, name: str, *key: str) -> int:
    return table.get(key, Counter())[name]


def assert_agrees(rig: Rig, day: date) -> None:
    """All that the other screens say of a day is in its figures, to the centavo."""
    found, text = figures(rig, day)[day], day.isoformat()
    period = {"de": text, "ate": text, "validos": "1"}
    totals = search.compute_totals(rig.office, period)
    conferred = check.day_check(rig.office, day)
    waiting = conferred["aguardando"]
    assert (found.selos, found.dos_selos) == (totals["quantidade"], totals["total_centavos"])
    assert found.number("sem_carga") == waiting["quantidade"]
    assert found.number("sem_carga", TOTAL) == waiting["total_centavos"]
    for each in totals["por_ato"]:
        for name in (QUANTITY, TOTAL, "isentos"):
            here = [number(found.atos, name, nature, each["ato"]) for nature in ("1", "2")]
            here += [-number(found.sem_carga, name, "1", each["ato"])]
            assert sum(here) == each[name], (each["ato"], name)
    of_seals = {name: found.number("atos", name) - found.number("sem_carga", name) for name in COMPONENTS}
    assert of_seals == totals["emolumentos_centavos"]
    assert found.number("isentos") == found.number("atos", "isentos")
    assert found.soma == sum(found.parcelas.values()) == found.number("atos", TOTAL) + found.iss_a_parte

    assert found.number("conferencia", TOTAL) == conferred["total_centavos"]
    of_counter = search.compute_totals(rig.office, period | {"origem": "hibrido"})["total_centavos"]
    assert found.do_balcao == of_counter + waiting["total_centavos"]

    codes = [code for code in daily.of_day(rig.office, day).values() if code]
    copies = [selo for code in codes if (selo := rig.selo(code))["ato"] != "XA"]
    assert number(found.origens, TOTAL, "diario") == sum(each["total_centavos"] for each in copies)
    assert found.iss_a_parte == sum(each["iss_centavos"] for each in copies if each["ato"] == "FC")
    assert found.number("impressoes") == rig.call("GET", f"/jobs?de={text}&ate={text}").json["total"]


class Doings:
    """What people of the office do, one thing after the other, in any order."""

    def __init__(self, rig: Rig, seed: int) -> None:
        self.rig, self.chance, self.n, self.paper, self.total = rig, random.Random(seed), 0, 0, 1000

    @property
    def day(self) -> str:
        return local_date(self.rig.clock()).isoformat()

    def fees(self) -> dict[str, str]:
        return {name: f"{self.chance.randrange(90)}.{self.chance.randrange(100):02}" for name in FEES}

    def post(self, path: str, **body: Any) -> Any:
        return self.rig.call("POST", path, body | {"escrevente": "maria"})

    def live(self, origin: str) -> str | None:
        rows = self.rig.rows(db.selo, db.selo.c.vivo, db.selo.c.origem == origin, db.selo.c.ato != "XA")
        return self.chance.choice(rows)["codigo"] if rows else None

    def change(self, origin: str, what: str, **data: Any) -> None:
        """Rectify or exclude a seal, where there is one."""
        if code := self.live(origin):
            found = self.post(f"/selos/{code}/{what}", motivo="conferido", **data)
            assert found.status == 201 or found.word == "entrada-invalida", found  # rectified to what it is

    def seal(self) -> None:
        self.n += 1
        assert self.post("/selos", ato="ES", identificador=f"ATA-{self.n}", emolumentos=self.fees()).status == 201

    def free_seal(self) -> None:
        self.n += 1
        assert self.post("/selos", ato="ES", identificador=f"ATA-{self.n}", **ISENTO).status == 201

    def rectify(self) -> None:
        self.change("avulso", "retificacao", emolumentos=self.fees())

    def exclude(self) -> None:
        self.change("avulso", "xa")

    def act(self) -> None:
        self.paper += self.chance.choice((1, 1, 1, 2))
        value = ISENTO if self.chance.random() < 0.2 else {"emolumentos": LOW}
        papel = f"AU0371AJ {self.paper:07}"
        assert self.post("/atos-de-balcao", ato="AU", papel=papel, data=self.day, **value).status == 201

    def reverse(self) -> None:
        if waiting := self.rig.rows(db.ato_balcao, db.ato_balcao.c.estado == "aguardando"):
            number = self.chance.choice(waiting)["id"]
            assert self.post(f"/atos-de-balcao/{number}/estorno", motivo="papel rasgado").status == 200

    def load(self) -> None:
        found = self.post("/hibridos/carga", data=self.day)
        assert found.status == 201 or found.word == "estado-nao-permite", found  # nothing waits

    def by_range(self) -> None:
        first, self.paper = self.paper + 1, self.paper + 3
        body = {"ato": "AU", "serie": "0371AJ", "de": first, "ate": self.paper, "data": self.day, "emolumentos": LOW}
        assert self.post("/hibridos", **body).status == 201

    def rectify_paper_seal(self) -> None:
        self.change("hibrido", "retificacao", emolumentos=LOW | {"tabeliao": "5.00"})

    def exclude_paper_seal(self) -> None:
        self.change("hibrido", "xa")

    def copies(self) -> None:
        self.total += self.chance.randrange(1, 5000)
        body = {"total": f"{self.total / 100:.2f}", "iss": f"{self.total // 2000}.07", "motivo": "conferido"}
        assert self.post("/diarios", tipo=self.chance.choice(daily.DIARIO_KINDS), data=self.day, **body).status == 201

    def exclude_copies(self) -> None:
        self.change("diario", "xa")

    def anything(self) -> None:
        often = (self.seal, self.free_seal, self.rectify, self.act, self.act, self.load, self.copies)
        seldom = (self.exclude, self.reverse, self.by_range, self.rectify_paper_seal, self.exclude_paper_seal)
        chosen: Callable[[], None] = self.chance.choice((*often, *seldom, self.exclude_copies))
        chosen()


@pytest.mark.parametrize("seed", [1, 2])
def test_s9_s11_h2_d1_whatever_is_done_the_day_agrees_with_every_other_screen(any_rig: Rig, seed: int) -> None:
    rig, day, doings = any_rig, local_date(any_rig.clock()), Doings(any_rig, seed)
    rig.printed(rig.livro())
    for n in range(STEPS):
        doings.anything()
        if n % 10 == 0:
            assert_agrees(rig, day)
    for each in (doings.free_seal, doings.act, doings.copies):
        each()
    assert_agrees(rig, day)
    done = figures(rig, day)[day]
    assert all((done.selos, done.number("isentos"), done.number("sem_carga"), done.number("conferencia")))


def test_s9_the_month_is_the_sum_of_its_days_and_a_load_changes_nothing_that_was_signed(any_rig: Rig) -> None:
    rig, first, doings = any_rig, local_date(any_rig.clock()), Doings(any_rig, 3)
    for _ in range(3):
        for each in (doings.seal, doings.act, doings.act, doings.copies, doings.free_seal, doings.rectify):
            each()
        rig.clock.forward(days=1)
    days = [first + timedelta(days=n) for n in range(3)]
    alone = [figures(rig, day)[day] for day in days]
    together = figures(rig, days[0], days[-1])
    assert [each.as_json() for each in together.values()] == [each.as_json() for each in alone]
    assert Figures.sum(together.values()).soma == sum(each.soma for each in alone) > 0
    before = alone[0]
    assert doings.post("/hibridos/carga", data=first.isoformat()).status == 201
    after = figures(rig, first)[first]
    assert after.selos > before.selos
    assert (after.soma, after.mark()) == (before.soma, before.mark())
    changed = closing.compare(before, after)
    assert changed
    assert all(each.quiet for each in changed)


def test_a4_exceptions_stand_on_the_day_on_which_they_were_made_with_person_and_reason(rig: Rig) -> None:
    day, doings = local_date(rig.clock()), Doings(rig, 4)
    doings.free_seal()
    doings.seal()
    code = rig.codes()[-1]
    rig.clock.forward(days=1)
    assert rig.call("POST", f"/selos/{code}/xa", {"motivo": "ato desfeito", "escrevente": "rui"}).status == 201
    late = {"ato": "ES", "identificador": "TARDE", "emolumentos": FEES, "data": day.isoformat()}
    assert doings.post("/selos", motivo_data="esquecido", **late).status == 201
    following = day + timedelta(days=1)
    days = figures(rig, day, following)
    assert {key: n[QUANTITY] for key, n in days[day].excecoes.items()} == {("isento", "maria"): 1}
    made = {key: n[QUANTITY] for key, n in days[following].excecoes.items()}
    assert made == {("xa", "rui"): 1, ("data-passada", "maria"): 1}
    papel = {"ato": "AU", "papel": "AU0371AJ 0000001", "data": doings.day, "escrevente": "rui"}
    assert rig.call("POST", "/atos-de-balcao", papel | ISENTO).status == 201
    doings.load()
    made = {key: n[QUANTITY] for key, n in figures(rig, following)[following].excecoes.items()}
    assert made[("isento", "rui")] == 1  # the act; its seal is not a second one
    assert ("isento", "maria") not in made
    with rig.office.db.read() as conn:
        told = list(closing.exceptions_of(conn, rig.office, closing.Period(following, following)))
    assert (told[0].classe, told[0].nome, told[0].motivo) == ("xa", code, "ato desfeito")
    assert told[1].motivo == "esquecido"


def test_p5_sheets_that_left_that_were_spoiled_and_that_nobody_accounts_for(rig: Rig) -> None:
    with rig.office.db.write() as conn:
        conn.execute(db.fila.update().values(papel_numerado=True))
        for first, last in (("A0001", "A0020"), ("B0001", "B0009")):
            numbered_paper.receive(conn, 1, "notas", first, last, WHO, rig.clock())

    def tray(proximo: str, *spoiled: str) -> None:
        body = {"proximo": proximo, "inutilizados": list(spoiled), "escrevente": "maria"}
        found = rig.call("POST", "/filas/notas/papel", body)
        assert found.status == 200, found

    day = local_date(rig.clock())
    following = day + timedelta(days=1)
    tray("A0003")  # begun in the middle: nothing is missing before
    rig.printed(rig.certidao())
    tray("B0001")
    rig.printed(rig.certidao())
    assert figures(rig, day)[day].papel == {("notas", "A"): {"sairam": 1}, ("notas", "B"): {"sairam": 1}}
    rig.clock.forward(days=1)
    tray("A0008")  # back to the first lot, further on: 4 to 7 have no fate
    rig.printed(rig.certidao())
    tray("A0010", "A0009")
    assert figures(rig, following)[following].papel == {("notas", "A"): {"sairam": 2, "inutilizadas": 1, "faltam": 4}}
    with rig.office.db.read() as conn:
        moved = list(closing.sheets_of(conn, rig.office, closing.Period(following, following)))
    assert [each.numeros for each in moved if each.numeros] == ["A0004 a A0007"]
    assert figures(rig, day)[day].papel[("notas", "A")] == {"sairam": 1}  # the day before stays as it was
    together = Figures.sum(figures(rig, day, following).values()).papel
    assert together[("notas", "A")] == {"sairam": 3, "inutilizadas": 1, "faltam": 4}
    month = {each["serie"]: each for each in search.paper_month(rig.office, f"{day:%Y-%m}")["itens"]}
    assert month["A"]["usados"] + month["A"]["inutilizados"] == 3


# -- the numbers by themselves ----------------------------------------------------------------------------------------

_keys = st.tuples(st.sampled_from(("1", "2")), st.sampled_from(("ES", "CE", "AU")))
_numbers = st.dictionaries(st.sampled_from((QUANTITY, TOTAL, "isentos", *COMPONENTS)), st.integers(0, 10**9))
_rows = st.dictionaries(_keys, _numbers.map(Counter), max_size=4)
_figures = st.builds(lambda atos, waiting: Figures(atos=atos, sem_carga=waiting), _rows, _rows)


@settings(max_examples=60)
@given(_figures, _figures)
def test_s9_figures_add_up_and_are_kept_and_compared_without_a_loss(one: Figures, two: Figures) -> None:
    both = Figures.sum([one, two])
    assert (both.soma, both.selos) == (one.soma + two.soma, one.selos + two.selos)
    kept = Figures.from_json(one.as_json())
    assert (kept.as_json(), kept.mark()) == (one.as_json(), one.mark())
    assert closing.compare(one, kept) == []
    there, back = closing.compare(one, two), closing.compare(two, one)
    assert bool(there) == (one.as_json() != two.as_json())
    assert any(not each.quiet for each in there) == (one.mark() != two.mark())
    assert {(each.tabela, each.chave, each.nome, each.depois, each.antes) for each in there} == {
        (each.tabela, each.chave, each.nome, each.antes, each.depois) for each in back
    }
