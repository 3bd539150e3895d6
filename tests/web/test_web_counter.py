"""The counter's screens: acts one after the other by keyboard, the check and the load, numbers, daily seals (H, D)."""

import re
from html import unescape

import pytest
import sqlalchemy as sa
from flask import Flask
from playwright.sync_api import Page, expect
from web_rig import FEES, Person, Rig, sure
from werkzeug.test import TestResponse

from printserver import db
from printserver.web import words
from printserver.web.seals import fee_input

ISENTO = {"tabeliao": "", "iss": "", "motivo_isencao": "justiça gratuita"}
TYPED_FEES = {"servico": "", "tabeliao": "4,00", "iss": "0,10"}


def text(answer: TestResponse) -> str:
    """Return what a person reads of a page."""
    page = re.sub(r"<(style|script).*?</\1>", "", answer.get_data(as_text=True), flags=re.S)
    return unescape(re.sub(r"\s+", " ", re.sub(r"<[^>]*>", " ", page)))


def record(person: Person, papel: str, **fields: str) -> TestResponse:
    typed = {"papel": papel, "data": "2026-11-10", **TYPED_FEES, **fields}
    return person.send("/balcao?ato=AU", "/balcao", **typed)


def daily(person: Person, at: str, kind: str, **typed: str) -> TestResponse:
    hidden = person.hidden(at, "/balcao/diarios") | {"tipo": kind}
    return person.client.post("/balcao/diarios", data=hidden | typed)


def waiting(rig: Rig, serie: str) -> list[tuple[int, str]]:
    table = db.ato_balcao
    with rig.office.db.read() as conn:
        query = sa.select(table.c.numero, table.c.estado).where(table.c.serie == serie).order_by(table.c.id)
        return [(row.numero, row.estado) for row in conn.execute(query)]


def test_h1_acts_follow_one_another_by_the_keyboard_alone(desk: Page, rig: Rig) -> None:
    """A scanner types a number and Enter; the next number stands in the field by then, and the value stays."""
    desk.goto("/balcao")
    desk.wait_for_selector("#papel:focus")
    desk.select_option("#servico", "certidao-notas")
    desk.focus("#papel")
    desk.keyboard.type("au0371ka0000041")
    desk.keyboard.press("Enter")
    expect(desk.locator(".recado")).to_have_text("AU0371KA 0000041 gravado em 20/11/2026: R$ 95,12.")
    expect(desk.locator("#papel")).to_have_value("AU0371KA 0000042")
    desk.keyboard.press("Enter")
    expect(desk.locator(".recado")).to_have_text("AU0371KA 0000042 gravado em 20/11/2026: R$ 95,12.")
    expect(desk.locator("#papel")).to_be_focused()
    desk.keyboard.type("0371KA0000050")  # over the proposal; of the type that is shown
    desk.keyboard.press("Enter")
    expect(desk.locator("tbody tr").first).to_contain_text("AU0371KA 0000050")
    assert waiting(rig, "0371KA") == [(n, "aguardando") for n in (41, 42, 50)]


def test_h1_a_paper_seal_of_another_type_turns_the_form_and_records_nothing(desk: Page, rig: Rig) -> None:
    desk.goto("/balcao?ato=AU")
    desk.fill("#papel", "RC0371KB 0000007")
    desk.keyboard.press("Enter")
    expect(desk.locator(".erro")).to_contain_text("O selo de papel é de RC")
    expect(desk.locator(".abas.atos [aria-current]")).to_contain_text("RC")
    assert waiting(rig, "0371KB") == []
    desk.fill("#tabeliao", "8,90")
    desk.focus("#papel")
    desk.keyboard.press("Enter")
    expect(desk.locator(".recado")).to_have_text("RC0371KB 0000007 gravado em 20/11/2026: R$ 8,90.")


def test_h1_what_is_wrong_is_said_and_what_was_typed_stays(maria: Person, rig: Rig) -> None:
    answer = record(maria, "AU0371KC", tabeliao="4,0,0")
    assert answer.status_code == 422
    assert "escreva o valor em reais, como 4,10" in text(answer)
    assert 'value="4,0,0"' in answer.get_data(as_text=True)
    answer = record(maria, "AU0371KC 12")
    assert "se escreve como AU0371AJ 0979007" in text(answer)
    assert record(maria, "AU0371KC 0000001", data="2099-01-01").status_code == 422
    assert record(maria, "AU0371KC 0000001", tabeliao="", iss="").status_code == 422
    assert waiting(rig, "0371KC") == []
    assert record(maria, "AU0371KC 0000001", **ISENTO).status_code == 303
    answer = record(maria, "AU0371KC 0000001")
    assert (answer.status_code, "AU0371KC 0000001" in text(answer)) == (409, True)


