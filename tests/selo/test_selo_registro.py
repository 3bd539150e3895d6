"""S6: the registro do ato, written and read in one module."""

import re
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from printserver.clock import SAO_PAULO
from printserver.selo import COMPONENTS, Emolumentos, parse_registro, registro_line

REAL = (
    "1234562CE000000000000126J|12345601552020100014128001540653|0|A.B.C|202601211030000|5139|0|1028|0|0|0|102|0|6269|"
)
MOMENT = datetime(2026, 1, 21, 10, 30, tzinfo=SAO_PAULO)
CERTIDAO_CIVIL = Emolumentos(*map(Decimal, ["51.39", "0.00", "10.28", "0.00", "0.00", "0.00", "1.02", "0.00"]))


def line(**others):
    fields = {
        "codigo": "1234562CE000000000000126J",
        "identifier": "12345601552020100014128001540653",
        "rectified": None,
        "party_initials": "A.B.C",
        "moment": MOMENT,
        "emolumentos": CERTIDAO_CIVIL,
    }
    return registro_line(**(fields | others))


def test_s6_line_is_the_real_one():
    assert line() == REAL


def test_s6_real_line_is_read():
    registro = parse_registro(REAL + "QUJD")
    assert registro.momento == datetime(2026, 1, 21, 13, 30, tzinfo=UTC)
    assert registro.rectified is None
    assert registro.emolumentos == CERTIDAO_CIVIL
    assert registro.assinatura == "QUJD"


def test_s6_components_stand_in_the_courts_order():
    components = Emolumentos.from_centavos({nome: n for n, nome in enumerate(COMPONENTS, 1)})
    assert line(emolumentos=components).split("|")[5:] == ["1", "2", "3", "4", "5", "6", "7", "8", "36", ""]
    assert COMPONENTS == (
        "tabeliao",
        "estado",
        "secretaria_fazenda",
        "santa_casa",
        "registro_civil",
        "tribunal_justica",
        "iss",
        "ministerio_publico",
    )


def test_s6_rectified_seal_stands_third():
    assert line(rectified="9999991CE0000000000030184").split("|")[2] == "9999991CE0000000000030184"


@given(
    st.integers(0, 2 * 10**15).map(lambda micro: datetime(2020, 1, 1, tzinfo=UTC) + timedelta(microseconds=micro)),
    st.one_of(st.none(), st.just("9999991CE0000000000030184")),
    st.lists(st.integers(0, 10**11 - 1), min_size=8, max_size=8),
)
def test_s6_line_to_parts_to_line(moment, rectified, values):
    emolumentos = Emolumentos.from_centavos(dict(zip(COMPONENTS, values, strict=True)))
    escrita = line(moment=moment, rectified=rectified, emolumentos=emolumentos)
    registro = parse_registro(escrita)
    assert timedelta(0) <= moment - registro.momento < timedelta(milliseconds=100)
    assert (registro.rectified, registro.emolumentos) == (rectified, emolumentos)
    assert line(moment=registro.momento, rectified=registro.rectified, emolumentos=registro.emolumentos) == escrita


@pytest.mark.parametrize(
    "field",
    [
        {"identifier": "P-1|0|X"},
        {"identifier": ""},
        {"identifier": "  "},
        {"identifier": "P-1\nP-2"},
        {"identifier": "P\u202e1"},
        {"party_initials": "A|B"},
        {"party_initials": "A\x00"},
        {"moment": MOMENT.replace(tzinfo=None)},
    ],
)
def test_s6_a_field_that_would_break_the_line_is_refused(field):
    with pytest.raises(ValueError):
        line(**field)


@pytest.mark.parametrize(
    ("right", "wrong"),
    [
        ("|6269|", "|6270|"),
        ("126J|", "126K|"),
        ("|0|A", "|1|A"),
        ("|5139|", "|-5139|"),
        ("|5139|", "|٥139|"),
        ("202601211030000", "20260121103000"),
        ("202601211030000", "202613211030000"),
        ("|102|", "|102|0|"),
    ],
)
def test_s6_a_line_that_does_not_hold_is_refused(right, wrong):
    with pytest.raises(ValueError):
        parse_registro(REAL.replace(right, wrong))


@given(st.dates(date(1900, 1, 2), date(9998, 12, 31)), st.times())
@example(date(2018, 11, 4), time(0, 30))  # summer time began: an hour that there was not
@example(date(2018, 2, 17), time(23, 30))  # it ended: an hour that there was twice
@example(date(2018, 2, 17), time(23, 59, 59))
@example(date(1913, 12, 31), time(23, 59, 59))  # the last day of a time zone with seconds
def test_s6_s7a_every_time_has_its_width_and_is_read_back(day: date, time_of_day: time) -> None:
    moment = datetime.combine(day, time_of_day, SAO_PAULO)
    escrita = line(moment=moment).split("|")[4]
    assert re.fullmatch(r"[0-9]{15}", escrita)
    parsed = parse_registro(line(moment=moment)).momento
    assert timedelta(0) <= moment.astimezone(UTC) - parsed < timedelta(milliseconds=100)
    assert line(moment=parsed).split("|")[4] == escrita
