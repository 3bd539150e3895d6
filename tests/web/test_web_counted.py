"""What a person typed counts (A7): the faults that screens had, each shown to be gone."""

import html
import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from web_rig import Person, sure
from werkzeug.test import TestResponse

from printserver import db
from printserver.delivery import numbered_paper
from printserver.office import people
from printserver.server.app import create_app
from support.office import FEES, NOW, Rig, open_rig

REASON = "valor digitado errado"


@pytest.fixture
def office(tmp_path: Any) -> Iterator[Rig]:
    with open_rig(tmp_path / "casa") as opened:
        yield opened


@pytest.fixture
def maria(office: Rig) -> Person:
    person = Person(create_app(office.office).test_client())
    assert person.login("maria").status_code == 303
    return person


def text(answer: TestResponse) -> str:
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True))).split())


def seal(office: Rig, **more: Any) -> str:
    body = {"ato": "ES", "identificador": "ATA-1", "emolumentos": FEES, "escrevente": "maria"} | more
    return str(office.call("POST", "/selos", body).json["codigo"])


# -- rectification ----------------------------------------------------------------------------------------------------


def test_a7_a_changed_parcel_is_the_choice_and_is_seen_before_it_goes(office: Rig, maria: Person) -> None:
    code = seal(office)
    to = f"/selos/{code}/retificar"
    seen = maria.send(to, to, iss="5,78", identificador="ATA-2", motivo=REASON)
    assert seen.status_code == 200
    assert "Identificador ATA-1 ATA-2" in text(seen)
    assert "ISS R$ 2,78 R$ 5,78" in text(seen)
    assert "Total do selo R$ 95,12 R$ 98,12" in text(seen)
    assert office.selo(code)["retificado_por"] is None
    new = sure(maria, seen).headers["Location"].rpartition("/")[2]
    made = office.selo(new)
    assert (made["emolumentos_centavos"]["iss"], made["total_centavos"], made["identificador"]) == (578, 9812, "ATA-2")


def test_a7_two_values_are_refused_and_a_leap_is_said(office: Rig, maria: Person) -> None:
    code = seal(office)
    to = f"/selos/{code}/retificar"
    both = maria.send(to, to, iss="5,78", motivo_isencao="gratuidade", motivo=REASON)
    assert (both.status_code, "há mais de um valor" in text(both)) == (422, True)
    leap = maria.send(to, to, tabeliao="1.055,70", motivo=REASON)
    assert "11,5 vezes o de antes" in text(leap)


def test_a7_another_value_than_the_one_seen_is_shown_again(office: Rig, maria: Person) -> None:
    code = seal(office)
    to = f"/selos/{code}/retificar"
    page = maria.send(to, to, iss="5,78", motivo=REASON).get_data(as_text=True)
    mark = re.findall(r'name="visto" value="(\w+)"', page)[0]
    other = maria.send(to, to, iss="6,78", motivo=REASON, visto=mark, confirmo="sim")
    assert (other.status_code, office.selo(code)["retificado_por"]) == (200, None)


def test_s9_an_isento_seal_becomes_a_charged_one_by_its_parcels(office: Rig, maria: Person) -> None:
    code = seal(office, emolumentos=None, isento=True, motivo_isencao="engano")
    to = f"/selos/{code}/retificar"
    done = sure(maria, maria.send(to, to, tabeliao="10,00", motivo=REASON))
    made = office.selo(done.headers["Location"].rpartition("/")[2])
    assert (made["isento"], made["total_centavos"]) == (False, 1000)


# -- the day's seals --------------------------------------------------------------------------------------------------


def daily(person: Person, day: str, **typed: str) -> TestResponse:
    hidden = person.hidden(f"/balcao/diarios?dia={day}", "/balcao/diarios") | {"tipo": "fotocopia"}
    return person.client.post("/balcao/diarios", data=hidden | typed)


