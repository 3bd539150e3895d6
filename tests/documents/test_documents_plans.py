"""The rule book of Notas, document by document: which seals, whose QR, which values, and what is refused."""

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest
from notas_examples import (
    BODY,
    FEES,
    ISENTO,
    NOW,
    REFERENCE,
    RULES,
    SMALLER_FEES,
    context,
    document,
    emolumentos,
    instrumento,
    known_minuta,
    live_livro,
    live_selos,
)

from printserver.clock import rfc3339
from printserver.documents import Context, Document, check_copies, identify, make_plan, with_answer
from printserver.errors import Recusa
from printserver.selo import Emolumentos, assemble_code, url_do_qr

ZERO = Emolumentos.zero()


def refusal(doc: Document, ctx: Context) -> Recusa:
    with pytest.raises(Recusa) as found:
        make_plan(doc, ctx)
    return found.value


def fields(found: Recusa) -> set[str]:
    return {error.campo for error in found.errors}


def traslado(numero: int | str = 1, **data: object) -> Document:
    return document("traslado", **({"numero": numero, "instrumento": REFERENCE} | data))


def certidao(**data: object) -> Document:
    return document("certidao", **({"pedido": "2026/000123", "emolumentos": FEES} | data))


# --- livro -----------------------------------------------------------------------------------------------------------


def test_n1_n2_one_seal_an_ato_the_principal_first_and_vinculador() -> None:
    plan = make_plan(document("livro", instrumento=instrumento()), context())
    assert [selo.new_selo.descricao for selo in plan.selos] == ["Venda e compra", "Usufruto"]
    assert [(selo.principal, selo.vinculado_to_principal) for selo in plan.selos] == [(True, False), (False, True)]
    assert [selo.new_selo.emolumentos.total for selo in plan.selos] == [Decimal("95.12"), Decimal("45.12")]
    assert {selo.new_selo.identificador for selo in plan.selos} == {"P-2026-001234"}
    assert plan.selos[0].new_selo.partes == ("João da Silva", "Maria Alves")
    assert [linha.emolumentos.total for linha in plan.custas] == [Decimal("95.12"), Decimal("45.12")]


def test_n2_a_single_ato_needs_no_choice() -> None:
    plan = make_plan(document("livro", instrumento=instrumento(atos=[{"ato": "ES", **ISENTO}])), context())
    assert plan.selos[0].principal
    assert plan.instrumento is not None
    assert plan.instrumento.atos[0].principal
    assert plan.instrumento.atos[0].descricao == "Escritura"


@pytest.mark.parametrize("principals", [(False, False), (True, True)])
def test_n2_none_or_two_principals_are_refused(principals: tuple[bool, bool]) -> None:
    atos = [{"ato": "ES", "principal": principal, "emolumentos": FEES} for principal in principals]
    found = refusal(document("livro", instrumento=instrumento(atos=atos)), context())
    assert (found.word, fields(found)) == ("entrada-invalida", {"documento.instrumento.atos"})


@pytest.mark.parametrize("ato", ["XA", "AU", "ZZ", "LE"])
def test_s8_s10_only_digital_atos_of_notas_that_stand_alone(ato: str) -> None:
    found = refusal(document("livro", instrumento=instrumento(atos=[{"ato": ato, "emolumentos": FEES}])), context())
    assert (found.word, fields(found)) == ("entrada-invalida", {"documento.instrumento.atos.0.ato"})


def test_s10_an_ato_to_be_confirmed_is_sealed_with_a_warning() -> None:
    plan = make_plan(document("livro", instrumento=instrumento(atos=[{"ato": "PR", "emolumentos": FEES}])), context())
    assert [notice.campo for notice in plan.avisos] == ["documento.instrumento.atos.0.ato"]
    assert plan.selos[0].new_selo.ato == "PR"


