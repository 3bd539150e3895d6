"""C5, S9, S10: services, values and atos at the screens: changed from a day on, imported, confirmed, taken back."""

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from html import unescape
from io import BytesIO
from pathlib import Path

import pytest
from flask import Flask
from hypothesis import given, settings
from hypothesis import strategies as st
from playwright.sync_api import Browser, Page, expect
from web_cases import messages
from web_rig import AXE_SCRIPT, Person, axe_faults, served, sure
from werkzeug.test import TestResponse

from printserver import db
from printserver.clock import local_date
from printserver.office import Office, people
from printserver.selo import COMPONENTS, LIST_BYTES, Service, parse_reais
from printserver.server.app import create_app
from support import civil_documents as civil
from support.office import PASSWORD, Rig, edited_by_hand, open_rig, reopen

LIST = "/ajustes/servicos"
OF = f"{LIST}/servico"
IMPORT = f"{LIST}/importar"
HEADS = "Serviço;Descrição;Natureza;Tabelião;Estado;Sec. Fazenda;Santa Casa;Reg. Civil;Trib. Justiça;ISS;MP;Total"


@pytest.fixture(scope="module")
def rig(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Rig]:
    settings = {"selo": {"tolerancia_do_relogio_s": 366 * 86_400}}  # a test puts the clock forward, and back
    with open_rig(tmp_path_factory.mktemp("tabelas") / "casa", settings=settings) as opened:
        with opened.office.db.write() as conn:
            people.create_person(conn, 1, "adao", "Adão Reis", "administrador", PASSWORD, opened.clock())
        yield opened


@pytest.fixture(scope="module")
def other(rig: Rig) -> Iterator[Rig]:
    """The same office, as the other process has it open."""
    again = reopen(rig.folder, rig.clock, rig.key)
    yield again
    again.office.db.close()


@pytest.fixture(scope="module")
def app(rig: Rig) -> Flask:
    return create_app(rig.office)


def person(app: Flask, usuario: str) -> Person:
    found = Person(app.test_client())
    assert found.login(usuario).status_code == 303
    return found


@pytest.fixture
def tereza(app: Flask) -> Person:
    """The head of the office; a session ends where a test puts the clock forward."""
    return person(app, "tereza")


def amounts(version: Service, **changed: str) -> dict[str, str]:
    """Return the components of a version as they are typed, with others in their place."""
    assert version.emolumentos is not None
    return {name: f"{getattr(version.emolumentos, name):.2f}".replace(".", ",") for name in COMPONENTS} | changed


def in_force(office: Office, name: str) -> Service:
    found = office.current(at_once=True).servicos.get(name, local_date(office.clock()))
    assert found is not None
    return found


def send(who: Person, path: str, **fields: str) -> TestResponse:
    """Type a form and press its button; what it would do is shown."""
    return who.send(path, path, **fields)


def change(who: Person, path: str, **fields: str) -> TestResponse:
    """Do a change with both of its steps."""
    answer = sure(who, send(who, path, **fields))
    assert answer.status_code == 303, messages(answer)
    return answer


def page_of(answer: TestResponse) -> str:
    text = re.sub(r"<[^>]+>", " ", answer.get_data(as_text=True))
    return " ".join(unescape(text).split())


def upload(who: Person, content: bytes, desde: str, name: str = "tabela.csv") -> TestResponse:
    fields = {**who.hidden(IMPORT, IMPORT), "desde": desde, "arquivo": (BytesIO(content), name)}
    return who.client.post(IMPORT, data=fields, content_type="multipart/form-data")


def confirm(who: Person, answer: TestResponse, **more: str) -> TestResponse:
    """Press the button of the second step of an import."""
    page = answer.get_data(as_text=True)
    form = next(each for each in re.findall(r"<form.*?</form>", page, re.S) if 'name="visto"' in each)
    tags = re.findall(r'<input type="hidden"[^>]*>', form)
    fields = {re.findall(r'name="([^"]*)"', tag)[0]: unescape(re.findall(r'value="([^"]*)"', tag)[0]) for tag in tags}
    return who.client.post(IMPORT, data=fields | {"confirmo": "sim"} | more)


# -- a value -----------------------------------------------------------------------------------------------------------


