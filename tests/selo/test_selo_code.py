"""S1–S4: the code of a seal, its check digit, and the numbers of paper seals."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printserver.selo import (
    assemble_code,
    check_digit,
    hibrido_informacao,
    parse_paper_seal,
    read,
    sequential_informacao,
)
from printserver.selo.code import ALPHABET

VALID = [
    "9999991CE0000000000030184",
    "1234561AB123456789012318I",
    "1137614TICD000004440EA183",
    "1234562CE000000000000126J",
]

partes = st.tuples(
    st.text("0123456789", min_size=6, max_size=6),
    st.integers(1, 5),
    st.text(ALPHABET, min_size=2, max_size=2),
    st.text(ALPHABET, min_size=13, max_size=13),
    st.integers(0, 99),
)


@pytest.mark.parametrize("codigo", VALID)
def test_s2_codes_of_the_courts_specification_hold(codigo):
    assert str(read(codigo)) == codigo
    assert check_digit(codigo[:24]) == codigo[24]


def test_s2_placeholder_of_the_specification_does_not_hold():
    with pytest.raises(ValueError, match="dígito verificador não confere"):
        read("1234561AB123456789012319Z")


def test_s1_parts_stand_where_the_court_puts_them():
    codigo = read("1137614TICD000004440EA183")
    assert (codigo.cns, codigo.natureza, codigo.ato, codigo.informacao, codigo.ano, codigo.dv) == (
        "113761",
        4,
        "TI",
        "CD000004440EA",
        18,
        "3",
    )


@given(partes)
def test_s1_code_to_parts_to_code(values):
    codigo = assemble_code(*values)
    assert len(str(codigo)) == 25
    assert read(str(codigo)) == codigo
    assert (codigo.cns, codigo.natureza, codigo.ato, codigo.informacao, codigo.ano) == values


def _swaps(codigo):
    """Every code that differs from `codigo` in one character of the alphabet."""
    for position, right in enumerate(codigo):
        for wrong in ALPHABET:
            if wrong != right:
                yield codigo[:position] + wrong + codigo[position + 1 :]


@given(partes)
def test_s2_every_single_wrong_character_is_caught(values):
    codigo = str(assemble_code(*values))
    for wrong in _swaps(codigo):
        with pytest.raises(ValueError, match="código de selo"):
            read(wrong)


@given(partes, st.integers(0, 24), st.characters(exclude_characters=ALPHABET))
def test_s1_no_character_outside_the_alphabet_passes(values, position, odd):
    codigo = str(assemble_code(*values))
    with pytest.raises(ValueError, match="código de selo"):
        read(codigo[:position] + odd + codigo[position + 1 :])


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
        read(codigo)


@pytest.mark.parametrize(
    "values",
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
def test_s1_parts_not_of_their_form_make_no_code(values):
    with pytest.raises(ValueError):
        assemble_code(*values)


def test_s3_sequential_number_is_padded_to_13():
    assert sequential_informacao(1) == "0000000000001"
    assert sequential_informacao(9_999_999_999_999) == "9999999999999"


@pytest.mark.parametrize("n", [0, -1, 10**13])
def test_s3_number_out_of_range_is_refused(n):
    with pytest.raises(ValueError, match="fora de 1 a"):
        sequential_informacao(n)


@pytest.mark.parametrize("text", ["AU0371AJ 0979007", "AU0371AJ0979007", "AU0371AJ   0979007"])
def test_s4_paper_seal_is_read(text):
    papel = parse_paper_seal(text)
    assert (papel.ato, papel.serie, papel.numero) == ("AU", "0371AJ", 979_007)
    assert papel.informacao == "0371AJ0979007"
    assert str(papel) == "AU0371AJ 0979007"


@pytest.mark.parametrize(
    "text", ["", "AU0371AJ 979007", "au0371aj 0979007", "AU0371AJ-0979007", "AU0371AJ 0000000", "AU0371AJ 0979007\n"]
)
def test_s4_other_paper_seals_are_refused(text):
    with pytest.raises(ValueError):
        parse_paper_seal(text)


@pytest.mark.parametrize(("serie", "numero"), [("371AJ", 1), ("0371aj", 1), ("0371AJ", 0), ("0371AJ", 10_000_000)])
def test_s4_series_and_number_are_checked(serie, numero):
    with pytest.raises(ValueError):
        hibrido_informacao(serie, numero)


@given(st.text(ALPHABET, min_size=2, max_size=2), st.text(ALPHABET, min_size=6, max_size=6), st.integers(1, 9_999_999))
def test_s4_paper_seal_to_informacao_and_back(ato, serie, numero):
    papel = parse_paper_seal(f"{ato}{serie} {numero:07d}")
    assert papel.informacao == hibrido_informacao(serie, numero)
    assert read(str(assemble_code("123456", 1, ato, papel.informacao, 26))).informacao == papel.informacao
