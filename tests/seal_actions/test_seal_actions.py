"""Seals without a print, rectified, excluded and linked, over HTTP and up to the court."""

from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printserver import db
from printserver.seal_actions.signatures import one_third
from printserver.selo import COMPONENTS, Emolumentos, centavos, parse_matricula
from support.court import Court
from support.office import FEES, ISENTO, TOTAL, Answer, House

MATRICULA = "12345601552020100014128001540653"
HALF = dict.fromkeys(FEES, "1.00")


def standalone(house: House, **more: Any) -> Answer:
    body = {"natureza": 1, "ato": "ES", "identificador": "ATA-1", "emolumentos": FEES, "escrevente": "maria"}
    for name in more:
        if name in ("isento", "servico"):
            del body["emolumentos"]
    return house.call("POST", "/selos", body | more)


def made(answer: Answer) -> dict[str, Any]:
    assert answer.status == 201, answer
    return dict(answer.json)


def act(house: House, code: str, what: str, **data: Any) -> Answer:
    return house.call("POST", f"/selos/{code}/{what}", {"motivo": "erro de digitação", "escrevente": "maria"} | data)


# -- seals without a print --------------------------------------------------------------------------------------------


def test_n12_a_seal_without_a_print_is_made_with_its_qr_and_reported(both: tuple[House, Court]) -> None:
    house, court = both
    seal = made(standalone(house, partes=[{"nome": "Ana de Assunção"}, "João Leão"]))
    assert (seal["total_centavos"], seal["job"], seal["estado"]) == (TOTAL, None, "comunicação pendente")
    assert seal["qr"]["url"].startswith("https://selodigital.tjsp.jus.br/?r=")
    assert seal["registro"].split("|")[3] == "A.A;J.L"
    house.engine.run_once()
    assert house.selo(seal["codigo"])["estado"] == "comunicado"
    assert court.registros[seal["codigo"]]["linha"] == seal["registro"]


def test_s6_every_party_has_initials_and_an_exclusion_keeps_them(house: House) -> None:
    seal = made(standalone(house, partes=["Maria E. Costa", "Łukasz da Đào"]))
    assert seal["registro"].split("|")[3] == "M.E.C;L.D"
    excluded = made(act(house, seal["codigo"], "xa"))
    assert excluded["registro"].split("|")[2:4] == [seal["codigo"], "M.E.C;L.D"]
    for parties, field in ((["Ana", "—"], "partes.1"), ([{"nome": "?"}], "partes.0.nome")):
        refused = standalone(house, partes=parties)
        assert (refused.word, refused.json["errors"][0]["campo"]) == ("entrada-invalida", field)


def test_a_key_makes_one_seal(house: House) -> None:
    body = {"ato": "ES", "identificador": "ATA-1", **ISENTO, "escrevente": "maria"}
    first = house.call("POST", "/selos", body, idempotency_key="k1")
    again = house.call("POST", "/selos", body, idempotency_key="k1")
    assert (again.status, again.replay, again.json["codigo"]) == (201, True, first.json["codigo"])
    assert len(house.codes()) == 1
    assert (
        house.call("POST", "/selos", body | {"identificador": "ATA-2"}, idempotency_key="k1").word
        == "chave-reutilizada"
    )


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"ato": "XA"}, "entrada-invalida"),
        ({"ato": "AU"}, "entrada-invalida"),
        ({"ato": "ZZ"}, "entrada-invalida"),
        ({"data": "2026-11-21"}, "data-do-ato"),
        ({"data": "2026-11-19"}, "data-do-ato"),
        ({"emolumentos": FEES | {"total": "95.13"}}, "entrada-invalida"),
        ({"isent": True}, "entrada-invalida"),
        ({"escrevente": "ninguem"}, "escrevente-desconhecido"),
    ],
)
def test_s7_s8_s9_a_bad_seal_is_refused_and_takes_no_number(house: House, change: dict[str, Any], word: str) -> None:
    before = house.state()
    assert standalone(house, **change).word == word
    assert house.state() == before


def test_c10_t5_a_matricula_is_read_and_found_by_its_parts(house: House) -> None:
    seal = made(standalone(house, natureza=2, ato="CE", identificador=MATRICULA))
    assert (seal["livro"], seal["folha_inicial"]) == ("14", "128")
    found = house.call("GET", f"/selos?matricula={MATRICULA}").json
    assert [each["codigo"] for each in found["itens"]] == [seal["codigo"]]