def test_c5_a_value_changed_from_a_day_on_is_that_of_the_prints_of_its_time_in_every_process(
    rig: Rig, other: Rig, tereza: Person
) -> None:
    assento = civil.assento(1, de_antes=True)
    numbers = iter(range(1, 99))

    def totals(day: str | None = None) -> list[int]:
        more = {"data_pedido": day} if day else {}
        documents = [civil.certidao(next(numbers), assento=assento, **civil.VALUE, **more) for _ in range(2)]
        other.office.files.look(at_once=True)  # it would wait a moment, for an editor may still be writing the file
        jobs = [each.printed(document) for each, document in zip((rig, other), documents, strict=True)]
        return [job["selos"][0]["total_centavos"] for job in jobs]

    name = civil.VALUE["servico"]
    old = in_force(rig.office, name)
    assert totals() == [4502, 4502]
    shown = send(tereza, f"{OF}/{name}/valor", desde="20/11/2026", **amounts(old, tabeliao="40,00"), total="48,11")
    assert "Hoje já se fizeram atos com o valor de antes: ficam como estão." in page_of(shown)
    assert "R$ 45,02 R$ 48,11" in page_of(shown)
    assert sure(tereza, shown).status_code == 303
    assert totals() == [4811, 4811]
    assert totals("2026-11-19") == [4502, 4502]
    change(tereza, f"{OF}/{name}/valor", desde="01/12/2026", **amounts(old, tabeliao="41,00"))
    rig.clock.forward(days=11)
    assert totals() == [4911, 4911]
    assert totals("2026-11-30") == [4811, 4811]
    rig.clock.forward(days=-11)


@settings(max_examples=8, deadline=None)
@given(values=st.lists(st.integers(0, 9_999_999), min_size=8, max_size=8).filter(any), days=st.integers(40, 4000))
def test_c5_s9_the_value_of_a_day_is_that_of_the_version_in_force_to_the_centavo(
    rig: Rig, app: Flask, values: list[int], days: int
) -> None:
    name, tereza = "testamento", person(app, "tereza")
    day = local_date(rig.clock()) + timedelta(days=days)
    eve = day - timedelta(days=1)
    before = rig.office.current(at_once=True).servicos.get(name, eve)
    typed = {each: f"{value // 100},{value % 100:02}" for each, value in zip(COMPONENTS, values, strict=True)}
    answer = sure(tereza, send(tereza, f"{OF}/{name}/valor", desde=f"{day:%d/%m/%Y}", **typed))
    if answer.status_code != 303:  # another example had this very day
        assert "já há uma versão desde" in messages(answer)
        return
    found = rig.office.current(at_once=True).servicos.resolve(name, day=day, demonstracao=True, field="servico")
    assert found.to_centavos() == dict(zip(COMPONENTS, values, strict=True))
    assert found.total == parse_reais(f"{sum(values) // 100}.{sum(values) % 100:02}")
    assert rig.office.current(at_once=True).servicos.get(name, eve) == before


@pytest.mark.parametrize(
    ("typed", "field", "text"),
    [
        ({"desde": ""}, "Vale a partir de", "diga o primeiro dia"),
        ({"desde": "31/02/2027"}, "Vale a partir de", "data do calendário"),
        ({"desde": "01/01/1999"}, "Vale a partir de", "de 2000 a 2099"),
        ({"iss": "dois"}, "ISS", "valor em reais"),
        ({"total": "95,13"}, "Total da tabela", "não é a soma das parcelas"),
        (dict.fromkeys(COMPONENTS, "0"), "Parcelas", "isento se diz no ato"),
        ({}, "Vale a partir de", "nada muda"),
        ({"fonte": "x" * 301, "iss": "2,79"}, "De onde vem", "mais de 300"),
    ],
)
def test_a7_a_wrong_value_is_refused_at_its_field(
    rig: Rig, tereza: Person, typed: dict[str, str], field: str, text: str
) -> None:
    old = in_force(rig.office, "certidao-notas")
    fields = {"desde": "05/01/2027", **amounts(old), "fonte": old.fonte, "a_confirmar": "sim", **typed}
    if not typed:
        fields["desde"] = "05/01/2026"
    answer = send(tereza, f"{OF}/certidao-notas/valor", **fields)
    assert answer.status_code == 422
    assert field in messages(answer)
    assert text in messages(answer)
    assert len(rig.office.current(at_once=True).servicos.versions("certidao-notas")) == 1