def test_s9_a_service_to_be_confirmed_seals_nothing_outside_a_demonstration() -> None:
    doc = document("livro", instrumento=instrumento(atos=[{"ato": "ES", "servico": "certidao-notas"}]))
    assert make_plan(doc, context()).selos[0].new_selo.emolumentos == emolumentos(FEES)
    found = refusal(doc, context(rules=replace(RULES, demonstracao=False)))
    assert found.word == "servico-a-confirmar"


@pytest.mark.parametrize(
    ("data", "moment"),
    [
        (None, NOW),
        ("2026-11-20", NOW),
        ("2026-11-19", datetime(2026, 11, 20, 2, 59, 59, tzinfo=UTC)),
        ("2025-12-31", datetime(2026, 1, 1, 2, 59, 59, tzinfo=UTC)),
    ],
)
def test_s7_the_seal_belongs_to_the_day_of_the_act(data: str | None, moment: datetime) -> None:
    doc = document("livro", instrumento=instrumento(data=data, motivo_data="assinado fora"))
    assert {selo.new_selo.momento for selo in make_plan(doc, context()).selos} == {moment}


def test_s7_the_day_is_that_of_sao_paulo() -> None:
    night = datetime(2026, 11, 21, 2, 0, tzinfo=UTC)  # 23:00 of the 20th
    doc = document("livro", instrumento=instrumento(data="2026-11-20"))
    assert make_plan(doc, context(agora=night)).selos[0].new_selo.momento == night
    plan = make_plan(document("livro", instrumento=instrumento()), context(agora=night))
    assert plan.instrumento is not None
    assert plan.instrumento.data == date(2026, 11, 20)


@pytest.mark.parametrize(
    ("data", "reason", "field"), [("2026-11-21", "x", "data"), ("2026-11-19", None, "motivo_data")]
)
def test_s7_a_day_to_come_or_a_past_one_without_reason_is_refused(data: str, reason: str | None, field: str) -> None:
    found = refusal(document("livro", instrumento=instrumento(data=data, motivo_data=reason)), context())
    assert (found.word, fields(found)) == ("data-do-ato", {f"documento.instrumento.{field}"})


EMPTY_DATES = ("0001-01-01", "0226-11-20", "1601-01-01", "1753-01-01", "1899-12-30", "1899-12-31", "1900-01-01")


@pytest.mark.parametrize("kind", ["livro", "minuta"])
@pytest.mark.parametrize("data", [*EMPTY_DATES, "1970-01-01"])
def test_s7a_a_date_that_means_an_empty_one_is_refused(kind: str, data: str) -> None:
    doc = document(kind, instrumento=instrumento(data=data, motivo_data="lavrada antes"))
    found = refusal(doc, context())
    assert (found.word, fields(found)) == ("data-do-ato", {"documento.instrumento.data"})
    escrita = "/".join(reversed(data.split("-")))
    assert found.detail.startswith(f"documento.instrumento.data: {escrita} é ")


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        ("1900-01-02", "livro reconstituído"),
        ("1970-01-02", "esquecida"),
        ("1970-01-01", "escritura lavrada em 1º de janeiro de 1970"),
    ],
)
def test_s7a_an_old_date_with_its_reason_stands(data: str, reason: str) -> None:
    plan = make_plan(document("livro", instrumento=instrumento(data=data, motivo_data=reason)), context())
    assert rfc3339(plan.selos[0].new_selo.momento)[:19] == f"{data}T23:59:59"


def test_n11_the_livro_is_printed_with_its_fees_while_signatures_are_awaited() -> None:
    plan = make_plan(document("livro", instrumento=instrumento(assinaturas="pendentes")), context())
    assert plan.selos[0].new_selo.emolumentos.total == Decimal("95.12")


# --- minuta ----------------------------------------------------------------------------------------------------------


