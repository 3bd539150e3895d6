"""The court on the screens: terms, refusals, links, notices, the strip; signatures on different days."""

import re
from collections.abc import Iterator
from datetime import timedelta
from html import unescape
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect
from web_rig import Person, enter, served

from printserver.server.app import create_app
from printserver.web import court_words
from support.court import Court, rig_with_court
from support.office import FEES, TOTAL, Rig, put_certificate


@pytest.fixture
def both(tmp_path: Path) -> Iterator[tuple[Rig, Court]]:
    with rig_with_court(tmp_path / "casa") as (rig, court):
        yield rig, court


@pytest.fixture
def rig(both: tuple[Rig, Court]) -> Rig:
    return both[0]


@pytest.fixture
def desk(both: tuple[Rig, Court]) -> Person:
    """Maria at a screen of an office with a simulated court."""
    person = Person(create_app(both[0].office).test_client())
    assert person.login("maria").status_code == 303
    return person


def seal(rig: Rig, n: int = 1) -> str:
    body = {"ato": "ES", "identificador": f"ATA-{n}", "emolumentos": FEES, "escrevente": "maria"}
    return str(rig.call("POST", "/selos", body).json["codigo"])


def stay(person: Person) -> None:
    """Log in again where the session is over."""
    if person.get("/entrar").status_code == 200:
        assert person.login("maria").status_code == 303


def text(person: Person, path: str) -> str:
    """Return what a page says, without its tags."""
    answer = person.get(path)
    assert answer.status_code == 200, path
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True))).split())


@pytest.mark.parametrize(
    ("seconds", "said"),
    [
        (3 * 3600 + 20 * 60, "faltam 3 h 20 min"),
        (45 * 60, "faltam 45 min"),
        (90, "falta 1 min"),
        (10 * 60, "faltam 10 min"),
        (15 * 3600, "faltam 15 h 00 min"),
        (59, "falta menos de 1 min"),
        (-3600 - 5 * 60, "atrasado há 1 h 05 min"),
        (-80 * 3600, "atrasado há 3 dias"),
    ],
)
def test_t1_what_is_left_is_told_in_plain_words(seconds: float, said: str) -> None:
    assert court_words.time_left(seconds) == said


def test_t1_the_most_urgent_stand_first_and_the_strip_is_on_every_page(both: tuple[Rig, Court], desk: Person) -> None:
    rig, court = both
    assert "Tudo o que havia foi comunicado" in text(desk, "/tribunal")
    assert "faixa-tribunal" not in desk.get("/").get_data(as_text=True)
    court.fail("fora")
    first = seal(rig, 1)
    rig.clock.forward(hours=4)
    second = seal(rig, 2)
    stay(desk)
    page = text(desk, "/tribunal")
    assert page.index(first) < page.index(second)
    assert "faltam 20 h 00 min" in page
    rig.clock.forward(hours=7)
    stay(desk)
    assert "faixa-tribunal" not in desk.get("/").get_data(as_text=True)
    rig.clock.forward(hours=10)
    stay(desk)
    assert "1 selo com menos de 4 horas" in text(desk, "/")
    rig.clock.forward(hours=4, minutes=5)
    stay(desk)
    for path in ("/", "/assinaturas", "/tribunal"):
        assert "1 selo atrasado · 1 selo com menos de 4 horas" in text(desk, path), path
    page = text(desk, "/tribunal")
    assert "atrasado há 1 h 05 min" in page
    assert "Atrasado" in page
    poll = desk.client.get("/tribunal/faixa", headers={"HX-Request": "true"})
    mark = re.findall(r"marca=(\w+)", poll.get_data(as_text=True))[0]
    assert desk.client.get(f"/tribunal/faixa?marca={mark}", headers={"HX-Request": "true"}).status_code == 204


def test_s12_what_keeps_the_office_from_sealing_is_on_every_page(rig: Rig, desk: Person) -> None:
    spool = rig.office.spool
    aside = spool.rename(spool.with_name("aside"))
    spool.touch()
    rig.clock.forward(seconds=10)  # what the strip says is kept for a few seconds
    for path in ("/", "/tribunal", "/selos"):
        page = text(desk, path)
        assert "Agora nada pode ser selado." in page, path
        assert str(spool) in page
        assert "confira as permissões e o disco" in page
    spool.unlink()
    aside.rename(spool)
    rig.clock.forward(seconds=10)
    assert "Agora nada pode ser selado." not in text(desk, "/")


