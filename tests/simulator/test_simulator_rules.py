"""The simulated court is as strict as the rules: what it refuses, with which word, and what it stores."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from seal_factory import DEFAULT_FEES, SealFactory, higher_fees

from printserver.selo import Emolumentos
from support.court import Court
from support.office import Clock

ZERO = Emolumentos.zero()


def _words(court: Court, *itens: Mapping[str, Any]) -> list[list[str]]:
    """Send seals; return the words of each one's refusal (empty: stored)."""
    answers = court.send(*itens)
    assert [each["selo"] for each in answers] == [item["selo"] for item in itens]
    assert all(each["totalErros"] == len(each["erros"]) for each in answers)
    assert all(error["mensagem"].endswith(".") for each in answers for error in each["erros"])
    return [[error["codigo"] for error in each["erros"]] for each in answers]


def _word(court: Court, item: Mapping[str, Any]) -> list[str]:
    return _words(court, item)[0]


def test_a_seal_is_stored_once_and_told_as_it_was_sent(court: Court, factory: SealFactory) -> None:
    item = factory.item(vinculador="1234561ES0000000000099269")
    assert _word(court, item) == []
    assert court.look_up(item["selo"]) == {
        "selo": item["selo"],
        "situacao": "recebido",
        "registro": item["registro"],
        "recebidoEm": "2026-11-20T14:30:00-03:00",
        "atrasado": False,
        "retifica": None,
        "retificadoPor": None,
        "vinculador": None,  # a link is a report of its own (R4)
        "erros": [],
    }
    assert _word(court, item) == ["ja-recebido"]
    other = factory.with_line(item, f1="P-2026-000002")
    assert _word(court, other) == ["ja-recebido"]
    assert court.look_up(item["selo"])["registro"] == item["registro"]  # type: ignore[index]
    assert (court.selo(item["selo"])["recebido"], court.selo(item["selo"])["aceito"]) == (3, 1)


def test_a_code_twice_in_one_request_is_stored_once(court: Court, factory: SealFactory) -> None:
    item = factory.item()
    assert _words(court, item, item) == [[], ["ja-recebido"]]
    assert court.resumo | {"aceitos": 1, "recebidos": 2} == court.resumo


def test_s2_a_wrong_check_digit_is_refused(court: Court, factory: SealFactory) -> None:
    item = factory.item()
    code = item["selo"][:-1] + ("A" if item["selo"][-1] != "A" else "B")
    assert _word(court, factory.with_line({**item, "selo": code}, f0=code)) == ["codigo-invalido"]
    assert court.look_up(code)["situacao"] == "objetado"  # type: ignore[index]


def test_s1_another_offices_seal_is_refused(court: Court, certificate: Any, clock: Clock) -> None:
    assert _word(court, SealFactory("123457", certificate, clock).item()) == ["cns-desconhecido"]


@pytest.mark.parametrize("field", range(1, 5))
def test_s5_any_change_after_the_signature_is_refused(court: Court, factory: SealFactory, field: int) -> None:
    item = factory.item()
    fields = item["registro"].split("|")
    fields[field] = {1: "P-2026-000009", 2: item["selo"], 3: "X.Y", 4: "202611201400000"}[field]
    assert "assinatura-invalida" in _word(court, {**item, "registro": "|".join(fields)})


def test_s5_no_signature_is_refused(court: Court, factory: SealFactory) -> None:
    item = factory.item()
    assert _word(court, {**item, "registro": item["registro"].rpartition("|")[0] + "|"}) == ["assinatura-invalida"]


def test_s9_a_total_that_is_not_the_sum_is_refused(court: Court, factory: SealFactory) -> None:
    assert _word(court, factory.with_line(factory.item(), f13="9513")) == ["total-nao-confere"]


def test_d1_the_iss_stays_out_of_the_total_of_flagged_atos_alone(court: Court, factory: SealFactory) -> None:
    assert _word(court, factory.item("FC", iss_a_parte=True)) == []
    assert _word(court, factory.item("FC")) == ["total-nao-confere"]
    assert _word(court, factory.item("ES", iss_a_parte=True)) == ["total-nao-confere"]


