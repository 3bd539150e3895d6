"""Paper seals and daily seals: recorded at the counter, loaded, by hand, void, never twice (S4, R3, H, D)."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from printserver import db
from printserver.counter import load as hibridos
from support.court import Court
from support.office import FEES, ISENTO, TOTAL, Answer, Rig, open_rig
from support.postgres import PrivatePostgres

TODAY = "2026-11-20"
LOW_FEES = dict.fromkeys(FEES, "0.00") | {"tabeliao": "4.00", "iss": "0.10"}


@pytest.fixture(params=["sqlite", "postgres"])
def any_rig(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Rig]:
    postgres: PrivatePostgres | None = (
        request.getfixturevalue("postgres_server") if request.param == "postgres" else None
    )
    with open_rig(tmp_path / "casa", postgres=postgres) as rig:
        yield rig


def act(rig: Rig, papel: str, **more: Any) -> Answer:
    body = {"ato": "AU", "papel": papel, "data": TODAY, "emolumentos": LOW_FEES, "escrevente": "maria"}
    return rig.call("POST", "/atos-de-balcao", body | more)


def load(rig: Rig, data: str = TODAY) -> Answer:
    return rig.call("POST", "/hibridos/carga", {"data": data, "escrevente": "maria"})


def span(rig: Rig, de: int, ate: int, **more: Any) -> Answer:
    body = {"ato": "AU", "serie": "0371AJ", "de": de, "ate": ate, "data": TODAY, "emolumentos": LOW_FEES}
    return rig.call("POST", "/hibridos", body | {"escrevente": "maria"} | more)


def daily(rig: Rig, total: str, **more: Any) -> Answer:
    body = {"tipo": "fotocopia", "data": TODAY, "total": total, "escrevente": "maria"}
    return rig.call("POST", "/diarios", body | more)


# -- the counter ------------------------------------------------------------------------------------------------------


def test_h1_h2_acts_wait_for_the_load_and_reversed_ones_are_left_out(both: tuple[Rig, Court]) -> None:
    rig, court = both
    first = act(rig, "AU0371AJ 0979007")
    assert (first.status, first.json["estado"], first.json["selo"]) == (201, "aguardando", None)
    second = act(rig, "au0371aj0979008").json["id"]
    undone = rig.call("POST", f"/atos-de-balcao/{second}/estorno", {"motivo": "papel rasgado", "escrevente": "maria"})
    assert (undone.status, undone.json["estado"]) == (200, "estornado")
    rig.engine.run_once()
    assert court.registros == {}
    (code,) = load(rig).json["selos"]
    assert code[7:22] == "AU0371AJ0979007"
    rig.engine.run_once()
    assert rig.selo(code)["estado"] == "comunicado"
    assert load(rig).word == "estado-nao-permite"
    acts = rig.call("GET", f"/atos-de-balcao?data={TODAY}").json["itens"]
    assert [(each["estado"], each["selo"]) for each in acts] == [("estornado", None), ("carregado", code)]


def test_h2_what_was_loaded_is_excluded_not_reversed(rig: Rig) -> None:
    number = act(rig, "AU0371AJ 0979007").json["id"]
    load(rig)
    answer = rig.call("POST", f"/atos-de-balcao/{number}/estorno", {"motivo": "engano", "escrevente": "maria"})
    assert answer.word == "estado-nao-permite"


@pytest.mark.parametrize(
    ("change", "word"),
    [
        ({"papel": "AU0371AJ"}, "entrada-invalida"),
        ({"ato": "CE", "papel": "CE0371AJ 0000001"}, "entrada-invalida"),
        ({"ato": "AU", "papel": "RC0371AJ 0000001"}, "entrada-invalida"),
        ({"data": "2026-11-21"}, "data-do-ato"),
    ],
)
def test_h1_a_bad_act_is_refused(rig: Rig, change: dict[str, Any], word: str) -> None:
    before = rig.state()
    assert act(rig, **{"papel": "AU0371AJ 0000001"} | change).word == word
    assert rig.state() == before


def test_s4_r3_a_paper_seal_is_used_once_for_ever(rig: Rig) -> None:
    """Across years, by whatever way it comes, and after its XA too."""
    act(rig, "AU0371AJ 0000003")
    held = span(rig, 1, 5)
    assert (held.status, held.word, held.json["numeros"]) == (409, "hibrido-ja-comunicado", [3])
    (code,) = load(rig).json["selos"]
    xa = rig.call("POST", f"/selos/{code}/xa", {"motivo": "papel destruído", "escrevente": "maria"})
    assert xa.status == 201
    rig.clock.forward(days=60)
    later = "2027-01-15"
    assert act(rig, "AU0371AJ 0000003", data=later).word == "hibrido-ja-comunicado"
    assert span(rig, 3, 3, data=later).word == "hibrido-ja-comunicado"
    assert span(rig, 4, 6, data=later).status == 201


def test_r3_a_paper_seal_is_rectified_in_date_or_value_only(both: tuple[Rig, Court]) -> None:
    rig, court = both
    (code,) = span(rig, 1, 1).json["selos"]
    body = {"motivo": "erro", "escrevente": "maria"}
    assert rig.call("POST", f"/selos/{code}/retificacao", body | {"identificador": "X"}).word == "entrada-invalida"
    assert rig.call("POST", f"/selos/{code}/retificacao", body | {"ato": "RC"}).word == "entrada-invalida"
    assert rig.call("POST", f"/selos/{code}/retificacao", body | {"emolumentos": FEES}).status == 201
    rig.engine.run_once()
    assert (court.resumo["aceitos"], court.resumo["objetados"]) == (2, 0)


def test_h3_five_hundred_at_once_and_no_more(both: tuple[Rig, Court]) -> None:
    rig, court = both
    assert span(rig, 1, 501).word == "limite-de-hibridos"
    assert len(span(rig, 1, 500).json["selos"]) == 500
    while rig.rows(db.outbox, db.outbox.c.fim_em.is_(None)):
        rig.engine.run_once()
    assert court.resumo["aceitos"] == 500


def test_h2_void_numbers_are_left_out_and_told_in_the_report(rig: Rig) -> None:
    span(rig, 1, 3)
    void = {
        "ato": "AU",
        "serie": "0371AJ",
        "de": 5,
        "ate": 6,
        "data": TODAY,
        "motivo": "molhado",
        "escrevente": "maria",
    }
    assert rig.call("POST", "/hibridos/inutilizados", void).status == 201
    assert span(rig, 6, 7).word == "hibrido-ja-comunicado"
    act(rig, "AU0371AJ 0000008")
    (line,) = rig.call("GET", "/hibridos/relatorio").json["itens"]
    assert line == {
        "data": TODAY,
        "ato": "AU",
        "serie": "0371AJ",
        "primeiro": 1,
        "ultimo": 8,
        "usados": 3,
        "inutilizados": [5, 6],
        "aguardando": 1,
        "faltam": [4, 7],
        "faltam_total": 2,
    }


def test_s4_two_that_overlap_at_once_never_use_a_number_twice(any_rig: Rig) -> None:
    rig = any_rig
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda n: span(rig, 10 * n, 10 * n + 14), range(1, 5)))
    assert {answer.status for answer in answers} <= {201, 409}
    codes = [code for answer in answers if answer.status == 201 for code in answer.json["selos"]]
    assert len({code[7:22] for code in codes}) == len(codes)
    assert len(rig.rows(db.selo_papel)) == len(codes) == len(rig.codes())


def test_h2_two_loads_of_a_day_at_once_make_each_seal_once(any_rig: Rig) -> None:
    rig = any_rig
    for n in range(1, 8):
        act(rig, f"AU0371AJ {n:07}")
    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(lambda _: load(rig), range(3)))
    assert sorted(answer.status for answer in answers) == [201, 409, 409]
    assert len(rig.codes()) == 7


def test_s4_a_record_and_a_range_at_once_never_share_a_number(any_rig: Rig) -> None:
    """What came second is refused; the day's load is never held up by it."""
    rig = any_rig
    jobs = [lambda n=n: act(rig, f"AU0371AJ {n:07}") for n in range(1, 6)]
    jobs += [lambda n=n: span(rig, n, n) for n in range(1, 6)]
    with ThreadPoolExecutor(4) as pool:
        answers = list(
            pool.map(lambda job: job(), [each for pair in zip(jobs[:5], jobs[5:], strict=True) for each in pair])
        )
    assert sorted(answer.status for answer in answers) == [201] * 5 + [409] * 5
    waiting = len(rig.rows(db.ato_balcao))
    assert load(rig).status == (201 if waiting else 409)
    assert sorted(code[7:22] for code in rig.codes()) == [f"AU0371AJ{n:07}" for n in range(1, 6)]


