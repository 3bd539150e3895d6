"""Seals without a print, rectified, excluded and linked, over HTTP and up to the court."""

from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printserver import db
from printserver.seal_actions.signatures import one_third
from printserver.selo import COMPONENTS, Emolumentos, centavos, parse_matricula
from support.court import Court
from support.office import FEES, ISENTO, TOTAL, Answer, Rig, edited_by_hand, open_rig

MATRICULA = "12345601552020100014128001540653"
HALF = dict.fromkeys(FEES, "1.00")


def standalone(rig: Rig, **more: Any) -> Answer:
    body = {"natureza": 1, "ato": "ES", "identificador": "ATA-1", "emolumentos": FEES, "escrevente": "maria"}
    for name in more:
        if name in ("isento", "servico"):
            del body["emolumentos"]
    return rig.call("POST", "/selos", body | more)


def made(answer: Answer) -> dict[str, Any]:
    assert answer.status == 201, answer
    return dict(answer.json)


def act(rig: Rig, code: str, what: str, **data: Any) -> Answer:
    return rig.call("POST", f"/selos/{code}/{what}", {"motivo": "erro de digitação", "escrevente": "maria"} | data)


# -- seals without a print --------------------------------------------------------------------------------------------


def test_n12_a_seal_without_a_print_is_made_with_its_qr_and_reported(both: tuple[Rig, Court]) -> None:
    rig, court = both
    seal = made(standalone(rig, partes=[{"nome": "Ana de Assunção"}, "João Leão"]))
    assert (seal["total_centavos"], seal["job"], seal["estado"]) == (TOTAL, None, "comunicação pendente")
    assert seal["qr"]["url"].startswith("https://selodigital.tjsp.jus.br/?r=")
    assert seal["registro"].split("|")[3] == "A.A;J.L"
    rig.engine.run_once()
    assert rig.selo(seal["codigo"])["estado"] == "comunicado"
    assert court.registros[seal["codigo"]]["linha"] == seal["registro"]


def test_s6_every_party_has_initials_and_an_exclusion_keeps_them(rig: Rig) -> None:
    seal = made(standalone(rig, partes=["Maria E. Costa", "Łukasz da Đào"]))
    assert seal["registro"].split("|")[3] == "M.E.C;L.D"
    excluded = made(act(rig, seal["codigo"], "xa"))
    assert excluded["registro"].split("|")[2:4] == [seal["codigo"], "M.E.C;L.D"]
    for parties, field in ((["Ana", "—"], "partes.1"), ([{"nome": "?"}], "partes.0.nome")):
        refused = standalone(rig, partes=parties)
        assert (refused.word, refused.json["errors"][0]["campo"]) == ("entrada-invalida", field)