def test_s9_zero_and_isento_must_agree(court: Court, factory: SealFactory) -> None:
    assert _word(court, factory.item(fees=ZERO)) == []
    assert _word(court, factory.item(fees=ZERO, isento=False)) == ["isencao-nao-confere"]
    assert _word(court, factory.item(isento=True)) == ["isencao-nao-confere"]


@pytest.mark.parametrize(
    "over", [{"natureza": 2}, {"ato": "CE"}, {"registro": "a|b"}, {"registro": "lixo"}], ids=lambda over: str(over)
)
def test_s6_what_does_not_fit_the_registro_is_refused(court: Court, factory: SealFactory, over: dict[str, Any]) -> None:
    word = "registro-invalido" if "registro" in over else "dados-divergem"
    assert _word(court, {**factory.item(), **over}) == [word]


def test_s7_year_and_date_are_those_of_the_act(court: Court, factory: SealFactory, clock: Clock) -> None:
    item = factory.item()
    assert _word(court, factory.with_line(item, f4="202511201430000")) == ["ano-nao-confere"]
    assert _word(court, factory.item(moment=clock() + timedelta(days=1))) == ["data-futura"]
    assert _word(court, factory.item(moment=clock() + timedelta(hours=1))) == []  # an office's clock that runs ahead


def test_s10_an_unknown_ato_is_refused(court: Court, factory: SealFactory) -> None:
    assert _word(court, factory.item("ZZ")) == ["ato-desconhecido"]
    assert _word(court, factory.item("LE")) == ["ato-desconhecido"]  # of Registro Civil


def test_t1_a_late_seal_is_stored_and_flagged(court: Court, factory: SealFactory, clock: Clock) -> None:
    item, other = factory.item(), factory.item()
    clock.forward(hours=24)
    assert _word(court, item) == []
    clock.forward(seconds=1)
    assert _word(court, other) == []
    assert [court.selo(each["selo"])["atrasado"] for each in (item, other)] == [False, True]


def test_t1_the_courts_own_clock_can_be_put_forward(court: Court, factory: SealFactory) -> None:
    court.advance_clock(hours=25)
    item = factory.item()
    assert _word(court, item) == []
    assert court.selo(item["selo"])["atrasado"]


def test_s8_a_retificador_only_ato_is_refused_alone(court: Court, factory: SealFactory) -> None:
    assert _word(court, factory.item("XA", fees=ZERO)) == ["so-retificador"]


def test_r1_a_chain_grows_at_its_end_alone(court: Court, factory: SealFactory) -> None:
    first = factory.item()
    second = factory.item(retifica=first["selo"], fees=higher_fees())
    third = factory.item(retifica=second["selo"], fees=higher_fees("2.00"))
    assert _words(court, first, second, third) == [[], [], []]
    again = factory.item(retifica=first["selo"], fees=higher_fees("3.00"))
    answer = court.send(again)[0]
    assert answer["erros"][0]["codigo"] == "ja-retificado" and second["selo"] in answer["erros"][0]["mensagem"]
    told = [court.look_up(each["selo"]) or {} for each in (first, second, third)]
    assert [(each["retifica"], each["retificadoPor"]) for each in told] == [
        (None, second["selo"]),
        (first["selo"], third["selo"]),
        (second["selo"], None),
    ]


def test_r1_a_retificador_of_an_unknown_seal_is_refused_and_may_be_sent_again(
    court: Court, factory: SealFactory
) -> None:
    first = factory.item()
    second = factory.item(retifica=first["selo"])
    assert _words(court, second, first, second) == [["retificado-desconhecido"], [], []]
    assert court.selo(second["selo"]) | {"recebido": 2, "aceito": 1, "erros": []} == court.selo(second["selo"])