def test_t2_a_refusal_is_shown_with_the_courts_words_and_sent_again_by_a_person(
    both: tuple[Rig, Court], desk: Person
) -> None:
    rig, court = both
    court.fail("objeta", vezes=1)
    code = seal(rig)
    rig.engine.run_once()
    page = text(desk, "/tribunal?ver=recusados")
    assert code in page
    assert "mandado recusar este selo" in page
    assert "retifique-o" in page
    rig.clock.forward(seconds=10)
    assert "1 recusado" in text(desk, "/")
    assert (
        desk.client.post("/tribunal/mandar", data=desk.hidden("/tribunal/mandar", "/tribunal/mandar")).status_code
        == 422
    )
    sent = desk.send(f"/tribunal/mandar?selo={code}", "/tribunal/mandar", selos=code, confirmo="sim")
    assert sent.status_code == 303
    rig.engine.run_once()
    assert rig.selo(code)["estado"] == "comunicado"
    assert rig.selo(code)["andamentos"][-2]["quem"] == "maria"
    assert "Nenhum selo recusado" in text(desk, "/tribunal?ver=recusados")


def test_r5_a_refused_link_is_shown_with_the_courts_words(both: tuple[Rig, Court], desk: Person) -> None:
    rig, court = both
    above, below = seal(rig, 1), seal(rig, 2)
    rig.engine.run_once()
    court.fail("objeta")
    link = {"vinculador": above, "vinculados": [below], "escrevente": "maria"}
    assert rig.call("POST", "/vinculos", link).status == 201
    assert "espera a vez" in text(desk, "/tribunal?ver=vinculos")
    rig.engine.run_once()
    page = text(desk, "/tribunal?ver=vinculos")
    assert "mandado recusar este vínculo" in page
    assert above in page
    assert "Nenhum selo recusado" in text(desk, "/tribunal?ver=recusados")


def test_t1_by_hand_nothing_goes_until_the_button(tmp_path: Path) -> None:
    with rig_with_court(tmp_path / "casa", settings={"tribunal": {"modo": "manual"}}) as (rig, _court):
        desk = Person(create_app(rig.office).test_client())
        desk.login("maria")
        code = seal(rig)
        rig.engine.run_once()
        assert "só a pedido" in text(desk, "/tribunal")
        assert desk.send("/tribunal", "/tribunal/comunicar").status_code == 303
        rig.engine.run_once()
        assert rig.selo(code)["estado"] == "comunicado"


def test_t4_the_certificates_holder_and_end_are_shown_and_warned_of(rig: Rig, desk: Person) -> None:
    end = rig.office.certificado.valid_until
    for left, strip in ((31, ""), (30, "o certificado vence"), (0, "o certificado venceu")):
        rig.clock.now = end - timedelta(days=left)
        stay(desk)
        page = text(desk, "/")
        assert ("certificado" in page) is bool(strip)
        assert strip in page
        assert rig.office.certificado.holder in text(desk, "/tribunal")
    assert "grave" in desk.get("/").get_data(as_text=True)


def test_t4_a_certificate_that_is_not_good_yet_is_warned_of_on_every_screen(rig: Rig, desk: Person) -> None:
    put_certificate(rig, timedelta(days=7))
    for path in ("/", "/selos", "/balcao"):
        assert "o certificado só vale a partir de 27/11/2026" in text(desk, path)
    assert "grave" in desk.get("/").get_data(as_text=True)
    assert "só vale a partir de 27/11/2026" in text(desk, "/tribunal").partition("Certificado")[2]


def test_t2_notices_are_listed(both: tuple[Rig, Court], desk: Person) -> None:
    rig, court = both
    assert "Nenhum aviso" in text(desk, "/tribunal?ver=avisos")
    court.fail("objeta")
    code = seal(rig)
    rig.engine.run_once()
    rig.clock.forward(minutes=1)
    rig.engine.run_once()
    page = text(desk, "/tribunal?ver=avisos")
    assert "1 selo à espera de correção" in page
    assert code in page
    assert "nenhum servidor de e-mail" in page


def test_the_court_is_for_who_has_logged_in(rig: Rig) -> None:
    stranger = Person(create_app(rig.office).test_client())
    for path in ("/tribunal", "/assinaturas", "/tribunal/mandar"):
        assert stranger.get(path).status_code == 303


# -- signatures -------------------------------------------------------------------------------------------------------


