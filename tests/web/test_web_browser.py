"""The screens in a real browser: the keyboard alone, alive without reload, without JavaScript, at phone width."""

import re

import pytest
from playwright.sync_api import Browser, Page, Route, expect
from web_rig import PASSWORD, Rig, enter

from printserver import jobs

REASON = "o nome da outorgante saiu errado"


def _focused(page: Page) -> str:
    return str(page.evaluate("document.activeElement.id || document.activeElement.textContent.trim()"))


def _has_focus(page: Page, name: str) -> None:
    """Wait until the element of that id or text has the focus."""
    here = "name => (document.activeElement.id || document.activeElement.textContent.trim()) === name"
    page.wait_for_function(here, arg=name)


def _tab_to(page: Page, name: str) -> None:
    """Press Tab until the element of that id, name or text has the focus."""
    here = "[document.activeElement.id, document.activeElement.name, document.activeElement.textContent.trim()]"
    for _ in range(60):
        page.keyboard.press("Tab")
        if name in page.evaluate(here):
            return
    raise AssertionError(f"Tab never reaches {name}")


def _question(page: Page, job_id: str) -> None:
    page.goto(f"/trabalhos/{job_id}/pergunta")
    page.wait_for_function("document.activeElement !== document.body")


def test_a_wrong_password_is_told_and_the_right_one_gets_in_by_keyboard(page: Page) -> None:
    page.goto("/entrar")
    _has_focus(page, "usuario")
    page.keyboard.type("maria")
    page.keyboard.press("Tab")
    page.keyboard.type("errada")
    page.keyboard.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="não conferem")).to_be_visible()
    _has_focus(page, "senha")
    assert page.input_value("#usuario") == "maria"
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(page.locator("details.pessoa summary")).to_have_text("Maria")


def test_x3_enter_on_the_question_as_it_opens_is_a_no(desk: Page, rig: Rig) -> None:
    before, held = rig.xa_question()
    _question(desk, held["id"])
    _has_focus(desk, "Não, não imprimir")
    expect(desk.get_by_role("button", name="Não, não imprimir")).to_be_in_viewport()
    desk.keyboard.press("Enter")
    expect(desk.get_by_text("Resposta registrada: NÃO")).to_be_visible()
    assert rig.job(held["id"])["estado"] == "cancelado"
    assert rig.job(before["id"])["selos"] == before["selos"]


def test_x2_a_yes_by_the_keyboard_alone_from_the_board_to_the_paper(desk: Page, rig: Rig) -> None:
    _before, held = rig.traslado_question()
    desk.goto("/")
    _tab_to(desk, f"responder-{held['id']}")
    desk.keyboard.press("Enter")
    desk.wait_for_url("**/pergunta")
    _tab_to(desk, "motivo")
    desk.keyboard.type(REASON)
    _tab_to(desk, "papel_em_maos")
    desk.keyboard.press("Space")
    _tab_to(desk, "Sim, excluir 1 selo e imprimir de novo")
    desk.keyboard.press("Enter")
    expect(desk.get_by_text("Resposta registrada: SIM")).to_be_visible()
    rig.engine.run_once()
    assert rig.job(held["id"])["estado"] == "impresso"
    expect(desk.locator(".situacao")).to_contain_text("Impresso")


@pytest.mark.parametrize("javascript", [True, False])
def test_x2_enter_in_a_field_never_says_yes(browser: Browser, url: str, rig: Rig, javascript: bool) -> None:
    _before, held = rig.traslado_question()
    context = browser.new_context(base_url=url, java_script_enabled=javascript)
    try:
        page = enter(context.new_page(), "maria")
        page.goto(f"/trabalhos/{held['id']}/pergunta")
        page.fill("#motivo", REASON)
        page.check("[name=papel_em_maos]")
        page.keyboard.press("Enter")
        page.get_by_role("button", name=re.compile("^Sim")).wait_for()
        assert page.input_value("#motivo") == REASON
        assert page.is_checked("[name=papel_em_maos]")
        assert rig.job(held["id"])["pergunta"] is not None
    finally:
        context.close()


def test_x2_a_yes_that_lacks_something_is_not_even_sent(desk: Page, rig: Rig) -> None:
    _before, held = rig.traslado_question()
    _question(desk, held["id"])
    desk.get_by_role("button", name=re.compile("^Sim")).click()
    _has_focus(desk, "motivo")
    assert desk.evaluate("document.activeElement.matches(':invalid')")