def test_h1_a_form_sent_twice_records_once(maria: Person, rig: Rig) -> None:
    form = {
        **maria.hidden("/balcao?ato=AU", "/balcao"),
        "papel": "AU0371KD 0000001",
        "data": "2026-11-10",
        **TYPED_FEES,
    }
    assert [maria.client.post("/balcao", data=form).status_code for _ in range(2)] == [303, 303]
    assert waiting(rig, "0371KD") == [(1, "aguardando")]


def test_h2_an_act_is_reversed_with_its_reason(maria: Person, rig: Rig) -> None:
    record(maria, "AU0371KE 0000001")
    (path,) = set(
        re.findall(r'href="(/balcao/atos/\d+/estorno)"[^<]*>Estornar<span class="oculto"> AU0371KE', _day(maria))
    )
    assert maria.send(path, path, papel="inutilizado", motivo="rasgado").status_code == 422
    assert maria.send(path, path, motivo="rasgado", confirmo="sim").status_code == 422
    assert maria.send(path, path, papel="inutilizado", motivo="", confirmo="sim").status_code == 422
    assert waiting(rig, "0371KE") == [(1, "aguardando")]
    assert maria.send(path, path, papel="inutilizado", motivo="rasgado", confirmo="sim").status_code == 303
    assert waiting(rig, "0371KE") == [(1, "estornado")]
    assert "já foi estornado" in text(maria.get(path))
    assert maria.get("/balcao/atos/999999/estorno").status_code == 404


def _day(person: Person) -> str:
    return person.get("/balcao?dia=2026-11-10").get_data(as_text=True)


def test_h2_a_day_is_checked_and_loaded_as_it_was_shown(maria: Person, rig: Rig) -> None:
    day, at = "2026-11-11", "/balcao/conferencia?dia=2026-11-11"
    assert "Nenhum ato de balcão neste dia" in text(maria.get(at))
    record(maria, "AU0371KF 0000001", data=day)
    record(maria, "AU0371KF 0000004", data=day, **ISENTO)
    seen = text(maria.get(at))
    assert "No caixa, pelos selos de papel: R$ 4,10" in seen
    assert "Maria Souza 2 1 R$ 4,10" in seen
    assert "0000002 a 0000003" in seen
    assert "justiça gratuita" in seen
    form = maria.hidden(at, "/balcao/conferencia")
    sure = {"confirmo": "sim", "conferi": "sim"}
    assert maria.client.post("/balcao/conferencia", data=form | {"confirmo": "sim"}).status_code == 422
    record(maria, "AU0371KF 0000002", data=day)
    late = maria.client.post("/balcao/conferencia", data=form | sure)
    assert (late.status_code, "mudaram depois da conferência" in text(late)) == (409, True)
    assert maria.send(at, "/balcao/conferencia", **sure).status_code == 303
    assert waiting(rig, "0371KF") == [(1, "carregado"), (4, "carregado"), (2, "carregado")]
    assert "Nenhum ato deste dia espera a carga" in text(maria.get(at))


def test_t1_days_that_wait_for_their_load_are_shown(maria: Person) -> None:
    record(maria, "AU0371KG 0000001", data="2026-11-12")
    for page in ("/balcao", "/balcao/conferencia"):
        assert "1 ato de 12/11/2026 espera a carga" in text(maria.get(page))


def test_h3_a_range_is_made_by_hand(maria: Person) -> None:
    typed = {"ato": "AU", "serie": "0371kh", "de": "7", "ate": "9", "data": "2026-11-13", "servico": "certidao-notas"}
    assert maria.send("/balcao/faixa", "/balcao/faixa", **typed).status_code == 422
    assert maria.send("/balcao/faixa", "/balcao/faixa", **typed, confirmo="sim").status_code == 303
    assert "3 selos feitos, de 1234561AU0371KH0000007" in text(maria.get("/balcao/faixa"))
    again = maria.send("/balcao/faixa", "/balcao/faixa", **typed, confirmo="sim")
    assert (again.status_code, "AU0371KH 0000007" in text(again)) == (409, True)
    for wrong, message in (({"ate": "600"}, "no máximo 500"), ({"de": "7a"}, "até sete algarismos")):
        answer = maria.send("/balcao/faixa", "/balcao/faixa", **{**typed, "confirmo": "sim", **wrong})
        assert (answer.status_code, message in text(answer)) == (422, True)


@pytest.mark.parametrize(("destino", "serie"), [("inutilizados", "0371KI"), ("comunicados", "0371KJ")])
def test_h2_s4_numbers_that_are_not_to_be_reported_are_written_down(maria: Person, destino: str, serie: str) -> None:
    at, typed = "/balcao/numeros", {"ato": "AU", "serie": serie, "de": "7", "ate": "9", "motivo": "do programa antigo"}
    assert "diga o que houve" in text(maria.send(at, at, **typed, confirmo="sim"))
    assert maria.send(at, at, **typed, destino=destino, confirmo="sim").status_code == 303
    assert f"AU{serie} 0000007 a 0000009" in text(maria.get(at))
    assert record(maria, f"AU{serie} 0000008").status_code == 409