def test_c5_a_day_that_would_change_acts_already_made_is_refused_with_their_number(rig: Rig, app: Flask) -> None:
    name = "certidao-inteiro-teor"
    old = in_force(rig.office, name)
    value = {"emolumentos": {each: f"{getattr(old.emolumentos, each):.2f}" for each in COMPONENTS}}
    for number in (1, 2, 3):
        body = {"natureza": 2, "ato": "CE", "identificador": f"T-{number}", "escrevente": "maria", **value}
        assert rig.call("POST", "/selos", body).status == 201
    rig.clock.forward(days=2)
    tereza, path = person(app, "tereza"), f"{OF}/{name}/valor"
    late = send(tereza, path, desde="20/11/2026", **amounts(old, tabeliao="80,00"))
    assert late.status_code == 422
    assert "3 atos já foram feitos com o valor que valia desde 20/11/2026" in messages(late)
    free = send(tereza, path, desde="21/11/2026", **amounts(old, tabeliao="80,00"))
    assert "O dia já passou. Nenhum ato foi feito desde então" in page_of(free)
    assert sure(tereza, free).status_code == 303
    again = send(tereza, path, desde="21/11/2026", **amounts(old, tabeliao="81,00"))
    assert "já há uma versão desde 21/11/2026" in messages(again)
    corrected = f"{OF}/{name}/corrigir/2026-11-21"
    change(tereza, corrected, descricao="Certidão de inteiro teor", **amounts(old, tabeliao="81,00"))
    assert in_force(rig.office, name).emolumentos is not None
    rig.clock.forward(days=-2)


def test_c5_three_times_the_value_is_asked_about(rig: Rig, tereza: Person) -> None:
    path = f"{OF}/certidao-civil/valor"
    typed = {"desde": "01/02/2027", **amounts(in_force(rig.office, "certidao-civil"), tabeliao="513,90")}
    shown = send(tereza, path, **typed)
    assert "é 3 vezes o de antes, ou mais" in page_of(shown)
    page = shown.get_data(as_text=True)
    fields = {
        name: unescape(value)
        for name, value in re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', page)
    }
    untold = tereza.client.post(path, data=fields | {"confirmo": "sim"})
    assert untold.status_code == 422
    assert "confira, e marque que é isso mesmo" in messages(untold)
    change(tereza, path, **typed | {"desde": "02/02/2027"})
    assert {
        f"{each.desde:%d/%m/%Y}" for each in rig.office.current(at_once=True).servicos.versions("certidao-civil")
    } >= {"02/02/2027"}


def test_a7_a_second_tab_does_not_write_over_the_first_and_a_form_sent_twice_acts_once(
    rig: Rig, tereza: Person
) -> None:
    name = "habilitacao"
    path, old = f"{OF}/{name}/valor", in_force(rig.office, name)
    first = send(tereza, path, desde="03/03/2027", **amounts(old, tabeliao="500,00"))
    second = send(tereza, path, desde="04/03/2027", **amounts(old, tabeliao="501,00"))
    page = first.get_data(as_text=True)
    fields = {
        tag[0]: unescape(tag[1]) for tag in re.findall(r'<input type="hidden" name="([^"]*)" value="([^"]*)"', page)
    }
    once = [tereza.client.post(path, data=fields | {"confirmo": "sim"}).status_code for _ in range(2)]
    assert once == [303, 303]
    late = sure(tereza, second)
    assert late.status_code == 409
    assert "a tabela mudou depois que você abriu esta página, por tereza" in messages(late).lower()
    assert f"{rig.office.current(at_once=True).servicos.versions(name)[0].desde:%d/%m/%Y}" == "03/03/2027"


# -- a service ---------------------------------------------------------------------------------------------------------