def test_c10_the_check_digits_of_a_matricula_hold() -> None:
    assert str(parse_matricula(MATRICULA)) == MATRICULA
    assert parse_matricula("123456 01 55 2020 1 00014 128 0015406-53").termo == "0015406"


@given(st.integers(0, 31), st.integers(1, 9))
def test_c10_a_wrong_digit_that_weighs_is_caught(place: int, more: int) -> None:
    wrong = str((int(MATRICULA[place]) + more) % 10)
    changed = MATRICULA[:place] + wrong + MATRICULA[place + 1 :]
    weight = (place + 2) % 11
    if place < 30 and weight in (0, 10):  # by these weights some single faults pass the first digit, not both
        return
    with pytest.raises(ValueError, match="matrícula"):
        parse_matricula(changed)


# -- rectification ----------------------------------------------------------------------------------------------------


def test_r1_r2_a_rectified_seal_stays_and_leads_to_the_newest(both: tuple[House, Court]) -> None:
    house, court = both
    first = made(standalone(house))["codigo"]
    second = made(act(house, first, "retificacao", emolumentos=HALF))
    third = made(act(house, second["codigo"], "retificacao", identificador="ATA-2"))
    house.engine.run_once()
    chain = [first, second["codigo"], third["codigo"]]
    assert all(house.selo(code)["cadeia"] == chain for code in chain)
    assert [house.selo(code)["estado"] for code in chain] == ["retificado", "retificado", "comunicado"]
    assert [house.selo(code)["vivo"] for code in chain] == [False, False, True]
    assert third["total_centavos"] == 800
    assert court.registros[third["codigo"]]["aceito"] == 1
    assert act(house, first, "retificacao", identificador="ATA-3").word == "selo-ja-retificado"


def test_t3_a_refused_seal_is_mended_by_a_retificador(both: tuple[House, Court]) -> None:
    house, court = both
    court.fail("objeta", vezes=1)
    code = made(standalone(house))["codigo"]
    house.engine.run_once()
    assert house.selo(code)["estado"] == "aguardando retificação"
    mended = made(act(house, code, "retificacao", emolumentos=HALF))["codigo"]
    house.engine.run_once()
    assert (house.selo(code)["estado"], house.selo(mended)["estado"]) == ("retificado", "comunicado")


def test_x4_type_and_identifier_have_a_term_of_their_own_value_has_none(house: House) -> None:
    code = made(standalone(house))["codigo"]
    house.clock.forward(hours=73)
    assert act(house, code, "retificacao", ato="PR").word == "prazo-xa-encerrado"
    assert act(house, code, "retificacao", ato="PR", fora_do_prazo=True).word == "sem-permissao"
    code = made(act(house, code, "retificacao", ato="PR", fora_do_prazo=True, escrevente="tereza"))["codigo"]
    assert made(act(house, code, "retificacao", emolumentos=HALF))["total_centavos"] == 800


def test_r1_what_changes_nothing_is_refused(house: House) -> None:
    code = made(standalone(house))["codigo"]
    assert act(house, code, "retificacao").word == "entrada-invalida"
    assert act(house, code, "retificacao", emolumentos=FEES).word == "entrada-invalida"


def test_s11_r1_a_rectified_livro_is_live_by_its_retificador(house: House) -> None:
    """The traslado has the QR of the principal ato's current seal (N3); the reprint excludes that one."""
    livro = house.livro()
    job = house.printed(livro)
    principal = next(selo["codigo"] for selo in job["selos"] if selo["principal"])
    newer = made(act(house, principal, "retificacao", emolumentos=HALF))["codigo"]
    copy = house.printed(house.traslado(livro["instrumento"]["id"]))
    assert copy["qr"]["selo"] == newer
    held = house.question(livro)
    assert newer in held["pergunta"]["selos"]
    assert principal not in held["pergunta"]["selos"]
    assert house.yes(held["id"]).status == 200
    assert house.selo(newer)["vivo"] is False
    assert house.job(copy["id"])["id"] in [row["id"] for row in house.rows(db.job, db.job.c.desatualizado)]


# -- exclusion --------------------------------------------------------------------------------------------------------


