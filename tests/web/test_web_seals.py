"""The screens of seals: looking through them, the page of one and what a person does there, the court's list."""

import re
from collections.abc import Iterator
from html import unescape
from io import BytesIO
from typing import Any

import pytest
import zxingcpp
from PIL import Image, ImageDraw
from playwright.sync_api import Page, expect
from web_rig import FEES, PASSWORD, Person, sure
from web_rig import Rig as WebRig

from printserver import db
from printserver.seal_actions import standalone
from printserver.server.app import create_app
from support.court import Court, rig_with_court
from support.office import Rig

REASON = "valor digitado errado"
CHEAP = dict.fromkeys(FEES, "1,00")


@pytest.fixture(scope="module")
def both(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Rig, Court]]:
    with rig_with_court(tmp_path_factory.mktemp("selos") / "casa") as (rig, court):
        yield rig, court


@pytest.fixture(scope="module")
def court(both: tuple[Rig, Court]) -> Court:
    return both[1]


@pytest.fixture(scope="module")
def seals(both: tuple[Rig, Court]) -> Rig:
    """The office that has a court."""
    return both[0]


@pytest.fixture(scope="module")
def people(seals: Rig) -> dict[str, Person]:
    """Everyone of the office, at a screen of their own."""
    app = create_app(seals.office)
    found = {}
    for name in ("maria", "rui"):
        found[name] = Person(app.test_client())
        assert found[name].login(name, PASSWORD).status_code == 303
    return found


@pytest.fixture
def maria(people: dict[str, Person]) -> Person:
    return people["maria"]


def rectify(person: Person, to: str, **fields: str) -> Any:
    """Send the form at `to`, read what would change, and press the button."""
    return sure(person, person.send(to, to, **fields))


def seal(rig: Rig, **more: Any) -> str:
    body = {"ato": "ES", "identificador": "ATA-1", "emolumentos": FEES, "escrevente": "maria"} | more
    answer = rig.call("POST", "/selos", body)
    assert answer.status == 201, answer
    return str(answer.json["codigo"])


def read(person: Person, path: str, status: int = 200) -> str:
    """Return the text of a page as a person reads it."""
    answer = person.get(path)
    assert answer.status_code == status, answer
    return plain(answer.get_data(as_text=True))


def plain(html: str) -> str:
    text = re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", re.sub("</?time[^>]*>", "", html))))
    return re.sub(r" ([:,.])", r"\1", text)


def painted(svg: str) -> Image.Image:
    """Paint the rectangles of a QR's SVG, four pixels a module."""
    (side,) = (int(each) for each in re.findall(r'viewBox="0 0 (\d+) ', svg))
    image = Image.new("L", (4 * side, 4 * side), 255)
    pen = ImageDraw.Draw(image)
    for x, y, w, h in re.findall(r"M(\d+) (\d+)h(\d+)v(\d+)", svg.partition("/><path")[2]):
        left, top = 4 * int(x), 4 * int(y)
        pen.rectangle((left, top, left + 4 * int(w) - 1, top + 4 * int(h) - 1), fill=0)
    return image


# -- looking through them ---------------------------------------------------------------------------------------------


def test_t5_seals_are_looked_for_on_the_screen_with_money_as_people_type_it(seals: Rig, maria: Person) -> None:
    code = seal(seals, identificador="PROCURADO", emolumentos=FEES | {"tabeliao": "1234.56"})
    text = read(maria, "/selos?identificador=PROCURADO&valor_de=1.200,00&valor_ate=R$+1.300,00&pagina=1")
    assert code in text
    assert "1 selo," in text
    assert "R$ 1.273,98" in text
    assert "Nenhum selo passa por estes filtros" in read(maria, "/selos?identificador=PROCURADO&valor_ate=10")
    assert "A lista acabou antes desta página" in read(maria, "/selos?identificador=PROCURADO&pagina=9")


def test_t5_one_field_takes_a_code_a_part_a_qr_and_says_a_wrong_digit(seals: Rig, maria: Person) -> None:
    code = seal(seals, identificador="ACHADO")
    qr = seals.selo(code)["qr"]["url"]
    for typed in (code, code.lower(), code[12:], code[9:22], qr):
        answer = maria.client.get("/selos", query_string={"codigo": typed})
        assert answer.status_code == 200
        assert f'href="/selos/{code}"' in answer.get_data(as_text=True), typed
    wrong = code[:-1] + ("A" if code[-1] != "A" else "B")
    answer = maria.client.get("/selos", query_string={"codigo": wrong})
    assert answer.status_code == 422
    assert "o dígito verificador (o último caractere) não confere" in plain(answer.get_data(as_text=True))
    nothing = read(maria, "/selos?codigo=ZZZ")
    assert "4 caracteres ao menos" in nothing
    moved = maria.client.get("/procurar", query_string={"q": code[9:22]})
    assert moved.headers["Location"] == f"/selos/{code}"