def day_of(office: Rig, day: str) -> dict[str, Any]:
    (found,) = [each for each in office.call("GET", f"/diarios?data={day}").json["itens"] if each["ato"] != "XA"]
    return office.selo(found["codigo"])


def test_d1_a_blank_iss_keeps_the_days_and_the_screen_shows_it(office: Rig, maria: Person) -> None:
    assert daily(maria, "2026-11-20", total="123,50", iss="6,18").status_code == 303
    assert 'value="6,18"' in maria.get("/balcao/diarios?dia=2026-11-20").get_data(as_text=True)
    assert daily(maria, "2026-11-20", total="130,00", iss="").status_code == 303
    assert (day_of(office, "2026-11-20")["total_centavos"], day_of(office, "2026-11-20")["iss_centavos"]) == (
        13000,
        618,
    )


def test_d1_an_absent_iss_keeps_the_days_over_the_api_and_a_zero_takes_it_away(office: Rig) -> None:
    body = {"tipo": "fotocopia", "data": "2026-11-20", "escrevente": "maria"}
    assert office.call("POST", "/diarios", body | {"total": "10.00", "iss": "0.50"}).status == 201
    assert office.call("POST", "/diarios", body | {"total": "12.00"}).json["iss_centavos"] == 50
    assert office.call("POST", "/diarios", body | {"total": "12.00"}).json["iss_centavos"] == 50
    assert office.call("POST", "/diarios", body | {"total": "13.00", "iss": "0.00"}).json["iss_centavos"] == 0


def test_d1_a_leap_and_a_lower_total_are_asked_about(office: Rig, maria: Person) -> None:
    daily(maria, "2026-11-20", total="123,50", iss="6,18")
    leap = daily(maria, "2026-11-20", total="1.234,50")
    assert (leap.status_code, "10 vezes o total do dia" in text(leap)) == (200, True)
    assert day_of(office, "2026-11-20")["total_centavos"] == 12350
    assert sure(maria, leap).status_code == 303
    assert day_of(office, "2026-11-20")["total_centavos"] == 123450
    less = daily(maria, "2026-11-20", total="200,00", motivo="digitado errado")
    assert (less.status_code, "menor que o do dia até agora" in text(less)) == (200, True)
    assert sure(maria, less).status_code == 303


def test_d1_the_first_total_of_a_day_is_held_beside_the_usual(office: Rig, maria: Person) -> None:
    for day in ("2026-11-10", "2026-11-11", "2026-11-12"):
        assert daily(maria, day, total="100,00", motivo="esquecido").status_code == 303
    assert daily(maria, "2026-11-13", total="290,00", motivo="esquecido").status_code == 303
    assert "habitual num dia" in text(daily(maria, "2026-11-16", total="1.000,00", motivo="esquecido"))


def test_d1_a_total_of_a_page_from_the_day_before_is_asked_about(office: Rig, maria: Person) -> None:
    hidden = maria.hidden("/balcao/diarios", "/balcao/diarios") | {"tipo": "fotocopia", "total": "10,00"}
    office.clock.now = NOW.replace(day=21, hour=3, minute=1)
    maria.login("maria")
    token = maria.hidden("/balcao/diarios", "/balcao/diarios")["csrf_token"]
    asked = maria.client.post("/balcao/diarios", data=hidden | {"csrf_token": token})
    assert (asked.status_code, "esse dia já acabou" in text(asked)) == (200, True)
    assert office.call("GET", "/diarios?data=2026-11-20").json["itens"] == []


# -- the counter's day ------------------------------------------------------------------------------------------------