def test_x4_an_xa_has_72_hours_from_the_act(court: Court, factory: SealFactory, clock: Clock) -> None:
    first, second = factory.item(), factory.item()
    court.send(first, second)
    clock.forward(hours=72)
    in_time = factory.xa(first)
    clock.forward(seconds=1)
    too_late = factory.xa(second)
    clock.forward(hours=20)  # the XA's own time counts, not that of its report
    assert _words(court, in_time, too_late) == [[], ["prazo-xa"]]


def test_x2_an_xa_has_no_value_and_ends_the_chain(court: Court, factory: SealFactory) -> None:
    first = factory.item()
    court.send(first)
    assert _word(court, factory.item("XA", retifica=first["selo"])) == ["xa-com-valor"]
    xa = factory.xa(first)
    assert _word(court, xa) == []
    assert _word(court, factory.xa(first)) == ["ja-retificado"]
    assert _word(court, factory.item(retifica=xa["selo"])) == ["xa-nao-se-retifica"]


def test_s4_a_hybrid_number_is_taken_once_across_years(court: Court, factory: SealFactory, clock: Clock) -> None:
    first, other = factory.hibrido(979007), factory.hibrido(979007, serie="0372AJ")
    assert _words(court, first, other) == [[], []]
    clock.forward(days=60)
    again = factory.hibrido(979007)
    assert again["selo"] != first["selo"]
    assert _word(court, again) == ["hibrido-ja-recebido"]


def test_s4_a_hybrid_number_twice_in_one_request_is_stored_once(
    court: Court, factory: SealFactory, clock: Clock
) -> None:
    clock.forward(days=60)
    next_year, this_year = factory.hibrido(1), factory.hibrido(1, moment=clock() - timedelta(days=59))
    assert _words(court, this_year, next_year) == [[], ["hibrido-ja-recebido"]]


def test_s4_a_hybrid_without_serie_and_number_is_refused(court: Court, factory: SealFactory) -> None:
    assert _word(court, factory.item("AU", informacao="0371AJ000000X")) == ["hibrido-sem-numero"]
    assert _word(court, factory.item("AU", informacao="0371AJ0000000")) == ["hibrido-sem-numero"]


def test_r3_a_hybrid_is_rectified_for_date_or_value_alone(court: Court, factory: SealFactory, clock: Clock) -> None:
    first = factory.hibrido(1)
    court.send(first)
    of = {"retifica": first["selo"], "identifier": "selo de papel"}
    assert _word(court, factory.item("AU", **of | {"identifier": "outro"})) == ["hibrido-so-data-ou-valor"]
    assert _word(court, factory.item("CE", **of)) == ["hibrido-so-data-ou-valor"]
    value = factory.item("AU", fees=higher_fees(), **of)
    assert _word(court, value) == []
    of["retifica"] = value["selo"]
    assert _word(court, factory.item("CE", **of)) == ["hibrido-so-data-ou-valor"]
    date = factory.item("AU", moment=clock() - timedelta(days=2), **of)
    assert _word(court, date) == []
    assert not court.selo(date["selo"])["atrasado"]
    assert _word(court, factory.xa({"selo": date["selo"]})) == []
    assert _word(court, factory.hibrido(1, moment=clock() - timedelta(days=365))) == ["hibrido-ja-recebido"]


def test_t2_a_retificador_takes_the_place_of_one_that_was_objected_to(court: Court, factory: SealFactory) -> None:
    wrong = factory.with_line(factory.item(), f13="1")
    assert _word(court, wrong) == ["total-nao-confere"]
    right = factory.item(retifica=wrong["selo"])
    assert _word(court, right) == []
    assert _word(court, wrong) == ["total-nao-confere", "ja-retificado"]
    assert court.look_up(wrong["selo"])["retificadoPor"] == right["selo"]  # type: ignore[index]