def test_a_wrong_filter_is_said_beside_it_and_nothing_is_lost(maria: Person) -> None:
    answer = maria.get("/selos?valor_de=mil&folha=x&livro=12")
    html = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert html.count("aria-invalid") == 1  # one at a time, as the layer below finds them
    assert 'value="mil"' in html
    assert 'value="12"' in html
    assert "escreva o valor em reais, como 4,10" in plain(maria.get("/selos?valor_de=mil").get_data(as_text=True))


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("de", "2026-02-30", "Ato de: "),
        ("ate", "ontem", "Ato até: "),
        ("valor_ate", "mil", "Valor até: "),
        ("matricula", "x", "Matrícula: "),
        ("estado", "morto", "Estado no tribunal: "),
    ],
)
def test_a7_a_wrong_filter_is_named_by_its_own_label(maria: Person, name: str, value: str, said: str) -> None:
    answer = maria.get(f"/selos?{name}={value}")
    assert answer.status_code == 422
    assert f"Corrija o que está marcado. {said}" in plain(answer.get_data(as_text=True))


@pytest.mark.parametrize(("name", "said"), [("de", "Atos de"), ("ate", "Atos até")])
def test_a7_a_wrong_day_of_a_comparison_is_named_by_its_own_label(maria: Person, name: str, said: str) -> None:
    answer = compare(maria, None, **{name: "2026-02-30"})
    assert answer.status_code == 422
    text = plain(answer.get_data(as_text=True))
    assert f"{said}: deve ser uma data do calendário" in text
    assert "número" not in text


def test_s11_totals_stand_beside_the_list_and_on_a_page_of_their_own(seals: Rig, maria: Person) -> None:
    code = seal(seals, identificador="SOMADO")
    body = {"emolumentos": dict.fromkeys(FEES, "1.00"), "motivo": REASON, "escrevente": "maria"}
    assert seals.call("POST", f"/selos/{code}/retificacao", body).status == 201
    part = maria.client.get("/selos/totais?identificador=SOMADO", headers={"HX-Request": "true"})
    assert re.search(r"Válidos 1 selo · R\$ 8,00 Todos 2 selos · R\$ 103,12", plain(part.get_data(as_text=True)))
    whole = read(maria, "/selos/totais?identificador=SOMADO")
    assert "Totais dos selos válidos" in whole
    assert re.search(r"ES · Escritura 1 0 R\$ 8,00 R\$ 1,00", whole)
    assert re.search(r"Ministério Público R\$ 1,00", whole)
    assert "Totais de todos os selos" in (every := read(maria, "/selos/totais?identificador=SOMADO&validos=0"))
    assert re.search(r"ES · Escritura 2 0 R\$ 103,12 R\$ 3,78", every)


def test_a3_what_was_found_is_taken_as_a_file_under_ones_name(seals: Rig, maria: Person) -> None:
    code = seal(seals, identificador="LEVADO")
    page = maria.get("/selos?identificador=LEVADO").get_data(as_text=True)
    for kind in ("csv", "xlsx"):
        (address,) = re.findall(rf'href="(/selos/exportar\?formato={kind}[^"]*)"', page)
        answer = maria.get(unescape(address))
        assert answer.headers["Content-Disposition"].endswith(f'.{kind}"')
        assert len(answer.data) > 200
    assert code.encode() in maria.get("/selos/exportar?formato=csv&identificador=LEVADO").data
    last = seals.rows(db.log, db.log.c.objeto == "exportacao")[-1]
    assert (last["quem"], last["sistema"], last["detalhe"]["filtros"]) == ("maria", None, {"identificador": "LEVADO"})


# -- one seal ---------------------------------------------------------------------------------------------------------