def test_n8_a_minuta_has_no_seal_whatever_is_missing() -> None:
    atos = [{"ato": "ZZ"}, {"ato": "ES", "servico": "escritura-sem-valor"}]
    plan = make_plan(document("minuta", instrumento={"id": "P-1", "atos": atos, "corpo": BODY}), context())
    assert plan.selos == ()
    assert not plan.asks_selo
    assert {notice.campo for notice in plan.avisos} == {
        "documento.instrumento.atos",
        "documento.instrumento.atos.0.ato",
        "documento.instrumento.atos.1.servico",
    }


def test_n8_a_minuta_may_be_of_a_day_to_come_and_warns_of_a_past_one() -> None:
    def notices(data: str) -> set[str]:
        plan = make_plan(document("minuta", instrumento=instrumento(data=data)), context())
        return {notice.campo for notice in plan.avisos}

    assert notices("2026-12-01") == set()
    assert notices("2026-11-01") == {"documento.instrumento.motivo_data"}


# --- traslado --------------------------------------------------------------------------------------------------------


def test_n3_first_traslado_is_isento_and_points_at_the_principal() -> None:
    livro = live_livro()
    plan = make_plan(traslado(), context(livro=livro))
    (selo,) = plan.selos
    assert (selo.new_selo.ato, selo.new_selo.emolumentos, selo.new_selo.isento) == ("TR", ZERO, True)
    assert plan.qr == "principal"
    assert plan.selo_livro == livro.principal
    assert livro.principal.descricao == "Venda e compra"


def test_p4_first_traslado_bears_the_fee_lines_of_the_live_livro() -> None:
    livro = live_livro()
    rectified = replace(livro.selos[0], emolumentos=emolumentos(SMALLER_FEES))
    plan = make_plan(traslado(), context(livro=replace(livro, selos=(rectified, livro.selos[1]))))
    assert [linha.emolumentos for linha in plan.custas] == [emolumentos(SMALLER_FEES), emolumentos(SMALLER_FEES)]


@pytest.mark.parametrize("value", [{"emolumentos": FEES}, {"servico": "certidao-notas"}])
def test_n3_first_traslado_charges_nothing(value: dict[str, object]) -> None:
    found = refusal(traslado(**value), context(livro=live_livro()))
    assert fields(found) == {f"documento.{next(iter(value))}"}
    assert make_plan(traslado(**ISENTO), context(livro=live_livro())).selos[0].new_selo.motivo_isencao is not None


def test_n3_no_traslado_before_the_livro() -> None:
    whole = traslado(instrumento=instrumento())
    assert refusal(whole, context()).word == "livro-nao-impresso"
    assert refusal(whole, context(minuta=known_minuta())).word == "livro-nao-impresso"
    assert refusal(traslado(), context(minuta=known_minuta())).word == "livro-nao-impresso"
    assert refusal(traslado(), context(known=True)).word == "livro-nao-impresso"
    assert refusal(traslado(), context()).word == "instrumento-desconhecido"
    by_folha = traslado(instrumento={"livro": "0123", "folha_inicial": "045"})
    assert refusal(by_folha, context()).word == "instrumento-desconhecido"


@pytest.mark.parametrize(
    ("data", "charges", "total", "isento"),
    [
        ({}, True, "95.12", False),
        ({}, False, "0.00", True),
        ({"emolumentos": SMALLER_FEES}, True, "45.12", False),
        ({"emolumentos": SMALLER_FEES}, False, "45.12", False),
        (ISENTO, True, "0.00", True),
    ],
)
def test_n4_second_traslado_costs_a_certidao_where_the_office_charges(
    data: dict[str, object], charges: bool, total: str, isento: bool
) -> None:
    ctx = context(livro=live_livro(), rules=replace(RULES, charges_second_traslado=charges))
    plan = make_plan(traslado(2, **data), ctx)
    new_selo = plan.selos[0].new_selo
    assert (new_selo.emolumentos.total, new_selo.isento, plan.qr) == (Decimal(total), isento, "proprio")
    assert [linha.emolumentos for linha in plan.custas] == [new_selo.emolumentos]


