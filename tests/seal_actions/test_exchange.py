"""Certidões for the national exchange and the menu of a record: one seal a request, files for ever, all or none."""

from concurrent.futures import ThreadPoolExecutor
from xml.etree import ElementTree

from exchange_requests import FIELDS, old, send

from support import civil_documents as civil
from support.office import Rig


def test_c22_the_same_request_has_the_same_seal_for_ever(rig: Rig) -> None:
    made = send(rig, "AB12", old())
    assert made.status == 201
    again = send(rig, "AB12", old())
    assert (again.status, again.json["selo"]) == (200, made.json["selo"])
    assert rig.codes() == [made.json["selo"]]
    assert made.json["campos"]["num_selo"] == made.json["selo"]
    assert made.json["campos"]["cod_selo"] == made.json["qr"]["url"]
    other = send(rig, "AB12", old(), servico="certidao-inteiro-teor")
    assert (other.status, other.word) == (409, "pedido-ja-selado")
    changed = send(rig, "AB12", old(), campos=FIELDS | {"sexo": "masculino"})
    assert (changed.status, changed.word) == (409, "pedido-ja-selado")


def test_c22_thirty_of_one_request_at_once_make_one_seal(any_rig: Rig) -> None:
    with ThreadPoolExecutor(30) as pool:
        found = list(pool.map(lambda _: send(any_rig, "AB12", old()), range(30)))
    assert {each.status for each in found} <= {200, 201, 409, 503}
    assert len({each.json["selo"] for each in found if each.status in (200, 201)}) == 1
    assert len(any_rig.codes()) == 1


def test_c22_a_preview_seals_nothing_and_a_missing_service_is_named(rig: Rig) -> None:
    shown = send(rig, "AB12", old(), previa=True, averbacoes=0)
    assert (shown.status, shown.json["previa"], shown.json["selo"]) == (200, True, None)
    missing = send(rig, "AB12", old(), servico=None)
    assert (missing.status, missing.word) == (422, "servico-obrigatorio")
    incomplete = send(rig, "AB12", old(), campos={"nome_registrado": "Ana"})
    assert (incomplete.status, incomplete.word) == (422, "modelo-incompleto")
    unknown = send(rig, "AB12", old(), campos=FIELDS | {"apelido": "Aninha"})
    assert unknown.status == 422
    assert [each["campo"] for each in unknown.json["errors"]] == ["campos.apelido"]
    assert rig.codes() == []


def test_c9_c22_after_a_failed_sending_the_file_bears_the_seal_that_exists(rig: Rig) -> None:
    notes = [{"tipo": "averbacao", "data": "2020-03-02", "texto": "Retificação do nome – mãe."}]
    more = {"averbacoes_anotacoes": notes, "averbacoes": 1}
    made = send(rig, "AB12", old(), **more)
    assert (made.json["arquivos"], made.json["valor_adicional"]) == (None, "22.50")
    failed = {"estado": "falhou", "retorno": "fora do ar", "escrevente": "maria"}
    assert rig.call("POST", "/crc/certidoes/AB12/entrega", failed).json["estado"] == "falhou"
    again = send(rig, "AB12", old(), entrega="arquivo", **more)
    assert (again.status, again.json["selo"]) == (200, made.json["selo"])
    first = rig.call("GET", "/crc/certidoes/AB12/arquivos/xml").json
    assert rig.call("GET", "/crc/certidoes/AB12/arquivos/xml").json == first
    root = ElementTree.fromstring(first)
    emission = root.find("emissao")
    assert emission is not None
    found = {each.tag: each.text or "" for each in emission}
    assert root.findtext("codigo_hash") == "AB12"
    assert (found["num_selo"], found["cod_selo"]) == (made.json["selo"], made.json["qr"]["url"])
    assert (found["valor_adicional"], found["qtd_averbacoes"]) == ("22.50", "1")
    assert found["nome_crianca"] == "Ana Lúcia de Assunção"
    assert found["data_nascimento"] == "18/11/2026"
    assert found["data_nascimento_extenso"] == "dezoito de novembro de dois mil e vinte e seis"
    assert b"encoding='ISO-8859-1'" in first[:60]
    pasted = rig.call("GET", "/crc/certidoes/AB12/arquivos/texto").json.decode()
    assert made.json["selo"] in pasted
    assert made.json["qr"]["url"] in pasted
    assert rig.codes() == [made.json["selo"]]


def test_c22_the_answer_to_a_maternity_is_a_free_pv_once_the_assento_is_in_the_book(rig: Rig) -> None:
    of = civil.assento(1)
    more = {"canal": "unidade-interligada", "especie": "primeira-via", "servico": None}
    early = send(rig, "M-1", of, **more)
    assert (early.status, early.word) == (409, "assento-nao-impresso")
    rig.printed(civil.page(of))
    made = send(rig, "M-1", of, **more)
    assert (made.status, made.json["ato"], made.json["total_centavos"]) == (201, "PV", 0)
    second = rig.post(civil.first(1, {"id": of["id"]}))
    assert (second.status, second.word) == (409, "primeira-via-ja-expedida")


# -- the menu of a record ---------------------------------------------------------------------------------------------


