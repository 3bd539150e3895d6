"""WCAG 2.2 AA on every screen and in its states, at a desk and on a phone; what axe cannot see has tests of its own."""

import re
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page
from web_rig import AXE_SCRIPT, PASSWORD, Rig, axe_faults, enter

from printserver import incidents, models
from printserver.counter import acts
from printserver.office import people
from printserver.web.screens import SCREENS
from support import civil_documents as civil

SIZES = ((1366, 768), (390, 844))
# What one clicks or touches, but for links in a text: of a tick, its whole label.
SMALL_TARGETS = """() => {
    const targets = "button, summary, .botao, nav a, select, textarea, input:not([type=hidden])";
    return [...document.querySelectorAll(targets)].filter(each => each.checkVisibility()).filter(each => {
        const tick = each.matches("[type=checkbox], [type=radio]");
        const box = (tick && each.closest("label") || each).getBoundingClientRect();
        return box.width > 0 && (box.width < 24 || box.height < 24);
    }).map(each => each.outerHTML.slice(0, 120));
}"""
# Where no GET of it makes a screen: downloads and images; buttons without a page; parts that another screen polls.
NOT_SCREENS = re.compile(
    r"/vivo|/tribunal/faixa|/pdf|[.]pdf|/paginas|/exportar|/mandar$|/xa$|/selo$|/comunicar|/continuar|^/central/<|[.]svg|[.]png"
)


@pytest.fixture(scope="module")
def states(rig: Rig, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Paths of every screen with something on it, and of its other states."""
    traslado = rig.traslado()
    livro = rig.livro()
    before, held = rig.xa_question()
    ficha = rig.ficha_question()
    waits = rig.send({"tipo": "livro", "instrumento": rig.instrumento()})
    four = rig.of_four_pages("frente")
    issued = rig.printed(civil.certidao(1, assento=civil.assento(1, de_antes=True), **civil.VALUE))
    act = {"ato": "AU", "papel": "AU0371ZC 0000001", "servico": "certidao-notas", "escrevente": "maria"}
    number = str(acts.register(rig.office, rig.autor, act)[0]["id"])
    folder = tmp_path_factory.mktemp("modelos")
    shutil.copy(Path(__file__).parent.parent / "data" / "rtf" / "13-wpt-certidao-negativa.rtf", folder)
    models.import_folder(rig.office, rig.autor, folder, folder / "provas")
    with rig.office.db.read() as conn:
        model = models.newest(conn, rig.office)[0].id
    with rig.office.db.write() as conn:
        incidents.open_incident(conn, rig.office, "copia-velha", "a última cópia é de 19/11/2026", rig.clock())
    code = livro["selos"][0]["codigo"]
    known = {"job_id": livro["id"], "codigo": code, "capitulo": "nas-telas", "usuario": "maria", "nome": "livro"}
    known |= {
        "fila": "notas",
        "servico": "certidao-notas",
        "dia": "sempre",
        "ato": "1.PR",
        "numero": "1",
        "number": number,
    }
    paths = {rule: re.sub(r"<(?:\w+:)?(\w+)>", lambda name: known.get(name[1], "1"), rule) for rule in _screens()}
    paths["/ajustes/modelos/<int:numero>"] = f"/ajustes/modelos/{model}"
    paths["/ajustes/modelos/<int:numero>/corrigir"] = f"/ajustes/modelos/{model}/corrigir"
    paths["/certidoes/<job_id>"] = f"/certidoes/{issued['id']}"
    paths["/trabalhos/<job_id>/pergunta"] = f"/trabalhos/{held['id']}/pergunta"
    paths["/trabalhos/<job_id>/cancelar"] = f"/trabalhos/{waits['id']}/cancelar"
    paths["/ajustes/configuracao/<nome>"] = "/ajustes/configuracao/serventia.nome"
    paths |= {
        "a ficha's question": f"/trabalhos/{ficha['id']}/pergunta",
        "a print that waits for an answer": f"/trabalhos/{held['id']}",
        "a print not yet made": f"/trabalhos/{waits['id']}",
        "a print whose question is open": f"/trabalhos/{before['id']}",
        "what came out of four pages": f"/trabalhos/{four['id']}/folhas",
        "a traslado": f"/trabalhos/{traslado['id']}",
        "a search that finds": "/procurar?q=escritura",
        "a search that finds nothing": "/procurar?q=nada-disto",
        "no prints": "/impressoes?texto=nada-disto",
        "no seals": "/selos?livro=999999",
        "a wrong field": "/impressoes?de=ontem",
        "an unknown page": "/nada",
    }
    return paths


def _screens() -> Iterator[str]:
    for screen in SCREENS:
        if screen.see is not None and not NOT_SCREENS.search(screen.path):
            yield screen.path


@pytest.fixture
def heads(browser: Browser, url: str, rig: Rig) -> Iterator[tuple[Page, Page]]:
    """Windows of the tabelião and of the administrador: between them they may open every screen."""
    with rig.office.db.write() as conn:
        people.create_person(conn, 1, "adao", "Adão Reis", "administrador", PASSWORD, rig.clock())
    contexts = [browser.new_context(base_url=url, locale="pt-BR") for _ in range(2)]
    windows = [enter(each.new_page(), usuario) for each, usuario in zip(contexts, ("tereza", "adao"), strict=True)]
    yield windows[0], windows[1]
    for each in contexts:
        each.close()


def test_no_screen_has_a_fault_that_axe_sees_nor_a_target_under_24_px(
    heads: tuple[Page, Page], states: dict[str, str]
) -> None:
    faults = []
    admin_only = {each.path for each in SCREENS if each.see is not None and "tabeliao" not in each.see.papeis}
    for each in heads:
        each.add_init_script(AXE_SCRIPT)
    for name, path in states.items():
        desk = heads[name in admin_only]
        answer = desk.goto(path)
        assert answer is not None
        if answer.status not in ((404,) if name == "an unknown page" else (200, 409, 422)):
            faults.append(f"{name}: {answer.status}")
        if (stopped := desk.locator("[data-parou]:visible")).count() > 1:
            stopped.nth(1).click()
        for width, height in SIZES:
            desk.set_viewport_size({"width": width, "height": height})
            faults += [f"{name} at {width}: {each}" for each in axe_faults(desk)]
            if (wide := desk.evaluate("document.documentElement.scrollWidth")) > width:
                faults.append(f"{name} at {width}: {wide} px wide")
            faults += [f"{name} at {width}: under 24 px: {each}" for each in desk.evaluate(SMALL_TARGETS)]
    assert faults == []


def test_the_focus_is_never_hidden_behind_the_bar_at_the_foot(desk: Page, states: dict[str, str]) -> None:
    desk.set_viewport_size({"width": 390, "height": 844})
    for path in ("/", "/balcao", states["/trabalhos/<job_id>/folhas"], states["/selos/<codigo>/retificar"]):
        desk.goto(path)
        for _ in range(60):
            desk.keyboard.press("Tab")
            hidden = desk.evaluate(
                """() => {
                    const each = document.activeElement, bar = document.querySelector("nav.secoes");
                    if (each === document.body || bar.contains(each)) return null;
                    const box = each.getBoundingClientRect(), foot = bar.getBoundingClientRect();
                    return box.top >= foot.top ? each.outerHTML.slice(0, 120) : null;
                }"""
            )
            assert hidden is None, path