def test_n4_the_next_number_comes_from_the_office() -> None:
    ctx = context(livro=live_livro(), next_traslado=3)
    plan = make_plan(traslado("proximo"), ctx)
    assert plan.identity.campos["numero"] == 3
    assert plan.qr == "proprio"


def test_n11_no_copy_while_signatures_are_awaited_but_by_court_order() -> None:
    ctx = context(livro=live_livro(assinaturas="pendentes"))
    for doc in (traslado(), certidao(instrumento=REFERENCE)):
        assert refusal(doc, ctx).word == "assinaturas-pendentes"
    ordem = "1000000-00.2026.8.26.0100"
    assert make_plan(traslado(ordem_judicial=ordem), ctx).ordem_judicial == ordem
    assert make_plan(certidao(instrumento=REFERENCE, ordem_judicial=ordem), ctx).selos


def test_n11_the_livros_own_word_counts() -> None:
    ctx = context(livro=live_livro())
    assert make_plan(traslado(instrumento=instrumento(assinaturas="pendentes")), ctx).selos


def test_a_copy_may_bring_the_instrument_of_the_livro_in_any_order() -> None:
    atos = instrumento()["atos"]
    for brought_atos in (atos, atos[::-1]):
        plan = make_plan(traslado(instrumento=instrumento(atos=brought_atos)), context(livro=live_livro()))
        assert plan.selos


@pytest.mark.parametrize(
    "change",
    [
        {"ato": "TE"},
        {"descricao": "Doação"},
        {"emolumentos": SMALLER_FEES},
        {"emolumentos": FEES | {"iss": "2.79", "total": None, "estado": "15.82"}},
    ],
)
def test_a_copy_that_differs_from_the_livro_is_refused(change: dict[str, object]) -> None:
    atos = instrumento()["atos"]
    brought = instrumento(atos=[atos[0], atos[1] | change])
    for doc in (traslado(instrumento=brought), certidao(instrumento=brought)):
        assert refusal(doc, context(livro=live_livro())).word == "difere-do-livro"


def test_a_copy_with_fewer_atos_or_another_principal_differs() -> None:
    atos = instrumento()["atos"]
    swapped = [atos[0] | {"principal": True}, atos[1] | {"principal": False}]
    for brought_atos in ([atos[1]], [], swapped):
        doc = traslado(instrumento=instrumento(atos=brought_atos))
        assert refusal(doc, context(livro=live_livro())).word == "difere-do-livro"


def test_s11_the_copy_is_held_against_the_live_values() -> None:
    livro = live_livro()
    rectified = replace(livro, selos=(replace(livro.selos[0], emolumentos=emolumentos(SMALLER_FEES)), livro.selos[1]))
    ctx = context(livro=rectified)
    assert refusal(traslado(instrumento=instrumento()), ctx).word == "difere-do-livro"
    atos = instrumento()["atos"]
    new_atos = instrumento(atos=[atos[0], atos[1] | {"emolumentos": SMALLER_FEES}])
    assert make_plan(traslado(instrumento=new_atos), ctx).selos


def test_n11_awaiting_signatures_the_values_as_printed_hold_too() -> None:
    livro = live_livro(assinaturas="pendentes")
    zeroed = tuple(replace(selo, emolumentos=ZERO, isento=True) for selo in livro.selos)
    ctx = context(livro=replace(livro, selos=zeroed))
    doc = traslado(instrumento=instrumento(), ordem_judicial="1000000-00.2026.8.26.0100")
    assert make_plan(doc, ctx).selos


def test_s9_a_service_named_by_the_livro_too_is_worth_what_it_was_there() -> None:
    atos = [{"ato": "ES", "servico": "certidao-notas"}]
    plan = make_plan(document("livro", instrumento=instrumento(atos=atos)), context())
    old = tuple(replace(selo, emolumentos=emolumentos(SMALLER_FEES)) for selo in live_selos(plan))
    livro = live_livro(instrumento=plan.instrumento, selos=old)
    assert make_plan(traslado(instrumento=instrumento(atos=atos)), context(livro=livro)).selos