def test_s9_c5_a_service_is_made_confirmed_ended_and_taken_back(rig: Rig, tereza: Person) -> None:
    values = amounts(in_force(rig.office, "certidao-negativa"))
    new = {
        "servico": "busca",
        "natureza": "2",
        "descricao": "Busca",
        "desde": "20/11/2026",
        "a_confirmar": "sim",
        **values,
    }
    change(tereza, f"{LIST}/novo", **new)
    assert in_force(rig.office, "busca").a_confirmar
    taken = send(tereza, f"{LIST}/novo", **new)
    assert "já há um serviço com este nome" in messages(taken)
    assert "letras minúsculas" in messages(send(tereza, f"{LIST}/novo", **new | {"servico": "Busca Nova"}))
    confirmed = tereza.get(f"{OF}/busca/conferido/2026-11-20")
    assert "Compare cada parcela" in page_of(confirmed)
    assert sure(tereza, confirmed).status_code == 303
    assert not in_force(rig.office, "busca").a_confirmar
    change(tereza, f"{OF}/busca/fim", desde="01/06/2027")
    ended = rig.office.current(at_once=True).servicos.versions("busca")[0]
    assert (ended.encerrado, ended.emolumentos) == (True, None)
    seal = {"natureza": 2, "ato": "CE", "identificador": "B-1", "escrevente": "maria", "servico": "busca"}
    assert rig.call("POST", "/selos", seal).status == 201
    rig.clock.forward(days=200)
    refused = rig.call("POST", "/selos", seal | {"identificador": "B-2"})
    assert "foi encerrado" in refused.json["detail"]
    rig.clock.forward(days=-200)
    assert sure(tereza, tereza.get(f"{OF}/busca/retirar/2027-06-01")).status_code == 303
    assert len(rig.office.current(at_once=True).servicos.versions("busca")) == 1
    begun = tereza.get(f"{OF}/busca/retirar/2026-11-20")
    assert begun.status_code == 409
    assert tereza.get(f"{OF}/nada").status_code == 404
    assert "o traslado cobrado como certidão" in page_of(send(tereza, f"{OF}/certidao-notas/fim", desde="01/06/2027"))


def test_a3_every_change_is_on_record_with_who_and_both_values(rig: Rig, tereza: Person) -> None:
    change(tereza, f"{OF}/livro-e/valor", desde="01/01/2027", **amounts(in_force(rig.office, "livro-e"), iss="2,96"))
    row = rig.rows(db.log, db.log.c.objeto == "servico", db.log.c.objeto_id == "livro-e")[-1]
    assert (row["quem"], row["estado"]) == ("tereza", "mudado")
    assert [each["emolumentos_centavos"]["iss"] for each in row["detalhe"]["depois"]] == [296]


# -- a table -----------------------------------------------------------------------------------------------------------


def test_c5_the_exported_table_imports_as_no_change(rig: Rig, tereza: Person) -> None:
    content = tereza.get(f"{LIST}/exportar").get_data()
    before = (rig.folder / "servicos.toml").read_bytes()
    shown = upload(tereza, content, "20/11/2026")
    assert shown.status_code == 200
    page = page_of(shown)
    assert "Nada muda: a tabela já está assim." in page
    assert "Novos 0 Mudados 0" in page
    assert 'name="confirmo"' not in shown.get_data(as_text=True)
    assert (rig.folder / "servicos.toml").read_bytes() == before


def test_c5_a_table_is_shown_whole_and_kept_in_one_write_without_its_faulty_lines_if_so_said(
    rig: Rig, tereza: Person
) -> None:
    lines = [
        HEADS,
        "escritura-com-valor;;Notas;2.900,00;820,00;560,59;28,82;151,68;197,79;61,63;138,33;4.858,84",
        "desarquivamento;Desarquivamento;Notas;10,00;2,00;1,00;0,10;0,50;0,60;0,50;0,40;15,10",
        "errado;Errado;Notas;10,00;2,00;1,00;0,10;0,50;0,60;0,50;0,40;15,11",
    ]
    content = "\r\n".join(lines).encode("cp1252")
    shown = upload(tereza, content, "01/07/2027", "tabela 2027.csv")
    page = page_of(shown)
    for text in (
        "Novos 1 Mudados 1 Iguais 0 Linhas com erro 1",
        "a diferença é de R$ 0,01",
        "2.881,85 → 2.900,00",
        "+0,4 %",
    ):
        assert text in page
    refused = confirm(tereza, shown)
    assert refused.status_code == 422
    assert "deixá-las de fora" in messages(refused)
    assert rig.office.current(at_once=True).servicos.versions("desarquivamento") == ()
    before = len(rig.rows(db.log, db.log.c.objeto == "tabela"))
    kept = confirm(tereza, refused, sem_erros="sim")
    assert kept.status_code == 303, messages(kept)
    assert len(rig.rows(db.log, db.log.c.objeto == "tabela")) == before + 1
    new = rig.office.current(at_once=True).servicos.versions("desarquivamento")[0]
    assert (str(new.total), f"{new.desde:%d/%m/%Y}", new.fonte) == ("15.10", "01/07/2027", "arquivo tabela 2027.csv")
    assert str(rig.office.current(at_once=True).servicos.versions("escritura-com-valor")[0].total) == "4858.84"
    assert rig.office.current(at_once=True).servicos.versions("errado") == ()
    again = upload(tereza, "\r\n".join(lines[:3]).encode("utf-8-sig"), "01/07/2027")
    assert "Nada muda" in page_of(again)
    mended = upload(tereza, content.replace(b"10,00;2,00", b"11,00;2,00").replace(b"15,10", b"16,10"), "01/07/2027")
    assert "15,10 16,10 +6,6 %" in page_of(mended)  # a version to come is corrected


