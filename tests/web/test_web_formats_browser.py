"""The editor of a format in a browser: a block moved by keys alone, by pointer, by its fields (WCAG 2.5.7)."""

import hashlib
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser, Page
from web_rig import Clock, Rig, axe_faults, enter, open_office, served

from printserver.rendering.page_pictures import draw_page
from printserver.server.app import create_app

X, Y = '[name="f.bloco.x"]', '[name="f.bloco.y"]'
IDLE = "#formato[data-desenho]:not([data-desenho=espera])"


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    with open_office(tmp_path_factory.mktemp("editor") / "serventia", Clock()) as opened:
        shipped = opened.office.formatos.shipped_file("certidao").replace("inferior = 25.0", "inferior = 85.0")
        fixed = 'onde = "ultima"\ncanto = "inferior-esquerdo"\nx = 30.0\ny = 25.0\nlargura = 160.0\naltura = 46.3'
        folder = opened.office.instance / "formatos"
        (folder / "certidao-nossa.toml").write_text(shipped.replace('onde = "fim"', fixed))
        livro = opened.office.formatos.shipped_file("livro-notas-216x305").replace("inferior = 28.0", "inferior = 70.0")
        (folder / "livro-nosso.toml").write_text(livro.replace('onde = "fim"', fixed.replace("46.3", "40.0")))
        yield opened


@pytest.fixture(scope="module")
def page(browser: Browser, rig: Rig) -> Iterator[Page]:
    with served(create_app(rig.office)) as url:
        context = browser.new_context(base_url=url, viewport={"width": 1366, "height": 768}, locale="pt-BR")
        context.set_default_timeout(60_000)
        opened, wrong = context.new_page(), list[str]()
        opened.on("pageerror", lambda error: wrong.append(str(error)))
        opened.on("console", lambda line: wrong.append(line.text) if "Content Security" in line.text else None)
        yield enter(opened, "tereza")
        context.close()
        assert wrong == []


def drawn(page: Page) -> str:
    """Wait until the page that was asked for last is drawn; return the hash of its PDF, or `errado`."""
    page.wait_for_selector(IDLE)
    return str(page.get_attribute("#formato", "data-desenho"))


def tab_to(page: Page, selector: str) -> None:
    """Press Tab until the element has the focus."""
    for _ in range(120):
        page.keyboard.press("Tab")
        if page.evaluate("selector => document.activeElement.matches(selector)", selector):
            return
    raise AssertionError(f"no Tab leads to {selector}")


def _number(page: Page, selector: str) -> float:
    return float(page.input_value(selector).replace(",", "."))


def test_p1_a_block_is_moved_and_proofed_by_keys_alone(rig: Rig, page: Page) -> None:
    page.goto("/ajustes/formatos/certidao-nossa")
    before = drawn(page)
    tab_to(page, "#bloco-movel")
    for key in ("ArrowRight", "ArrowRight", "Shift+ArrowUp", "ArrowUp", "Shift+ArrowLeft"):
        page.keyboard.press(key)
    assert (page.input_value(X), page.input_value(Y)) == ("29,2", "26,1")
    assert page.inner_text("#lugar-do-bloco") == "Bloco do selo a 29,2 mm da esquerda e 224,6 mm de cima."
    assert drawn(page) not in (before, "errado")
    tab_to(page, "button.principal[form=formato]")
    page.keyboard.press("Enter")
    page.wait_for_selector(".recado")
    block = rig.office.formatos.get("certidao-nossa").bloco
    assert (block.x, block.y) == (29.2, 26.1)
    shown = drawn(page)
    tab_to(page, "a[href$='/prova']")
    page.keyboard.press("Enter")
    page.wait_for_selector("#fila:focus")
    tab_to(page, "main form button.principal")
    page.keyboard.press("Enter")
    page.wait_for_selector(".recado:has-text('A prova foi para a fila notas')")
    (proof,) = (rig.office.instance / "saida" / "notas").glob("prova-*.pdf")
    assert hashlib.sha256(proof.read_bytes()).hexdigest() == shown  # the sheet is what the screen showed
    image = page.get_attribute("#folha-viva img", "src")
    assert image is not None
    side = int(re.findall(r"/(\d+)\.png", image)[0])
    assert page.request.get(image).body() == draw_page(proof.read_bytes(), side, 660)