def test_a_copy_takes_its_own_text_before_the_livros() -> None:
    ctx = context(livro=live_livro())
    other = {"formato": "html", "conteudo": "<p>outro</p>"}
    brought_body = instrumento(corpo={"formato": "texto", "conteudo": "trazido"})
    assert make_plan(traslado(), ctx).corpo.conteudo == BODY["conteudo"]
    assert make_plan(traslado(instrumento=brought_body), ctx).corpo.conteudo == "trazido"
    assert make_plan(traslado(instrumento=brought_body, corpo=other), ctx).corpo.conteudo == "<p>outro</p>"


# --- N13 -------------------------------------------------------------------------------------------------------------


def external(ato: str = "ES", cns: str = "123456", natureza: int = 1, **others: object) -> dict[str, object]:
    codigo = str(assemble_code(cns, natureza, ato, "ABC0000000001", 25))
    qr = url_do_qr(codigo, Decimal("95.12"), Decimal("2.78"), "QUJD")
    return {"codigo": codigo, "ato": ato, "principal": True, "qr": qr} | others


def with_external(*selos: dict[str, object], numero: int = 1, **data: object) -> Document:
    brought = instrumento(corpo=None, atos=[{"ato": "ES", "descricao": "Venda e compra", "emolumentos": FEES}])
    return traslado(numero, **({"instrumento": brought, "corpo": BODY, "livro_externo": {"selos": list(selos)}} | data))


def test_n13_a_livro_of_another_program_gives_the_first_traslado_its_qr() -> None:
    selo = external()
    plan = make_plan(with_external(selo), context())
    assert plan.selo_livro is not None
    assert (plan.selo_livro.codigo, plan.selo_livro.qr_url) == (selo["codigo"], selo["qr"])
    assert plan.selo_livro.externo
    assert [linha.emolumentos for linha in plan.custas] == [emolumentos(FEES)]
    assert plan.avisos == ()


@pytest.mark.parametrize(
    ("selo", "field"),
    [
        (external(cns="654321"), "selos.0.codigo"),
        (external(natureza=2, ato="LE"), "selos.0.codigo"),
        (external() | {"ato": "TE"}, "selos.0.ato"),
        (external() | {"qr": None}, "selos.0.qr"),
        (external() | {"qr": "https://example.com/?r=1"}, "selos.0.qr"),
        (external() | {"qr": external("TE")["qr"]}, "selos.0.qr"),
    ],
)
def test_n13_a_foreign_seal_is_checked(selo: dict[str, object], field: str) -> None:
    assert fields(refusal(with_external(selo), context())) == {f"documento.livro_externo.{field}"}


def test_n13_one_principal_and_no_seal_twice() -> None:
    other = external("TE", principal=False, qr=None)
    assert make_plan(with_external(other, external()), context()).selo_livro is not None
    for selos in (
        (external(), external()),
        (external(), other | {"principal": True}),
        (external(principal=False), other),
    ):
        assert fields(refusal(with_external(*selos), context())) == {"documento.livro_externo.selos"}


def test_n13_a_qr_of_another_total_is_told() -> None:
    codigo = str(external()["codigo"])
    selo = external(qr=url_do_qr(codigo, Decimal("1.00"), Decimal("0.00"), "QUJD"))
    assert [notice.campo for notice in make_plan(with_external(selo), context()).avisos] == [
        "documento.livro_externo.selos.0.qr"
    ]


def test_n13_until_the_day_set_by_the_office() -> None:
    def until(day: date) -> Context:
        return context(rules=replace(RULES, externos_ate=day))

    assert make_plan(with_external(external()), until(date(2026, 11, 20))).selos
    assert fields(refusal(with_external(external()), until(date(2026, 11, 19)))) == {"documento.livro_externo"}


def test_n13_not_for_a_livro_sealed_here_nor_by_a_mere_reference() -> None:
    assert fields(refusal(with_external(external()), context(livro=live_livro()))) == {"documento.livro_externo"}
    reference_only = with_external(external(), instrumento=REFERENCE)
    assert fields(refusal(reference_only, context())) == {"documento.instrumento"}