def test_h2_a_reversed_act_frees_a_number_only_where_the_paper_is_whole(rig: Rig) -> None:
    number = act(rig, "AU0371AJ 0000001").json["id"]
    undo = {"motivo": "número errado", "papel_inutilizado": False, "escrevente": "maria"}
    assert rig.call("POST", f"/atos-de-balcao/{number}/estorno", undo).status == 200
    assert rig.call("POST", f"/atos-de-balcao/{number}/estorno", undo).word == "estado-nao-permite"
    number = act(rig, "AU0371AJ 0000001").json["id"]
    rig.call("POST", f"/atos-de-balcao/{number}/estorno", undo | {"papel_inutilizado": True})
    assert act(rig, "AU0371AJ 0000001").word == "hibrido-ja-comunicado"


def test_h2_an_act_that_is_not_there_is_not_reversed(rig: Rig) -> None:
    for number in ("77", "x", "1" * 40):
        answer = rig.call("POST", f"/atos-de-balcao/{number}/estorno", {"motivo": "x", "escrevente": "maria"})
        assert (answer.status, answer.word) == (404, "nao-encontrado")


def test_h2_h3_a_day_of_more_than_500_is_loaded_500_at_a_time(rig: Rig, monkeypatch: pytest.MonkeyPatch) -> None:
    """In one call, whose key finds every seal again; a load that broke off goes on where it was."""
    monkeypatch.setattr(hibridos, "PER_LOAD", 3)
    for n in range(1, 8):
        act(rig, f"AU0371AJ {n:07}")
    body = {"data": TODAY, "escrevente": "maria"}
    first = rig.call("POST", "/hibridos/carga", body, idempotency_key="carga-1")
    again = rig.call("POST", "/hibridos/carga", body, idempotency_key="carga-1")
    assert [code[15:22] for code in first.json["selos"]] == [f"{n:07}" for n in range(1, 8)]
    assert (again.json, again.replay, first.replay) == (first.json, True, False)
    assert rig.call("POST", "/hibridos/carga", body, idempotency_key="carga-2").word == "estado-nao-permite"
    loads = [row["detalhe"]["selos"] for row in rig.rows(db.log) if row["objeto_id"] == "carga"]
    assert loads == [3, 3, 1]


