"""S1–S4: the code of a seal, its check digit, and the numbers of paper seals."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printserver.selo import digito, informacao_hibrida, informacao_sequencial, ler, ler_papel, montar
from printserver.selo.code import ALFABETO

VALIDOS = [
    "9999991CE0000000000030184",
    "1234561AB123456789012318I",
    "1137614TICD000004440EA183",
    "1234562CE000000000000126J",
]

partes = st.tuples(
    st.text("0123456789", min_size=6, max_size=6),
    st.integers(1, 5),
    st.text(ALFABETO, min_size=2, max_size=2),
    st.text(ALFABETO, min_size=13, max_size=13),
    st.integers(0, 99),
)


@pytest.mark.parametrize("codigo", VALIDOS)
def test_s2_codes_of_the_courts_specification_hold(codigo):
    assert str(ler(codigo)) == codigo
    assert digito(codigo[:24]) == codigo[24]


def test_s2_placeholder_of_the_specification_does_not_hold():
    with pytest.raises(ValueError, match="dígito verificador não confere"):
        ler("1234561AB123456789012319Z")


def test_s1_parts_stand_where_the_court_puts_them():
    codigo = ler("1137614TICD000004440EA183")
    assert (codigo.cns, codigo.natureza, codigo.ato, codigo.informacao, codigo.ano, codigo.dv) == (
        "113761",
        4,
        "TI",
        "CD000004440EA",
        18,
        "3",
    )


@given(partes)
def test_s1_code_to_parts_to_code(valores):
    codigo = montar(*valores)
    assert len(str(codigo)) == 25
    assert ler(str(codigo)) == codigo
    assert (codigo.cns, codigo.natureza, codigo.ato, codigo.informacao, codigo.ano) == valores


def _trocas(codigo):
    """Every code that differs from `codigo` in one character of the alphabet."""
    for posicao, certo in enumerate(codigo):
        for errado in ALFABETO:
            if errado != certo:
                yield codigo[:posicao] + errado + codigo[posicao + 1 :]


@given(partes)
def test_s2_every_single_wrong_character_is_caught(valores):
    codigo = str(montar(*valores))
    for errado in _trocas(codigo):
        with pytest.raises(ValueError, match="código de selo"):
            ler(errado)


@given(partes, st.integers(0, 24), st.characters(exclude_characters=ALFABETO))
def test_s1_no_character_outside_the_alphabet_passes(valores, posicao, estranho):
    codigo = str(montar(*valores))
    with pytest.raises(ValueError, match="código de selo"):
        ler(codigo[:posicao] + estranho + codigo[posicao + 1 :])


@pytest.mark.parametrize(
    "codigo",
    [
        "",
        "9999991CE000000000003018",
        "9999991CE0000000000030184\n",
        " 9999991CE000000000003018",
        "9999991ce0000000000030184",
        "٩999991CE0000000000030184",
        "9999996CE0000000000030184",
        "9999990CE0000000000030184",
    ],
)
def test_s1_anything_else_is_refused(codigo):
    with pytest.raises(ValueError, match="código de selo"):
        ler(codigo)


@pytest.mark.parametrize(
    "valores",
    [
        ("12345", 1, "ES", "0000000000001", 26),
        ("A23456", 1, "ES", "0000000000001", 26),
        ("123456", 6, "ES", "0000000000001", 26),
        ("123456", 1, "es", "0000000000001", 26),
        ("123456", 1, "E", "00000000000001", 26),
        ("123456", 1, "ES", "1", 26),
        ("123456", 1, "ES", "0000000000001", 2026),
        ("12345", 11, "ES", "0000000000001", 26),
        ("123456", 1, "ES", "0000000000001", -1),
    ],
)
def test_s1_parts_not_of_their_form_make_no_code(valores):
    with pytest.raises(ValueError):
        montar(*valores)


def test_s3_sequential_number_is_padded_to_13():
    assert informacao_sequencial(1) == "0000000000001"
    assert informacao_sequencial(9_999_999_999_999) == "9999999999999"


@pytest.mark.parametrize("n", [0, -1, 10**13])
def test_s3_number_out_of_range_is_refused(n):
    with pytest.raises(ValueError, match="fora de 1 a"):
        informacao_sequencial(n)


@pytest.mark.parametrize("texto", ["AU0371AJ 0979007", "AU0371AJ0979007", "AU0371AJ   0979007"])
def test_s4_paper_seal_is_read(texto):
    papel = ler_papel(texto)
    assert (papel.ato, papel.serie, papel.numero) == ("AU", "0371AJ", 979_007)
    assert papel.informacao == "0371AJ0979007"
    assert str(papel) == "AU0371AJ 0979007"


@pytest.mark.parametrize(
    "texto", ["", "AU0371AJ 979007", "au0371aj 0979007", "AU0371AJ-0979007", "AU0371AJ 0000000", "AU0371AJ 0979007\n"]
)
def test_s4_other_paper_seals_are_refused(texto):
    with pytest.raises(ValueError):
        ler_papel(texto)


@pytest.mark.parametrize(("serie", "numero"), [("371AJ", 1), ("0371aj", 1), ("0371AJ", 0), ("0371AJ", 10_000_000)])
def test_s4_series_and_number_are_checked(serie, numero):
    with pytest.raises(ValueError):
        informacao_hibrida(serie, numero)


@given(st.text(ALFABETO, min_size=2, max_size=2), st.text(ALFABETO, min_size=6, max_size=6), st.integers(1, 9_999_999))
def test_s4_paper_seal_to_informacao_and_back(ato, serie, numero):
    papel = ler_papel(f"{ato}{serie} {numero:07d}")
    assert papel.informacao == informacao_hibrida(serie, numero)
    assert ler(str(montar("123456", 1, ato, papel.informacao, 26))).informacao == papel.informacao