def test_n13_n11_awaited_signatures_stop_it_too() -> None:
    brought = instrumento(assinaturas="pendentes")
    assert refusal(with_external(external(), instrumento=brought), context()).word == "assinaturas-pendentes"


# --- certidão --------------------------------------------------------------------------------------------------------


def test_n5_certidao_has_its_own_seal_and_qr() -> None:
    livro = live_livro()
    plan = make_plan(certidao(instrumento=REFERENCE), context(livro=livro))
    (selo,) = plan.selos
    assert (selo.new_selo.ato, selo.new_selo.momento, plan.qr) == ("CE", NOW, "proprio")
    assert selo.new_selo.emolumentos == emolumentos(FEES)
    assert plan.selo_livro == livro.principal  # N6
    assert selo.new_selo.identificador == "2026/000123"


def test_n5_a_certidao_of_what_is_not_here_is_its_text_alone() -> None:
    plan = make_plan(certidao(corpo=BODY), context())
    assert (plan.instrumento, plan.selo_livro, plan.selos[0].new_selo.partes) == (None, None, ())


def test_n5_an_instrument_from_before_this_server_comes_with_the_certidaos_own_text() -> None:
    plan = make_plan(certidao(instrumento=instrumento(), corpo=BODY), context())
    assert plan.selo_livro is None
    assert [notice.campo for notice in plan.avisos] == ["documento.instrumento"]
    assert refusal(certidao(instrumento=instrumento()), context()).word == "livro-nao-impresso"
    pending = certidao(instrumento=instrumento(assinaturas="pendentes"), corpo=BODY)
    assert refusal(pending, context()).word == "assinaturas-pendentes"


def test_n5_an_instrument_known_here_must_have_its_livro() -> None:
    whole = certidao(instrumento=instrumento(), corpo=BODY)
    assert refusal(whole, context(minuta=known_minuta())).word == "livro-nao-impresso"
    assert refusal(whole, context(known=True)).word == "livro-nao-impresso"
    assert refusal(certidao(instrumento=REFERENCE, corpo=BODY), context()).word == "instrumento-desconhecido"


# --- X8 --------------------------------------------------------------------------------------------------------------


def exchange() -> dict[str, str]:
    return {"substitui": str(assemble_code("123456", 1, "TR", "0000000000007", 26)), "motivo": "nome com erro"}


def test_x8_a_substitution_is_isento_names_the_seal_and_is_of_today() -> None:
    livro = live_livro()
    old = identify(traslado(2), context(livro=livro))
    data = exchange()
    plan = make_plan(traslado(2, **data), context(livro=livro, replaced=old))
    (selo,) = plan.selos
    assert (selo.new_selo.emolumentos, selo.new_selo.isento, selo.new_selo.momento) == (ZERO, True, NOW)
    assert plan.substitui == data["substitui"]
    assert data["substitui"] in str(selo.new_selo.motivo_isencao)
    assert selo.new_selo.retifica is None


def test_x8_a_certidao_is_replaced_by_one_of_the_same_request() -> None:
    previous = identify(certidao(corpo=BODY), context())
    new = document("certidao", pedido="2026/123", via=2, corpo=BODY, **exchange())
    assert make_plan(new, context(replaced=previous)).selos[0].new_selo.isento


def test_x8_the_seal_named_must_be_live_and_of_such_a_document() -> None:
    livro = live_livro()
    assert fields(refusal(traslado(2, **exchange()), context(livro=livro))) == {"documento.substitui"}
    other = identify(traslado(instrumento={"id": "P-9"}), context())
    of_certidao = identify(certidao(instrumento=REFERENCE), context(livro=livro))
    for replaced in (other, of_certidao):
        found = refusal(traslado(2, **exchange()), context(livro=livro, replaced=replaced))
        assert fields(found) == {"documento.substitui"}