def test_h2_the_check_tells_the_day_by_type_and_person_and_binds_the_load(rig: Rig) -> None:
    act(rig, "AU0371AJ 0000001")
    act(rig, "AU0371AJ 0000002", escrevente="rui", **ISENTO, emolumentos=None)
    act(rig, "RC0371AJ 0000009", ato="RC", emolumentos=FEES)
    span(rig, 5, 6)
    number = act(rig, "AU0371AJ 0000004").json["id"]
    rig.call("POST", f"/atos-de-balcao/{number}/estorno", {"motivo": "rasgado", "escrevente": "maria"})
    day = rig.call("GET", "/hibridos/conferencia").json
    assert [(g["ato"], g["quantidade"], g["isentos"], g["total_centavos"]) for g in day["por_ato"]] == [
        ("AU", 2, 1, 410),
        ("RC", 1, 0, TOTAL),
    ]
    assert [(g["escrevente"], g["quantidade"], g["total_centavos"]) for g in day["por_escrevente"]] == [
        ("maria", 2, 410 + TOTAL),
        ("rui", 1, 0),
    ]
    assert [(g["ato"], g["quantidade"], g["total_centavos"]) for g in day["por_faixa"]] == [("AU", 2, 820)]
    assert (day["aguardando"]["quantidade"], day["estornados"]["quantidade"]) == (3, 1)
    assert day["total_centavos"] == 410 + TOTAL + 820
    (authentic, _) = day["numeros"]
    assert (authentic["inutilizados"], authentic["faltam"]) == ([4], [3])
    checked = {"data": TODAY, "quantidade": 3, "total": "99.22", "escrevente": "maria"}
    act(rig, "AU0371AJ 0000007")
    assert rig.call("POST", "/hibridos/carga", checked).word == "estado-nao-permite"
    assert rig.call("POST", "/hibridos/carga", checked | {"quantidade": 4, "total": "103.32"}).status == 201