def test_h1_the_counters_day_is_the_clocks_and_another_is_a_mode(office: Rig, maria: Person) -> None:
    office.clock.now = NOW.replace(day=21, hour=2, minute=59)  # 23:59 in São Paulo
    maria.login("maria")
    form = maria.hidden("/balcao?ato=AU", "/balcao") | {"papel": "AU0371AA 0000001", "tabeliao": "4,00"}
    assert "data" not in form
    office.clock.now = NOW.replace(day=21, hour=3, minute=1)
    assert maria.client.post("/balcao", data=form).status_code == 303
    (row,) = office.rows(db.ato_balcao)
    assert str(row["data"]) == "2026-11-21"
    assert "gravado em 21/11/2026" in text(maria.get("/balcao"))
    page = maria.get("/balcao?ato=AU&dia=2026-11-10")
    assert "O que se grava aqui é de 10/11/2026, e não de hoje." in text(page)
    assert (
        maria.send("/balcao?ato=AU&dia=2026-11-10", "/balcao", papel="AU0371AA 0000002", tabeliao="4,00").status_code
        == 303
    )
    assert str(office.rows(db.ato_balcao)[1]["data"]) == "2026-11-10"


def test_h3_a_range_without_a_day_is_of_the_clocks_day(office: Rig, maria: Person) -> None:
    at = "/balcao/faixa"
    form = maria.hidden(at, at) | {"ato": "AU", "serie": "0371AB", "de": "1", "tabeliao": "4,00", "confirmo": "sim"}
    assert 'name="data" value=""' in maria.get(at).get_data(as_text=True)
    assert maria.client.post(at, data=form).status_code == 303
    assert "dia 20/11/2026" in text(maria.get(at))


def test_t1_h2_acts_whose_load_is_overdue_are_counted_everywhere(office: Rig, maria: Person) -> None:
    body = {"ato": "AU", "papel": "AU0371AC 0000001", "servico": "certidao-notas", "escrevente": "maria"}
    assert office.call("POST", "/atos-de-balcao", body).status == 201
    for hours, late, urgent in ((0, 0, 0), (19, 0, 0), (2, 0, 1), (3, 1, 0)):
        office.clock.forward(hours=hours)
        found = office.call("GET", "/comunicacoes").json
        assert (found["sem_carga"], found["sem_carga_atrasados"], found["sem_carga_urgentes"]) == (1, late, urgent)
    assert found["sem_carga_desde"] == "2026-11-20"
    maria.login("maria")
    assert "1 ato do balcão atrasado, sem a carga" in text(maria.get("/"))
    court = text(maria.get("/tribunal"))
    assert "1 ato do balcão passou das 24 horas sem a carga" in court
    assert "Tudo o que havia foi comunicado" not in court
    metrics = office.app.test_client().get("/metrics", headers={"Authorization": f"Bearer {office.key}"}).get_data()
    assert b'printserver_counter_unloaded{urgencia="atrasado"} 1.0' in metrics
    for _ in range(2):  # reported once
        office.engine.run_once()
    assert [each["tipo"] for each in office.call("GET", "/avisos").json["itens"]] == ["balcao"]
    day = {"data": "2026-11-20", "escrevente": "maria"}
    assert office.call("POST", "/hibridos/carga", day).status == 201
    assert office.call("GET", "/comunicacoes").json["sem_carga"] == 0


# -- paper ------------------------------------------------------------------------------------------------------------


@pytest.fixture
def numbered(office: Rig) -> Rig:
    """The office with numbered paper in its queue, both sides of each sheet."""
    with office.office.db.write() as conn:
        who = people.Author(1, None, None, "maria", "escrevente", frozenset(), None)
        conn.execute(db.fila.update().values(papel_numerado=True))
        numbered_paper.receive(conn, 1, "notas", "A0000001", "A0000500", who, office.clock())
    said = {"proximo": "A0000011", "escrevente": "maria"}
    assert office.call("POST", "/filas/notas/papel", said).status == 200
    return office


def fates(office: Rig) -> dict[str, str]:
    return {row["numero"]: row["estado"] for row in office.rows(db.papel)}


def long_deed(office: Rig, **more: Any) -> dict[str, Any]:
    words = {"formato": "texto", "conteudo": "\n\n".join(["Assim o disseram e outorgaram. " * 40] * 9)}
    return office.printed(office.livro(corpo=words), **more)