def test_h2_the_control_is_for_paper(desk: Page, maria: Person) -> None:
    maria.send(
        "/balcao/numeros",
        "/balcao/numeros",
        ato="AU",
        serie="0371KL",
        de="5",
        data="2026-11-14",
        motivo="molhado",
        destino="inutilizados",
        confirmo="sim",
    )
    record(maria, "AU0371KL 0000001", data="2026-11-14")
    desk.goto("/balcao/controle?de=2026-11-14&ate=2026-11-14")
    expect(desk.locator("tbody tr")).to_have_count(1)
    expect(desk.locator("tbody tr")).to_contain_text("0000002 a 0000004")
    desk.emulate_media(media="print")
    expect(desk.locator(".topo")).to_be_hidden()
    expect(desk.locator("form.filtro")).to_be_hidden()
    expect(desk.get_by_text("Impresso por Maria Souza em 20/11/2026")).to_be_visible()


def test_d1_d2_the_day_s_total_grows_and_shrinks_only_for_a_reason(maria: Person) -> None:
    at = "/balcao/diarios?dia=2026-11-16"
    assert "Nenhum selo neste dia" in text(maria.get(at))

    def send(**typed: str) -> TestResponse:
        return sure(maria, daily(maria, at, "fotocopia", **typed))

    late = send(total="12,50", iss="0,25")
    assert (late.status_code, "o dia 16/11/2026 já passou: diga o motivo" in text(late)) == (422, True)
    assert send(total="12,50", iss="0,25", motivo="sem sistema naquele dia").status_code == 303
    assert "Fotocópias de 16/11/2026: R$ 12,50" in text(maria.get(at))
    less = send(total="10")
    assert (less.status_code, "para diminuí-lo, diga o motivo" in text(less)) == (422, True)
    assert send(total="10", motivo="cópia estornada").status_code == 303
    assert "2 selos na cadeia" in text(maria.get(at))
    assert send(servico="certidao-notas", quantidade="x").status_code == 422
    assert send(servico="certidao-notas", quantidade="2").status_code == 303
    assert "R$ 184,68" in text(maria.get(at))  # 190,24 without the ISS


def test_every_screen_of_the_counter_fits_a_phone(desk: Page) -> None:
    desk.set_viewport_size({"width": 390, "height": 844})
    for page in ("", "/conferencia", "/controle", "/diarios", "/faixa", "/numeros"):
        desk.goto(f"/balcao{page}")
        assert desk.evaluate("document.documentElement.scrollWidth") <= 390, page


@pytest.mark.parametrize(
    ("typed", "sent"),
    [("4,1", "4.10"), ("1.234,56", "1234.56"), ("R$ 7", "7.00"), ("4.10", "4.10"), ("", "0.00"), ("1.234", "1234.00")],
)
def test_money_is_read_as_people_write_it(app: Flask, typed: str, sent: str) -> None:
    with app.test_request_context("/", method="POST", data={"valor": typed}):
        assert fee_input.typed_money("valor") == sent


def test_the_fees_of_the_last_act_are_shown_as_their_service(app: Flask) -> None:
    centavos = {name: int(value.replace(".", "")) for name, value in FEES.items()}
    with app.test_request_context("/"):
        assert fee_input.as_typed(centavos) == {"servico": "certidao-notas"}
        assert fee_input.as_typed(centavos | {"iss": 0})["iss"] == "0,00"


def test_numbers_are_told_as_ranges() -> None:
    assert words.numbers([4, 7, 8, 9]) == "0000004, 0000007 a 0000009"


def test_h1_a_number_that_jumps_and_a_value_three_times_the_usual_are_asked_about(rig: Rig, maria: Person) -> None:
    for n in (1, 2, 3):
        assert sure(maria, record(maria, f"AU0371KZ000000{n}")).status_code == 303
    far = record(maria, "AU0371KZ0009000")
    assert far.status_code == 200
    assert "O número 0009000 está 8.997 números longe do mais próximo já registrado (0000003)." in text(far)
    assert len(waiting(rig, "0371KZ")) == 3
    assert sure(maria, far).status_code == 303
    assert record(maria, "AU0371KZ0009500").status_code == 303
    dear = record(maria, "AU0371KZ0009501", tabeliao="90.000,00")
    assert dear.status_code == 200
    assert re.search(r"O valor é [\d,]+ vezes o habitual deste ato", text(dear))
    assert "Total do selo R$ 90.000,10" in text(dear)
    assert [n for n, _ in waiting(rig, "0371KZ")] == [1, 2, 3, 9000, 9500]