def test_s4_what_another_program_reported_is_never_used_here(rig: Rig) -> None:
    body = {"ato": "AU", "serie": "0371AJ", "de": 1, "ate": 2000, "motivo": "programa anterior", "escrevente": "maria"}
    answer = rig.call("POST", "/hibridos/comunicados", body)
    assert (answer.status, answer.json["ate"], answer.json["data"]) == (201, 2000, TODAY)
    rig.clock.forward(days=60)
    assert act(rig, "AU0371AJ 0002000", data="2027-01-15").word == "hibrido-ja-comunicado"
    assert span(rig, 2000, 2001, data="2027-01-15").word == "hibrido-ja-comunicado"
    assert act(rig, "AU0371AJ 0002002", data="2027-01-15").status == 201
    (line,) = rig.call("GET", "/hibridos/relatorio?de=2026-11-01").json["itens"]
    assert (line["primeiro"], line["ultimo"], line["faltam_total"]) == (2002, 2002, 0)
    assert rig.call("POST", "/hibridos/comunicados", body | {"de": 3000, "ate": 103_000}).word == "limite-de-hibridos"
    assert (
        rig.call("POST", "/hibridos/comunicados", body | {"data": "2027-12-01", "de": 2001, "ate": 2001}).word
        == "data-do-ato"
    )


def test_h2_a_number_typed_wrong_shows_as_a_gap(rig: Rig) -> None:
    act(rig, "AU0371AJ 0000001")
    act(rig, "AU0371AJ 9000001")
    (line,) = rig.call("GET", "/hibridos/relatorio").json["itens"]
    assert (len(line["faltam"]), line["faltam"][-1], line["faltam_total"]) == (1000, 1001, 8_999_999)


def test_d3_services_in_one_seal_add_up(rig: Rig) -> None:
    services = [{"servico": "certidao-notas", "quantidade": 2}, {"servico": "escritura-com-valor"}]
    (code,) = span(rig, 1, 1, emolumentos=None, servicos=services).json["selos"]
    assert rig.selo(code)["total_centavos"] == 2 * TOTAL + 483975
    for wrong in ([], [{"servico": "nada"}], [{"servico": "certidao-notas", "quantidade": 0}]):
        assert span(rig, 2, 2, emolumentos=None, servicos=wrong).word == "entrada-invalida"
    assert span(rig, 2, 2, servicos=services).word == "entrada-invalida"
    certidao = rig.taken(rig.certidao(isento=None, motivo_isencao=None, servicos=services))
    assert certidao["selos"][0]["total_centavos"] == 2 * TOTAL + 483975


def test_s9_s10_what_is_to_be_confirmed_seals_nothing_at_the_counter_of_a_real_office(tmp_path: Path) -> None:
    with open_rig(tmp_path / "casa", settings={"serventia": {"demonstracao": False}}) as rig:
        refused = act(rig, "RC0371AJ 0000001", ato="RC")
        assert refused.word == "servico-a-confirmar"
        assert "atos.toml" in refused.json["detail"]
        assert span(rig, 1, 2, ato="RS").word == "servico-a-confirmar"
        assert daily(rig, "12.50").word == "servico-a-confirmar"
        assert act(rig, "AU0371AJ 0000001").status == 201


# -- daily seals ------------------------------------------------------------------------------------------------------


def test_d1_one_seal_a_day_that_grows_with_its_iss_apart(both: tuple[Rig, Court]) -> None:
    rig, court = both
    first = daily(rig, "12.50", iss="0.25")
    assert (first.status, first.json["total_centavos"], first.json["iss_centavos"]) == (201, 1250, 25)
    second = daily(rig, "30.00", iss="0.60").json
    assert second["cadeia"] == [first.json["codigo"], second["codigo"]]
    assert daily(rig, "30.00", iss="0.60").json["codigo"] == second["codigo"]
    rig.engine.run_once()
    assert [rig.selo(code)["estado"] for code in second["cadeia"]] == ["retificado", "comunicado"]
    assert court.resumo["objetados"] == 0


def test_d2_the_digital_ones_have_a_seal_of_their_own(rig: Rig) -> None:
    first, other = daily(rig, "12.50").json, daily(rig, "8.00", tipo="cenad").json
    assert first["ato"] != other["ato"]
    assert (other["total_centavos"], other["cadeia"]) == (800, [other["codigo"]])