def test_p5_a_spoiled_page_spoils_the_sheet_that_the_server_knows(numbered: Rig) -> None:
    job = long_deed(numbered, faces="frente")
    assert job["paginas"] >= 3
    said = [{"pagina": 2, "estado": "inutilizada"}]
    assert numbered.act(job["id"], "folhas", paginas=said, imprimir="2").status == 200
    assert (fates(numbered)["A11"], fates(numbered)["A12"]) == ("usado", "inutilizado")
    assert numbered.rows(db.pagina)[0]["papel"] == "A0000012"
    numbered.engine.run_once()
    following = numbered.act(job["id"], "folhas", paginas=said)  # the sheet on which it was printed again
    assert following.status == 200
    last = 11 + job["paginas"]
    assert fates(numbered)[f"A{last}"] == "inutilizado"


def test_p5_front_and_back_stand_on_one_sheet(numbered: Rig) -> None:
    job = long_deed(numbered, faces="frente-verso")
    sheets = numbered.rows(db.papel)
    page = job["paginas"]
    assert numbered.act(job["id"], "folhas", paginas=[{"pagina": page, "estado": "inutilizada"}]).status == 200
    spoiled = [number for number, fate in fates(numbered).items() if fate == "inutilizado"]
    assert spoiled == [sheets[-1]["numero"]]


def test_p5_a_person_may_correct_the_number_but_not_to_one_of_another_print(numbered: Rig) -> None:
    other = numbered.printed(numbered.certidao())
    job = numbered.printed(numbered.certidao())
    wrong = [{"pagina": 1, "estado": "inutilizada", "papel": "A0000011"}]
    refused = numbered.act(job["id"], "folhas", paginas=wrong)
    assert (refused.status, refused.json["errors"][0]["campo"]) == (422, "paginas.0.papel")
    assert fates(numbered) == {"A11": "usado", "A12": "usado"}
    right = [{"pagina": 1, "estado": "inutilizada", "papel": "A0000400"}]
    assert numbered.act(job["id"], "folhas", paginas=right).status == 200
    assert fates(numbered)["A400"] == "inutilizado"
    assert other["estado"] == "impresso"


def test_p5_the_screen_fills_the_number_in_and_marks_it_without_typing(numbered: Rig) -> None:
    maria = Person(create_app(numbered.office).test_client())
    maria.login("maria")
    job = long_deed(numbered, faces="frente")
    path = f"/trabalhos/{job['id']}/folhas"
    page = maria.get(path).get_data(as_text=True)
    assert 'name="papel_2" maxlength="40" value="A0000012"' in page
    pages = {f"pagina_{n}": "boa" for n in range(1, job["paginas"] + 1)} | {"pagina_2": "inutilizada"}
    said = {f"papel_{n}": f"A{10 + n:07}" for n in range(1, job["paginas"] + 1)}
    assert maria.send(path, path, **pages, **said, motivo="amassou", confirmo="sim").status_code == 303
    assert fates(numbered)["A12"] == "inutilizado"
    assert [fate for number, fate in fates(numbered).items() if number != "A12"] == ["usado"] * (job["paginas"] - 1)


# -- said of the sheets -----------------------------------------------------------------------------------------------


def uncertain(office: Rig) -> dict[str, Any]:
    from printserver.ledger import questions

    job = long_deed(office)
    with office.office.db.write() as conn:
        row = conn.execute(sa.select(db.job).where(db.job.c.id == job["id"])).mappings().one()
        conn.execute(sa.update(db.job).where(db.job.c.id == job["id"]).values(estado="incerto"))
        questions.ask_about_sheets(conn, office.office, row, "o papel acabou no meio", office.clock())
    return office.job(job["id"])


