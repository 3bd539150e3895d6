"""S9, D3, C5, P4: the eight components of a fee and their sum."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printserver.selo import COMPONENTS, Emolumentos, centavos

# Real fees, as printed: the components, then the total.
REAIS = {
    "certidão de notas, 2026": ("55.70 15.83 10.83 0.56 2.93 3.82 2.78 2.67", "95.12"),
    "testamento, 2023": ("1306.98 371.46 254.24 13.07 68.79 89.70 65.34 62.74", "2232.32"),
    "escritura com valor, 2023": ("2881.85 819.06 560.59 28.82 151.68 197.79 61.63 138.33", "4839.75"),
    "certidão civil, 2018": ("51.39 0.00 10.28 0.00 0.00 0.00 1.02 0.00", "62.69"),
    "breve relato, 2025": ("36.91 0.00 7.38 0.00 0.00 0.00 0.73 0.00", "45.02"),
    "inteiro teor, 2025": ("74.03 0.00 14.81 0.00 0.00 0.00 1.48 0.00", "90.32"),
    "negativa, 2025": ("18.45 0.00 3.69 0.00 0.00 0.00 0.36 0.00", "22.50"),
}


def fees(components):
    return Emolumentos(*map(Decimal, components.split()))


valores = st.integers(0, 99_999_999_999)
emolumentos = st.builds(lambda *n: Emolumentos.from_centavos(dict(zip(COMPONENTS, n, strict=True))), *[valores] * 8)


@pytest.mark.parametrize(("components", "total"), REAIS.values(), ids=REAIS.keys())
def test_s9_total_of_real_fees_is_the_printed_one(components, total):
    assert fees(components).total == Decimal(total)
    fees(components).check_total(Decimal(total))


def test_s9_a_printed_total_that_is_not_the_sum_is_refused():
    with pytest.raises(ValueError, match=r"R\$ 384,07.*não é a soma.*R\$ 384,09"):
        fees("314.81 0.00 62.98 0.00 0.00 0.00 6.30 0.00").check_total(Decimal("384.07"))


@given(emolumentos)
def test_s9_total_is_the_sum_to_the_centavo(single):
    assert centavos(single.total) == sum(single.to_centavos().values())
    assert Emolumentos.from_centavos(single.to_centavos()) == single


@given(emolumentos, emolumentos, st.integers(0, 50))
def test_d3_c5_services_add_up_component_by_component(single, other, n):
    combined = single + other.times(n)
    for nome in COMPONENTS:
        assert combined.to_centavos()[nome] == single.to_centavos()[nome] + n * other.to_centavos()[nome]
    assert combined.total == single.total + n * other.total


def test_c5_no_negative_number_of_services():
    with pytest.raises(ValueError, match="quantidade negativa"):
        Emolumentos.zero().times(-1)


@pytest.mark.parametrize("wrong", [Decimal("1"), Decimal("1.005"), Decimal("-1.00"), Decimal("NaN"), 1.0, "1.00", 1])
@pytest.mark.parametrize("nome", COMPONENTS)
def test_s9_component_that_is_no_money_is_refused_by_name(nome, wrong):
    with pytest.raises(ValueError, match=f"^{nome}: "):
        Emolumentos(**(dict.fromkeys(COMPONENTS, Decimal("1.00")) | {nome: wrong}))


def test_s9_all_zero_is_lawful_exactly_where_the_act_is_isento():
    zero, partial = Emolumentos.zero(), fees("51.39 0.00 10.28 0.00 0.00 0.00 1.02 0.00")
    zero.check_isento(True)
    partial.check_isento(False)
    with pytest.raises(ValueError, match="todas as parcelas são zero"):
        zero.check_isento(False)
    with pytest.raises(ValueError, match=r"isento com valor de R\$ 62,69"):
        partial.check_isento(True)


def test_s9_isento_total_only_if_all_eight_are_zero():
    assert Emolumentos.zero().isento_total
    for nome in COMPONENTS:
        one_centavo = Emolumentos.from_centavos(dict.fromkeys(COMPONENTS, 0) | {nome: 1})
        assert not one_centavo.isento_total


def test_p4_fee_line_has_all_components_and_the_total():
    assert fees(REAIS["testamento, 2023"][0]).one_line() == (
        "Tabelião R$ 1.306,98; Estado R$ 371,46; Secretaria da Fazenda R$ 254,24; Santa Casa R$ 13,07; "
        "Registro Civil R$ 68,79; Tribunal de Justiça R$ 89,70; ISS R$ 65,34; Ministério Público R$ 62,74; "
        "Total R$ 2.232,32"
    )
