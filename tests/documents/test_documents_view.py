"""What a plan looks like on paper: data of templates, the seal block, the marks (N3, N6, N8, P3, P4, P6, S12)."""

import json
from dataclasses import replace
from datetime import date

import pytest
from notas_examples import (
    BODY,
    FEES,
    ISENTO,
    NOW,
    REFERENCE,
    context,
    document,
    instrumento,
    live_livro,
    live_selos,
)

from printserver.documents import (
    Plan,
    block_values,
    copy_name,
    make_plan,
    mark_values,
    template_data,
)
from printserver.documents.view import PLACEHOLDER_CODIGO, PLACEHOLDER_QR, long_date
from printserver.formats import BlockValues
from printserver.formats.template_data import VARIABLES
from printserver.selo import IssuedSelo

SERVENTIA = {"nome": "Cartório de Demonstração", "cns": "123456", "cidade": "São Paulo", "uf": "SP"}
JOSE = {"nome": "José de Assunção", "papel": "substituto"}


def livro(**others: object) -> Plan:
    return make_plan(document("livro", instrumento=instrumento(**others)), context())


def minuta() -> Plan:
    without_place = {nome: value for nome, value in instrumento().items() if nome not in ("livro", "folha_inicial")}
    return make_plan(document("minuta", instrumento=without_place), context())


def traslado(numero: int = 1, **data: object) -> Plan:
    return make_plan(document("traslado", numero=numero, instrumento=REFERENCE, **data), context(livro=live_livro()))


def certidao() -> Plan:
    doc = document("certidao", pedido="2026/000123", instrumento=REFERENCE, emolumentos=FEES)
    return make_plan(doc, context(livro=live_livro()))


def ficha(**data: object) -> Plan:
    person = {"nome": "Ana Souza", "documento": "RG 1", "estado_civil": "casada", "apelido": None}
    return make_plan(document("ficha_abertura", ficha="000123", pessoa=person, **data), context())


def data(plan: Plan) -> dict[str, object]:
    return template_data(plan, serventia=SERVENTIA, subscritor=JOSE, now=NOW)


def issued(plan: Plan) -> list[IssuedSelo]:
    return [
        IssuedSelo(
            selo.new_selo,
            live.codigo,
            "",
            "",
            live.qr_url,
            selo.new_selo.emolumentos.total,
            selo.new_selo.emolumentos.iss,
        )
        for selo, live in zip(plan.selos, live_selos(plan, 70), strict=True)
    ]


def block(plan: Plan, *, made: bool = True) -> BlockValues:
    values = block_values(plan, issued(plan) if made else None, demonstracao=True)
    assert values is not None
    return values


@pytest.mark.parametrize("plan", [livro(), minuta(), traslado(), certidao(), ficha()], ids=lambda p: p.identity.tipo)
def test_templates_get_plain_json_with_every_variable(plan: Plan) -> None:
    parsed = data(plan)
    assert parsed.keys() == VARIABLES.keys() - {"folha", "frases"}  # those of Registro Civil alone
    assert json.loads(json.dumps(parsed)) == parsed


def test_n8_a_minuta_shares_the_layout_of_its_livro() -> None:
    single, other = minuta(), livro()
    assert data(single) == data(other)
    assert mark_values(single) == mark_values(other)
    one_block, other_block = block(single, made=False), block(other, made=False)
    assert one_block == other_block
    assert [selo.codigo for selo in one_block.selos] == [PLACEHOLDER_CODIGO] * 2
    assert one_block.qr_url == PLACEHOLDER_QR


def test_traslados_share_their_data_but_for_what_is_stamped() -> None:
    assert data(traslado(2)) == data(traslado(3))
    assert [copy_name(plan) for plan in (traslado(1), traslado(12), livro(), certidao())] == [
        "1º traslado",
        "12º traslado",
        None,
        "certidão 2026/000123, via 1",
    ]


def test_p3_a_traslado_names_its_subscritor_and_its_place_in_the_book() -> None:
    parsed = data(traslado())
    assert parsed["subscritor"] == {"nome": "José de Assunção", "papel": "Tabelião Substituto"}
    assert parsed["assinaturas"] == [{"nome": "José de Assunção", "legenda": "Tabelião Substituto"}]
    origin = parsed["instrumento"]
    assert isinstance(origin, dict)
    assert (origin["livro"], origin["folha_inicial"], origin["folha_final"]) == ("0123", "045", "046")
    assert origin["data"] == "20 de novembro de 2026"