def test_x5_once_all_is_said_it_is_shown_and_asked_no_more(office: Rig, maria: Person) -> None:
    job = uncertain(office)
    path = f"/trabalhos/{job['id']}/folhas"
    page = maria.get(path).get_data(as_text=True)
    assert re.search(r'name="imprimir" value="sim" checked', page)
    assert "Nada saiu: imprimir tudo de novo" in text(maria.get(f"/trabalhos/{job['id']}"))
    said = {"pagina_2": "nao_saiu", "outras": "boa", "motivo": "atolou", "confirmo": "sim"}
    assert maria.send(path, path, **said).status_code == 303
    shown = text(maria.get(f"/trabalhos/{job['id']}"))
    assert "Faltam páginas" in shown
    assert "Falta imprimir a página 2" in shown
    assert "2 não saiu — Maria" in shown
    for gone in ("diga folha por folha", "Ver e responder a pergunta"):
        assert gone not in shown
    assert 'id="ir-reenviar"' not in maria.get(f"/trabalhos/{job['id']}").get_data(as_text=True)
    assert "Já se contaram ou informaram folhas: use folha por folha." in shown
    assert "Faltam páginas" in maria.get("/vivo/espera").get_data(as_text=True)
    assert office.job(job["id"])["faltam"] == "2"
    assert "Informado antes: não saiu, por Maria" in text(maria.get(path))
    again = said | {"imprimir": "sim"}
    assert maria.send(path, path, **again).status_code == 303
    office.engine.run_once()
    assert office.job(job["id"])["faltam"] is None


# -- what a print is worth --------------------------------------------------------------------------------------------


def test_s11_a_print_whose_seals_were_excluded_says_so_and_leads_to_the_one_that_counts(
    office: Rig, maria: Person
) -> None:
    asked = office.livro()
    old = office.printed(asked)
    assert "Impresso · vale" in text(maria.get(f"/trabalhos/{old['id']}"))
    held = office.question(asked)
    assert office.yes(held["id"]).status == 200
    office.engine.run_once()
    page = maria.get(f"/trabalhos/{old['id']}")
    assert "selos excluídos: não vale" in text(page)
    assert '<span class="sinal feito">Impresso' not in page.get_data(as_text=True)
    assert f'id="ver-o-que-vale" href="/trabalhos/{held["id"]}"' in page.get_data(as_text=True)
    for refused in ("ir-folhas", "ir-assinaturas", "ir-reenviar"):
        assert f'id="{refused}"' not in page.get_data(as_text=True)
    new = maria.get(f"/trabalhos/{held['id']}").get_data(as_text=True)
    assert f'href="/trabalhos/{old["id"]}"' in new
    board = maria.get(f"/impressoes?texto={old['documento']['instrumento']}").get_data(as_text=True)
    assert "selos excluídos: não vale" in board
    assert "2 excluídos" in board
    assert "ver o que vale" in board
    xa = office.job(old["id"])["selos"][0]["excluido_por"]
    assert f'<code class="vivo">{xa}</code>' in page.get_data(as_text=True)
    found = office.job(old["id"])
    assert (found["vale"], found["vale_o_trabalho"]) == (False, held["id"])


def test_s11_a_print_rectified_and_then_excluded_says_both(office: Rig, maria: Person) -> None:
    job = office.printed(office.certidao(emolumentos=FEES, isento=False, motivo_isencao=None))
    code = job["selos"][0]["codigo"]
    body = {"emolumentos": FEES | {"iss": "3.78"}, "motivo": REASON, "escrevente": "maria"}
    new = office.call("POST", f"/selos/{code}/retificacao", body).json["codigo"]
    page = text(maria.get(f"/trabalhos/{job['id']}"))
    assert "vale, retificado" in page
    assert "R$ 96,12" in text(maria.get("/"))
    assert office.call("POST", f"/selos/{new}/xa", {"motivo": REASON, "escrevente": "maria"}).status == 201
    page = text(maria.get(f"/trabalhos/{job['id']}"))
    assert "selos excluídos: não vale" in page
    assert re.search(r"retificado por \w{25} depois excluído por \w{25}", page)
    assert "Nenhuma impressão deste documento vale agora" in page


# -- the session that ends over a form --------------------------------------------------------------------------------


