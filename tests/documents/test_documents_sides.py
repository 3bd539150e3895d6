"""Folhas of a livro (P2, X0, X7), sheets of paper and their numbers (P5)."""

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from notas_examples import REGRAS, contexto, documento, instrumento

from printserver.documents import (
    LadoDaFolha,
    com_folha_final,
    conferir_ocupadas,
    conferir_papeis,
    escrever_folha,
    folhas_de_papel,
    identificar,
    lados,
    paginas_do_extrato,
    rotulos,
)
from printserver.documents.model import Instrumento
from printserver.errors import Recusa


def escritos(*dados: object) -> list[str]:
    return [f"{folha}{lado[0]}" for folha, lado in lados(*dados)]  # type: ignore[arg-type]  # as the tables below


@pytest.mark.parametrize(
    ("inicial", "lado", "paginas", "faces", "por_folha", "esperados"),
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
    inicial: str, lado: str, paginas: int, faces: str | None, por_folha: int, esperados: list[str]
) -> None:
    assert escritos(inicial, lado, paginas, faces, por_folha) == esperados


def test_p2_a_livro_with_one_side_does_not_begin_on_the_back() -> None:
    with pytest.raises(Recusa) as recusa:
        lados("1", "verso", 1, None, 1)
    assert recusa.value.errors[0].campo == "lado_inicial"


def test_pages_past_the_last_folha_are_refused_with_what_is_needed() -> None:
    assert escritos("045", "frente", 6, None, 2, "047")[-1] == "47v"
    with pytest.raises(Recusa) as recusa:
        lados("045", "frente", 7, None, 2, "047")
    assert recusa.value.word == "folhas-insuficientes"
    assert recusa.value.extra == {"paginas": 7, "folhas": 4}


@given(st.integers(1, 300), st.sampled_from(["frente", "verso"]), st.sampled_from([None, "frente", "frente-verso"]))
def test_no_side_is_taken_twice_and_the_order_is_the_books(paginas: int, lado: str, faces: str | None) -> None:
    tomados = lados("7", lado, paginas, faces, 2)  # type: ignore[arg-type]  # drawn from the contract's words
    assert len(tomados) == paginas
    assert tomados == sorted(set(tomados))


def test_the_answer_tells_the_last_folha() -> None:
    lido = Instrumento.model_validate(instrumento())
    tomados = lados("045", "frente", 3, None, 2)
    assert com_folha_final(lido, tomados).folha_final == "046"
    assert rotulos(lido, tomados)[1:] == ("Livro 0123, folha 045 verso", "Livro 0123, folha 046")
    assert rotulos(lido.model_copy(update={"livro": None}), tomados)[0] == "Folha 045"
    assert escrever_folha(100, "99") == "100"


def test_x0_a_side_of_another_instruments_livro_is_refused() -> None:
    identidade = identificar(documento("livro", instrumento=instrumento()), contexto())
    tomados = lados("045", "frente", 2, None, 2)
    conferir_ocupadas(identidade, tomados, {LadoDaFolha(45, "frente"): identidade.chave})
    conferir_ocupadas(identidade, tomados, {LadoDaFolha(44, "verso"): "livro:P-1"})
    for dono in ("livro:P-1", ""):
        with pytest.raises(Recusa) as recusa:
            conferir_ocupadas(identidade, tomados, {LadoDaFolha(45, "verso"): dono})
        assert recusa.value.word == "folha-ocupada"


@pytest.mark.parametrize(
    ("paginas", "faces", "lado", "folhas"),
    [
        (3, "frente", "frente", 3),
        (3, None, "frente", 3),
        (3, "frente-verso", "frente", 2),
        (2, "frente-depois-verso", "verso", 2),
        (4, "frente-verso", "frente", 2),
    ],
)
def test_p5_sheets_of_paper(paginas: int, faces: str | None, lado: str, folhas: int) -> None:
    assert folhas_de_papel(paginas, faces, lado) == folhas  # type: ignore[arg-type]  # as the table above


def test_p5_one_number_a_sheet() -> None:
    exigido = replace(REGRAS, papel_obrigatorio=True)
    assert conferir_papeis("traslado", ["A 0001", "a0002"], 2, exigido) == ("A1", "A2")
    assert conferir_papeis("livro", [], 2, exigido) == ()
    assert conferir_papeis("traslado", [], 2, REGRAS) == ()
    for papeis in ([], ["A1"], ["A1", "A01"], ["A1", "A2", "A3"]):
        with pytest.raises(Recusa) as recusa:
            conferir_papeis("traslado", papeis, 2, exigido)
        assert recusa.value.errors[0].campo == "papel_seguranca"


def test_n8_a_part_of_a_minuta() -> None:
    assert paginas_do_extrato(None, 3) is None
    assert paginas_do_extrato("2-3,1,2", 3) == (1, 2, 3)
    for paginas in ("0-1", "3-2", "2-4", "9"):
        with pytest.raises(Recusa):
            paginas_do_extrato(paginas, 3)