def test_the_livro_has_its_parties_sign_and_its_place_stamped() -> None:
    parsed = data(livro())
    assert [linha["nome"] for linha in parsed["assinaturas"]] == ["João da Silva", "Maria Alves", "José de Assunção"]  # type: ignore[attr-defined]  # a list
    assert parsed["instrumento"]["folha_inicial"] is None  # type: ignore[index]  # a dict
    assert data(livro(data="2026-11-01", motivo_data="x"))["data"] == "1º de novembro de 2026"
    assert long_date(date(2027, 3, 31)) == "31 de março de 2027"


def test_a_ficha_shows_what_the_request_says_of_the_person() -> None:
    assert data(ficha())["pessoa"] == [
        {"rotulo": "Nome", "valor": "Ana Souza"},
        {"rotulo": "Documento", "valor": "RG 1"},
        {"rotulo": "Estado civil", "valor": "casada"},
    ]


def test_n3_first_traslado_prints_both_codes_and_names_them() -> None:
    plan = traslado(1)
    values = block(plan)
    assert plan.selo_livro is not None
    assert values.rotulo == "selo deste traslado"
    assert values.selos[0].codigo == issued(plan)[0].codigo
    assert values.selos[0].isento
    assert values.qr_rotulo == "selo do ato principal"
    assert (values.qr_codigo, values.qr_url) == (plan.selo_livro.codigo, plan.selo_livro.qr_url)
    assert plan.selo_livro.codigo in str(values.qr_url)


@pytest.mark.parametrize(("plan", "label"), [(traslado(2), "selo deste traslado"), (certidao(), "selo desta certidão")])
def test_n4_n5_n6_other_copies_bear_their_own_qr_and_may_name_the_livros_seal(plan: Plan, label: str) -> None:
    values = block(plan)
    assert (values.rotulo, values.qr_rotulo) == (label, label)
    assert values.qr_codigo == values.selos[0].codigo
    assert values.selo_livro == live_livro().principal.codigo


def test_n7_on_the_livro_all_codes_stand_and_the_qr_would_be_the_principals() -> None:
    values = block(livro())
    assert [selo.descricao for selo in values.selos] == ["Venda e compra", "Usufruto"]
    assert values.qr_codigo == values.selos[0].codigo
    assert values.qr_rotulo == "selo do ato principal"
    assert values.selo_livro is None


def test_s12_the_place_kept_is_of_the_size_of_what_comes() -> None:
    for plan in (livro(), traslado(1), traslado(2), certidao(), ficha(gerar_selo=True)):
        before, depois = block(plan, made=False), block(plan)
        assert [len(selo.codigo) for selo in before.selos] == [len(selo.codigo) for selo in depois.selos]
        assert before.custas == depois.custas
        assert (before.qr_codigo is None) == (depois.qr_codigo is None)
        assert (before.selo_livro is None) == (depois.selo_livro is None)


def test_a_document_without_seal_has_no_block() -> None:
    assert block_values(ficha(), None, demonstracao=True) is None
    assert block_values(ficha(gerar_selo=False), [], demonstracao=True) is None
    with pytest.raises(ValueError, match="argument"):
        block_values(livro(), [], demonstracao=True)


def test_p4_the_fee_line_has_all_components_one_an_ato() -> None:
    linhas = block(livro()).custas
    assert [linha.split(":")[0] for linha in linhas] == ["Venda e compra", "Usufruto"]
    for part in ("Tabelião R$ 55,70", "Santa Casa R$ 0,56", "ISS R$ 2,78", "Total R$ 95,12"):
        assert part in linhas[0]
    assert block(traslado(1)).custas == linhas
    assert block(certidao()).custas == (linhas[0].removeprefix("Venda e compra: "),)
    assert block(traslado(2, **ISENTO)).custas == ("Isento de emolumentos: beneficiário da justiça gratuita",)


def test_n6_the_marks_of_a_body() -> None:
    principal = live_livro().principal.codigo
    do_traslado = mark_values(traslado(1), ["A0000001", "A0000002"])
    assert do_traslado["SELO_LIVRO"] == principal
    assert do_traslado["TOTAL"] == "R$ 140,24"
    assert do_traslado["PAPEL"] == "A0000001, A0000002"
    assert "Total R$ 95,12" in do_traslado["CUSTAS"]
    assert "SELO_LIVRO" not in mark_values(livro())


def test_n13_a_foreign_seal_is_marked() -> None:
    plan = traslado(1)
    assert plan.selo_livro is not None
    assert not block(plan).externo
    assert block(replace(plan, selo_livro=replace(plan.selo_livro, externo=True))).externo


def test_a_minuta_without_values_says_so() -> None:
    doc = document("minuta", instrumento={"id": "P", "atos": [{"ato": "ES"}], "corpo": BODY})
    assert block(make_plan(doc, context()), made=False).custas == ("emolumentos a definir",)
