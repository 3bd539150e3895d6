"""S1, S5–S7, S9: one seal made from plain data."""

import dataclasses
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from printserver.selo import (
    Emolumentos,
    SeloNovo,
    emitir,
    ler,
    ler_qr,
    ler_registro,
)

CERTIDAO = Emolumentos(*map(Decimal, ["55.70", "15.83", "10.83", "0.56", "2.93", "3.82", "2.78", "2.67"]))
AGORA = datetime(2026, 11, 20, 13, 30, 15, 250_000, tzinfo=UTC)


def novo(**outros):
    campos = {
        "natureza": 1,
        "ato": "ES",
        "descricao": "Venda e compra",
        "identificador": "P-2026-001234",
        "partes": ("Ana Beatriz Costa", "Bruno Dias"),
        "momento": AGORA,
        "emolumentos": CERTIDAO,
    }
    return SeloNovo(**(campos | outros))


def feito(certificado, **outros):
    return emitir(novo(**outros), cns="123456", informacao="0000000000042", certificado=certificado)


def test_s9_code_registro_and_qr_tell_the_same(certificado):
    selo = feito(certificado)
    registro, qr = ler_registro(selo.registro), ler_qr(selo.qr_url)
    assert str(ler(selo.codigo)) == selo.codigo == registro.codigo == qr.codigo
    assert selo.codigo.startswith("1234561ES000000000004226")
    assert selo.total == registro.emolumentos.total == qr.total == Decimal("95.12")
    assert selo.iss == registro.emolumentos.iss == qr.iss == Decimal("2.78")
    assert selo.assinatura == registro.assinatura == qr.assinatura
    assert (registro.identificador, registro.iniciais) == ("P-2026-001234", "A.B.C;B.D")


def test_s6_all_that_stands_before_the_signature_is_signed(certificado):
    selo = feito(certificado)
    assinado = selo.registro.removesuffix(selo.assinatura)
    assert assinado.endswith("|9512|")
    assert certificado.conferir(assinado, selo.assinatura)


def test_s5_qr_has_the_length_one_version_holds(certificado):
    assert 420 <= len(feito(certificado).qr_url) <= 490


def test_s7_year_of_the_code_is_the_acts_in_sao_paulo(certificado):
    virada = datetime(2027, 1, 1, 2, 59, 59, tzinfo=UTC)
    assert ler(feito(certificado, momento=virada).codigo).ano == 26
    assert ler(feito(certificado, momento=virada.replace(hour=3)).codigo).ano == 27


def test_x2_xa_is_zero_and_names_the_seal_it_excludes(certificado):
    antigo = feito(certificado).codigo
    selo = feito(certificado, ato="XA", emolumentos=Emolumentos.zero(), isento=True, retifica=antigo)
    assert ler_registro(selo.registro).retificado == antigo
    assert selo.total == Decimal("0.00")
    assert "%7C0%7C0%7C" in selo.qr_url


@pytest.mark.parametrize(
    "errado",
    [
        {"natureza": 3},
        {"natureza": 0},
        {"emolumentos": Emolumentos.zero()},
        {"isento": True},
        {"ato": "E"},
        {"retifica": "123"},
        {"identificador": "a|b"},
        {"momento": AGORA.replace(tzinfo=None)},
    ],
)
def test_s1_s9_what_contradicts_itself_makes_no_seal(certificado, errado):
    with pytest.raises(ValueError):
        feito(certificado, **errado)


def test_s1_seals_are_plain_and_frozen(certificado):
    with pytest.raises(dataclasses.FrozenInstanceError):
        feito(certificado).codigo = "outro"