def test_yes_and_no_stand_far_apart_and_in_sight_with_the_question_and_its_term(desk: Page, rig: Rig) -> None:
    _before, held = rig.traslado_question()
    for size in ({"width": 1366, "height": 768}, {"width": 390, "height": 844}):
        desk.set_viewport_size(size)
        _question(desk, held["id"])
        no, yes = (desk.get_by_role("button", name=re.compile(f"^{word}")) for word in ("Não", "Sim"))
        a, b = no.bounding_box(), yes.bounding_box()
        assert a is not None
        assert b is not None
        assert b["x"] - (a["x"] + a["width"]) > 80 or b["y"] - (a["y"] + a["height"]) > 200
        if size["width"] == 1366:
            term = desk.get_by_text(re.compile("Exclusão possível até"))
            for each in (desk.locator("h1"), term, no, yes, desk.get_by_role("link", name="Decidir depois")):
                expect(each).to_be_in_viewport(ratio=1)


def test_n9_the_ficha_opens_on_deciding_later_and_is_answered_by_keyboard(desk: Page, rig: Rig) -> None:
    held = rig.ficha_question()
    _question(desk, held["id"])
    _has_focus(desk, "Decidir depois")
    desk.keyboard.press("Shift+Tab")
    _has_focus(desk, "Imprimir com selo")
    desk.keyboard.press("Enter")
    expect(desk.get_by_text("ficha COM SELO")).to_be_visible()
    assert len(rig.job(held["id"])["selos"]) == 1


def test_the_board_lives_without_reload_and_keeps_the_focus(desk: Page, rig: Rig) -> None:
    first = rig.livro()
    desk.goto("/")
    desk.evaluate("window.same = true")
    desk.focus(f"#trabalho-{first['id']}")
    data = {"tipo": "livro", "instrumento": rig.instrumento()}
    job = rig.send(data)
    row = desk.locator("tr", has=desk.locator(f"#trabalho-{job['id']}"))
    expect(row).to_contain_text("Aceito")
    rig.engine.run_once()
    expect(row).to_contain_text("Impresso")
    held = rig.send(data)
    expect(desk.locator(f"#responder-{held['id']}")).to_be_visible()
    expect(desk).to_have_title(re.compile(r"^\(\d+\) Hoje"))
    _has_focus(desk, f"trabalho-{first['id']}")
    assert desk.evaluate("window.same")


def test_a_filter_works_as_it_is_typed_and_stays_in_the_address(desk: Page, rig: Rig) -> None:
    one, other = rig.livro(), rig.livro()
    desk.goto("/impressoes")
    desk.evaluate("window.same = true")
    desk.type("#texto", one["documento"]["instrumento"])
    expect(desk.locator(f"#trabalho-{other['id']}")).to_have_count(0)
    expect(desk.locator(f"#trabalho-{one['id']}")).to_be_visible()
    assert desk.evaluate("window.same")
    desk.reload()
    expect(desk.locator(f"#trabalho-{one['id']}")).to_be_visible()
    assert desk.input_value("#texto") == one["documento"]["instrumento"]
    desk.click(f"#trabalho-{one['id']}")
    desk.go_back()
    expect(desk.locator("header .topo")).to_be_visible()


def test_a_job_page_shows_the_marked_copy_once_it_exists(desk: Page, rig: Rig) -> None:
    job = rig.send({"tipo": "livro", "instrumento": rig.instrumento()})
    desk.goto(f"/trabalhos/{job['id']}")
    expect(desk.get_by_text("O PDF ainda não existe")).to_be_visible()
    rig.engine.run_once()
    page = desk.get_by_role("img", name="Página 1 de 1")
    expect(page).to_be_visible()
    desk.wait_for_function("image => image.complete && image.naturalWidth === 660", arg=page.element_handle())
    expect(desk.locator(".situacao")).to_contain_text("Impresso")
    with desk.context.expect_page() as opened:
        desk.get_by_role("link", name="Abrir o PDF").click()
    assert opened.value.url.endswith("/pdf")


def test_x1_who_looks_at_a_question_sees_that_someone_else_answered_it(desk: Page, rig: Rig) -> None:
    _before, held = rig.xa_question()
    _question(desk, held["id"])
    desk.fill("#motivo", REASON)
    answer = {"confirma": False, "escrevente": "rui"}
    jobs.answer_xa(rig.office, rig.autor, held["id"], answer)
    told = desk.get_by_role("alert").filter(has_text="já foi respondida")
    expect(told).to_be_visible()
    expect(told).to_contain_text("Rui Prado")
    assert desk.input_value("#motivo") == REASON