def test_r1_x4_a_seal_is_excluded_once_and_the_court_is_told(both: tuple[House, Court]) -> None:
    house, _court = both
    code = made(standalone(house))["codigo"]
    xa = made(act(house, code, "xa"))
    assert (xa["ato"], xa["retifica"], xa["total_centavos"]) == ("XA", code, 0)
    again = act(house, code, "xa")
    assert (again.status, again.word) == (409, "ja-excluido")
    house.engine.run_once()
    assert house.selo(code)["estado"] == "excluído"
    assert act(house, xa["codigo"], "xa").word == "estado-nao-permite"


def test_x4_past_the_term_only_the_head_of_the_office_goes_on(house: House) -> None:
    code = made(standalone(house))["codigo"]
    house.clock.forward(hours=72, seconds=1)
    late = act(house, code, "xa")
    assert (late.status, late.word) == (409, "prazo-xa-encerrado")
    assert act(house, code, "xa", fora_do_prazo=True).word == "sem-permissao"
    assert made(act(house, code, "xa", fora_do_prazo=True, escrevente="rui"))["retifica"] == code


def test_x6_the_only_seal_of_a_print_takes_the_print_with_it(house: House) -> None:
    certidao = house.certidao()
    job = house.printed(certidao)
    assert house.post(certidao).word == "reimpressao-exige-xa"
    made(act(house, job["selos"][0]["codigo"], "xa"))
    assert house.post(certidao).status == 202


def test_n2_the_principal_goes_last_and_a_lesser_ato_alone(house: House) -> None:
    livro = house.livro()
    job = house.printed(livro)
    principal, other = (selo["codigo"] for selo in job["selos"])
    assert act(house, principal, "xa").word == "estado-nao-permite"
    made(act(house, other, "xa"))
    assert house.post(livro).word == "reimpressao-exige-xa"
    made(act(house, principal, "xa"))
    assert house.post(livro).status == 202


# -- links ------------------------------------------------------------------------------------------------------------


def link(house: House, vinculador: str, *vinculados: str) -> Answer:
    return house.call(
        "POST", "/vinculos", {"vinculador": vinculador, "vinculados": list(vinculados), "escrevente": "maria"}
    )


def test_r4_a_link_waits_for_both_ends_and_is_reported(both: tuple[House, Court]) -> None:
    house, court = both
    court.fail("fora")
    one, two, three = (made(standalone(house, identificador=f"ATA-{n}"))["codigo"] for n in range(3))
    assert link(house, one, two, three).status == 201
    court.fail(None)
    for _ in range(5):
        house.clock.forward(minutes=6)
        house.engine.run_once()
    assert sorted(court.vinculos) == sorted([(one, two), (one, three)])
    assert house.selo(one)["vinculos"]["vinculados"] == [two, three]
    assert house.selo(two)["vinculador"] == one


def test_r4_rings_doubles_and_strangers_are_refused(house: House) -> None:
    one, two, three = (made(standalone(house, identificador=f"ATA-{n}"))["codigo"] for n in range(3))
    assert link(house, one, two).status == 201
    assert link(house, two, three).status == 201
    for vinculador, vinculado in ((three, one), (one, one), (three, two), (one, "1234561AB123456789012318I")):
        assert link(house, vinculador, vinculado).word == "entrada-invalida"


# -- signatures -------------------------------------------------------------------------------------------------------


def sign(house: House, of: str, **data: Any) -> Answer:
    return house.call("POST", f"/instrumentos/{of}/assinaturas", {"escrevente": "maria"} | data)


def totals(house: House, of: str) -> list[int]:
    rows = house.rows(db.selo, db.selo.c.vivo, db.selo.c.documento_id.is_not(None))
    return [row["total_centavos"] for row in rows if row["instrumento_id"] is not None and of]


@pytest.mark.parametrize("nome", ["P/2026/7", "A?b=1", "50%", "1 2", "a%2Fb", "x/assinaturas"])
def test_n11_an_instrument_is_named_in_the_address_whatever_its_id(house: House, nome: str) -> None:
    house.printed(house.livro(id=nome))
    today = house.clock().date().isoformat()
    assert sign(house, quote(nome, safe=""), estado="pendentes", primeira=today).status == 200
    (item,) = house.call("GET", "/instrumentos/assinaturas").json["itens"]
    assert item["instrumento"] == nome