def test_a7_pointer_keys_and_fields_say_the_same_and_stay_on_the_page(page: Page) -> None:
    page.goto("/ajustes/formatos/certidao-nossa")
    drawn(page)
    box = page.locator("#bloco-movel").bounding_box()
    sheet = page.locator("#folha-viva").bounding_box()
    assert box is not None and sheet is not None
    millimetre, before = sheet["width"] / 210, [_number(page, each) for each in (X, Y)]
    page.mouse.move(box["x"] + 40, box["y"] + 20)
    page.mouse.down()
    page.mouse.move(box["x"] + 40 - 5 * millimetre, box["y"] + 20 - 3 * millimetre, steps=4)
    page.mouse.up()
    moved_by = [_number(page, each) - old for each, old in zip((X, Y), before, strict=True)]
    assert abs(moved_by[0] + 5) < 0.3 and abs(moved_by[1] - 3) < 0.3
    assert drawn(page) != "errado"
    page.fill(X, "40")
    moved = page.locator("#bloco-movel").bounding_box()
    assert moved is not None and abs((moved["x"] - sheet["x"]) / millimetre - 40) < 0.5
    page.focus("#bloco-movel")
    for _ in range(40):
        page.keyboard.press("Shift+ArrowRight")
    assert page.input_value(X) == "50,0"  # 210 mm, less the 160 of the block
    page.focus(X)
    page.keyboard.press("ArrowUp")
    page.keyboard.press("Shift+ArrowDown")
    assert page.input_value(X) == "49,1"
    page.focus("[data-margem=superior]")
    page.keyboard.press("Shift+ArrowDown")
    assert page.input_value('[name="f.margens.superior"]') == "31,0"
    assert page.get_attribute("[data-margem=superior]", "aria-valuetext") == "31,0 mm"
    drawn(page)


def test_p2_on_a_mirrored_back_the_block_moves_where_the_arrow_points(page: Page) -> None:
    page.goto("/ajustes/formatos/livro-nosso")
    drawn(page)
    page.select_option("#folha", "2")
    drawn(page)
    before = page.locator("#bloco-movel").bounding_box()
    page.focus("#bloco-movel")
    for _ in range(5):
        page.keyboard.press("Shift+ArrowRight")
    after = page.locator("#bloco-movel").bounding_box()
    assert before is not None and after is not None and after["x"] > before["x"]
    assert page.input_value(X) == "25,0"  # counted from the other side there
    assert drawn(page) != "errado"


def test_a7_what_is_wrong_is_said_while_one_types_and_the_last_page_stays(page: Page) -> None:
    page.goto("/ajustes/formatos/certidao-nossa")
    before = page.get_attribute("#folha-viva img", "src")
    page.fill('[name="f.margens.inferior"]', "30")
    assert drawn(page) == "errado"
    assert "fica sobre área do texto" in page.inner_text('[id="erro-f.bloco.x"]')
    assert page.get_attribute(X, "aria-describedby") == "erro-f.bloco.x"
    assert page.get_attribute("#folha-viva img", "src") == before
    assert axe_faults(page) == []
    page.fill('[name="f.margens.inferior"]', "85")
    assert drawn(page) != "errado"
    assert page.locator("#formato .erro-campo").count() == 0


def test_a_block_that_followed_the_text_gets_a_fixed_place_where_it_stands(page: Page) -> None:
    page.goto("/ajustes/formatos/certidao")
    assert not page.is_visible(X)
    page.focus("#bloco-movel")
    page.keyboard.press("ArrowUp")
    assert "escolha um lugar fixo" in page.inner_text("#lugar-do-bloco")
    page.select_option('[name="f.bloco.onde"]', "ultima")
    assert (
        page.is_visible(X) and page.input_value(X) == "30,0" and page.input_value('[name="f.bloco.altura"]') == "46,3"
    )
    assert drawn(page) == "errado"  # it stands on the text until the margin makes room
    page.fill('[name="f.margens.inferior"]', "85")
    page.fill(Y, "25")
    assert drawn(page) != "errado"


def test_no_screen_of_the_formats_has_a_fault_that_axe_sees(page: Page) -> None:
    faults = []
    base = "/ajustes/formatos/certidao-nossa"
    paths = ["/ajustes", "/ajustes/formatos", "/ajustes/importar-formato", base, "/ajustes/formatos/livro-nosso"]
    for path in (*paths, *(f"{base}/{part}" for part in ("modelo", "versoes", "prova", "copiar", "apagar"))):
        page.goto(path)
        for width, height in ((1366, 768), (390, 844)):
            page.set_viewport_size({"width": width, "height": height})
            faults += [f"{path} at {width}: {each}" for each in axe_faults(page)]
            wide = page.evaluate("document.documentElement.scrollWidth")
            faults += [f"{path} at {width}: {wide} px wide"] if wide > width else []
    assert faults == []
