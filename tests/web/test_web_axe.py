"""WCAG 2.2 AA on every screen and in its states, at a desk and on a phone; what axe cannot see has tests of its own."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page
from web_rig import AXE_SCRIPT, Rig, axe_faults

from printserver.web.screens import SCREENS

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
    r"/vivo|/tribunal/faixa|/pdf|/paginas|/exportar|/mandar$|/xa$|/selo$|/comunicar|/continuar|<nome>|[.]svg"
)


@pytest.fixture(scope="module")
def states(rig: Rig) -> dict[str, str]:
    """Paths of every screen with something on it, and of its other states."""
    traslado = rig.traslado()
    livro = rig.livro()
    before, held = rig.xa_question()
    ficha = rig.ficha_question()
    waits = rig.send({"tipo": "livro", "instrumento": rig.instrumento()})
    four = rig.of_four_pages("frente")
    code = livro["selos"][0]["codigo"]
    known = {"job_id": livro["id"], "codigo": code, "nome": "certidao"}
    paths = {rule: re.sub(r"<(?:\w+:)?(\w+)>", lambda name: known.get(name[1], "1"), rule) for rule in _screens()}
    paths["/trabalhos/<job_id>/pergunta"] = f"/trabalhos/{held['id']}/pergunta"
    paths["/trabalhos/<job_id>/cancelar"] = f"/trabalhos/{waits['id']}/cancelar"
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


def test_no_screen_has_a_fault_that_axe_sees_nor_a_target_under_24_px(desk: Page, states: dict[str, str]) -> None:
    faults = []
    desk.add_init_script(AXE_SCRIPT)
    for name, path in states.items():
        desk.goto(path)
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
