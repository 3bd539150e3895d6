"""X0: what the same document is. Numbers are compared without leading zeros, blanks and case."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from notas_exemplos import CORPO, ISENTO, contexto, documento, instrumento, livro_vivo

from printserver.documents import identificar, normalizar, normalizar_folha, normalizar_papel
from printserver.errors import Recusa


@pytest.mark.parametrize(
    ("um", "outro"),
    [
        ("P-2026-001234", "p-2026-1234"),
        ("P-2026-001234", " P - 2026 - 1234 "),
        ("2026/000123", "2026/123"),
        ("000123", "123"),
        ("P001234", "P1234"),
        ("0123-A", "123-a"),
        ("A0000001", "a 1"),
        ("ÇA-01", "ça-1"),
        ("000", "0"),
    ],
)
def test_x0_the_same_number(um: str, outro: str) -> None:
    assert normalizar(um) == normalizar(outro)


@pytest.mark.parametrize(
    ("um", "outro"), [("100", "10"), ("P-10", "P-1"), ("1A00", "1A0"), ("12-3", "1-23"), ("A10B003", "A10B03")]
)
def test_x0_another_number(um: str, outro: str) -> None:
    assert normalizar(um) != normalizar(outro)


@given(st.text(max_size=30))
def test_x0_to_normalise_twice_changes_nothing(numero: str) -> None:
    uma_vez = normalizar(numero)
    assert normalizar(uma_vez) == uma_vez


@given(st.integers(0, 10**9), st.integers(0, 10**9), st.integers(0, 6), st.integers(0, 6))
def test_x0_numbers_are_the_same_if_they_are_equal(a: int, b: int, zeros_a: int, zeros_b: int) -> None:
    um, outro = "P-" + "0" * zeros_a + str(a), "P-" + "0" * zeros_b + str(b)
    assert (normalizar(um) == normalizar(outro)) == (a == b)


def test_x0_a_livro_is_the_same_on_other_folhas() -> None:
    um = documento("livro", instrumento=instrumento())
    outro = documento("livro", instrumento=instrumento(id="p-2026-1234", livro="7", folha_inicial="1"))
    assert identificar(um, contexto()).chave == identificar(outro, contexto()).chave == "livro:P-2026-1234"
    assert identificar(outro, contexto()).campos["livro"] == "7"


def test_x0_a_traslado_is_its_instrument_and_number() -> None:
    pela_folha = {"livro": "123", "folha_inicial": "45"}
    com = contexto(livro=livro_vivo(), proximo_traslado=2)
    um = identificar(documento("traslado", numero=2, instrumento={"id": "p-2026-1234"}), com)
    outro = identificar(documento("traslado", numero="proximo", instrumento=pela_folha), com)
    assert um.chave == outro.chave == "traslado:P-2026-1234:2"
    assert um.rotulo == "traslado 2 do instrumento P-2026-001234"
    assert um.campos == {
        "tipo": "traslado",
        "numero": 2,
        "instrumento": "P-2026-001234",
        "livro": "0123",
        "folha_inicial": "045",
        "folha_final": "046",
        "pedido": None,
        "via": None,
        "ficha": None,
    }


def test_x0_a_certidao_is_its_pedido_and_via() -> None:
    def chave(pedido: str, via: int) -> str:
        return identificar(documento("certidao", pedido=pedido, via=via, corpo=CORPO, **ISENTO), contexto()).chave

    assert chave("2026/000123", 1) == chave("2026/123", 1) != chave("2026/123", 2)


def test_x0_a_ficha_is_its_number() -> None:
    um = identificar(documento("ficha_abertura", ficha="000123", pessoa={"nome": "A"}), contexto())
    assert (um.chave, um.campos["ficha"]) == ("ficha_abertura:123", "000123")


def test_t5_a_folha_is_looked_up_by_its_digits() -> None:
    assert normalizar_folha(" 045 ") == 45
    assert normalizar_papel("a 0000001") == "A1"
    for folha in ("45v", "", "٤٥", "1234567"):
        with pytest.raises(Recusa):
            normalizar_folha(folha)