def test_r1_t3_the_page_of_a_seal_shows_its_chain_and_its_changes(seals: Rig, maria: Person) -> None:
    code = seal(seals, identificador="CADEIA")
    to = f"/selos/{code}/retificar"
    done = rectify(maria, to, motivo=REASON, **CHEAP)
    assert done.status_code == 303
    new = done.headers["Location"].rpartition("/")[2]
    seals.engine.run_once()
    old = read(maria, f"/selos/{code}")
    assert "retificado Outro selo tomou o lugar deste." in old
    assert f"Retificado por {new}" in old
    assert re.search(rf"{code} este .* {new} vale .* R\$ 8,00", old)
    assert re.search(r"Comunicação pendente · Maria, pelo sistema inicial · de 127\.0\.0\.1", old)
    assert "Retificado · o tribunal" in old
    now = read(maria, f"/selos/{new}")
    assert f"Motivo {REASON}" in now
    assert "Comunicação pendente · Maria · de 127.0.0.1" in now
    html = maria.get(f"/selos/{new}").get_data(as_text=True)
    assert 'href="https://selodigital' not in html  # never the real court in a demonstration
    assert re.search(rf'href="http://[^"]+/selos/{new}"[^>]*>Abrir consulta', html)
    assert f'href="/selos/{code}"' in html


def test_t3_the_page_of_a_seal_is_alive_and_says_what_the_court_has(seals: Rig, court: Court, maria: Person) -> None:
    code = seal(seals, identificador="VIVO")
    html = maria.get(f"/selos/{code}").get_data(as_text=True)
    (polled,) = re.findall(rf'hx-get="(/selos/{code}/vivo\?marca=[^"]+)"', html)
    assert maria.get(polled).status_code == 204
    seals.engine.run_once()
    assert "O tribunal recebeu este selo" in read(maria, polled)
    to = f"/selos/{code}/excluir"
    excluded = maria.send(to, to, motivo="ato desfeito", confirmo="sim")
    assert excluded.status_code == 303
    asked = read(maria, polled)
    assert "Exclusão pedida; o tribunal ainda não respondeu" in asked
    assert "Excluir (XA)…" not in asked
    court.fail("objeta")
    seals.engine.run_once()
    court.fail(None)
    assert "O tribunal recusou a exclusão" in read(maria, polled)
    xa = seals.selo(code)["retificado_por"]
    maria.send(f"/selos/{xa}", f"/selos/{xa}/mandar")
    seals.engine.run_once()
    assert "excluído O ato deste selo foi excluído (XA)" in read(maria, polled)


def test_s9_the_value_of_a_seal_adds_up_and_its_qr_is_drawn(seals: Rig, maria: Person) -> None:
    code = seal(seals, identificador="SOMA")
    html = maria.get(f"/selos/{code}").get_data(as_text=True)
    (table,) = re.findall(r'<table class="soma">.*?</table>', html, re.S)
    parts = [int(each.replace(",", "").replace(".", "")) for each in re.findall(r'valor">([\d.,]+)</td>', table)]
    assert (len(parts), sum(parts)) == (len(FEES), 9512)
    assert "Total R$ 95,12" in plain(table)
    image = maria.get(f"/selos/{code}/qr.svg")
    assert image.mimetype == "image/svg+xml"
    assert [each.text for each in zxingcpp.read_barcodes(painted(image.get_data(as_text=True)))] == [
        seals.selo(code)["qr"]["url"]
    ]


def test_r1_a_rectification_is_asked_for_field_by_field(seals: Rig, maria: Person) -> None:
    code = seal(seals, identificador="TROCA")
    to = f"/selos/{code}/retificar"
    unsure = maria.send(to, to, identificador="TROCA-2", motivo=REASON, confirmo="sim")
    assert (unsure.status_code, "Confira antes de retificar" in unsure.get_data(as_text=True)) == (200, True)
    nothing = maria.send(to, to, motivo=REASON, confirmo="sim")
    assert "diga o que se retifica" in nothing.get_data(as_text=True)
    wrong = maria.send(to, to, motivo=REASON, confirmo="sim", iss="dois")
    assert "escreva o valor em reais" in wrong.get_data(as_text=True)
    assert 'value="dois"' in wrong.get_data(as_text=True)
    unreasoned = maria.send(to, to, motivo=REASON, **dict.fromkeys(FEES, "0,00"))
    assert "informe o valor, ou o motivo da isenção" in unreasoned.get_data(as_text=True)
    assert seals.selo(code)["retificado_por"] is None
    done = rectify(maria, to, motivo=REASON, motivo_isencao="gratuidade", identificador="TROCA-2", data="2026-11-19")
    made = seals.selo(done.headers["Location"].rpartition("/")[2])
    assert (made["isento"], made["identificador"], made["data"]) == (True, "TROCA-2", "2026-11-19")