def test_n11_the_thirds_are_shown_before_they_go(rig: Rig, desk: Person) -> None:
    job = rig.printed(rig.livro())
    to = f"/trabalhos/{job['id']}/assinaturas"
    assert to in desk.get(f"/trabalhos/{job['id']}").get_data(as_text=True)
    said = {"estado": "pendentes", "primeira": "2026-11-20", "motivo": "o comprador assina depois"}
    shown = desk.send(to, to, **said).get_data(as_text=True)
    assert "R$ 0,00" in shown
    assert rig.codes() == [selo["codigo"] for selo in job["selos"]], "nothing was made yet"
    assert confirmed(desk, shown, to).status_code == 303
    assert "dia 0 de 30" in text(desk, "/assinaturas")

    rig.clock.forward(days=31)
    stay(desk)
    page = text(desk, "/assinaturas")
    assert "acabou em 20/12/2026" in page
    assert "um terço" in page
    said = {"estado": "completas", "motivo": "todos assinaram hoje"}
    shown = desk.send(to, to, **said).get_data(as_text=True)
    assert "R$ 31,72" in shown
    assert "Tabelião R$ 18,57" in unescape(re.sub(r"<[^>]+>", " ", shown))
    assert confirmed(desk, shown, to).status_code == 303
    (full,) = [rig.selo(code) for code in rig.codes() if rig.selo(code)["total_centavos"] == 3172]
    assert full["andamentos"][0]["quem"] == "maria"
    assert "Nenhum instrumento espera" in text(desk, "/assinaturas")


def test_n11_what_is_confirmed_is_what_was_shown(rig: Rig, desk: Person) -> None:
    """Shown at the full value on the last day, pressed on the next: it is shown again, at a third."""
    job = rig.printed(rig.livro())
    to = f"/trabalhos/{job['id']}/assinaturas"
    said = {"estado": "pendentes", "primeira": "2026-11-20", "motivo": "o comprador assina depois"}
    confirmed(desk, desk.send(to, to, **said).get_data(as_text=True), to)
    rig.clock.forward(days=30)
    stay(desk)
    shown = desk.send(to, to, estado="completas", motivo="todos assinaram").get_data(as_text=True)
    assert "R$ 95,12" in shown
    rig.clock.forward(days=1)
    stay(desk)
    form = desk.hidden(to, to)
    again = confirmed(desk, shown, to, csrf_token=form["csrf_token"])
    assert again.status_code == 200
    assert "R$ 31,72" in again.get_data(as_text=True)
    assert TOTAL not in [rig.selo(code)["total_centavos"] for code in rig.codes()[2:]]


def test_n11_what_is_missing_is_told_and_nothing_is_made(rig: Rig, desk: Person) -> None:
    job = rig.printed(rig.livro())
    to = f"/trabalhos/{job['id']}/assinaturas"
    answer = desk.send(to, to, estado="pendentes", motivo="falta o comprador")
    assert answer.status_code == 422
    assert "diga a data da primeira assinatura" in answer.get_data(as_text=True)
    assert desk.send(to, to, estado="completas", motivo="x").status_code == 409
    certidao = rig.printed(rig.certidao())
    assert desk.get(f"/trabalhos/{certidao['id']}/assinaturas").status_code == 409


def confirmed(person: Person, shown: str, to: str, **over: str):  # type: ignore[no-untyped-def]
    """Press the button under what was shown."""
    (form,) = [form for form in re.findall(r"<form[^>]*>.*?</form>", shown, re.S) if 'name="visto"' in form]
    tags = re.findall(r'<input type="hidden"[^>]*>', form)
    fields = {re.findall(r'name="([^"]*)"', tag)[0]: unescape(re.findall(r'value="([^"]*)"', tag)[0]) for tag in tags}
    return person.client.post(to, data=fields | {"confirmo": "sim"} | over)


# -- in a browser -----------------------------------------------------------------------------------------------------


def test_t1_t2_the_courts_page_is_alive(browser: Browser, both: tuple[Rig, Court]) -> None:
    rig, court = both
    with served(create_app(rig.office)) as address:
        page = enter(browser.new_page(base_url=address, locale="pt-BR"), "maria")
        page.get_by_role("link", name="Tribunal", exact=True).click()
        expect(page.get_by_text("Nenhum selo espera por comunicação.")).to_be_visible()
        court.fail("objeta")
        code = seal(rig)
        expect(page.get_by_text(code)).to_be_visible()
        expect(page.get_by_text("faltam 24 h 00 min").first).to_be_visible()
        rig.engine.run_once()
        expect(page.get_by_role("link", name="Recusados (1)")).to_be_visible()
        page.get_by_role("link", name="Recusados (1)").click()
        page.get_by_role("link", name="Mandar todos de novo…").click()
        court.fail(None)
        page.get_by_role("button", name="Mandar de novo").click()
        expect(page.get_by_text("1 selo vai de novo ao tribunal.")).to_be_visible()
        rig.engine.run_once()
        expect(page.get_by_text("Tudo o que havia foi comunicado.")).to_be_visible()
        page.close()
