"""Whole tasks of the counter, from the first page to the end: their clicks are counted, then by the keyboard alone."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Browser, BrowserContext, Locator, Page, expect
from web_rig import PASSWORD, enter, served

from printserver import db
from printserver.delivery import numbered_paper
from printserver.office import people
from printserver.server.app import create_app
from support import process
from support.court import Court, rig_with_court
from support.office import FEES, Rig

REASON = "conferido no balcão"
OTHER_PASSWORD = "outro cavalo na bateria"


class Hand:
    """A person at a screen, who counts the clicks; what is typed is reached without a click."""

    def __init__(self, page: Page) -> None:
        self.page = page
        self.clicks = 0

    def press(self, each: Locator) -> None:
        """Press a button, a link, a tick or a choice."""
        each.click()
        self.clicks += 1

    def put(self, each: Locator, text: str) -> None:
        """Type into a field, in place of what it has."""
        self.reach(each)
        self.page.keyboard.press("Control+A")
        self.page.keyboard.type(text)

    def search(self, text: str) -> None:
        """Type into the search of the head, and press Enter."""
        self.page.locator("h1").first.wait_for(state="attached")
        self.page.keyboard.press("/")
        expect(self.page.locator("#q")).to_be_focused()
        self.page.keyboard.type(text)
        self.page.keyboard.press("Enter")

    def reach(self, each: Locator) -> None:
        """Put the focus where the Tab key leads; that it leads through a whole page, tests of single tasks show."""
        each.wait_for()
        assert each.evaluate("each => each.tabIndex") == 0
        each.focus()
        expect(each).to_be_focused()


class Keys(Hand):
    """The same person without a mouse."""

    def press(self, each: Locator) -> None:
        self.reach(each)
        marks = each.evaluate("each => each.matches('input')")
        self.page.keyboard.press("Space" if marks else "Enter")


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Rig, Court]]:
    with rig_with_court(tmp_path_factory.mktemp("tarefas") / "casa") as (rig, court):
        yield rig, court


@pytest.fixture(scope="module")
def window(both: tuple[Rig, Court], browser: Browser) -> Iterator[BrowserContext]:
    """A browser in which the head of the office has logged in."""
    with served(create_app(both[0].office)) as address:
        context = browser.new_context(base_url=address, locale="pt-BR", viewport={"width": 1366, "height": 768})
        page = context.new_page()
        enter(page, "tereza")
        page.close()
        yield context
        context.close()


Task = Callable[[Hand, Rig, Court], None]


def _seal(rig: Rig, identifier: str) -> str:
    body = {"ato": "ES", "identificador": identifier, "emolumentos": FEES, "escrevente": "maria"}
    return str(rig.call("POST", "/selos", body).json["codigo"])


def a_ficha_with_a_seal(hand: Hand, rig: Rig, _court: Court) -> None:
    job = rig.post(rig.ficha()).job
    hand.page.goto("/")
    hand.press(hand.page.locator(f"#responder-{job['id']}"))
    hand.press(hand.page.get_by_role("button", name="Imprimir com selo"))
    expect(hand.page.locator("main")).to_contain_text("Resposta registrada")
    assert rig.job(job["id"])["selos"]


def the_queue_of_numbered_paper_goes_on(hand: Hand, rig: Rig, _court: Court) -> None:
    name = f"numerada-{len(rig.rows(db.fila))}"
    queue = {"nome": name, "tipo": "pasta", "destino": str(rig.folder), "papel_numerado": True}
    with rig.office.db.write() as conn:
        conn.execute(db.fila.insert().values(serventia_id=1, criada_em=rig.clock(), **queue))
        who = people.Author(1, None, None, "maria", "escrevente", frozenset(), None)
        first, last = (f"{name[-1]}X{n:04}" for n in (1, 90))
        numbered_paper.receive(conn, 1, name, first, last, who, rig.clock())
    job = rig.printed(rig.certidao(), fila=name)
    hand.page.goto(f"/trabalhos/{job['id']}")
    hand.press(hand.page.locator("#ver-a-fila"))
    card = hand.page.locator("section.cartao", has_text=f"Fila {name}")
    hand.put(card.get_by_label("Número da folha que está por cima"), first)
    hand.press(card.get_by_role("button", name="Continuar a partir desta folha"))
    expect(card).to_contain_text(first)

    def printed() -> bool:
        rig.engine.run_once()
        return bool(rig.job(job["id"])["estado"] == "impresso")

    process.wait_until(printed, "the print, once the queue goes on")


def a_seal_by_its_code(hand: Hand, rig: Rig, _court: Court) -> None:
    code = _seal(rig, "ACHAR")
    hand.page.goto("/")
    hand.search(code)
    expect(hand.page).to_have_url(re.compile(code))


def a_seal_by_livro_and_folha(hand: Hand, rig: Rig, _court: Court) -> None:
    job = rig.printed(rig.livro())
    of = job["documento"]
    hand.page.goto("/")
    hand.search(f"livro {of['livro']} fls {of['folha_inicial']}")
    expect(hand.page).to_have_url(re.compile(job["id"]))  # one hit opens at once
    expect(hand.page.locator("main")).to_contain_text(job["selos"][0]["codigo"])


def a_value_is_rectified(hand: Hand, rig: Rig, _court: Court) -> None:
    code = _seal(rig, "VALOR")
    hand.page.goto("/")
    hand.search(code)
    hand.press(hand.page.locator("#ir-retificar"))
    hand.put(hand.page.locator("#tabeliao"), "56,00")
    hand.put(hand.page.locator("#motivo"), REASON)
    hand.press(hand.page.get_by_role("button", name="Ver o que muda"))
    hand.press(hand.page.get_by_role("button", name=re.compile("^Retificar")))
    expect(hand.page.locator(".recado")).to_contain_text("O selo foi retificado")
    assert not rig.selo(code)["vivo"]


def a_seal_is_excluded(hand: Hand, rig: Rig, _court: Court) -> None:
    code = rig.printed(rig.certidao())["selos"][0]["codigo"]
    hand.page.goto("/")
    hand.search(code)
    hand.press(hand.page.locator("#ir-excluir"))
    hand.press(hand.page.locator("[name=papel_em_maos]"))
    hand.put(hand.page.locator("#motivo"), REASON)
    hand.press(hand.page.get_by_role("button", name="Excluir o selo"))
    expect(hand.page.locator(".recado")).to_contain_text("Exclusão pedida")
    assert not rig.selo(code)["vivo"]


def what_the_court_refused_is_sent_again(hand: Hand, rig: Rig, court: Court) -> None:
    _seal(rig, "RECUSADO")
    court.fail("objeta")
    rig.engine.run_once()
    court.fail(None)
    rig.clock.forward(seconds=6)  # what the court has is looked up again
    hand.page.goto("/")
    hand.press(hand.page.locator("#sino"))
    hand.press(hand.page.locator("#espera").get_by_role("link", name=re.compile("recus")))
    hand.press(hand.page.get_by_role("link", name="Mandar todos de novo"))
    hand.press(hand.page.get_by_role("button", name="Mandar de novo"))
    expect(hand.page.locator(".recado")).to_contain_text("de novo ao tribunal")
    rig.engine.run_once()


def the_day_of_the_counter_is_loaded(hand: Hand, rig: Rig, _court: Court) -> None:
    serie = f"{len(rig.rows(db.ato_balcao)):06}"
    act = {"ato": "AU", "papel": f"AU{serie} 0000001", "servico": "certidao-notas", "escrevente": "maria"}
    assert rig.call("POST", "/atos-de-balcao", act).status == 201
    rig.clock.forward(seconds=6)
    hand.page.goto("/")
    hand.press(hand.page.get_by_role("link", name=re.compile("sem a carga")))
    hand.press(hand.page.get_by_label("Conferi os selos de papel"))
    hand.press(hand.page.get_by_role("button", name=re.compile("^Fazer a carga")))
    expect(hand.page.locator(".recado")).to_be_visible()
    assert {row["estado"] for row in rig.rows(db.ato_balcao)} == {"carregado"}


def the_photocopies_of_the_day(hand: Hand, rig: Rig, _court: Court) -> None:
    before = len(rig.codes())
    hand.page.goto("/")
    hand.press(hand.page.get_by_role("link", name="Balcão", exact=True))
    hand.press(hand.page.get_by_role("link", name="Selos do dia"))
    hand.put(hand.page.locator("#total-fotocopia"), f"{123 + before},50")  # of one day there is one seal: rectified
    hand.page.keyboard.press("Enter")
    expect(hand.page.locator("main")).to_contain_text(f"R$ {123 + before},50")
    assert len(rig.codes()) == before + 1


def signatures_are_missing_then_all_there(hand: Hand, rig: Rig, _court: Court) -> None:
    day = rig.clock().date()
    job = rig.printed(rig.livro(data=(day - timedelta(days=4)).isoformat(), motivo_data="esquecido"))
    hand.page.goto(f"/trabalhos/{job['id']}")
    hand.press(hand.page.locator("#ir-assinaturas"))
    hand.put(hand.page.locator("#primeira"), f"{day - timedelta(days=2):%d/%m/%Y}")
    hand.put(hand.page.locator("#motivo"), REASON)
    hand.press(hand.page.get_by_role("button", name="Ver os valores antes"))
    hand.press(hand.page.get_by_role("button", name=re.compile("^Retificar|^Registrar")))
    expect(hand.page.locator(".recado")).to_be_visible()
    hand.page.goto(f"/trabalhos/{job['id']}")
    hand.press(hand.page.locator("#ir-assinaturas"))
    hand.put(hand.page.locator("#motivo"), "assinaram todos")
    hand.press(hand.page.get_by_role("button", name="Ver os valores antes"))
    hand.press(hand.page.get_by_role("button", name=re.compile("^Retificar|^Registrar")))
    expect(hand.page.locator(".recado")).to_be_visible()


def the_seals_of_a_month_as_a_spreadsheet(hand: Hand, rig: Rig, _court: Court) -> None:
    _seal(rig, "PLANILHA")
    hand.page.goto("/")
    hand.press(hand.page.get_by_role("link", name="Selos", exact=True))
    hand.put(hand.page.locator("#de"), f"{rig.clock():01/%m/%Y}")
    hand.page.keyboard.press("Enter")
    with hand.page.expect_download() as found:
        hand.press(hand.page.get_by_role("link", name="Excel"))
    assert found.value.suggested_filename.endswith(".xlsx")


def the_totals_of_a_month(hand: Hand, rig: Rig, _court: Court) -> None:
    _seal(rig, "TOTAIS")
    hand.page.goto("/")
    hand.press(hand.page.get_by_role("link", name="Selos", exact=True))
    hand.put(hand.page.locator("#de"), f"{rig.clock():01/%m/%Y}")
    hand.page.keyboard.press("Enter")
    expect(hand.page.locator(".somas")).to_contain_text("R$")


def a_comparison_with_the_court(hand: Hand, rig: Rig, _court: Court) -> None:
    _seal(rig, "COMPARAR")
    hand.page.goto("/")
    hand.press(hand.page.get_by_role("link", name="Tribunal", exact=True))
    hand.press(hand.page.get_by_role("link", name="Comparar"))
    hand.put(hand.page.locator("#de"), f"{rig.clock():%d/%m/%Y}")
    hand.put(hand.page.locator("#ate"), f"{rig.clock():%d/%m/%Y}")
    hand.page.keyboard.press("Enter")
    expect(hand.page.locator("#titulo-resultado")).to_be_visible()


def the_end_of_the_certificate(hand: Hand, _rig: Rig, _court: Court) -> None:
    hand.page.goto("/")
    hand.press(hand.page.get_by_role("link", name="Tribunal", exact=True))
    expect(hand.page.locator("main")).to_contain_text(re.compile(r"[Cc]ertificado.*\d\d/\d\d/\d{4}"))


def a_new_employee_comes(hand: Hand, rig: Rig, _court: Court) -> None:
    name = f"Gente {type(hand).__name__}"
    hand.page.goto("/")
    hand.press(hand.page.get_by_role("link", name="Ajustes"))
    hand.press(hand.page.get_by_role("link", name="Pessoas"))
    hand.press(hand.page.get_by_role("link", name="Nova pessoa"))
    hand.put(hand.page.locator("#nome"), name)
    hand.press(hand.page.get_by_role("button", name="Criar"))
    expect(hand.page.locator("#senha-feita")).to_be_visible()
    assert name in {row["nome"] for row in rig.rows(db.pessoa)}


def ones_own_password_is_changed(hand: Hand, rig: Rig, _court: Court) -> None:
    before, after = (OTHER_PASSWORD, PASSWORD) if isinstance(hand, Keys) else (PASSWORD, OTHER_PASSWORD)
    hand.page.goto("/")
    hand.press(hand.page.locator("details.pessoa summary"))
    hand.press(hand.page.get_by_role("link", name="Minha conta"))
    for field, text in (("#senha-atual", before), ("#senha_nova", after), ("#senha_repetida", after)):
        hand.put(hand.page.locator(field), text)
    hand.press(hand.page.get_by_role("button", name="Mudar a senha"))
    expect(hand.page.locator("main")).to_contain_text("A sua senha foi mudada")


# The most clicks of each.
TASKS: dict[Task, int] = {
    a_ficha_with_a_seal: 2,
    the_queue_of_numbered_paper_goes_on: 3,
    a_seal_by_its_code: 0,
    a_seal_by_livro_and_folha: 0,
    a_value_is_rectified: 3,
    a_seal_is_excluded: 3,
    what_the_court_refused_is_sent_again: 4,
    the_day_of_the_counter_is_loaded: 3,
    the_photocopies_of_the_day: 2,
    signatures_are_missing_then_all_there: 6,
    the_seals_of_a_month_as_a_spreadsheet: 2,
    the_totals_of_a_month: 1,
    a_comparison_with_the_court: 2,
    the_end_of_the_certificate: 1,
    a_new_employee_comes: 4,
    ones_own_password_is_changed: 3,
}


@pytest.mark.parametrize("task", TASKS, ids=lambda task: task.__name__)
def test_each_task_takes_few_clicks_and_none_by_the_keyboard(
    both: tuple[Rig, Court], window: BrowserContext, task: Task
) -> None:
    for kind in (Hand, Keys):
        page = window.new_page()
        hand = kind(page)
        task(hand, *both)
        assert hand.clicks <= (TASKS[task] if kind is Hand else 0)
        page.close()


def test_a5_a_key_is_revoked_in_three_clicks_and_a_reason(both: tuple[Rig, Court], browser: Browser) -> None:
    rig, _court = both
    with rig.office.db.write() as conn:
        people.create_person(conn, 1, "adao", "Adão Reis", "administrador", PASSWORD, rig.clock())
        people.create_key(conn, 1, "máquina vendida", ["imprimir"], rig.clock())
    with served(create_app(rig.office)) as address:
        context = browser.new_context(base_url=address, locale="pt-BR")
        hand = Hand(enter(context.new_page(), "adao"))
        hand.press(hand.page.get_by_role("link", name="Ajustes"))
        hand.press(hand.page.get_by_role("link", name="Chaves"))
        hand.press(hand.page.get_by_role("row", name="máquina vendida").get_by_role("link", name="Revogar"))
        expect(hand.page.locator("#motivo")).to_be_focused()
        hand.page.keyboard.type("a máquina foi vendida")
        hand.page.keyboard.press("Enter")
        expect(hand.page.locator("main")).to_contain_text("foi revogada")
        context.close()
    assert hand.clicks == 3
    assert [row["revogada_em"] is not None for row in rig.rows(db.chave_api) if row["nome"] == "máquina vendida"] == [
        True
    ]