@pytest.mark.parametrize(
    ("content", "desde", "text"),
    [
        (b"", "01/01/2028", "escolha o arquivo"),
        (b"a;b\n", "01/01/2028", "nomes das colunas"),
        (b"x" * (LIST_BYTES + 1), "01/01/2028", "mais de 2 MB"),
        (HEADS.encode(), "", "diga o primeiro dia"),
    ],
)
def test_a7_a_file_that_is_no_table_is_refused_at_its_field(
    tereza: Person, content: bytes, desde: str, text: str
) -> None:
    answer = upload(tereza, content, desde, "t.csv" if content else "")
    assert answer.status_code == 422
    assert text in messages(answer)
    assert "aria-invalid" in answer.get_data(as_text=True)


def test_s10_a_person_goes_back_to_a_version_of_the_file(rig: Rig, tereza: Person) -> None:
    path = f"{LIST}/versoes"
    old = (rig.folder / "servicos.toml").read_text("utf-8")
    change(
        tereza, f"{OF}/averbacao/valor", desde="01/01/2027", **amounts(in_force(rig.office, "averbacao"), iss="9,00")
    )
    page = tereza.get(path).get_data(as_text=True)
    versions = re.findall(r'name="versao" value="(\d+)"', page)
    shown = send(tereza, path, versao=versions[0])
    assert "Averbação, desde 01/01/2027 R$ 120,12 não existe" in page_of(shown)
    assert sure(tereza, shown).status_code == 303
    assert (rig.folder / "servicos.toml").read_text("utf-8") == old
    assert len(rig.office.current(at_once=True).servicos.versions("averbacao")) == 1
    assert "escolha uma das versões" in messages(send(tereza, path, versao="0"))


# -- atos --------------------------------------------------------------------------------------------------------------


def test_s10_c3_a_code_is_added_confirmed_changed_and_in_use_neither_goes_nor_changes_its_kind(
    rig: Rig, other: Rig, tereza: Person
) -> None:
    atos = "/ajustes/atos"
    change(tereza, f"{atos}/novo", codigo="zz", natureza="1", descricao="Ato novo", a_confirmar="sim")
    assert "já está na tabela" in messages(send(tereza, f"{atos}/novo", codigo="ZZ", natureza="1", descricao="x"))
    assert "dois caracteres" in messages(send(tereza, f"{atos}/novo", codigo="Z", natureza="1", descricao="x"))
    assert sure(tereza, tereza.get(f"{atos}/ato/1.ZZ/conferido")).status_code == 303
    found = other.office.current(at_once=True).atos.get("ZZ", 1)
    assert found is not None
    assert not found.a_confirmar
    body = {"natureza": 1, "ato": "ZZ", "identificador": "Z-1", "escrevente": "maria", "servico": "certidao-notas"}
    assert other.call("POST", "/selos", body).status == 201
    change(tereza, f"{atos}/ato/1.ZZ", descricao="Outro nome")
    page = page_of(tereza.get(f"{atos}/ato/1.ZZ"))
    assert "já há selos com este código" in page
    sent = send(tereza, f"{atos}/ato/1.ZZ", descricao="Mais um nome", hibrido="sim")
    assert sure(tereza, sent).status_code == 303
    assert rig.office.current(at_once=True).atos.get("ZZ", 1) == replace(found, descricao="Mais um nome")
    assert tereza.get(f"{atos}/ato/1.ZZ/retirar").status_code == 409
    assert "o código vem com o programa" in page_of(tereza.get(f"{atos}/ato/1.ES/retirar"))
    versions = re.findall(r'name="versao" value="(\d+)"', tereza.get(f"{atos}/versoes").get_data(as_text=True))
    lost = send(tereza, f"{atos}/versoes", versao=versions[-1])  # as it came with the program
    assert lost.status_code == 409
    assert "não tem o ato ZZ: já há selos com este código" in messages(lost)
    change(tereza, f"{atos}/novo", codigo="YY", natureza="2", descricao="Engano")
    assert sure(tereza, tereza.get(f"{atos}/ato/2.YY/retirar")).status_code == 303
    assert rig.office.current(at_once=True).atos.get("YY", 2) is None
    states = [(row["objeto_id"], row["estado"]) for row in rig.rows(db.log, db.log.c.objeto == "ato")]
    assert states == [
        *(("1.ZZ", "criado"), ("1.ZZ", "mudado"), ("1.ZZ", "mudado"), ("1.ZZ", "mudado")),
        *(("2.YY", "criado"), ("2.YY", "retirado")),
    ]