def test_t2_in_place_of_a_refused_retificador_the_chain_goes_on(court: Court, factory: SealFactory) -> None:
    first = factory.item()
    court.send(first)
    court.fail("objeta", 1)
    refused = factory.item(retifica=first["selo"], fees=higher_fees())
    assert _word(court, refused) == ["objecao-simulada"]
    instead = factory.item(retifica=refused["selo"], fees=higher_fees("2.00"))
    assert _word(court, instead) == []
    assert court.look_up(first["selo"])["retificadoPor"] == instead["selo"]  # type: ignore[index]
    assert _word(court, factory.item(retifica=first["selo"])) == ["ja-retificado"]


def test_t2_what_was_objected_to_may_be_sent_again_as_it_is(court: Court, factory: SealFactory) -> None:
    item, other = factory.item(), factory.item()
    court.fail("objeta", selos=[item["selo"]])
    assert _words(court, item, other) == [["objecao-simulada"], []]
    assert court.look_up(item["selo"])["situacao"] == "objetado"  # type: ignore[index]
    court.fail(None)
    assert _word(court, item) == []
    assert court.selo(item["selo"]) | {"recebido": 2, "aceito": 1} == court.selo(item["selo"])


def test_r4_r5_links_need_both_ends(court: Court, factory: SealFactory) -> None:
    one, two, three = factory.item(), factory.item(), factory.item()
    court.send(one, two)
    codes = [each["selo"] for each in (one, two, three)]

    def words(above: str, below: str) -> list[str]:
        return [error["codigo"] for error in court.link_selos(above, below)[0]["erros"]]

    assert words(codes[0], codes[2]) == ["vinculado-desconhecido"]
    assert words(codes[2], codes[0]) == ["vinculador-desconhecido"]
    assert words(codes[0], codes[0]) == ["vinculo-consigo"]
    assert words(codes[0], codes[1]) == []
    assert words(codes[0], codes[1]) == ["ja-recebido"]
    court.send(three)
    assert words(codes[2], codes[1]) == ["ja-vinculado"]
    assert words(codes[0], codes[2]) == []
    link = court.vinculos[codes[0], codes[2]]
    assert (link["recebido"], link["aceito"]) == (2, 1)
    assert court.look_up(codes[1])["vinculador"] == codes[0]  # type: ignore[index]


def test_the_list_holds_what_is_stored_by_the_day_of_the_act(court: Court, factory: SealFactory, clock: Clock) -> None:
    itens = [factory.item(moment=clock() - timedelta(days=days)) for days in (0, 0, 1, 2)]
    court.send(*itens, factory.with_line(factory.item(), f13="1"))
    status, found = court.call("GET", "/selos?de=2026-11-19&ate=2026-11-20&pagina=1")
    assert (status, found["total"], found["pagina"]) == (200, 3, 1)
    assert {each["selo"] for each in found["itens"]} == {each["selo"] for each in itens[:3]}
    assert found["itens"][0] == court.look_up(itens[2]["selo"])
    assert court.call("GET", "/selos?de=2026-11-19&ate=2026-11-20&pagina=2")[1]["itens"] == []
    assert court.call("GET", "/selos?de=ontem&ate=2026-11-20")[0] == 400


@pytest.mark.parametrize("body", ["{}", "[1]", '[{"selo": 1}]', "", "[[]]"])
def test_a_request_that_is_no_list_of_seals_stores_nothing(court: Court, body: str) -> None:
    status, answer = court.call("POST", "/selos", body.encode())
    assert (status, answer["codigo"]) == (400, "pedido-invalido")
    assert court.resumo["recebidos"] == 0


def test_more_than_50_in_a_request_are_refused_whole(court: Court, factory: SealFactory) -> None:
    item = factory.item()
    assert court.call("POST", "/selos", [item] * 51)[0] == 400
    assert court.resumo["selos"] == 0


def test_money_of_13_digits_is_no_money(court: Court, factory: SealFactory) -> None:
    item = factory.item(fees=replace(DEFAULT_FEES, tabeliao=Decimal("10000000000.00")))
    assert _word(court, item) == ["registro-invalido"]