def resume(person: Person, answer: TestResponse, usuario: str = "maria") -> TestResponse:
    """Log in on the page that an expired form was answered with, and go where it leads."""
    sealed = re.findall(r'name="guardado" value="([^"]*)"', answer.get_data(as_text=True))[0]
    led = person.send("/entrar", "/entrar", usuario=usuario, senha="correta cavalo bateria", guardado=sealed)
    assert led.status_code == 303
    return person.get(led.location)


def test_a7_a_form_sent_after_the_session_ended_comes_back_as_it_was_typed(office: Rig, maria: Person) -> None:
    code = seal(office)
    to = f"/selos/{code}/retificar"
    form = maria.hidden(to, to) | {"iss": "5,78", "identificador": "ATA-2", "motivo": REASON}
    office.clock.forward(minutes=31)
    answer = maria.client.post(to, data=form)
    assert (answer.status_code, "O que você digitou está guardado" in text(answer)) == (401, True)
    page = resume(maria, answer)
    assert page.status_code == 200
    shown = page.get_data(as_text=True)
    assert 'value="5,78"' in shown
    assert 'value="ATA-2"' in shown
    assert REASON in shown
    assert "nada foi feito: confira e envie de novo" in text(page)
    assert office.selo(code)["retificado_por"] is None


def test_a7_what_one_person_typed_is_not_shown_to_another(office: Rig, maria: Person) -> None:
    to = f"/selos/{seal(office)}/retificar"
    form = maria.hidden(to, to) | {"motivo": "segredo de maria"}
    office.clock.forward(minutes=31)
    page = resume(maria, maria.client.post(to, data=form), "rui")
    assert "segredo de maria" not in page.get_data(as_text=True)
    assert "era de outra pessoa" in text(page)


def test_a7_an_answer_that_came_too_late_is_given_again_by_a_press(office: Rig, maria: Person) -> None:
    asked = office.livro()
    office.printed(asked)
    held = office.question(asked)
    page, to = f"/trabalhos/{held['id']}/pergunta", f"/trabalhos/{held['id']}/xa"
    form = maria.hidden(page, to) | {"resposta": "sim", "motivo": REASON}
    office.clock.forward(minutes=31)
    again = resume(maria, maria.client.post(to, data=form))
    assert REASON in again.get_data(as_text=True)
    assert office.job(held["id"])["estado"] == "aguardando_xa"


def test_a7_a_page_from_before_the_last_login_keeps_what_was_typed(office: Rig, maria: Person) -> None:
    to = f"/selos/{seal(office)}/excluir"
    form = maria.hidden(to, to) | {"motivo": "digitado antes", "confirmo": "sim"}
    maria.send("/", "/sair")
    maria.login("maria")
    answer = maria.client.post(to, data=form)
    assert (answer.status_code, "Esta página expirou" in text(answer)) == (400, True)
    page = answer.get_data(as_text=True)
    fields = dict(re.findall(r'name="(csrf_token|guardado)" value="([^"]*)"', page))
    led = maria.client.post("/continuar", data=fields)
    shown = maria.get(led.location)
    assert "digitado antes" in shown.get_data(as_text=True)
    assert office.rows(db.selo)[-1]["ato"] == "ES"


def test_a7_what_is_kept_is_sealed(office: Rig, maria: Person) -> None:
    token = maria.hidden("/", "/sair")["csrf_token"]
    for forged in ("", "x", "a.b.c", "x" * 70_000):
        led = maria.client.post("/continuar", data={"csrf_token": token, "guardado": forged})
        assert led.headers["Location"] == "/"


def test_a5_live_parts_keep_no_session_alive(office: Rig, maria: Person) -> None:
    live = {"HX-Request": "true"}
    for _ in range(3):
        office.clock.now += timedelta(minutes=11)
        status = maria.client.get("/vivo/espera", headers=live).status_code
    assert status == 401
    assert maria.get("/").status_code == 303
