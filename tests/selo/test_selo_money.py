"""S9: money is digits, a point, two digits; decimal inside, whole centavos towards the court."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError

from printserver.selo import Reais, centavos, format_reais, from_centavos, parse_reais

WRONG = [
    "-1.00",
    "1e9",
    "1.005",
    " 1.00 ",
    "1.00\n",
    "١.٠٠",
    "1.0",
    "1",
    ".50",
    "1.",
    "1,00",
    "1.234,56",
    "+1.00",
    "",
    "NaN",
    "Infinity",
    "1234567890.00",
    "0x1.00",
    "1_0.00",
    1.0,
    95.12,
    1,
    True,
    None,
    b"1.00",
    [],
    {},
]


class RequestModel(BaseModel):
    valor: Reais


@pytest.mark.parametrize("wrong", WRONG)
def test_s9_anything_but_digits_point_two_digits_is_refused(wrong):
    with pytest.raises(ValueError, match="valor em reais inválido"):
        parse_reais(wrong)
    with pytest.raises(ValidationError) as caught:
        RequestModel(valor=wrong)
    (error,) = caught.value.errors()
    assert error["type"] == "reais"
    assert error["msg"].startswith("valor em reais inválido")


@pytest.mark.parametrize(
    "wrong",
    [
        Decimal("1"),
        Decimal("1.0"),
        Decimal("1.000"),
        Decimal("-1.00"),
        Decimal("-0.00"),
        Decimal("NaN"),
        Decimal("Infinity"),
    ],
)
def test_s9_a_decimal_must_be_an_amount_of_money(wrong):
    for convert in (centavos, format_reais, lambda value: RequestModel(valor=value)):
        with pytest.raises(ValueError):
            convert(wrong)


@given(st.integers(0, 99_999_999_999))
def test_s9_reais_to_centavos_and_back(n):
    value = from_centavos(n)
    assert centavos(value) == n
    assert parse_reais(f"{n // 100}.{n % 100:02d}") == value
    assert RequestModel(valor=value).valor is value


@pytest.mark.parametrize("wrong", [-1, 1.0, True, "1"])
def test_s9_centavos_are_whole_and_not_negative(wrong):
    with pytest.raises(ValueError, match="centavos inválidos"):
        from_centavos(wrong)


@pytest.mark.parametrize(
    ("value", "text"),
    [("0.00", "R$ 0,00"), ("95.12", "R$ 95,12"), ("1234.56", "R$ 1.234,56"), ("123456789.01", "R$ 123.456.789,01")],
)
def test_s9_money_as_people_read_it(value, text):
    assert format_reais(Decimal(value)) == text


def test_s9_model_takes_and_gives_the_contracts_string():
    modelo = RequestModel(valor="95.12")
    assert modelo.valor == Decimal("95.12")
    assert modelo.model_dump(mode="json") == {"valor": "95.12"}
    assert modelo.model_dump() == {"valor": Decimal("95.12")}
    assert RequestModel.model_json_schema()["properties"]["valor"]["type"] == "string"
