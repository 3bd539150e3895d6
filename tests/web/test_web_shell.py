"""What surrounds every screen, and the first page: sections, bell, what waits and ten prints in one view."""

import gzip
import re
from html import unescape

import pytest
from playwright.sync_api import Page, expect
from web_rig import Person, Rig

from printserver import jobs

REASON = "o nome da outorgante saiu errado"


def _text(person: Person, path: str) -> str:
    return person.get(path).get_data(as_text=True)


def test_a_question_rings_on_every_screen_and_says_when_it_is_mine(maria: Person, rig: Rig) -> None:
    _before, held = rig.xa_question()
    for path in ("/", "/impressoes", "/selos", "/balcao", "/tribunal", "/papel", "/assinaturas"):
        bell = re.search(r'id="sino"[^>]*data-esperam="(\d+)" data-minhas="(\d+)"', _text(maria, path))
        assert bell is not None, path
        assert int(bell[1]) >= int(bell[2]) >= 1
    jobs.answer_xa(rig.office, rig.autor, held["id"], {"confirma": False, "escrevente": "maria"})
    assert f"responder-{held['id']}" not in _text(maria, "/")


@pytest.mark.parametrize(
    ("path", "section"),
    [
        ("/", "Hoje"),
        ("/impressoes", "Impressões"),
        ("/balcao/numeros", "Balcão"),
        ("/selos", "Selos"),
        ("/assinaturas", "Selos"),
        ("/tribunal", "Tribunal"),
        ("/papel", "Papel"),
        ("/central", "Tribunal"),
    ],
)
def test_the_section_one_is_in_is_marked(maria: Person, path: str, section: str) -> None:
    marked = re.findall(r'aria-current="(?:page|true)">([^<]+)</a>', _text(maria, path).partition("</nav>")[0])
    assert marked == [section]


def test_what_rings_while_one_works_elsewhere_is_seen_heard_and_in_the_title(desk: Page, rig: Rig) -> None:
    desk.goto("/balcao/numeros")
    before = int(desk.locator("#sino").get_attribute("data-esperam") or 0)
    rig.xa_question()
    expect(desk.locator("#sino")).to_have_attribute("data-esperam", str(before + 1))
    expect(desk).to_have_title(re.compile(rf"^\({before + 1}\) "))
    expect(desk.locator("#anuncio")).to_contain_text(str(before + 1))


def test_the_search_and_the_persons_menu_work_by_keyboard(desk: Page, rig: Rig) -> None:
    job = rig.livro()
    desk.goto("/balcao/numeros")
    desk.locator("h1").click()
    desk.keyboard.press("/")
    expect(desk.locator("#q")).to_be_focused()
    desk.keyboard.type(job["documento"]["instrumento"])
    desk.keyboard.press("Enter")
    expect(desk).to_have_url(re.compile(f"/trabalhos/{job['id']}$"))  # one hit opens at once
    desk.locator("details.pessoa summary").press("Enter")
    expect(desk.get_by_role("button", name="Sair")).to_be_visible()
    desk.keyboard.press("Escape")
    expect(desk.get_by_role("button", name="Sair")).to_be_hidden()


def test_a_printed_screen_says_whose_it_is_and_when(desk: Page) -> None:
    desk.goto("/selos")
    desk.emulate_media(media="print")
    head = desk.locator(".papel-cabeca")
    expect(head).to_be_visible()
    expect(head).to_contain_text(re.compile(r"Impresso em \d\d/\d\d/\d{4} às \d\d:\d\d:\d\d por Maria Souza"))
    expect(desk.locator("header.cabeca")).to_be_hidden()
    desk.emulate_media(media="screen")


def test_what_a_screen_weighs_on_the_wire(maria: Person, rig: Rig) -> None:
    for _ in range(10):
        rig.livro()
    plain = maria.get("/")
    packed = maria.client.get("/", headers={"Accept-Encoding": "gzip"})
    assert packed.headers["Content-Encoding"] == "gzip"
    assert "Accept-Encoding" in packed.headers["Vary"]
    body = gzip.decompress(packed.get_data()).decode()
    assert "Últimas impressões" in body
    assert len(packed.get_data()) < len(plain.get_data()) / 3 < 20_000
    files = re.findall(r'(?:href|src)="(/estatico/[^"]+)"', body)
    assert len(files) >= 4
    answers = [maria.client.get(unescape(path), headers={"Accept-Encoding": "gzip"}) for path in files]
    assert len(packed.get_data()) + sum(len(answer.get_data()) for answer in answers) < 200_000
    style = next(answer for answer in answers if answer.mimetype == "text/css")
    again = {"Accept-Encoding": "gzip", "If-None-Match": style.headers["ETag"]}
    assert maria.client.get(unescape(files[1]), headers=again).status_code == 304


def test_a_download_is_sent_as_it_is(maria: Person) -> None:
    answer = maria.client.get("/selos/exportar?formato=csv", headers={"Accept-Encoding": "gzip"})
    assert (answer.status_code, answer.headers.get("Content-Encoding")) == (200, None)


def test_the_list_of_errors_leads_to_the_fields(desk: Page, rig: Rig) -> None:
    job = rig.livro()
    desk.goto(f"/selos/{job['selos'][0]['codigo']}/excluir")
    desk.get_by_label("O papel está em mãos").check()
    desk.locator("form [required]").evaluate_all("all => all.forEach(each => each.required = false)")
    desk.locator("main form button.perigo, main form button.principal").last.click()
    expect(desk).to_have_title(re.compile("Erro: "))
    desk.locator(".erro a[data-campo=motivo]").click()
    expect(desk.locator("#motivo")).to_be_focused()
