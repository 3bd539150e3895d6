"""The public look-up page that a QR leads to: the newest of the chain, its signature, an exclusion."""

import re
from datetime import timedelta
from urllib.parse import unquote

import pytest
from playwright.sync_api import Browser, expect
from seal_factory import SealFactory, higher_fees

from printserver.selo import Emolumentos
from support.court import Court
from support.office import Clock


def _query(qr: str) -> str:
    return "/?" + qr.partition("?")[2]


def _page(court: Court, path: str, status: int = 200) -> str:
    """Return a page's text, without its tags."""
    found, html = court.call("GET", path)
    assert found == status
    assert "SIMULADO" in html and 'lang="pt-BR"' in html
    return re.sub(r"\s+", " ", re.sub(r"<[^>]+>", " ", html))


def test_s5_the_qr_leads_to_its_seal_and_its_signature_is_checked(court: Court, factory: SealFactory) -> None:
    item = factory.item()
    court.send(item)
    text = _page(court, _query(factory.qr))
    assert "Selo válido" in text and "conferem com o registro" in text
    assert item["selo"] in text and "ES · Escritura" in text and "R$ 95,12" in text and "20/11/2026 às 14:30:00" in text
    assert "A.A" not in text and "P-2026" not in text  # neither parties nor identifier
    assert "conferem com o registro" in _page(court, "/?r=" + unquote(_query(factory.qr)[4:]).replace("%", "%25"))


@pytest.mark.parametrize(
    "change", [("%7C9512%7C", "%7C9513%7C"), ("%7C278%7C", "%7C0%7C"), ("%7C278%7C", "%7C278%7CAA")]
)
def test_s5_a_changed_qr_is_told(court: Court, factory: SealFactory, change: tuple[str, str]) -> None:
    court.send(factory.item())
    assert "O QR não confere" in _page(court, _query(factory.qr).replace(*change))


def test_s5_the_qr_of_another_seal_does_not_hold(court: Court, factory: SealFactory) -> None:
    one = factory.item()
    other = factory.item()
    court.send(one, other)
    assert "O QR não confere" in _page(court, _query(factory.qr).replace(other["selo"], one["selo"]))


def test_r1_a_rectified_seal_leads_to_the_newest(court: Court, factory: SealFactory, clock: Clock) -> None:
    first = factory.item()
    qr = factory.qr
    second = factory.item(retifica=first["selo"], fees=higher_fees())
    third = factory.item(retifica=second["selo"], fees=higher_fees("2.00"))
    court.send(first, second, third)
    for path in (_query(qr), f"/?selo={second['selo']}"):
        text = _page(court, path)
        assert "Selo retificado" in text and "R$ 97,12" in text and "R$ 95,12" not in text
        assert all(each["selo"] in text for each in (first, second, third))
    assert "conferem com o registro" in _page(court, _query(qr))
    assert "Selo válido" in _page(court, f"/?selo={third['selo']}")


def test_r1_an_excluded_act_says_so(court: Court, factory: SealFactory) -> None:
    first = factory.item()
    qr = factory.qr
    xa = factory.xa(first)
    court.send(first, xa)
    for path in (_query(qr), f"/?selo={first['selo']}", f"/?selo={xa['selo']}"):
        text = _page(court, path)
        assert "Ato excluído" in text and "Selo válido" not in text and "o que vale" not in text


def test_t1_late_isento_and_links_are_shown(court: Court, factory: SealFactory, clock: Clock) -> None:
    late = factory.item(moment=clock() - timedelta(hours=25))
    free = factory.item(fees=Emolumentos.zero())
    court.send(late, free)
    court.link_selos(late["selo"], free["selo"])
    assert "fora do prazo de 24 horas" in _page(court, f"/?selo={late['selo']}")
    text = _page(court, f"/?selo={free['selo'].lower()[:10]}%20{free['selo'][10:]}")
    assert "Ato isento" in text and "Vinculado a" in text and late["selo"] in text
    assert "Selos vinculados a este" in _page(court, f"/?selo={late['selo']}")


def test_d1_the_iss_apart_is_said(court: Court, factory: SealFactory) -> None:
    court.send(factory.item("FC", iss_a_parte=True))
    text = _page(court, _query(factory.qr))
    assert "conferem com o registro" in text and "R$ 92,34" in text and "não faz parte do total" in text


def test_what_is_not_there_is_told_with_what_to_do(court: Court, factory: SealFactory) -> None:
    refused = factory.with_line(factory.item(), f13="1")
    court.send(refused)
    for code in (factory.item()["selo"], refused["selo"]):
        assert "não consta. Um selo é comunicado em até 24 horas" in _page(court, f"/?selo={code}", 404)
    assert "Código errado" in _page(court, "/?selo=1234561ES0000000000099267", 404)
    assert "QR ilegível" in _page(court, "/?r=lixo", 404)
    assert "&lt;script&gt;" in court.call("GET", "/?selo=%3Cscript%3E")[1].lower()


def test_the_form_takes_a_code_on_a_phone(court: Court, factory: SealFactory, browser: Browser) -> None:
    item = factory.item()
    court.send(item)
    page = browser.new_page(viewport={"width": 390, "height": 800})
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(court.url)
    page.get_by_label("Código do selo").fill(item["selo"].lower())
    page.get_by_role("button", name="Consultar").click()
    expect(page.get_by_role("status")).to_have_text(re.compile(r"^\s*Selo válido"))
    expect(page.locator(".simulado")).to_have_css("color", "rgb(255, 255, 255)")  # the style sheet is there
    assert page.evaluate("document.documentElement.scrollWidth") == 390
    assert said == []
    page.close()