# -- who, where, and a broken file -------------------------------------------------------------------------------------


def test_a5_an_administrator_sees_the_tables_and_changes_nothing(rig: Rig, app: Flask) -> None:
    administrator = person(app, "adao")
    for path in (LIST, f"{OF}/certidao-notas", f"{LIST}/versoes", "/ajustes/atos", "/ajustes/atos/versoes"):
        page = administrator.get(path).get_data(as_text=True)
        assert "Mudar" not in page, path
        assert not re.search(r"<main.*<form method=\"post\"", page, re.S), path
    assert administrator.get(f"{OF}/certidao-notas/valor").status_code == 403


def test_s9_s10_a_real_office_is_told_what_does_not_seal_and_of_a_broken_file(tmp_path: Path) -> None:
    with open_rig(
        tmp_path / "real", settings={"serventia": {"demonstracao": False}, "pessoas": {"segundo_fator": []}}
    ) as real:
        tereza = person(create_app(real.office), "tereza")
        assert "8 sem parcelas e 8 a confirmar: não selam" in page_of(tereza.get("/ajustes"))
        page = page_of(tereza.get(LIST))
        assert "8 serviços não têm as parcelas, e 8 estão a confirmar: não selam" in page
        assert "20 códigos a confirmar" in page_of(tereza.get("/ajustes"))
        seal = {"natureza": 1, "ato": "CE", "identificador": "R-1", "escrevente": "maria", "servico": "certidao-notas"}
        assert real.call("POST", "/selos", seal).word == "servico-a-confirmar"
        assert sure(tereza, tereza.get(f"{OF}/certidao-notas/conferido/sempre")).status_code == 303
        assert "8 sem parcelas e 7 a confirmar" in page_of(tereza.get("/ajustes"))
        assert real.call("POST", "/selos", seal).status == 201
        edited_by_hand(real.folder / "servicos.toml", "[certidao-notas\n")
        page = page_of(tereza.get(LIST))
        assert "O arquivo da tabela tem um erro, e não vale." in page
        assert "servicos.toml não pôde ser usado, e vale o que já valia" in page_of(tereza.get("/"))
        assert tereza.get(f"{OF}/certidao-notas/valor").status_code == 409
        assert real.call("POST", "/selos", seal | {"identificador": "R-2"}).status == 201
        back = tereza.get(f"{LIST}/versoes").get_data(as_text=True)
        newest = re.findall(r'name="versao" value="(\d+)"', back)[0]
        assert sure(tereza, send(tereza, f"{LIST}/versoes", versao=newest)).status_code == 303
        assert "O arquivo da tabela tem um erro" not in page_of(tereza.get(LIST))


# -- in a browser ------------------------------------------------------------------------------------------------------


