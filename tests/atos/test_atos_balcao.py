"""Paper seals and daily seals: recorded at the counter, loaded, by hand, void, never twice (S4, R3, H, D)."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from printserver import db
from support.office import FEES, TOTAL, Answer, House, open_house
from support.postgres import PrivatePostgres
from support.tribunal import Court

HOJE = "2026-11-20"
POUCO = dict.fromkeys(FEES, "0.00") | {"tabeliao": "4.00", "iss": "0.10"}


@pytest.fixture(params=["sqlite", "postgres"])
def any_house(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[House]:
    postgres: PrivatePostgres | None = request.getfixturevalue("postgres_server") if request.param == "postgres" else None
    with open_house(tmp_path / "casa", postgres=postgres) as house:
        yield house


def act(house: House, papel: str, **more: Any) -> Answer:
    body = {"ato": "AU", "papel": papel, "data": HOJE, "emolumentos": POUCO, "escrevente": "maria"}
    return house.call("POST", "/atos-de-balcao", body | more)


def load(house: House, data: str = HOJE) -> Answer:
    return house.call("POST", "/hibridos/carga", {"data": data, "escrevente": "maria"})


def span(house: House, de: int, ate: int, **more: Any) -> Answer:
    body = {"ato": "AU", "serie": "0371AJ", "de": de, "ate": ate, "data": HOJE, "emolumentos": POUCO}
    return house.call("POST", "/hibridos", body | {"escrevente": "maria"} | more)


def daily(house: House, total: str, **more: Any) -> Answer:
    body = {"tipo": "fotocopia", "data": HOJE, "total": total, "escrevente": "maria"}
    return house.call("POST", "/diarios", body | more)


# -- the counter ------------------------------------------------------------------------------------------------------


def test_h1_h2_acts_wait_for_the_load_and_reversed_ones_are_left_out(both: tuple[House, Court]) -> None:
    house, court = both
    first = act(house, "AU0371AJ 0979007")
    assert (first.status, first.json["estado"], first.json["selo"]) == (201, "aguardando", None)
    second = act(house, "au0371aj0979008").json["id"]
    undone = house.call("POST", f"/atos-de-balcao/{second}/estorno", {"motivo": "papel rasgado", "escrevente": "maria"})
    assert (undone.status, undone.json["estado"]) == (200, "estornado")
    house.engine.run_once()
    assert court.registros == {}
    (code,) = load(house).json["selos"]
    assert code[7:22] == "AU0371AJ0979007"
    house.engine.run_once()
    assert house.selo(code)["estado"] == "comunicado"
    assert load(house).word == "estado-nao-permite"
    acts = house.call("GET", f"/atos-de-balcao?data={HOJE}").json["itens"]
    assert [(each["estado"], each["selo"]) for each in acts] == [("estornado", None), ("carregado", code)]


def test_h2_what_was_loaded_is_excluded_not_reversed(house: House) -> None:
    number = act(house, "AU0371AJ 0979007").json["id"]
    load(house)
    answer = house.call("POST", f"/atos-de-balcao/{number}/estorno", {"motivo": "engano", "escrevente": "maria"})
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
def test_h1_a_bad_act_is_refused(house: House, change: dict[str, Any], word: str) -> None:
    before = house.state()
    assert act(house, **{"papel": "AU0371AJ 0000001"} | change).word == word
    assert house.state() == before


def test_s4_r3_a_paper_seal_is_used_once_for_ever(house: House) -> None:
    """Across years, by whatever way it comes, and after its XA too."""
    act(house, "AU0371AJ 0000003")
    held = span(house, 1, 5)
    assert (held.status, held.word, held.json["numeros"]) == (409, "hibrido-ja-comunicado", [3])
    (code,) = load(house).json["selos"]
    xa = house.call("POST", f"/selos/{code}/xa", {"motivo": "papel destruído", "escrevente": "maria"})
    assert xa.status == 201
    house.clock.forward(days=60)
    later = "2027-01-15"
    assert act(house, "AU0371AJ 0000003", data=later).word == "hibrido-ja-comunicado"
    assert span(house, 3, 3, data=later).word == "hibrido-ja-comunicado"
    assert span(house, 4, 6, data=later).status == 201


def test_r3_a_paper_seal_is_rectified_in_date_or_value_only(house: House) -> None:
    (code,) = span(house, 1, 1).json["selos"]
    body = {"motivo": "erro", "escrevente": "maria"}
    assert house.call("POST", f"/selos/{code}/retificacao", body | {"identificador": "X"}).word == "entrada-invalida"
    assert house.call("POST", f"/selos/{code}/retificacao", body | {"ato": "RC"}).word == "entrada-invalida"
    assert house.call("POST", f"/selos/{code}/retificacao", body | {"emolumentos": FEES}).status == 201


def test_h3_five_hundred_at_once_and_no_more(both: tuple[House, Court]) -> None:
    house, court = both
    assert span(house, 1, 501).word == "limite-de-hibridos"
    assert len(span(house, 1, 500).json["selos"]) == 500
    while house.rows(db.outbox, db.outbox.c.fim_em.is_(None)):
        house.engine.run_once()
    assert court.resumo["aceitos"] == 500


def test_h2_void_numbers_are_left_out_and_told_in_the_report(house: House) -> None:
    span(house, 1, 3)
    void = {"ato": "AU", "serie": "0371AJ", "de": 5, "ate": 6, "data": HOJE, "motivo": "molhado", "escrevente": "maria"}
    assert house.call("POST", "/hibridos/inutilizados", void).status == 201
    assert span(house, 6, 7).word == "hibrido-ja-comunicado"
    act(house, "AU0371AJ 0000008")
    (line,) = house.call("GET", "/hibridos/relatorio").json["itens"]
    assert line == {
        "data": HOJE,
        "ato": "AU",
        "serie": "0371AJ",
        "primeiro": 1,
        "ultimo": 8,
        "usados": 3,
        "inutilizados": [5, 6],
        "aguardando": 1,
        "faltam": [4, 7],
    }


def test_s4_two_that_overlap_at_once_never_use_a_number_twice(any_house: House) -> None:
    house = any_house
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda n: span(house, 10 * n, 10 * n + 14), range(1, 5)))
    assert {answer.status for answer in answers} <= {201, 409}
    codes = [code for answer in answers if answer.status == 201 for code in answer.json["selos"]]
    assert len({code[7:22] for code in codes}) == len(codes)
    assert len(house.rows(db.selo_papel)) == len(codes) == len(house.codes())


def test_h2_two_loads_of_a_day_at_once_make_each_seal_once(any_house: House) -> None:
    house = any_house
    for n in range(1, 8):
        act(house, f"AU0371AJ {n:07}")
    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(lambda _: load(house), range(3)))
    assert sorted(answer.status for answer in answers) == [201, 409, 409]
    assert len(house.codes()) == 7


# -- daily seals ------------------------------------------------------------------------------------------------------


def test_d1_one_seal_a_day_that_grows_with_its_iss_apart(both: tuple[House, Court]) -> None:
    house, court = both
    first = daily(house, "12.50", iss="0.25")
    assert (first.status, first.json["total_centavos"], first.json["iss_centavos"]) == (201, 1250, 25)
    second = daily(house, "30.00", iss="0.60").json
    assert second["cadeia"] == [first.json["codigo"], second["codigo"]]
    assert daily(house, "30.00", iss="0.60").json["codigo"] == second["codigo"]
    house.engine.run_once()
    assert [house.selo(code)["estado"] for code in second["cadeia"]] == ["retificado", "comunicado"]
    assert court.resumo["objetados"] == 0


def test_d2_the_digital_ones_have_a_seal_of_their_own(house: House) -> None:
    first, other = daily(house, "12.50").json, daily(house, "8.00", tipo="cenad").json
    assert first["ato"] != other["ato"]
    assert (other["total_centavos"], other["cadeia"]) == (800, [other["codigo"]])


def test_d1_a_smaller_total_needs_a_reason_and_nothing_is_no_total(house: House) -> None:
    daily(house, "12.50")
    assert daily(house, "12.00").word == "entrada-invalida"
    assert daily(house, "12.00", motivo="cópia estornada").status == 201
    assert daily(house, "0.00", data="2026-11-19").word == "entrada-invalida"


def test_d1_totals_of_one_day_at_once_follow_each_other(any_house: House) -> None:
    house = any_house
    with ThreadPoolExecutor(4) as pool:
        answers = list(pool.map(lambda n: daily(house, f"{n}.00", motivo="soma"), range(1, 7)))
    assert {answer.status for answer in answers} == {201}
    live = [row for row in house.rows(db.selo) if row["vivo"]]
    assert len(live) == 1
    assert len(house.rows(db.diario)) == 1


def test_h4_it_names_no_document(house: House) -> None:
    (code,) = span(house, 1, 1, emolumentos=FEES).json["selos"]
    seal = house.selo(code)
    assert (seal["job"], seal["livro"], seal["total_centavos"]) == (None, None, TOTAL)


def test_n10_a_carta_takes_its_autenticacoes_by_their_range(house: House) -> None:
    codes = span(house, 1, 3).json["selos"]
    body = {
        "identificador": "CS-1",
        "certidao": {"emolumentos": FEES},
        "autenticacoes": {"serie": "0371AJ", "de": 1, "ate": 3},
        "escrevente": "maria",
    }
    carta = house.call("POST", "/cartas-de-sentenca", body)
    assert carta.status == 201, carta
    assert set(codes) < set(carta.json["vinculos"]["vinculados"])
    body["autenticacoes"] = {"serie": "0371AJ", "de": 3, "ate": 5}
    assert house.call("POST", "/cartas-de-sentenca", body).word == "entrada-invalida"