def test_a_key_makes_one_seal(rig: Rig) -> None:
    body = {"ato": "ES", "identificador": "ATA-1", **ISENTO, "escrevente": "maria"}
    first = rig.call("POST", "/selos", body, idempotency_key="k1")
    again = rig.call("POST", "/selos", body, idempotency_key="k1")
    assert (again.status, again.replay, again.json["codigo"]) == (201, True, first.json["codigo"])
    assert len(rig.codes()) == 1
    assert (
        rig.call("POST", "/selos", body | {"identificador": "ATA-2"}, idempotency_key="k1").word == "chave-reutilizada"
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
def test_s7_s8_s9_a_bad_seal_is_refused_and_takes_no_number(rig: Rig, change: dict[str, Any], word: str) -> None:
    before = rig.state()
    assert standalone(rig, **change).word == word
    assert rig.state() == before


def test_c3_an_unpublished_ato_seals_nothing_outside_a_demonstration(rig: Rig, tmp_path: Path) -> None:
    assert made(standalone(rig, natureza=2, ato="AV"))["ato"] == "AV"
    with open_rig(tmp_path / "real", settings={"serventia": {"demonstracao": False}}) as real:
        refused = standalone(real, natureza=2, ato="AV")
        assert (refused.word, refused.json["errors"][0]["campo"]) == ("servico-a-confirmar", "ato")
        code = made(standalone(real, natureza=2, ato="CE"))["codigo"]
        assert act(real, code, "retificacao", ato="AV").word == "servico-a-confirmar"
        assert made(standalone(real, ato="PR"))["ato"] == "PR"  # of Notas: sealed, with a warning where it is printed


def test_c5_an_act_of_registro_civil_costs_what_it_did_on_its_day(rig: Rig) -> None:
    """Of Notas what it costs today; 20 November is today."""
    zeros = "".join(f'{name} = "0.00"\n' for name in COMPONENTS if name != "tabeliao")
    versions = "".join(
        f'[[{name}]]\ndescricao = "X"\nnatureza = {natureza}\nano = 2026\ntabeliao = "{value}"\n{zeros}{since}\n'
        for name, natureza in (("civil", 2), ("notas", 1))
        for value, since in (("10.00", ""), ("20.00", 'desde = "2026-11-20"'), ("30.00", 'desde = "2026-11-21"'))
    )
    edited_by_hand(rig.office.instance / "servicos.toml", versions)
    past = {"data": "2026-11-19", "motivo_data": "esquecido"}
    civil = made(standalone(rig, natureza=2, ato="CE", servico="civil", **past))
    assert civil["total_centavos"] == 1000
    assert made(standalone(rig, natureza=2, ato="CE", servico="civil"))["total_centavos"] == 2000
    assert made(standalone(rig, servico="notas", **past))["total_centavos"] == 2000
    same = {"servico": "civil", "identificador": "ATA-2"}
    assert made(act(rig, civil["codigo"], "retificacao", **same))["total_centavos"] == 1000


def test_c10_t5_a_matricula_is_read_and_found_by_its_parts(rig: Rig) -> None:
    seal = made(standalone(rig, natureza=2, ato="CE", identificador=MATRICULA))
    assert (seal["livro"], seal["folha_inicial"]) == ("14", "128")
    found = rig.call("GET", f"/selos?matricula={MATRICULA}").json
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


def test_r1_r2_a_rectified_seal_stays_and_leads_to_the_newest(both: tuple[Rig, Court]) -> None:
    rig, court = both
    first = made(standalone(rig))["codigo"]
    second = made(act(rig, first, "retificacao", emolumentos=HALF))
    third = made(act(rig, second["codigo"], "retificacao", identificador="ATA-2"))
    rig.engine.run_once()
    chain = [first, second["codigo"], third["codigo"]]
    assert all(rig.selo(code)["cadeia"] == chain for code in chain)
    assert [rig.selo(code)["estado"] for code in chain] == ["retificado", "retificado", "comunicado"]
    assert [rig.selo(code)["vivo"] for code in chain] == [False, False, True]
    assert third["total_centavos"] == 800
    assert court.registros[third["codigo"]]["aceito"] == 1
    assert act(rig, first, "retificacao", identificador="ATA-3").word == "selo-ja-retificado"


def test_t3_a_refused_seal_is_mended_by_a_retificador(both: tuple[Rig, Court]) -> None:
    rig, court = both
    court.fail("objeta", vezes=1)
    code = made(standalone(rig))["codigo"]
    rig.engine.run_once()
    assert rig.selo(code)["estado"] == "aguardando retificação"
    mended = made(act(rig, code, "retificacao", emolumentos=HALF))["codigo"]
    rig.engine.run_once()
    assert (rig.selo(code)["estado"], rig.selo(mended)["estado"]) == ("retificado", "comunicado")


def test_x4_type_and_identifier_have_a_term_of_their_own_value_has_none(rig: Rig) -> None:
    code = made(standalone(rig))["codigo"]
    rig.clock.forward(hours=73)
    assert act(rig, code, "retificacao", ato="PR").word == "prazo-xa-encerrado"
    assert act(rig, code, "retificacao", ato="PR", fora_do_prazo=True).word == "sem-permissao"
    code = made(act(rig, code, "retificacao", ato="PR", fora_do_prazo=True, escrevente="tereza"))["codigo"]
    assert made(act(rig, code, "retificacao", emolumentos=HALF))["total_centavos"] == 800


def test_r1_what_changes_nothing_is_refused(rig: Rig) -> None:
    code = made(standalone(rig))["codigo"]
    assert act(rig, code, "retificacao").word == "entrada-invalida"
    assert act(rig, code, "retificacao", emolumentos=FEES).word == "entrada-invalida"


def test_s11_r1_a_rectified_livro_is_live_by_its_retificador(rig: Rig) -> None:
    """The traslado has the QR of the principal ato's current seal (N3); the reprint excludes that one."""
    livro = rig.livro()
    job = rig.printed(livro)
    principal = next(selo["codigo"] for selo in job["selos"] if selo["principal"])
    newer = made(act(rig, principal, "retificacao", emolumentos=HALF))["codigo"]
    copy = rig.printed(rig.traslado(livro["instrumento"]["id"]))
    assert copy["qr"]["selo"] == newer
    held = rig.question(livro)
    assert newer in held["pergunta"]["selos"]
    assert principal not in held["pergunta"]["selos"]
    assert rig.yes(held["id"]).status == 200
    assert rig.selo(newer)["vivo"] is False
    assert rig.job(copy["id"])["id"] in [row["id"] for row in rig.rows(db.job, db.job.c.desatualizado)]


# -- exclusion --------------------------------------------------------------------------------------------------------


def test_r1_x4_a_seal_is_excluded_once_and_the_court_is_told(both: tuple[Rig, Court]) -> None:
    rig, _court = both
    code = made(standalone(rig))["codigo"]
    xa = made(act(rig, code, "xa"))
    assert (xa["ato"], xa["retifica"], xa["total_centavos"]) == ("XA", code, 0)
    again = act(rig, code, "xa")
    assert (again.status, again.word) == (409, "ja-excluido")
    rig.engine.run_once()
    assert rig.selo(code)["estado"] == "excluído"
    assert act(rig, xa["codigo"], "xa").word == "estado-nao-permite"


def test_x4_past_the_term_only_the_head_of_the_office_goes_on(rig: Rig) -> None:
    code = made(standalone(rig))["codigo"]
    rig.clock.forward(hours=72, seconds=1)
    late = act(rig, code, "xa")
    assert (late.status, late.word) == (409, "prazo-xa-encerrado")
    assert act(rig, code, "xa", fora_do_prazo=True).word == "sem-permissao"
    assert made(act(rig, code, "xa", fora_do_prazo=True, escrevente="rui"))["retifica"] == code


def test_x6_the_only_seal_of_a_print_takes_the_print_with_it(rig: Rig) -> None:
    certidao = rig.certidao()
    job = rig.printed(certidao)
    assert rig.post(certidao).word == "reimpressao-exige-xa"
    made(act(rig, job["selos"][0]["codigo"], "xa"))
    assert rig.post(certidao).status == 202


def test_n2_the_principal_goes_last_and_a_lesser_ato_alone(rig: Rig) -> None:
    livro = rig.livro()
    job = rig.printed(livro)
    principal, other = (selo["codigo"] for selo in job["selos"])
    assert act(rig, principal, "xa").word == "estado-nao-permite"
    made(act(rig, other, "xa"))
    assert rig.post(livro).word == "reimpressao-exige-xa"
    made(act(rig, principal, "xa"))
    assert rig.post(livro).status == 202


# -- links ------------------------------------------------------------------------------------------------------------


def link(rig: Rig, vinculador: str, *vinculados: str) -> Answer:
    return rig.call(
        "POST", "/vinculos", {"vinculador": vinculador, "vinculados": list(vinculados), "escrevente": "maria"}
    )


def test_r4_a_link_waits_for_both_ends_and_is_reported(both: tuple[Rig, Court]) -> None:
    rig, court = both
    court.fail("fora")
    one, two, three = (made(standalone(rig, identificador=f"ATA-{n}"))["codigo"] for n in range(3))
    assert link(rig, one, two, three).status == 201
    court.fail(None)
    for _ in range(5):
        rig.clock.forward(minutes=6)
        rig.engine.run_once()
    assert sorted(court.vinculos) == sorted([(one, two), (one, three)])
    assert rig.selo(one)["vinculos"]["vinculados"] == [two, three]
    assert rig.selo(two)["vinculador"] == one


def test_r4_rings_doubles_and_strangers_are_refused(rig: Rig) -> None:
    one, two, three = (made(standalone(rig, identificador=f"ATA-{n}"))["codigo"] for n in range(3))
    assert link(rig, one, two).status == 201
    assert link(rig, two, three).status == 201
    for vinculador, vinculado in ((three, one), (one, one), (three, two), (one, "1234561AB123456789012318I")):
        assert link(rig, vinculador, vinculado).word == "entrada-invalida"


# -- signatures -------------------------------------------------------------------------------------------------------


def sign(rig: Rig, of: str, **data: Any) -> Answer:
    return rig.call("POST", f"/instrumentos/{of}/assinaturas", {"escrevente": "maria"} | data)


def totals(rig: Rig, of: str) -> list[int]:
    rows = rig.rows(db.selo, db.selo.c.vivo, db.selo.c.documento_id.is_not(None))
    return [row["total_centavos"] for row in rows if row["instrumento_id"] is not None and of]


@pytest.mark.parametrize("nome", ["P/2026/7", "A?b=1", "50%", "1 2", "a%2Fb", "x/assinaturas"])
def test_n11_an_instrument_is_named_in_the_address_whatever_its_id(rig: Rig, nome: str) -> None:
    rig.printed(rig.livro(id=nome))
    today = rig.clock().date().isoformat()
    assert sign(rig, quote(nome, safe=""), estado="pendentes", primeira=today).status == 200
    (item,) = rig.call("GET", "/instrumentos/assinaturas").json["itens"]
    assert item["instrumento"] == nome


@pytest.mark.parametrize(
    ("days", "state", "total"), [(29, "completas", TOTAL), (31, "completas", 3172), (3, "desistencia", 3172)]
)
def test_n11_seals_go_to_zero_then_to_full_or_a_third(rig: Rig, days: int, state: str, total: int) -> None:
    livro = rig.livro()
    rig.printed(livro)
    of = livro["instrumento"]["id"]
    first = sign(rig, of, estado="pendentes", primeira="2026-11-20")
    assert (first.status, [each["total_centavos"] for each in first.json["selos"]]) == (200, [0])
    assert sorted(totals(rig, of)) == [0, 0]
    assert rig.post(rig.traslado(of)).word == "assinaturas-pendentes"
    assert rig.post(rig.traslado(of, ordem_judicial="1000123-45.2026.8.26.0100")).status == 202
    rig.clock.forward(days=days)
    shown = sign(rig, of, estado=state, simular=True).json
    assert [each["total_centavos"] for each in shown["selos"]] == [total]
    assert sorted(totals(rig, of))[-1] == 0
    assert sign(rig, of, estado=state).status == 200
    assert sorted(totals(rig, of))[-1] == total
    assert rig.post(rig.traslado(of, 2)).status == (202 if state == "completas" else 409)


def test_n11_the_term_of_thirty_days_is_watched(rig: Rig) -> None:
    livro = rig.livro()
    rig.printed(livro)
    sign(rig, livro["instrumento"]["id"], estado="pendentes", primeira="2026-11-20")
    rig.clock.forward(days=26)
    (item,) = rig.call("GET", "/instrumentos/assinaturas").json["itens"]
    assert (item["prazo"], item["falta_dias"], item["aviso"]) == ("2026-12-20", 4, True)


@given(st.fixed_dictionaries({name: st.integers(0, 10**9) for name in COMPONENTS}))
def test_n11_a_third_of_each_component_and_never_off_by_a_centavo(values: dict[str, int]) -> None:
    third = one_third(Emolumentos.from_centavos(values)).to_centavos()
    assert all(abs(3 * third[name] - values[name]) <= 1 for name in COMPONENTS)
    assert centavos(one_third(Emolumentos.from_centavos(values)).total) == sum(third.values())


# -- carta de sentença ------------------------------------------------------------------------------------------------


def test_n10_a_carta_has_zero_values_and_holds_its_certidao(both: tuple[Rig, Court]) -> None:
    rig, court = both
    body = {"identificador": "CS-1", "certidao": {"emolumentos": FEES}, "escrevente": "maria"}
    carta = made(rig.call("POST", "/cartas-de-sentenca", body))
    assert (carta["ato"], carta["total_centavos"], len(carta["vinculos"]["vinculados"])) == ("CS", 0, 1)
    for _ in range(3):
        rig.engine.run_once()
    assert len(court.vinculos) == 1
    assert rig.selo(carta["vinculos"]["vinculados"][0])["total_centavos"] == TOTAL


def test_n11_the_day_of_the_first_signature_is_mended_and_decides(rig: Rig) -> None:
    livro = rig.livro(assinaturas="pendentes")
    rig.printed(livro)
    of = livro["instrumento"]["id"]
    (item,) = rig.call("GET", "/instrumentos/assinaturas").json["itens"]
    assert (item["instrumento"], item["primeira"], item["prazo"]) == (of, None, None)
    rig.clock.forward(days=35)
    assert sign(rig, of, estado="pendentes", primeira="2026-11-20").status == 200
    assert sign(rig, of, estado="completas", simular=True).json["valor"] == "terco"
    mended = sign(rig, of, estado="pendentes", primeira="2026-11-28")
    assert (mended.status, mended.json["selos"], mended.json["prazo"]) == (200, [], "2026-12-28")
    assert sign(rig, of, estado="pendentes", primeira="2026-11-28").word == "estado-nao-permite"
    assert sign(rig, of, estado="completas").json["valor"] == "cheio"


def test_n11_an_excluded_livro_awaits_no_signatures(rig: Rig) -> None:
    livro = rig.livro()
    job = rig.printed(livro)
    sign(rig, livro["instrumento"]["id"], estado="pendentes", primeira="2026-11-20")
    assert rig.act(job["id"], "excluir", papel_em_maos=True).status == 200
    assert rig.call("GET", "/instrumentos/assinaturas").json["itens"] == []