def test_r1_an_unusual_value_is_asked_about_and_needs_a_tick(seals: Rig, maria: Person) -> None:
    code = seal(seals, identificador="SALTO")
    to = f"/selos/{code}/retificar"
    shown = maria.send(to, to, motivo=REASON, tabeliao="3.000,00")
    text = plain(shown.get_data(as_text=True))
    assert re.search(r"Tabelião .*R\$ 3\.000,00", text)
    assert re.search(r"O valor novo é 32 vezes o de antes \(R\$ 95,12\)\. É isso mesmo\?", text)
    (mark,) = re.findall(r'name="visto" value="([0-9a-f]+)"', shown.get_data(as_text=True))
    fields = {"motivo": REASON, "tabeliao": "3.000,00", "visto": mark, "confirmo": "sim"}
    unticked = maria.send(to, to, **fields)
    assert unticked.status_code == 422
    assert "confira, e marque que é isso mesmo" in unticked.get_data(as_text=True)
    assert seals.selo(code)["vivo"]
    assert maria.send(to, to, **fields, certeza="sim").status_code == 303
    assert not seals.selo(code)["vivo"]


def test_x4_an_exclusion_past_its_term_is_for_the_heads_alone(seals: Rig, people: dict[str, Person]) -> None:
    code = seal(seals, identificador="TARDE", data="2026-11-16", motivo_data="esquecido")
    to = f"/selos/{code}/excluir"
    shown = read(people["rui"], to)
    assert re.search(r"Selo vale não vale.* Total do selo R\$ 95,12 R\$ 0,00", shown)
    page = read(people["maria"], to)
    assert "Exclusão possível até 19/11/2026 às 23:59: o prazo passou" in page.replace("ontem", "19/11/2026")
    assert "só o tabelião ou o substituto pode pedir" in page
    assert "<textarea" not in people["maria"].get(to).get_data(as_text=True)
    kept = people["rui"].send(to, to, motivo="ato desfeito", confirmo="sim")
    assert kept.status_code == 409
    assert people["rui"].send(to, to, motivo="ato desfeito", fora_do_prazo="sim").status_code == 200  # Enter
    stale = people["rui"].send(to, to, motivo="ato desfeito", fora_do_prazo="sim", visto="x", confirmo="sim")
    assert (stale.status_code, "O selo mudou" in stale.get_data(as_text=True)) == (409, True)
    assert seals.selo(code)["vivo"]
    done = people["rui"].send(to, to, motivo="ato desfeito", fora_do_prazo="sim", confirmo="sim")
    assert done.status_code == 303
    found = seals.selo(code)
    assert seals.selo(found["retificado_por"])["ato"] == "XA"
    assert f"Excluído por {found['retificado_por']}" in read(people["rui"], f"/selos/{code}")
    assert "não se exclui" in read(people["rui"], to)
    assert "não se retifica" in read(people["rui"], f"/selos/{code}/retificar")


def test_t2_t3_what_the_court_refused_is_shown_in_its_words_and_sent_again(
    seals: Rig, court: Court, maria: Person
) -> None:
    code = seal(seals, identificador="RECUSADO")
    court.fail("objeta", selos=[code])
    seals.engine.run_once()
    court.fail(None)
    page = read(maria, f"/selos/{code}")
    assert "aguardando retificação" in page
    assert "O selo: recusado. O tribunal disse: O simulador foi mandado recusar este selo." in page
    assert maria.send(f"/selos/{code}", f"/selos/{code}/mandar").status_code == 303
    seals.engine.run_once()
    page = read(maria, f"/selos/{code}")
    assert "comunicado O tribunal recebeu este selo." in page
    assert "Mandar de novo" not in page


def test_r5_a_refused_link_shows_the_court_s_answer(seals: Rig, court: Court, maria: Person) -> None:
    above, below = seal(seals, identificador="ACIMA"), seal(seals, identificador="ABAIXO")
    seals.engine.run_once()
    link = {"vinculador": above, "vinculados": [below], "escrevente": "maria"}
    assert seals.call("POST", "/vinculos", link).status == 201
    court.fail("objeta")
    seals.engine.run_once()
    court.fail(None)
    page = read(maria, f"/selos/{below}")
    assert re.search(rf"O vínculo com o selo {above}: recusado\. O tribunal disse: \S", page)
    assert f"Vinculado a {above}" in page
    assert f"Vinculador de: {below}" in read(maria, f"/selos/{above}")
    maria.send(f"/selos/{below}", f"/selos/{below}/mandar")
    seals.engine.run_once()
    assert court.look_up(below)["vinculador"] == above  # type: ignore[index]


