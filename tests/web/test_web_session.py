"""The session at a counter's computer: warned before it ends, and entered again over the form (A5, A7)."""

import sqlalchemy as sa
from playwright.sync_api import Page, expect
from web_rig import PASSWORD, Rig, enter

from printserver import db

REASON = "o valor saiu errado no papel"


def end_all_sessions(rig: Rig) -> None:
    with rig.office.db.write() as conn:
        conn.execute(sa.update(db.sessao).where(db.sessao.c.fim_em.is_(None)).values(fim_em=rig.clock()))


def test_a5_two_minutes_before_the_end_the_page_asks_and_goes_on(page: Page, rig: Rig) -> None:
    page.clock.install()
    enter(page, "rui")
    dialog = page.locator("#ociosa")
    page.clock.run_for(27 * 60_000)
    expect(dialog).to_be_hidden()
    page.clock.run_for(65_000)
    expect(dialog).to_be_visible()
    with page.expect_response("**/conta/presente") as answer:
        page.keyboard.press("Enter")
    assert answer.value.status == 204
    expect(dialog).to_be_hidden()
    page.clock.run_for(5_000)
    expect(dialog).to_be_hidden()
    page.clock.run_for(28 * 60_000)
    expect(dialog).to_be_visible()


def test_a7_who_was_logged_out_enters_over_the_form_and_sends_it(page: Page, rig: Rig) -> None:
    enter(page, "rui")
    code = rig.livro()["selos"][0]["codigo"]
    page.goto(f"/selos/{code}/retificar")
    page.locator("#motivo").fill(REASON)
    page.locator("#identificador").fill("ATA-77")
    end_all_sessions(rig)
    dialog = page.locator("#voltar")
    expect(dialog).to_be_visible()  # a poll found it out
    page.keyboard.type("errada, errada")
    page.keyboard.press("Enter")
    expect(dialog.get_by_role("alert")).to_contain_text("não conferem")
    page.keyboard.type(PASSWORD)
    page.keyboard.press("Enter")
    expect(dialog).to_be_hidden()
    expect(page.locator("#motivo")).to_have_value(REASON)
    page.get_by_role("button", name="Ver o que muda").click()
    expect(page.get_by_text("ATA-77").first).to_be_visible()
    page.locator("button[name=confirmo]").click()
    page.wait_for_url(lambda address: "retificar" not in address)
    expect(page.locator("main")).to_contain_text("ATA-77")


def test_wcag_3_3_8_passwords_may_be_pasted(page: Page) -> None:
    page.goto("/entrar")
    page.locator("#usuario").fill("colada do cofre de senhas")
    page.locator("#usuario").press("Control+A")
    page.keyboard.press("Control+C")
    page.locator("#senha").press("Control+V")
    expect(page.locator("#senha")).to_have_value("colada do cofre de senhas")
    enter(page, "rui")
    page.goto("/conta")
    for field in ("#senha-atual", "#senha_nova", "#senha_repetida"):
        page.locator(field).press("Control+V")
        expect(page.locator(field)).to_have_value("colada do cofre de senhas")