def test_c21_a_record_lists_every_seal_of_its_documents_and_excludes_those_marked(rig: Rig) -> None:
    rig.printed(civil.habilitacao("5/2026"))
    of = civil.assento(1, "casamento", habilitacao={"processo": "5/2026", "origem": "propria"})
    rig.printed(civil.page(of))
    one = rig.printed(civil.certidao(1, assento={"id": of["id"]}, **civil.VALUE))
    two = rig.printed(civil.certidao(2, assento={"id": of["id"]}, **civil.VALUE))
    found = rig.call("GET", f"/registros/{of['id']}/selos").json
    assert len(found["itens"]) == 4
    assert {each["ato"] for each in found["itens"]} == {"HB", "AS", "CE"}
    marked = [one["selos"][0]["codigo"], two["selos"][0]["codigo"]]
    given = {"selos": marked, "motivo": "nome com erro", "escrevente": "maria"}
    path = f"/registros/{of['id']}/selos/excluir"
    refused = rig.call("POST", path, given)
    assert (refused.status, refused.json["errors"][0]["campo"]) == (422, "papel_em_maos")
    stranger = rig.printed(civil.page(civil.assento(2)))["selos"][0]["codigo"]
    wrong = rig.call("POST", path, given | {"selos": [marked[0], stranger], "papel_em_maos": True})
    assert (wrong.status, wrong.word) == (409, "selo-de-outro-registro")
    assert rig.selo(marked[0])["vivo"]
    done = rig.call("POST", path, given | {"papel_em_maos": True})
    assert done.status == 200
    assert [each["vivo"] for each in done.json["itens"]] == [True, True, False, False]
    again = rig.call("POST", path, given | {"papel_em_maos": True, "motivo": "outra vez"})
    assert (again.status, again.word) == (409, "ja-excluido")
    new = rig.printed(civil.certidao(1, assento={"id": of["id"]}, **civil.VALUE))
    assert new["selos"][0]["codigo"] not in marked


def test_c24_the_free_acts_of_the_month_are_counted_by_fundamento_and_ato(rig: Rig) -> None:
    of = civil.assento(1)
    rig.printed(civil.page(of))
    rig.printed(civil.first(1, {"id": of["id"]}))
    free = civil.certidao(2, assento={"id": of["id"]}, isento=True, fundamento="cpf")
    job = rig.printed(free)
    found = rig.call("GET", "/gratuidades?mes=2026-11").json
    assert {(each["fundamento"], each["ato"]): each["quantidade"] for each in found["itens"]} == {
        ("lei", "AS"): 1,
        ("lei", "PV"): 1,
        ("cpf", "CE"): 1,
    }
    rig.act(job["id"], "excluir", papel_em_maos=True)
    assert rig.call("GET", "/gratuidades?mes=2026-11").json["total"] == 2
    lines = rig.call("GET", "/gratuidades?mes=2026-11&formato=csv").json.decode().splitlines()
    assert lines[0] == "mes;fundamento;ato;descricao;quantidade"
    assert rig.call("GET", "/gratuidades?mes=2026-13").status == 422


def test_c14_the_models_tell_their_fields_in_print_order(rig: Rig) -> None:
    found = rig.call("GET", "/modelos").json["itens"]
    assert {each["versao"] for each in found} == {"cnj-182", "cnj-63"}
    one = rig.call("GET", "/modelos/cnj-182-nascimento").json
    assert [each["nome"] for each in one["campos"]][:2] == ["nome_registrado", "cpf_registrado"]
    unknown = rig.call("GET", "/modelos/cnj-1")
    assert (unknown.status, unknown.word) == (404, "modelo-desconhecido")


def test_c21_a_seal_of_the_exchange_is_listed_and_excluded_with_the_others(rig: Rig) -> None:
    of = old()
    sent = send(rig, "AB12", of).json["selo"]
    printed = rig.printed(civil.certidao(1, assento={"id": of["id"]}, **civil.VALUE))["selos"][0]["codigo"]
    found = rig.call("GET", f"/registros/{of['id']}/selos").json["itens"]
    assert [(each["codigo"], each["job"] is None) for each in found] == [(sent, True), (printed, False)]
    given = {"selos": [sent, printed], "motivo": "nome com erro", "escrevente": "maria", "papel_em_maos": True}
    rig.clock.forward(hours=80)
    path = f"/registros/{of['id']}/selos/excluir"
    late = rig.call("POST", path, given)
    assert (late.status, late.word) == (409, "prazo-xa-encerrado")
    assert rig.selo(sent)["vivo"] and rig.selo(printed)["vivo"]
    done = rig.call("POST", path, given | {"escrevente": "tereza", "fora_do_prazo": True})
    assert [each["vivo"] for each in done.json["itens"]] == [False, False]


def test_c21_a_processo_with_a_bar_is_a_record_too(rig: Rig) -> None:
    code = rig.printed(civil.habilitacao("5/2026"))["selos"][0]["codigo"]
    found = rig.call("GET", "/registros/5/2026/selos")
    assert [each["codigo"] for each in found.json["itens"]] == [code]
    given = {"selos": [code], "motivo": "capa com erro", "escrevente": "maria"}
    assert rig.call("POST", "/registros/5/2026/selos/excluir", given).json["itens"][0]["vivo"] is False
    assert rig.call("GET", "/registros/9/2026/selos").word == "nao-encontrado"


def test_c22_a_code_that_no_address_can_bear_is_refused(rig: Rig) -> None:
    found = send(rig, "A/B", old())
    assert (found.status, found.json["errors"][0]["campo"]) == (422, "codigo_hash")


def test_t5_a_seal_of_the_exchange_is_found_by_its_origin_and_its_place(rig: Rig) -> None:
    made = send(rig, "AB12", old(7)).json["selo"]
    rig.printed(civil.page(civil.assento(8)))
    for query in ("origem=crc", "livro=14&folha=128&termo=7"):
        assert [each["codigo"] for each in rig.call("GET", f"/selos?{query}").json["itens"]] == [made]
