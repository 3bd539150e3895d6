"""Seals and links made by hand on the screens, in two steps: a seal without a print, links, a carta de sentença."""

import re
from html import unescape
from typing import Any

import sqlalchemy as sa
from playwright.sync_api import Page, expect
from web_rig import FEES, Person, Rig, axe_faults, sure
from werkzeug.test import TestResponse

from printserver import db, jobs, search
from printserver.seal_actions import standalone

CHEAP = {"tabeliao": "10,00", "iss": "0,50"}


def text(answer: TestResponse) -> str:
    """Return what a person reads of a page."""
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", answer.get_data(as_text=True))))


def seal(rig: Rig, identifier: str, **more: Any) -> str:
    body = {"ato": "ES", "identificador": identifier, "emolumentos": FEES, "escrevente": "maria"} | more
    return standalone.seal(rig.office, rig.autor, body)[0]


def count(rig: Rig) -> int:
    with rig.office.db.read() as conn:
        return int(conn.execute(sa.select(sa.func.count()).select_from(db.selo)).scalar_one())


def made(answer: TestResponse) -> str:
    assert answer.status_code == 303, text(answer)
    return str(answer.headers["Location"].rpartition("/")[2])


def test_n12_a_seal_without_a_print_is_seen_before_it_is_made(rig: Rig, maria: Person) -> None:
    to, before = "/selos/novo", count(rig)
    fields = {"ato": "AN", "identificador": "ATA 77", "data": "19/11/2026", "motivo_data": "ato externo"}
    fields |= {"partes": "Ana de Souza\nRui Prado\n"} | CHEAP
    if "AN" not in maria.get(to).get_data(as_text=True):
        fields["ato"] = "ES"
    shown = maria.send(to, to, **fields)
    assert shown.status_code == 200, text(shown)
    page = text(shown)
    for said in ("Data do ato 19/11/2026", "Identificador ATA 77", "Ana de Souza; Rui Prado", "R$ 10,50"):
        assert said in page
    assert count(rig) == before
    code = made(sure(maria, shown))
    found = jobs.selo(rig.office, code)
    assert (found["data"], found["total_centavos"], found["escrevente"]) == ("2026-11-19", 1050, "maria")
    assert "|A.S;R.P|" in found["registro"]
    assert made(sure(maria, shown)) == code  # Back, and sent again
    assert count(rig) == before + 1


def test_n12_what_is_wrong_is_said_at_its_field(rig: Rig, maria: Person) -> None:
    to, before = "/selos/novo", count(rig)
    good = {"ato": "ES", "identificador": "ATA 78"} | CHEAP
    for wrong, said in (
        ({"data": "31/11/2026"}, "Dia do ato: deve ser uma data do calendário, como 20/11/2026"),
        ({"iss": "x", "tabeliao": ""}, "ISS: escreva o valor em reais"),
        ({"tabeliao": "", "iss": ""}, "informe o valor, ou o motivo da isenção"),
        ({"identificador": ""}, "Identificador: "),
    ):
        answer = maria.send(to, to, **(good | wrong))
        assert answer.status_code == 422, wrong
        assert said in re.sub(" :", ":", text(answer)), wrong
    assert count(rig) == before


def test_r4_links_are_made_by_hand_from_codes_and_qrs(rig: Rig, maria: Person) -> None:
    above, one, two = (seal(rig, f"VINCULO {n}") for n in range(3))
    qr = jobs.selo(rig.office, two)["qr"]["url"]
    to = "/selos/vinculos"
    wrong = one[:-1] + ("A" if one[-1] != "A" else "B")
    refused = maria.send(to, to, vinculador=above, vinculados=wrong)
    assert (refused.status_code, "dígito verificador" in text(refused)) == (422, True)
    shown = maria.send(to, to, vinculador=above.lower(), vinculados=f"{one}\r\n{qr}\r\n")
    assert shown.status_code == 200
    assert f"vinculado a {above}" in text(shown)
    assert jobs.selo(rig.office, one)["vinculos"]["vinculador"] is None
    assert made(sure(maria, shown)) == above
    assert set(jobs.selo(rig.office, above)["vinculos"]["vinculados"]) == {one, two}
    page = maria.get(f"/selos/{above}").get_data(as_text=True)
    (drawn,) = re.findall(r"<svg role.*?</svg>", page, re.S)
    assert all(code in drawn for code in (above, one, two))
    again = maria.send(to, to, vinculador=above, vinculados=one, visto="x", confirmo="sim")
    assert "já está vinculado" in text(sure(maria, again))


def test_n10_a_carta_is_made_with_its_certidao(rig: Rig, maria: Person) -> None:
    copies = [seal(rig, f"AUTENTICADA {n}") for n in range(2)]
    to, before = "/selos/carta-de-sentenca", count(rig)
    fields = {"identificador": "CARTA 9", "tem": "valor", "autenticacoes": "\n".join(copies), **CHEAP}
    shown = maria.send(to, to, **fields)
    assert "Certidão selo novo, R$ 10,50" in text(shown)
    assert count(rig) == before
    code = made(sure(maria, shown))
    found = jobs.selo(rig.office, code)
    assert (found["ato"], found["total_centavos"]) == ("CS", 0)
    assert set(copies) < set(found["vinculos"]["vinculados"])
    assert count(rig) == before + 2
    certidao = seal(rig, "CERTIDAO 9", ato="CE")
    other = maria.send(to, to, identificador="CARTA 10", tem="selo", certidao=certidao, autenticacoes="")
    assert jobs.selo(rig.office, made(sure(maria, other)))["vinculos"]["vinculados"] == [certidao]


def test_n12_a_seal_is_made_by_the_keyboard_alone(desk: Page, rig: Rig) -> None:
    before = count(rig)
    desk.goto("/selos/novo")
    desk.focus("#ato")
    desk.keyboard.type("ES")
    desk.keyboard.press("Tab")
    desk.keyboard.type("TECLADO 1")
    desk.focus("#tabeliao")
    desk.keyboard.type("95,12")
    desk.keyboard.press("Enter")
    expect(desk.get_by_text("Confira antes de fazer o selo")).to_be_visible()
    desk.wait_for_function("document.activeElement.textContent.trim() === 'Voltar sem fazer'")
    assert count(rig) == before
    assert axe_faults(desk) == []
    for _ in range(3):
        desk.keyboard.press("Tab")
        if desk.evaluate("document.activeElement.name") == "certeza":
            desk.keyboard.press("Space")
        if desk.evaluate("document.activeElement.textContent.trim()") == "Fazer o selo":
            break
    desk.keyboard.press("Enter")
    expect(desk.locator(".recado")).to_contain_text("feito.")
    assert count(rig) == before + 1
    assert [each["ato"] for each in search.list_all(rig.office, {"identificador": "TECLADO 1"})["itens"]] == ["ES"]
