"""S1, S5–S7, S9: one seal made from plain data."""

import dataclasses
from datetime import UTC, datetime
from decimal import Decimal

import pytest

from printserver.selo import (
    Emolumentos,
    NewSelo,
    issue_selo,
    parse_qr,
    parse_registro,
    read,
)

CERTIDAO = Emolumentos(*map(Decimal, ["55.70", "15.83", "10.83", "0.56", "2.93", "3.82", "2.78", "2.67"]))
NOW = datetime(2026, 11, 20, 13, 30, 15, 250_000, tzinfo=UTC)


def new_selo(**others):
    fields = {
        "natureza": 1,
        "ato": "ES",
        "descricao": "Venda e compra",
        "identificador": "P-2026-001234",
        "partes": ("Ana Beatriz Costa", "Bruno Dias"),
        "momento": NOW,
        "emolumentos": CERTIDAO,
    }
    return NewSelo(**(fields | others))


def made(certificate, **others):
    return issue_selo(new_selo(**others), cns="123456", informacao="0000000000042", certificate=certificate)


def test_s9_code_registro_and_qr_tell_the_same(certificate):
    selo = made(certificate)
    registro, qr = parse_registro(selo.registro), parse_qr(selo.qr_url)
    assert str(read(selo.codigo)) == selo.codigo == registro.codigo == qr.codigo
    assert selo.codigo.startswith("1234561ES000000000004226")
    assert selo.total == registro.emolumentos.total == qr.total == Decimal("95.12")
    assert selo.iss == registro.emolumentos.iss == qr.iss == Decimal("2.78")
    assert selo.assinatura == registro.assinatura == qr.assinatura
    assert (registro.identificador, registro.party_initials) == ("P-2026-001234", "A.B.C;B.D")


def test_s6_all_that_stands_before_the_signature_is_signed(certificate):
    selo = made(certificate)
    signed = selo.registro.removesuffix(selo.assinatura)
    assert signed.endswith("|9512|")
    assert certificate.check(signed, selo.assinatura)


def test_s5_qr_has_the_length_one_version_holds(certificate):
    assert 420 <= len(made(certificate).qr_url) <= 490


def test_s7_year_of_the_code_is_the_acts_in_sao_paulo(certificate):
    year_end = datetime(2027, 1, 1, 2, 59, 59, tzinfo=UTC)
    assert read(made(certificate, momento=year_end).codigo).ano == 26
    assert read(made(certificate, momento=year_end.replace(hour=3)).codigo).ano == 27


def test_x2_xa_is_zero_and_names_the_seal_it_excludes(certificate):
    old = made(certificate).codigo
    selo = made(certificate, ato="XA", emolumentos=Emolumentos.zero(), isento=True, retifica=old)
    assert parse_registro(selo.registro).rectified == old
    assert selo.total == Decimal("0.00")
    assert "%7C0%7C0%7C" in selo.qr_url


@pytest.mark.parametrize(
    "wrong",
    [
        {"natureza": 3},
        {"natureza": 0},
        {"emolumentos": Emolumentos.zero()},
        {"isento": True},
        {"ato": "E"},
        {"retifica": "123"},
        {"identificador": "a|b"},
        {"momento": NOW.replace(tzinfo=None)},
    ],
)
def test_s1_s9_what_contradicts_itself_makes_no_seal(certificate, wrong):
    with pytest.raises(ValueError):
        made(certificate, **wrong)


def test_s1_seals_are_plain_and_frozen(certificate):
    with pytest.raises(dataclasses.FrozenInstanceError):
        made(certificate).codigo = "outro"