@pytest.fixture
def desk(browser: Browser, app: Flask) -> Iterator[Page]:
    """A browser where tereza has logged in."""
    with served(app) as url:
        context = browser.new_context(base_url=url, locale="pt-BR", viewport={"width": 1366, "height": 768})
        page, wrong = context.new_page(), list[str]()
        page.on("pageerror", lambda error: wrong.append(str(error)))
        page.on("console", lambda line: wrong.append(line.text) if "Content Security Policy" in line.text else None)
        page.add_init_script(
            "addEventListener('click', e => e.isTrusted && e.detail"
            " && sessionStorage.setItem('cliques', 1 + +(sessionStorage.getItem('cliques') || 0)), true)"
        )
        page.goto("/entrar")
        page.fill("#usuario", "tereza")
        page.fill("#senha", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_selector("#vivo-ultimas")
        yield page
        context.close()
        assert wrong == []


def test_c5_a_value_is_changed_from_a_day_on_in_six_clicks_and_by_keys_alone(rig: Rig, desk: Page) -> None:
    desk.evaluate("sessionStorage.removeItem('cliques')")
    desk.get_by_role("link", name="Ajustes").click()
    desk.get_by_role("link", name="Serviços e valores").click()
    desk.get_by_role("link", name="Mudar o valor de Procedimento do Registro Civil").click()
    desk.wait_for_selector("#desde:focus")
    desk.keyboard.type("01/01/2027")
    desk.keyboard.press("Tab")
    desk.keyboard.type("110,00")
    expect(desk.locator("[data-total]")).to_have_text("Soma: R$ 132,00")
    desk.get_by_role("button", name="Ver antes de gravar").click()
    expect(desk.locator(".espera tfoot")).to_contain_text("R$ 132,00")
    desk.get_by_role("button", name="Gravar", exact=True).click()
    expect(desk.locator(".recado")).to_contain_text("valor de R$ 132,00 a partir de 01/01/2027")
    assert 0 < desk.evaluate("+sessionStorage.getItem('cliques')") <= 6

    desk.evaluate("sessionStorage.removeItem('cliques')")
    desk.goto(f"{OF}/procedimento/valor")
    desk.wait_for_selector("#desde:focus")
    desk.keyboard.type("01/02/2027")
    desk.keyboard.press("Tab")
    desk.keyboard.type("111,00")
    desk.keyboard.press("Enter")
    desk.wait_for_selector(".espera .botao:focus")
    desk.keyboard.press("Tab")
    desk.keyboard.press("Enter")
    expect(desk.locator(".recado")).to_contain_text("R$ 133,00 a partir de 01/02/2027")
    assert desk.evaluate("+sessionStorage.getItem('cliques')") == 0
    assert [str(each.total) for each in rig.office.current(at_once=True).servicos.versions("procedimento")[:2]] == [
        "133.00",
        "132.00",
    ]


def test_no_screen_of_the_tables_has_a_fault_that_axe_sees(desk: Page) -> None:
    desk.add_init_script(AXE_SCRIPT)
    faults = []

    def look(name: str) -> None:
        faults.extend(f"{name}: {each}" for each in axe_faults(desk))
        for width, height in ((390, 844), (1366, 768)):
            desk.set_viewport_size({"width": width, "height": height})
            if (wide := desk.evaluate("document.documentElement.scrollWidth")) > width:
                faults.append(f"{name} at {width}: {wide} px wide")

    def send() -> None:
        with desk.expect_navigation():
            desk.get_by_role("button", name="Ver antes de gravar").click()

    for path in (
        *("/ajustes", LIST, f"{LIST}/novo", IMPORT, f"{LIST}/versoes", f"{OF}/certidao-notas"),
        *(f"{OF}/certidao-notas/fim", f"{OF}/certidao-notas/conferido/sempre"),
        *("/ajustes/atos", "/ajustes/atos/novo", "/ajustes/atos/ato/1.PR", "/ajustes/atos/ato/1.PR/conferido"),
    ):
        desk.goto(path)
        look(path)
    desk.goto(f"{OF}/certidao-notas/valor")
    desk.fill("#desde", "01/01/2027")
    desk.fill("#total", "1")
    send()
    look("a wrong total")
    desk.fill("#total", "")
    desk.fill("#iss", "99,00")
    send()
    look("a value before it is kept")
    desk.goto(IMPORT)
    desk.fill("#desde", "01/01/2028")
    text = (
        f"{HEADS}\nerrado;Errado;Notas;1;1;1;1;1;1;1;1;9\nx;X;Notas;1;1;1;1;1;1;1;1;8\ntestamento;;;1;1;1;1;1;1;1;1;8"
    )
    desk.set_input_files("#arquivo", {"name": "t.csv", "mimeType": "text/csv", "buffer": text.encode()})
    send()
    look("a table before it is kept")
    assert faults == []
