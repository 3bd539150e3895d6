"""Whole tasks on paper, as a person at the counter does them: clicks are counted, then the keyboard alone (X1, X5)."""

import re

from playwright.sync_api import Page, expect
from web_rig import Person, Rig

from printserver import jobs

REASON = "o nome da outorgante saiu errado"


def _click_each(page: Page, *wanted: str) -> int:
    """Click each in turn, as soon as it is there, and return how many clicks it took."""
    for each in wanted:
        page.locator(each).click()
    return len(wanted)


def _said(rig: Rig, job_id: str) -> list[str]:
    return [str(each["estado"]) for each in jobs.reported(rig.office, job_id).values()]


def test_x5_a_jam_on_page_2_of_4_takes_three_clicks(desk: Page, rig: Rig) -> None:
    job = rig.of_four_pages("frente")
    desk.goto(f"/trabalhos/{job['id']}")
    clicks = _click_each(desk, "#ir-folhas", "[data-pagina='2'] [data-parou]")
    expect(desk.locator("[data-registrar]")).to_have_text("Registrar e imprimir 2 a 4")
    clicks += _click_each(desk, "[data-registrar]")
    expect(desk.get_by_role("status").filter(has_text="foi registrado")).to_be_visible()
    assert clicks == 3
    assert _said(rig, job["id"]) == ["boa", "inutilizada", "nao_saiu", "nao_saiu"]
    expect(desk.locator("#titulo-ditas ~ table")).to_contain_text("inutilizada")
    expect(desk.locator(".historico")).to_contain_text("imprimir de novo as páginas 2 a 4. Motivo: Papel atolado")
    rig.engine.run_once()
    expect(desk.locator(".situacao")).to_contain_text("Impresso")
    expect(desk.locator(".situacao")).not_to_contain_text("Conferir o papel")


def test_x5_a_click_on_the_image_goes_through_the_choices_and_the_keyboard_does_the_same(desk: Page, rig: Rig) -> None:
    job = rig.of_four_pages("frente")
    desk.goto(f"/trabalhos/{job['id']}/folhas")
    second = desk.locator("[data-pagina='2']")
    for state in ("boa", "inutilizada", "nao_saiu", "boa"):
        second.locator(".folha").click()
        expect(second.locator(":checked")).to_have_value(state)
    desk.reload()
    desk.locator("#parou").focus()
    desk.keyboard.press("ArrowDown")
    desk.keyboard.press("ArrowDown")
    expect(desk.locator("#motivo")).to_have_value("Papel atolado")
    desk.locator("[name=pagina_4]:checked").focus()
    desk.keyboard.press("ArrowUp")  # page 4 was spoiled too
    desk.locator("[data-registrar]").focus()
    desk.keyboard.press("Enter")
    expect(desk.get_by_role("status").filter(has_text="foi registrado")).to_be_visible()
    assert _said(rig, job["id"]) == ["boa", "inutilizada", "nao_saiu", "inutilizada"]


def test_x5_without_a_script_the_sheet_on_which_it_stopped_says_the_rest(maria: Person, rig: Rig) -> None:
    job = rig.of_four_pages("frente-verso")
    path = f"/trabalhos/{job['id']}/folhas"
    wrong = {"parou": "9", "motivo": "atolou", "confirmo": "sim"}
    assert maria.send(path, path, **wrong).status_code == 422
    typed = {"parou": "3", "pagina_1": "inutilizada", "imprimir": "sim", "motivo": "atolou", "confirmo": "sim"}
    answer = maria.send(path, path, **typed)
    assert answer.status_code == 303
    assert _said(rig, job["id"]) == ["inutilizada", "boa", "inutilizada", "inutilizada"]
    history = rig.job(job["id"])["historico"]
    assert history[-1]["detalhe"]["imprimir"] == "1,3-4"


def test_x1_no_takes_two_clicks_and_so_does_yes_from_the_first_page(desk: Page, rig: Rig) -> None:
    _before, held = rig.traslado_question()
    desk.goto("/")
    no = _click_each(desk, f"#responder-{held['id']}", "text=Não, não imprimir")
    expect(desk.get_by_text("Resposta registrada: NÃO")).to_be_visible()
    before, held = rig.xa_question()
    desk.goto("/")
    yes = _click_each(desk, f"#responder-{held['id']}")
    desk.keyboard.press("Tab")
    desk.fill("#motivo", REASON)
    yes += _click_each(desk, "button.perigo")
    expect(desk.get_by_text("Resposta registrada: SIM")).to_be_visible()
    assert (no, yes) == (2, 2)
    told = desk.locator(".historico")
    expect(told).to_contain_text(re.compile(f"Maria Souza respondeu sim.*Motivo: {REASON}"))
    desk.goto(f"/trabalhos/{before['id']}")
    expect(told).to_contain_text(f"Maria Souza pediu a exclusão (XA): {REASON}")
    expect(desk.locator(".situacao")).to_contain_text("o tribunal ainda não respondeu")
    desk.click("#ver-o-que-vale")
    desk.wait_for_url(f"**/trabalhos/{held['id']}")


def test_x1_deciding_later_leads_to_the_first_page_and_the_alternatives_lead_where_they_say(
    maria: Person, rig: Rig
) -> None:
    before, held = rig.traslado_question()
    page = maria.get(f"/trabalhos/{held['id']}/pergunta").get_data(as_text=True)
    assert '<a id="decidir-depois" href="/">' in page
    code = before["selos"][0]["codigo"]
    links = (f"/selos/{code}/retificar", f"/trabalhos/{before['id']}/folhas", f"/trabalhos/{before['id']}/substituir")
    for link in links:
        assert f'href="{link}"' in page
        assert maria.get(link).status_code == 200


def test_what_cannot_be_done_says_why(maria: Person, rig: Rig) -> None:
    job = rig.livro()
    page = maria.get(f"/trabalhos/{job['id']}").get_data(as_text=True)
    assert "As folhas saíram: informe só as que se estragaram." in page
    assert "O trabalho já terminou: nada há a cancelar." in page