def test_a_seal_that_is_not_there_is_a_page(maria: Person) -> None:
    assert "Não há selo com o código" in read(maria, "/selos/1234561ES0000000099991260", 404)


# -- the court's list -------------------------------------------------------------------------------------------------


def compare(person: Person, content: bytes | None, name: str = "lista.csv", **fields: str) -> Any:
    data: dict[str, Any] = {
        **person.hidden("/selos/comparar", "/selos/comparar"),
        "de": "2026-11-20",
        "ate": "2026-11-20",
    }
    data |= {"fonte": "tribunal" if content is None else "arquivo", **fields}
    if content is not None:
        data["arquivo"] = (BytesIO(content), name)
    return person.client.post("/selos/comparar", data=data)


def test_the_court_s_list_is_asked_for_on_the_screen(seals: Rig, court: Court, maria: Person) -> None:
    waiting = seal(seals, identificador="ESPERA")
    text = plain(compare(maria, None).get_data(as_text=True))
    assert "pela lista do tribunal" in text
    assert re.search(r"Conforme \d+ Difere 0 Não consta no tribunal 0 Não consta aqui 0 Comunicação pendente \d", text)
    assert re.search(rf"{waiting} 20/11/2026 Comunicação pendente Ainda não foi comunicado", text)
    court.fail("fora")
    down = compare(maria, None)
    court.fail(None)
    assert down.status_code == 503
    assert "O tribunal não deu a sua lista" in plain(down.get_data(as_text=True))


def test_a_list_from_a_file_stands_beside_ours_field_by_field(seals: Rig, maria: Person) -> None:
    code = seal(seals, identificador="ARQUIVO")
    content = f"selo;total;data;observação\n{code};90,00;19/11/2026;x\n".encode("cp1252")
    text = plain(compare(maria, content).get_data(as_text=True))
    assert "Colunas que não foram comparadas: observação." in text
    assert re.search(rf"{code} 20/11/2026 Difere .*valor R\$ 95,12 R\$ 90,00 data 20/11/2026 19/11/2026", text)
    empty = compare(maria, b"[]", "lista.JSON", de="2026-01-01", ate="2026-01-02")
    assert "Não há selos neste período" in plain(empty.get_data(as_text=True))


def test_a_list_that_cannot_be_read_is_told_by_its_lines(maria: Person) -> None:
    answer = compare(maria, b"selo;total\nx;1,00\n")
    text = plain(answer.get_data(as_text=True))
    assert answer.status_code == 422
    assert "A lista não pôde ser lida." in text
    assert "linha 2: o código de selo tem 25 caracteres" in text
    none = maria.client.post("/selos/comparar", data=maria.hidden("/selos/comparar", "/selos/comparar"))
    assert none.status_code == 422
    assert "escolha o arquivo" in plain(none.get_data(as_text=True))


# -- in a browser -----------------------------------------------------------------------------------------------------


def test_t5_a_seal_is_found_rectified_and_followed_by_the_keyboard(desk: Page, rig: WebRig) -> None:
    body = {"ato": "ES", "identificador": "NAVEGADOR", "emolumentos": FEES, "escrevente": "maria"}
    code, _ = standalone.seal(rig.office, rig.autor, body)
    desk.goto("/")
    desk.get_by_role("link", name="Selos").click()
    desk.fill("#codigo", code.lower())
    desk.keyboard.press("Enter")
    expect(desk.locator(".somas")).to_contain_text("1 selo · R$ 95,12")  # it came by itself
    desk.get_by_role("link", name=code).click()
    # Four clicks from the page of the seal: the first component is in focus, its text selected.
    desk.locator("#ir-retificar").click()
    desk.wait_for_selector("#tabeliao:focus")
    desk.keyboard.type("100,00")
    desk.set_viewport_size({"width": 390, "height": 844})
    assert desk.evaluate("document.documentElement.scrollWidth") == 390
    desk.locator("#motivo").click()
    desk.keyboard.type(REASON)
    desk.get_by_role("button", name="Ver o que muda").click()
    desk.wait_for_function("document.activeElement.textContent.trim() === 'Voltar sem retificar'")
    expect(desk.get_by_text("Confira antes de retificar")).to_be_visible()
    assert desk.evaluate("document.documentElement.scrollWidth") == 390
    desk.get_by_role("button", name="Retificar o selo").click()
    expect(desk.get_by_text("O selo foi retificado.")).to_be_visible()
    expect(desk.get_by_text("R$ 139,42").first).to_be_visible()