@pytest.mark.parametrize(
    ("days", "state", "total"), [(29, "completas", TOTAL), (31, "completas", 3172), (3, "desistencia", 3172)]
)
def test_n11_seals_go_to_zero_then_to_full_or_a_third(house: House, days: int, state: str, total: int) -> None:
    livro = house.livro()
    house.printed(livro)
    of = livro["instrumento"]["id"]
    first = sign(house, of, estado="pendentes", primeira="2026-11-20")
    assert (first.status, [each["total_centavos"] for each in first.json["selos"]]) == (200, [0])
    assert sorted(totals(house, of)) == [0, 0]
    assert house.post(house.traslado(of)).word == "assinaturas-pendentes"
    assert house.post(house.traslado(of, ordem_judicial="1000123-45.2026.8.26.0100")).status == 202
    house.clock.forward(days=days)
    shown = sign(house, of, estado=state, simular=True).json
    assert [each["total_centavos"] for each in shown["selos"]] == [total]
    assert sorted(totals(house, of))[-1] == 0
    assert sign(house, of, estado=state).status == 200
    assert sorted(totals(house, of))[-1] == total
    assert house.post(house.traslado(of, 2)).status == (202 if state == "completas" else 409)


def test_n11_the_term_of_thirty_days_is_watched(house: House) -> None:
    livro = house.livro()
    house.printed(livro)
    sign(house, livro["instrumento"]["id"], estado="pendentes", primeira="2026-11-20")
    house.clock.forward(days=26)
    (item,) = house.call("GET", "/instrumentos/assinaturas").json["itens"]
    assert (item["prazo"], item["falta_dias"], item["aviso"]) == ("2026-12-20", 4, True)


@given(st.fixed_dictionaries({name: st.integers(0, 10**9) for name in COMPONENTS}))
def test_n11_a_third_of_each_component_and_never_off_by_a_centavo(values: dict[str, int]) -> None:
    third = one_third(Emolumentos.from_centavos(values)).to_centavos()
    assert all(abs(3 * third[name] - values[name]) <= 1 for name in COMPONENTS)
    assert centavos(one_third(Emolumentos.from_centavos(values)).total) == sum(third.values())


# -- carta de sentença ------------------------------------------------------------------------------------------------


def test_n10_a_carta_has_zero_values_and_holds_its_certidao(both: tuple[House, Court]) -> None:
    house, court = both
    body = {"identificador": "CS-1", "certidao": {"emolumentos": FEES}, "escrevente": "maria"}
    carta = made(house.call("POST", "/cartas-de-sentenca", body))
    assert (carta["ato"], carta["total_centavos"], len(carta["vinculos"]["vinculados"])) == ("CS", 0, 1)
    for _ in range(3):
        house.engine.run_once()
    assert len(court.vinculos) == 1
    assert house.selo(carta["vinculos"]["vinculados"][0])["total_centavos"] == TOTAL


def test_n11_the_day_of_the_first_signature_is_mended_and_decides(house: House) -> None:
    livro = house.livro(assinaturas="pendentes")
    house.printed(livro)
    of = livro["instrumento"]["id"]
    (item,) = house.call("GET", "/instrumentos/assinaturas").json["itens"]
    assert (item["instrumento"], item["primeira"], item["prazo"]) == (of, None, None)
    house.clock.forward(days=35)
    assert sign(house, of, estado="pendentes", primeira="2026-11-20").status == 200
    assert sign(house, of, estado="completas", simular=True).json["valor"] == "terco"
    mended = sign(house, of, estado="pendentes", primeira="2026-11-28")
    assert (mended.status, mended.json["selos"], mended.json["prazo"]) == (200, [], "2026-12-28")
    assert sign(house, of, estado="pendentes", primeira="2026-11-28").word == "estado-nao-permite"
    assert sign(house, of, estado="completas").json["valor"] == "cheio"


def test_n11_an_excluded_livro_awaits_no_signatures(house: House) -> None:
    livro = house.livro()
    job = house.printed(livro)
    sign(house, livro["instrumento"]["id"], estado="pendentes", primeira="2026-11-20")
    assert house.act(job["id"], "excluir", papel_em_maos=True).status == 200
    assert house.call("GET", "/instrumentos/assinaturas").json["itens"] == []