def test_x8_a_substitution_charges_nothing() -> None:
    livro = live_livro()
    old = identify(traslado(2), context(livro=livro))
    ctx = context(livro=livro, replaced=old)
    assert fields(refusal(traslado(2, emolumentos=FEES, **exchange()), ctx)) == {"documento.emolumentos"}


# --- ficha -----------------------------------------------------------------------------------------------------------


def ficha(**data: object) -> Document:
    return document("ficha_abertura", **({"ficha": "000123", "pessoa": {"nome": "Ana Souza"}} | data))


@pytest.mark.parametrize(
    ("rule", "gerar", "selos", "question"),
    [
        ("perguntar", None, 0, True),
        ("perguntar", True, 1, False),
        ("perguntar", False, 0, False),
        ("sempre", None, 1, False),
        ("sempre", True, 1, False),
        ("nunca", None, 0, False),
        ("nunca", False, 0, False),
    ],
)
def test_n9_setting_or_escrevente_decides_the_seal_of_the_ficha(
    rule: str, gerar: bool | None, selos: int, question: bool
) -> None:
    plan = make_plan(ficha(gerar_selo=gerar), context(rules=replace(RULES, ficha_selo=rule)))
    assert (len(plan.selos), plan.asks_selo) == (selos, question)
    assert plan.qr == ("proprio" if selos else "nenhum")


@pytest.mark.parametrize(("rule", "gerar"), [("sempre", False), ("nunca", True)])
def test_n9_a_request_against_the_setting_is_refused(rule: str, gerar: bool) -> None:
    found = refusal(ficha(gerar_selo=gerar), context(rules=replace(RULES, ficha_selo=rule)))
    assert fields(found) == {"documento.gerar_selo"}


def test_n9_without_value_or_service_the_seal_is_isento() -> None:
    def new_selo(service: str | None = None, **data: object) -> object:
        ctx = context(rules=replace(RULES, ficha_service=service))
        return make_plan(ficha(gerar_selo=True, **data), ctx).selos[0].new_selo

    assert (new_selo().isento, new_selo().motivo_isencao) == (True, "selo facultativo")
    assert new_selo("certidao-notas").emolumentos == emolumentos(FEES)
    assert new_selo("certidao-notas", emolumentos=SMALLER_FEES).emolumentos == emolumentos(SMALLER_FEES)


def test_n9_the_answer_is_planned_at_its_own_moment() -> None:
    doc = ficha()
    depois = context(agora=NOW + timedelta(hours=2))
    yes = make_plan(with_answer(doc, True), depois)  # type: ignore[arg-type]  # a ficha
    assert yes.selos[0].new_selo.momento == depois.agora
    assert make_plan(with_answer(doc, False), depois).selos == ()  # type: ignore[arg-type]  # a ficha


def test_n9_a_value_without_a_seal_is_told() -> None:
    plan = make_plan(ficha(gerar_selo=False, emolumentos=FEES), context())
    assert [notice.campo for notice in plan.avisos] == ["documento.gerar_selo"]


# --- N1 --------------------------------------------------------------------------------------------------------------


def test_n1_one_seal_never_stands_on_two_papers() -> None:
    livro = make_plan(document("livro", instrumento=instrumento()), context())
    minuta = make_plan(document("minuta", instrumento=instrumento()), context())
    for plan in (livro, make_plan(ficha(), context())):
        check_copies(plan, 1)
        with pytest.raises(Recusa) as found:
            check_copies(plan, 2)
        assert found.value.word == "copia-de-documento-selado"
    check_copies(minuta, 5)


def test_s7_copies_and_fichas_are_of_this_moment() -> None:
    ctx = context(livro=live_livro(), agora=NOW + timedelta(days=40))
    for doc in (traslado(), traslado(2), certidao(instrumento=REFERENCE), ficha(gerar_selo=True)):
        assert make_plan(doc, ctx).selos[0].new_selo.momento == ctx.agora
