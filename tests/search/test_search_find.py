"""Looking seals up by any of T5, and what they come to, over HTTP and on both databases."""

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa
from searched_seals import MATRICULA, Made

from printserver import search
from printserver.api.schemas import Seals, Totals
from printserver.search import results
from printserver.selo import COMPONENTS
from support.office import TOTAL, Rig

ALL = {"caro", "isento", "civil", "ontem", "trocado", "desfeito", "certo", "xa"}
VALID = ALL - {"trocado", "desfeito", "xa"}
Search = Callable[[str], list[str]]


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ALL),
        ("validos=1", VALID),
        ("ato=ce", {"civil", "ontem"}),
        ("natureza=2", {"civil"}),
        ("estado=comunica%C3%A7%C3%A3o%20pendente", ALL),
        ("estado=comunicado", set()),
        ("origem=avulso", ALL),
        ("origem=hibrido", set()),
        ("escrevente=rui", {"caro"}),
        ("livro=14", {"civil"}),
        ("livro=00014&folha=128", {"civil"}),
        ("folha=0128", {"civil"}),
        ("termo=0015406", {"civil"}),
        (f"matricula={MATRICULA}", {"civil"}),
        ("matricula=123456%2001%2055%202020%201%2000014%20128%200015406%2053", {"civil"}),
        ("matricula=12345601552020100014", {"civil"}),
        ("matricula=12345601552020100013", set()),
        (f"identificador={MATRICULA}", {"civil"}),
        ("identificador=ATA-2", {"trocado", "certo"}),
        ("identificador=%20ATA-2", {"trocado", "certo"}),
        ("de=2026-11-20", ALL - {"ontem"}),
        ("ate=2026-11-19", {"ontem"}),
        ("de=2026-11-19&ate=2026-11-19", {"ontem"}),
        ("valor_de=95.12&valor_ate=95.12", {"caro", "ontem", "trocado", "desfeito"}),
        ("valor_ate=8.00", {"isento", "civil", "certo", "xa"}),
        ("valor_de=0.01&valor_ate=8.00&ato=CE", {"civil"}),
        ("ato=ES&validos=1&valor_de=90.00&escrevente=rui&de=2026-11-01", {"caro"}),
    ],
)
def test_t5_seals_are_found_by_any_of_it(found: Search, query: str, names: set[str]) -> None:
    assert set(found(query)) == names


def test_t5_a_seal_is_found_by_its_code_however_it_is_typed(filled: tuple[Rig, Made], found: Search) -> None:
    code = filled[1]["caro"]
    for typed in (code, code.lower(), f"{code[:7]}%20{code[7:]}"):
        assert found(f"codigo={typed}") == ["caro"]
    assert found(f"codigo={code}&ato=CE") == []


def test_the_newest_act_comes_first(found: Search) -> None:
    assert found("ato=ES") == ["certo", "desfeito", "trocado", "caro"]
    assert found("")[-1] == "ontem"


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("matricula=12345601552020100014128001540654", "matricula"),
        ("matricula=123456", "matricula"),
        ("folha=vinte", "folha"),
        ("termo=A1", "termo"),
        ("valor_de=95,12", "valor_de"),
        ("valor_ate=9", "valor_ate"),
        ("de=19/11/2026", "de"),
        ("natureza=3", "natureza"),
        ("validos=sim", "validos"),
        ("origem=papel", "origem"),
        ("nome=Ana", "nome"),
    ],
)
def test_a_filter_that_says_nothing_is_refused_by_its_name(filled: tuple[Rig, Made], query: str, field: str) -> None:
    answer = filled[0].call("GET", f"/selos?{query}")
    assert (answer.status, answer.word) == (422, "entrada-invalida")
    assert [each["campo"] for each in answer.json["errors"]] == [field]


def test_a_list_shows_where_a_seal_belongs(filled: tuple[Rig, Made]) -> None:
    rig, made = filled
    answer = rig.call("GET", f"/selos?codigo={made['civil']}").json
    Seals.model_validate(answer)
    (shown,) = answer["itens"]
    names = ("natureza", "data", "identificador", "livro", "folha_inicial", "termo", "matricula", "vivo", "job")
    assert [shown[name] for name in names] == [
        *(2, "2026-11-20", MATRICULA),
        *("14", "128", "15406", MATRICULA, True, None),
    ]


