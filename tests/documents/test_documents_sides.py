"""Folhas of a livro (P2, X0, X7), sheets of paper and their numbers (P5)."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from notas_examples import RULES, context, document, instrumento

from printserver.documents import (
    FolhaSide,
    Instrumento,
    check_occupied,
    check_sheets,
    count_sheets,
    identify,
    labels,
    page_sides,
    parse_pages,
    with_last_folha,
    write_folha,
)
from printserver.errors import Recusa


def written(*data: object) -> list[str]:
    return [f"{folha}{side[0]}" for folha, side in page_sides(*data)]  # type: ignore[arg-type]  # as the tables below


@pytest.mark.parametrize(
    ("start", "side", "paginas", "faces", "per_folha", "expected"),
    [
        ("045", "frente", 3, None, 2, ["45f", "45v", "46f"]),
        ("045", "verso", 3, "frente-verso", 2, ["45v", "46f", "46v"]),
        ("045", "verso", 1, "frente-depois-verso", 2, ["45v"]),
        ("045", "frente", 3, "frente", 2, ["45f", "46f", "47f"]),
        ("045", "frente", 2, None, 1, ["45f", "46f"]),
        ("045", "verso", 2, "frente", 2, ["45v", "46f"]),
    ],
)
def test_p2_the_sides_that_pages_take(
    start: str, side: str, paginas: int, faces: str | None, per_folha: int, expected: list[str]
) -> None:
    assert written(start, side, paginas, faces, per_folha) == expected


def test_p2_a_livro_with_one_side_does_not_begin_on_the_back() -> None:
    with pytest.raises(Recusa) as refusal:
        page_sides("1", "verso", 1, None, 1)
    assert refusal.value.errors[0].campo == "lado_inicial"


def test_pages_past_the_last_folha_are_refused_with_what_is_needed() -> None:
    assert written("045", "frente", 6, None, 2, "047")[-1] == "47v"
    with pytest.raises(Recusa) as refusal:
        page_sides("045", "frente", 7, None, 2, "047")
    assert refusal.value.word == "folhas-insuficientes"
    assert refusal.value.extra == {"paginas": 7, "folhas": 4}


@given(st.integers(1, 300), st.sampled_from(["frente", "verso"]), st.sampled_from([None, "frente", "frente-verso"]))
def test_no_side_is_taken_twice_and_the_order_is_the_books(paginas: int, side: str, faces: str | None) -> None:
    taken = page_sides("7", side, paginas, faces, 2)  # type: ignore[arg-type]  # drawn from the contract's words
    assert len(taken) == paginas
    assert taken == sorted(set(taken))


def test_the_answer_tells_the_last_folha() -> None:
    parsed_selo = Instrumento.model_validate(instrumento())
    taken = page_sides("045", "frente", 3, None, 2)
    assert with_last_folha(parsed_selo, taken).folha_final == "046"
    assert labels(parsed_selo, taken)[1:] == ("Livro 0123, folha 045 verso", "Livro 0123, folha 046")
    assert labels(parsed_selo.model_copy(update={"livro": None}), taken)[0] == "Folha 045"
    assert write_folha(100, "99") == "100"


def test_x0_a_side_of_another_instruments_livro_is_refused() -> None:
    identity = identify(document("livro", instrumento=instrumento()), context())
    taken = page_sides("045", "frente", 2, None, 2)
    check_occupied(identity, taken, {FolhaSide(45, "frente"): identity.chave})
    check_occupied(identity, taken, {FolhaSide(44, "verso"): "livro:P-1"})
    for dono in ("livro:P-1", ""):
        with pytest.raises(Recusa) as refusal:
            check_occupied(identity, taken, {FolhaSide(45, "verso"): dono})
        assert refusal.value.word == "folha-ocupada"


@pytest.mark.parametrize(
    ("paginas", "faces", "side", "folhas"),
    [
        (3, "frente", "frente", 3),
        (3, None, "frente", 3),
        (3, "frente-verso", "frente", 2),
        (2, "frente-depois-verso", "verso", 2),
        (4, "frente-verso", "frente", 2),
    ],
)
def test_p5_sheets_of_paper(paginas: int, faces: str | None, side: str, folhas: int) -> None:
    assert count_sheets(paginas, faces, side) == folhas  # type: ignore[arg-type]  # as the table above


def test_p5_one_number_a_sheet() -> None:
    required = replace(RULES, sheets_required=True)
    assert check_sheets("traslado", ["A 0001", "a0002"], 2, required) == ("A1", "A2")
    assert check_sheets("livro", [], 2, required) == ()
    assert check_sheets("traslado", [], 2, RULES) == ()
    for papeis in ([], ["A1"], ["A1", "A01"], ["A1", "A2", "A3"]):
        with pytest.raises(Recusa) as refusal:
            check_sheets("traslado", papeis, 2, required)
        assert refusal.value.errors[0].campo == "papel_seguranca"


def test_n8_a_part_of_a_minuta() -> None:
    assert parse_pages(None, 3) is None
    assert parse_pages("2-3,1,2", 3) == (1, 2, 3)
    for paginas in ("0-1", "3-2", "2-4", "9"):
        with pytest.raises(Recusa):
            parse_pages(paginas, 3)