def test_d1_a_smaller_total_needs_a_reason_and_nothing_is_no_total(rig: Rig) -> None:
    daily(rig, "12.50")
    assert daily(rig, "12.00").word == "entrada-invalida"
    assert daily(rig, "12.00", motivo="cópia estornada").status == 201
    assert daily(rig, "0.00", data="2026-11-19").word == "entrada-invalida"


def test_d1_components_are_reported_where_they_are_given(rig: Rig) -> None:
    fees = LOW_FEES | {"estado": "1.00"}
    first = daily(rig, "5.00", emolumentos=fees).json
    assert (first["total_centavos"], first["iss_centavos"]) == (500, 10)
    assert "|400|100|" in first["registro"]
    assert daily(rig, "5.10", emolumentos=fees).word == "entrada-invalida"
    assert daily(rig, "5.00", iss="0.20", emolumentos=fees).word == "entrada-invalida"
    assert daily(rig, "5.00", isento=True, motivo_isencao="x").word == "entrada-invalida"
    body = {"tipo": "cenad", "data": TODAY, "escrevente": "maria"}
    assert rig.call("POST", "/diarios", body).word == "entrada-invalida"
    services = [{"servico": "certidao-notas", "quantidade": 3}]
    assert rig.call("POST", "/diarios", body | {"servicos": services}).json["total_centavos"] == 3 * TOTAL


def test_d2_s9_only_the_iss_of_photocopies_stays_out_of_the_total(both: tuple[Rig, Court]) -> None:
    rig, court = both
    assert daily(rig, "8.00", tipo="cenad", iss="0.16").json["total_centavos"] == 816
    daily(rig, "8.00", iss="0.16")
    rig.engine.run_once()
    assert (court.resumo["aceitos"], court.resumo["objetados"]) == (2, 0)
    day = rig.call("GET", "/diarios").json["itens"]
    assert [seal["total_centavos"] for seal in day] == [800, 816]


def test_d1_an_excluded_seal_of_a_day_is_made_anew_for_a_reason(rig: Rig) -> None:
    first = daily(rig, "12.50").json["codigo"]
    rig.call("POST", f"/selos/{first}/xa", {"motivo": "dia errado", "escrevente": "maria"})
    assert daily(rig, "12.50").word == "ja-excluido"
    anew = daily(rig, "12.50", motivo="era este dia").json
    assert anew["cadeia"] == [anew["codigo"]]
    grown = daily(rig, "13.00").json
    assert grown["cadeia"] == [anew["codigo"], grown["codigo"]]


def test_d1_r2_a_value_rectified_by_hand_keeps_the_iss_apart(rig: Rig) -> None:
    first = daily(rig, "12.50").json["codigo"]
    body = {"emolumentos": LOW_FEES, "motivo": "valor errado", "escrevente": "maria"}
    assert rig.call("POST", f"/selos/{first}/retificacao", body).json["total_centavos"] == 400
    assert daily(rig, "13.00").status == 201


def test_d1_totals_of_one_day_at_once_follow_each_other(any_rig: Rig) -> None:
    rig = any_rig
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda n: daily(rig, f"{n}.00", motivo="soma"), range(1, 7)))
    assert {answer.status for answer in answers} == {201}
    live = [row for row in rig.rows(db.selo) if row["vivo"]]
    assert len(live) == 1
    assert len(rig.rows(db.diario)) == 1


def test_h4_it_names_no_document(rig: Rig) -> None:
    (code,) = span(rig, 1, 1, emolumentos=FEES).json["selos"]
    seal = rig.selo(code)
    assert (seal["job"], seal["livro"], seal["total_centavos"]) == (None, None, TOTAL)


def test_n10_a_carta_takes_its_authentications_by_their_range(rig: Rig) -> None:
    codes = span(rig, 1, 3).json["selos"]
    body = {
        "identificador": "CS-1",
        "certidao": {"emolumentos": FEES},
        "autenticacoes": {"serie": "0371AJ", "de": 1, "ate": 3},
        "escrevente": "maria",
    }
    carta = rig.call("POST", "/cartas-de-sentenca", body)
    assert carta.status == 201, carta
    assert set(codes) < set(carta.json["vinculos"]["vinculados"])
    body["autenticacoes"] = {"serie": "0371AJ", "de": 3, "ate": 5}
    assert rig.call("POST", "/cartas-de-sentenca", body).word == "entrada-invalida"
