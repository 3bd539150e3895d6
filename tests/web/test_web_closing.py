"""The closing of a day and the month (A4, S9): adds up, compared with the till, signed once, reopened with a reason."""

import re
import subprocess
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from html import unescape
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from web_rig import Person
from werkzeug.test import TestResponse

from printserver import closing, db, search
from printserver.clock import local_date
from printserver.errors import Recusa
from printserver.office import people, proof
from printserver.selo import COMPONENTS
from printserver.server.app import create_app
from support.office import FEES, ISENTO, PASSWORD, Rig, disarm, open_rig

REASON = "o troco de ontem entrou hoje"


@pytest.fixture
def rig(tmp_path: Path) -> Iterator[Rig]:
    with open_rig(tmp_path / "casa") as opened:
        yield opened


def enter(rig: Rig, usuario: str = "tereza") -> Person:
    person = Person(create_app(rig.office).test_client())
    assert person.login(usuario).status_code == 303
    return person


def plain(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


def text(person: Person, path: str) -> str:
    return plain(person.get(path).get_data(as_text=True))


def seal(rig: Rig, name: str, **more: Any) -> str:
    body = {"ato": "ES", "identificador": name, "emolumentos": FEES, "escrevente": "maria"} | more
    found = rig.call("POST", "/selos", body)
    assert found.status == 201, found
    return str(found.json["codigo"])


def a_busy_day(rig: Rig) -> str:
    """Let a day pass with seals of every kind, and put the clock on the next; return the day (ISO)."""
    day = local_date(rig.clock()).isoformat()
    seal(rig, "FICA")
    rectified = seal(rig, "VALOR")
    wrong = {"emolumentos": FEES | {"tabeliao": "60.70"}, "motivo": "erro de digitação", "escrevente": "maria"}
    assert rig.call("POST", f"/selos/{rectified}/retificacao", wrong).status == 201
    gone = seal(rig, "ENGANO")
    xa = {"motivo": "ato desfeito", "escrevente": "maria"}
    assert rig.call("POST", f"/selos/{gone}/xa", xa).status in (200, 201)
    free = {"ato": "ES", "identificador": "GRATIS", "escrevente": "maria", **ISENTO}
    assert rig.call("POST", "/selos", free).status == 201
    rig.printed(rig.livro())
    act = {"ato": "AU", "papel": "AU0371AJ 0000001", "emolumentos": FEES, "escrevente": "maria"}
    assert rig.call("POST", "/atos-de-balcao", act).status == 201
    rig.clock.forward(days=1)
    return day


def sum_of(person: Person, day: str) -> str:
    """Return the day's sum as the page shows it, as money is typed."""
    page = text(person, f"/fechamento?dia={day}")
    return re.findall(r"Soma do dia: R\$ ([\d.]+,\d\d)", page)[0].replace(".", "")


def sign(person: Person, day: str, total: str, **more: str) -> TestResponse:
    page = f"/fechamento?dia={day}"
    form = person.hidden(page, "/fechamento")
    return person.client.post("/fechamento", data=form | {"total": total, "motivo": "", "confirmo": "sim"} | more)


def signatures(rig: Rig) -> list[dict[str, Any]]:
    return rig.rows(db.fechamento)


def test_s9_the_day_adds_up_as_the_seals_and_the_counter_do(rig: Rig) -> None:
    day = a_busy_day(rig)
    head = enter(rig)
    found = search.add_up(rig.office, {"de": day, "ate": day})["validos"]
    waiting = 9512  # of the counter: an act without its load
    assert int(sum_of(head, day).replace(",", "")) == found["total_centavos"] + waiting
    page = text(head, f"/fechamento?dia={day}")
    assert f"Selos válidos {found['quantidade']} " in page
    totals = text(head, f"/selos/totais?de={day}&ate={day}")
    reais = f"{found['total_centavos'] / 100:.2f}".replace(".", ",")
    assert reais in totals.replace(".", "")
    assert "1 ato do balcão espera a carga R$ 95,12" in page
    assert "Em aberto 1 · Atos do balcão sem carga" in page
    assert "beneficiário da justiça gratuita" in page
    assert "ato desfeito" in page  # an exception, by person, with its reason
    assert re.search(r"Maria[^)]*\(\d+\)", page)


def test_a4_a_day_is_signed_once_with_the_till_of_the_office(rig: Rig) -> None:
    day = a_busy_day(rig)
    head = enter(rig)
    right = sum_of(head, day)
    wrong = sign(head, day, "1,00")
    assert (wrong.status_code, signatures(rig)) == (422, [])
    assert "Motivo da diferença" in plain(wrong.get_data(as_text=True))
    missing = sign(head, day, "")
    assert (missing.status_code, signatures(rig)) == (422, [])
    page = f"/fechamento?dia={day}"
    form = head.hidden(page, "/fechamento") | {"total": right, "motivo": "", "confirmo": "sim"}
    other_tab = head.hidden(page, "/fechamento") | {"total": right, "motivo": "", "confirmo": "sim"}
    assert head.client.post("/fechamento", data=form).status_code == 303
    assert head.client.post("/fechamento", data=form).status_code == 303  # the second click
    assert head.client.post("/fechamento", data=other_tab).status_code == 409
    (kept,) = signatures(rig)
    assert kept["quem"] == "tereza"
    shown = text(head, page)
    assert "Assinaturas deste dia" in shown
    assert "não confere" not in shown
    states = [row["estado"] for row in rig.rows(db.log, db.log.c.objeto == "fechamento")]
    assert states == ["assinado"]
    with pytest.raises(sa.exc.IntegrityError), rig.office.db.write() as conn:  # the database holds it too
        row = {name: value for name, value in kept.items() if name != "id"}
        conn.execute(sa.insert(db.fechamento).values(row | {"numero": kept["numero"] + 1}))


def test_a4_a_difference_needs_a_reason_which_stays(rig: Rig) -> None:
    day = a_busy_day(rig)
    head = enter(rig)
    assert sign(head, day, "1,00", motivo=REASON).status_code == 303
    assert REASON in text(head, f"/fechamento?dia={day}")


def test_a4_a_day_that_is_not_over_is_not_signed_nor_by_who_is_no_head(rig: Rig) -> None:
    day = a_busy_day(rig)
    head, clerk = enter(rig), enter(rig, "maria")
    today = local_date(rig.clock()).isoformat()
    assert "Assinar o fechamento" not in text(head, f"/fechamento?dia={today}")
    form = head.hidden(f"/fechamento?dia={day}", "/fechamento") | {"data": today, "total": "0", "confirmo": "sim"}
    assert head.client.post("/fechamento", data=form).status_code == 422
    assert clerk.get("/fechamento").status_code == 403
    with rig.office.db.write() as conn:
        people.create_person(conn, 1, "adao", "Adão Reis", "administrador", PASSWORD, rig.clock())
    admin = enter(rig, "adao")
    assert "Assinar o fechamento" not in text(admin, f"/fechamento?dia={day}")
    form = admin.hidden("/conta", "/sair") | {"data": day, "total": "0", "confirmo": "sim"}
    assert admin.client.post("/fechamento", data=form).status_code == 403
    assert signatures(rig) == []


def test_a4_what_changes_after_the_signature_is_said_and_a_reopened_day_keeps_the_older_one(rig: Rig) -> None:
    day = a_busy_day(rig)
    head = enter(rig)
    assert sign(head, day, sum_of(head, day)).status_code == 303
    code = rig.codes()[0]
    late = {"emolumentos": FEES | {"tabeliao": "65.70"}, "motivo": "valor errado", "escrevente": "maria"}
    assert rig.call("POST", f"/selos/{code}/retificacao", late).status == 201
    page = f"/fechamento?dia={day}"
    assert "Mudou depois da assinatura" in text(head, page)
    ask = f"/fechamento/reabrir?dia={day}"
    number = head.hidden(ask, "/fechamento/reabrir")
    without = head.client.post("/fechamento/reabrir", data=number | {"motivo": "", "confirmo": "sim"})
    assert without.status_code == 422
    done = head.client.post("/fechamento/reabrir", data=number | {"motivo": "valor retificado", "confirmo": "sim"})
    assert done.status_code == 303
    assert sign(head, day, sum_of(head, day)).status_code == 303
    shown = text(head, page)
    assert "valor retificado" in shown
    assert len(signatures(rig)) == 2
    assert text(head, f"{page}&assinatura=1") != shown
    states = [row["estado"] for row in rig.rows(db.log, db.log.c.objeto == "fechamento")]
    assert states == ["assinado", "reaberto", "assinado"]


def test_a4_the_first_page_asks_for_the_closing_only_where_days_are_closed(rig: Rig) -> None:
    day = a_busy_day(rig)
    head = enter(rig)
    assert "não está fechado" not in text(head, "/")
    assert sign(head, day, sum_of(head, day)).status_code == 303
    rig.printed(rig.livro())
    rig.clock.forward(days=1)
    assert "não está fechado" in text(enter(rig), "/")
    assert "não está fechado" not in text(enter(rig, "maria"), "/")


def test_s9_the_month_is_the_sum_of_its_days_and_says_which_are_signed(rig: Rig, tmp_path: Path) -> None:
    day = a_busy_day(rig)
    head = enter(rig)
    total = sum_of(head, day)
    assert sign(head, day, total).status_code == 303
    month = text(head, f"/fechamento/mes?mes={day[:7]}")
    assert f"R$ {total}" in month.replace(".", "")
    assert "1 dia fechado" in month
    html = head.get(f"/fechamento/mes?mes={day[:7]}").get_data(as_text=True)
    assert html.count("<svg") >= 2
    assert all("<title" in each for each in re.findall(r"<svg.*?</svg>", html, re.S) if 'class="grafico' in each)
    for path in (f"dia={day}", f"mes={day[:7]}"):
        sheet = head.get(f"/fechamento/exportar?{path}&formato=csv")
        assert sheet.mimetype == "text/csv"
        assert total.replace(".", "") in sheet.get_data(as_text=True).replace(".", "")
        made = head.get(f"/fechamento/exportar?{path}&formato=pdf")
        assert made.mimetype == "application/pdf"
        file = tmp_path / "fechamento.pdf"
        file.write_bytes(made.get_data())
        said = subprocess.run(["pdftotext", "-layout", str(file), "-"], capture_output=True, check=True).stdout.decode()
        assert f"R$ {total}" in said.replace(".", "")
        assert "página 1 de" in said
    exported = [row["objeto_id"] for row in rig.rows(db.log, db.log.c.objeto == "exportacao")]
    assert exported == ["fechamento"] * 4


@pytest.mark.parametrize("path", ["/fechamento?dia=2099-01-01", "/fechamento/mes?mes=2026-13", "/fechamento?dia=ontem"])
def test_a7_a_period_that_is_none_is_refused_with_its_reason(rig: Rig, path: str) -> None:
    assert enter(rig).get(path).status_code == 422


def test_a_day_on_which_nothing_happened_is_shown_and_can_be_signed(rig: Rig) -> None:
    head = enter(rig)
    day = (local_date(rig.clock()) - timedelta(days=3)).isoformat()
    assert "Nenhuma impressão neste dia" in text(head, f"/fechamento?dia={day}")
    assert sign(head, day, "0").status_code == 303


def whole_form(person: Person, day: str, **typed: str) -> dict[str, str]:
    """Return the form as a browser sends it: every field of it, blank or typed."""
    blank = dict.fromkeys(("total", *COMPONENTS, "motivo"), "")
    return blank | person.hidden(f"/fechamento?dia={day}", "/fechamento") | {"confirmo": "sim"} | typed


def test_a4_a_difference_is_shown_by_parcel_with_what_it_may_be_and_what_was_typed_stays(rig: Rig) -> None:
    day = a_busy_day(rig)
    head = enter(rig)
    waiting = 95.12  # the act at the counter without its load
    total = f"{float(sum_of(head, day).replace(',', '.')) - waiting:.2f}".replace(".", ",")
    refused = head.client.post("/fechamento", data=whole_form(head, day, total=total))
    page = plain(refused.get_data(as_text=True))
    assert (refused.status_code, signatures(rig)) == (422, [])
    assert "o caixa tem R$ 95,12 a menos: diga por quê" in page
    assert "Pode ser: os atos do balcão que esperam a carga" in page
    assert f'value="{total}"' in refused.get_data(as_text=True)
    uneven = head.client.post("/fechamento", data=whole_form(head, day, total=total, tabeliao="10,00"))
    assert uneven.status_code == 422
    assert "as parcelas do caixa somam R$ 10,00" in plain(uneven.get_data(as_text=True))
    assert signatures(rig) == []
    moved = whole_form(head, day, total="10,00", tabeliao="4,00", iss="6,00", motivo=REASON)
    assert head.client.post("/fechamento", data=moved).status_code == 303
    (kept,) = signatures(rig)
    assert (kept["caixa"]["tabeliao"], kept["caixa"]["iss"], kept["caixa"]["estado"]) == (400, 600, 0)
    assert (kept["caixa_centavos"], kept["motivo"]) == (1000, REASON)


@pytest.mark.parametrize(
    ("typed", "field"),
    [({"total": "dez"}, "total"), ({"total": "-1,00"}, "total"), ({"total": "10,00", "iss": "um"}, "iss")],
)
def test_a7_money_that_is_none_is_refused_at_its_field(rig: Rig, typed: dict[str, str], field: str) -> None:
    day = a_busy_day(rig)
    head = enter(rig)
    refused = head.client.post("/fechamento", data=whole_form(head, day, **typed))
    assert refused.status_code == 422
    assert f'id="erro-{field}"' in refused.get_data(as_text=True)
    assert signatures(rig) == []


def test_a4_what_is_signed_is_what_was_shown(rig: Rig) -> None:
    day = a_busy_day(rig)
    head = enter(rig)
    form = whole_form(head, day, total=sum_of(head, day))
    late = {"ato": "ES", "identificador": "TARDE", "emolumentos": FEES, "escrevente": "maria", "data": day}
    assert rig.call("POST", "/selos", late | {"motivo_data": "esquecido"}).status == 201
    refused = head.client.post("/fechamento", data=form)
    assert (refused.status_code, signatures(rig)) == (409, [])
    assert "os números do dia mudaram depois que a página foi aberta" in plain(refused.get_data(as_text=True))


def test_a4_a_value_that_moves_from_one_parcel_to_another_is_a_change_too(rig: Rig) -> None:
    day = a_busy_day(rig)
    head = enter(rig)
    assert sign(head, day, sum_of(head, day)).status_code == 303
    code = rig.codes()[0]
    moved = {"emolumentos": FEES | {"tabeliao": "56.70", "estado": "14.83"}, "motivo": "x", "escrevente": "maria"}
    assert rig.call("POST", f"/selos/{code}/retificacao", moved).status == 201
    page = text(head, f"/fechamento?dia={day}")
    assert "Mudou depois da assinatura" in page
    assert re.search(r"Parcela Tabelião R\$ [\d.,]+ R\$ [\d.,]+ Parcela Estado", page)
    assert "mudou depois" in text(head, f"/fechamento/mes?mes={day[:7]}")


def test_a4_of_two_who_sign_at_once_one_does(any_rig: Rig) -> None:
    rig = any_rig
    day = local_date(rig.clock())
    rig.clock.forward(days=1)
    with rig.office.db.read() as conn:
        mark = closing.compute(conn, rig.office, closing.Period(day, day))[day].mark()
        tereza = people.author_of_person(people.find_person(conn, 1, "tereza"), None)

    def signs(_: int) -> str:
        try:
            closing.sign(rig.office, tereza, day, {"total": "0.00", "visto": mark})
        except Recusa as refusal:
            return refusal.word
        return "signed"

    with ThreadPoolExecutor(8) as pool:
        told = sorted(pool.map(signs, range(8)))
    assert told == ["estado-nao-permite"] * 7 + ["signed"]
    assert len(signatures(rig)) == 1


def test_a3_a_signature_is_neither_changed_nor_deleted_and_one_that_was_is_found(any_rig: Rig) -> None:
    rig = any_rig
    day = local_date(rig.clock()).isoformat()
    rig.clock.forward(days=1)
    head = enter(rig)
    assert sign(head, day, "0").status_code == 303
    table = db.fechamento
    reopened = {"reaberto_por": "rui", "reaberto_em": rig.clock(), "reaberto_motivo": "x"}
    for change in (table.delete(), table.update().values(caixa_centavos=5), table.update().values(quem="rui")):
        with pytest.raises(sa.exc.DBAPIError), rig.office.db.write() as conn:
            conn.execute(change)
    with rig.office.db.write() as conn:
        conn.execute(table.update().values(reopened))
    with pytest.raises(sa.exc.DBAPIError), rig.office.db.write() as conn:
        conn.execute(table.update().values(reaberto_em=None))
    assert "não confere" not in text(head, f"/fechamento?dia={day}")
    with rig.office.db.write() as conn:
        disarm(conn)
        conn.execute(table.update().values(caixa_centavos=5))
    assert "não confere" in text(head, f"/fechamento?dia={day}")


def test_a6_a_signature_keeps_the_signed_head_of_the_log_outside_the_database(rig: Rig) -> None:
    day = a_busy_day(rig)
    head = enter(rig)
    before = {path: proof.read_all(rig.folder) for path in proof.kept_heads(rig.folder)}
    assert sign(head, day, sum_of(head, day)).status_code == 303
    kept = proof.of_day(rig.folder, rig.clock())
    assert kept.exists()
    assert kept not in before
    ((_, found),) = [each for each in proof.read_all(rig.folder) if each[0] == kept]
    assert found is not None
    signed = rig.rows(db.log, db.log.c.objeto == "fechamento")[-1]
    assert found.n >= signed["n"]
    assert rig.proof().total == 0


def test_a4_the_pin_is_asked_for_a_signature_where_the_office_sets_it(tmp_path: Path) -> None:
    with open_rig(tmp_path / "casa", settings={"pessoas": {"pin": ["fechamento"]}}) as rig:
        day = local_date(rig.clock()).isoformat()
        rig.clock.forward(days=1)
        head = enter(rig)
        sent = head.send("/conta", "/conta", senha=PASSWORD, pin_novo="580274", pin_repetido="580274")
        assert sent.status_code == 303
        for wrong in ("", "739105"):
            refused = head.client.post("/fechamento", data=whole_form(head, day, total="0", pin=wrong))
            assert refused.status_code == 422
            assert 'id="erro-pin"' in refused.get_data(as_text=True)
            assert "739105" not in refused.get_data(as_text=True)
        assert signatures(rig) == []
        assert head.client.post("/fechamento", data=whole_form(head, day, total="0", pin="580274")).status_code == 303


def test_a4_a_reopening_that_was_done_elsewhere_is_not_done_twice(rig: Rig) -> None:
    day = a_busy_day(rig)
    head = enter(rig)
    assert sign(head, day, sum_of(head, day)).status_code == 303
    ask = f"/fechamento/reabrir?dia={day}"
    tabs = [head.hidden(ask, "/fechamento/reabrir") | {"motivo": REASON, "confirmo": "sim"} for _ in range(2)]
    told = [head.client.post("/fechamento/reabrir", data=tab).status_code for tab in tabs]
    assert told == [303, 409]
    assert "não há o que reabrir" in text(head, ask)
    states = [row["estado"] for row in rig.rows(db.log, db.log.c.objeto == "fechamento")]
    assert states == ["assinado", "reaberto"]


def test_a4_the_exclusion_of_an_isento_seal_of_the_counter_is_an_exception_of_its_day(rig: Rig) -> None:
    day = local_date(rig.clock()).isoformat()
    act = {"ato": "AU", "papel": "AU0371AJ 0000001", "escrevente": "maria", **ISENTO}
    assert rig.call("POST", "/atos-de-balcao", act).status == 201
    (code,) = rig.call("POST", "/hibridos/carga", {"data": day, "escrevente": "maria"}).json["selos"]
    rig.printed(rig.livro())
    gone = rig.call("POST", f"/selos/{code}/xa", {"motivo": "selo trocado", "escrevente": "maria"})
    assert gone.status in (200, 201), gone
    rig.clock.forward(days=1)
    page = text(enter(rig), f"/fechamento?dia={day}")
    assert "Exclusão (XA)" in page
    assert "selo trocado" in page
    assert page.count("beneficiário da justiça gratuita") >= 1