def test_many_seals_are_walked_in_order_and_counted_to_a_limit(
    filled: tuple[Rig, Made], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where there are many the database puts them in order: the pages are the same as where they are few."""
    rig, _made = filled
    few = search.list_all(rig.office, {"natureza": "1"})
    monkeypatch.setattr(results, "FEW", 2)
    monkeypatch.setattr(results, "PAGE", 3)
    pages = [search.list_all(rig.office, {"natureza": "1"}, page) for page in (1, 2, 3, 4)]
    assert [each["codigo"] for page in pages for each in page["itens"]] == [each["codigo"] for each in few["itens"]]
    assert [len(page["itens"]) for page in pages] == [3, 3, 1, 0]
    assert {(page["total"], page["total_exato"]) for page in pages} == {(7, True)}
    monkeypatch.setattr(results, "COUNT_LIMIT", 5)
    bounded = search.list_all(rig.office, {"natureza": "1"}, 3)
    assert (bounded["total"], bounded["total_exato"], len(bounded["itens"])) == (5, False, 1)


@pytest.mark.parametrize(
    "filters",
    [{}, {"ato": "CE"}, {"estado": "falha"}, {"validos": "1"}, {"de": "2026-11-01"}, {"escrevente": "a"}],
    ids=str,
)
@pytest.mark.parametrize("filled", ["sqlite"], indirect=True)  # PostgreSQL reads a table of ten whole
def test_t5_the_common_searches_are_answered_by_an_index_in_order(
    filled: tuple[Rig, Made], monkeypatch: pytest.MonkeyPatch, filters: dict[str, str]
) -> None:
    rig, _made = filled
    monkeypatch.setattr(results, "FEW", 0)  # as if there were many
    asked: list[tuple[str, Any]] = []
    with rig.office.db.read() as conn:
        engine = conn.engine

    def keep(_conn: Any, _cursor: Any, statement: str, parameters: Any, *_more: Any) -> None:
        asked.append((statement, parameters))

    sa.event.listen(engine, "before_cursor_execute", keep)
    try:
        search.list_all(rig.office, filters)
    finally:
        sa.event.remove(engine, "before_cursor_execute", keep)
    searches = [each for each in asked if "LIMIT" in each[0]]
    assert searches
    for statement, parameters in searches:
        with rig.office.db.read() as conn:
            plan = [row[3] for row in conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)]
        assert any("USING COVERING INDEX ix_selo_" in step for step in plan), plan
        assert not any("TEMP B-TREE" in step for step in plan), plan


# -- totals -----------------------------------------------------------------------------------------------------------


def totals(rig: Rig, query: str = "") -> dict[str, Any]:
    answer = rig.call("GET", f"/selos/totais?{query}")
    assert answer.status == 200, answer
    Totals.model_validate(answer.json)
    return dict(answer.json)


def test_s11_totals_count_a_rectified_act_once_and_an_excluded_one_not(filled: tuple[Rig, Made]) -> None:
    rig, _made = filled
    valid = totals(rig)
    assert (valid["quantidade"], valid["isentos"]) == (5, 1)
    assert (valid["total_centavos"], valid["iss_centavos"]) == (2 * TOTAL + 2 * 800, 2 * 278 + 2 * 100)
    every = totals(rig, "validos=0")
    assert (every["quantidade"], every["isentos"]) == (8, 2)
    assert every["total_centavos"] == 4 * TOTAL + 2 * 800


def test_totals_are_given_by_act_by_day_and_by_component(filled: tuple[Rig, Made]) -> None:
    rig, _made = filled
    valid = totals(rig)
    assert [(each["ato"], each["quantidade"], each["total_centavos"]) for each in valid["por_ato"]] == [
        ("CE", 2, TOTAL + 800),
        ("ES", 2, TOTAL + 800),
        ("TR", 1, 0),
    ]
    assert valid["por_ato"][0]["descricao"] == "Certidão"
    assert [(each["data"], each["quantidade"]) for each in valid["por_dia"]] == [("2026-11-20", 4), ("2026-11-19", 1)]
    assert list(valid["emolumentos_centavos"]) == list(COMPONENTS)
    assert valid["emolumentos_centavos"]["tabeliao"] == 2 * 5570 + 2 * 100
    assert sum(valid["emolumentos_centavos"].values()) == valid["total_centavos"]


def test_totals_keep_to_the_search(filled: tuple[Rig, Made]) -> None:
    rig, _made = filled
    assert totals(rig, "natureza=2")["total_centavos"] == 800
    nothing = totals(rig, "ato=CS")
    assert (nothing["quantidade"], nothing["total_centavos"], nothing["por_ato"], nothing["por_dia"]) == (0, 0, [], [])
    assert nothing["emolumentos_centavos"] == dict.fromkeys(COMPONENTS, 0)


def test_s11_the_sums_alone_are_those_of_the_totals(filled: tuple[Rig, Made]) -> None:
    rig, _made = filled
    for filters in ({}, {"ato": "ES"}, {"ato": "CS"}, {"natureza": "1", "validos": "1"}):
        found = search.add_up(rig.office, filters)
        for name, valid in (("validos", "1"), ("todos", "0")):
            whole = search.compute_totals(rig.office, {**filters, "validos": valid})
            assert dict(found[name]) == {each: whole[each] for each in found[name]}
