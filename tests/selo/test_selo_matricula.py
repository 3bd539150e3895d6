"""The matrícula of an assento: its parts and its two check digits (C10)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printserver.selo import parse_matricula
from printserver.selo.matricula import check_digits

REAL = "12345601552020100014128001540653"


def test_c10_its_parts_stand_where_the_registry_puts_them() -> None:
    read = parse_matricula("123456 01 55 2020 1 00014 128 0015406-53")
    parts = (read.cns, read.collection, read.servico, read.ano, read.livro_type, read.livro, read.folha, read.termo)
    assert parts == ("123456", "01", "55", "2020", "1", "00014", "128", "0015406")
    assert str(read) == REAL


@given(st.text("0123456789", min_size=30, max_size=30))
def test_c10_whatever_is_given_its_check_digits_is_read_back(base: str) -> None:
    """By the rule's own words: weights 2, 3, … 10, 0, 1, 2 …, modulo 11, 10 becomes 1; then the same from weight 1."""
    ring = [2, 3, 4, 5, 6, 7, 8, 9, 10, 0, 1]

    def check(digits: str, start: int) -> str:
        total = sum(int(digit) * ring[(start + place) % 11] for place, digit in enumerate(digits))
        return str(total % 11 % 10 if total % 11 != 10 else 1)

    first = check(base, 0)
    second = check(base + first, 10)  # the ring from its 1
    assert check_digits(base) == first + second
    assert str(parse_matricula(base + first + second)) == base + first + second


@pytest.mark.parametrize("text", ["", REAL[:-1], REAL + "0", REAL[:-1] + "4", "13" + REAL[2:], REAL[:-1] + "٣"])
def test_c10_anything_else_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match="matrícula"):
        parse_matricula(text)