def test_a_page_that_nobody_sees_asks_nothing(desk: Page, rig: Rig) -> None:
    desk.goto("/")
    asked: list[str] = []
    desk.on("request", lambda request: asked.append(request.url) if "/vivo/" in request.url else None)
    poll = "htmx.trigger(document.querySelector('[data-vivo]'), 'acordar')"
    desk.evaluate("Object.defineProperty(document, 'hidden', {get: () => window.unseen, configurable: true})")
    desk.evaluate(f"window.unseen = true; {poll}")
    before = len(asked)
    with desk.expect_request("**/vivo/espera*"):
        desk.evaluate("window.unseen = false; document.dispatchEvent(new Event('visibilitychange'))")
    assert before == 0


def test_a_lost_server_is_said_and_its_return_too(desk: Page) -> None:
    def lost(route: Route) -> None:
        route.abort()

    desk.goto("/")
    expect(desk.locator("#sem-contato")).to_be_hidden()
    desk.route("**/vivo/*", lost)
    expect(desk.locator("#sem-contato")).to_be_visible()
    desk.unroute("**/vivo/*", lost)
    expect(desk.locator("#sem-contato")).to_be_hidden()


def test_who_was_logged_out_is_led_to_the_login_by_the_next_poll(desk: Page) -> None:
    desk.goto("/impressoes?tipo=livro")
    desk.context.clear_cookies()
    desk.wait_for_url(re.compile(r"/entrar\?"))
    desk.fill("#usuario", "maria")
    desk.fill("#senha", PASSWORD)
    desk.keyboard.press("Enter")
    desk.wait_for_url(re.compile(r"/impressoes\?tipo=livro$"))


def test_everything_works_without_javascript(browser: Browser, url: str, rig: Rig) -> None:
    context = browser.new_context(base_url=url, java_script_enabled=False)
    try:
        page = enter(context.new_page(), "maria")
        job = rig.livro()
        page.fill("#q", job["documento"]["instrumento"])
        page.press("#q", "Enter")  # one hit opens at once
        page.wait_for_url(f"**/trabalhos/{job['id']}")
        expect(page.locator("main")).to_contain_text(job["documento"]["instrumento"])
        _before, held = rig.traslado_question()
        page.goto("/")
        page.click(f"#responder-{held['id']}")
        page.fill("#motivo", REASON)
        page.check("[name=papel_em_maos]")
        page.get_by_role("button", name=re.compile("^Sim")).click()
        expect(page.get_by_text("Resposta registrada: SIM")).to_be_visible()
        assert len(rig.job(held["id"])["selos"]) == 1
    finally:
        context.close()


def test_nothing_is_cut_off_at_phone_width_however_long_the_names(desk: Page, rig: Rig) -> None:
    desk.set_viewport_size({"width": 390, "height": 844})
    long = rig.instrumento("ESCRITURA-MUITO-LONGA-" * 3)
    long["atos"][0]["descricao"] = "Venda e compra com instituição de usufruto vitalício e incomunicabilidade"
    job = rig.printed({"tipo": "livro", "instrumento": long})
    held, ficha = rig.send({"tipo": "livro", "instrumento": long}), rig.ficha_question()
    stopped = rig.send({"tipo": "livro", "instrumento": rig.instrumento()})
    for path in (
        "/",
        "/impressoes?texto=nada-disto",
        "/procurar?q=escritura-muito",
        "/nada",
        f"/trabalhos/{job['id']}",
        f"/trabalhos/{job['id']}/folhas",
        f"/trabalhos/{held['id']}/pergunta",
        f"/trabalhos/{ficha['id']}/pergunta",
        f"/trabalhos/{stopped['id']}/cancelar",
        f"/trabalhos/{job['id']}/reenviar",
    ):
        desk.goto(path)
        wide = desk.evaluate("document.documentElement.scrollWidth")
        assert wide <= 390, path


def test_every_control_shows_where_the_focus_is(desk: Page, rig: Rig) -> None:
    _before, held = rig.traslado_question()
    _question(desk, held["id"])
    seen = set()
    for _ in range(20):
        desk.keyboard.press("Tab")
        style = "getComputedStyle(document.activeElement)"
        if desk.evaluate("document.activeElement === document.body"):
            break
        seen.add(_focused(desk))
        assert desk.evaluate(f"parseFloat({style}.outlineWidth) >= 3 && {style}.outlineStyle !== 'none'"), _focused(
            desk
        )
    assert "motivo" in seen
