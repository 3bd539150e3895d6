"""S5: the URL in a seal's QR, made and read."""

import base64
import re
from decimal import Decimal
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st

from printserver.selo import QrSelo, from_centavos, parse_qr, url_do_qr

CODIGO = "9999991CE0000000000030184"
SIGNATURE = base64.b64encode(bytes(range(256))).decode()
URL_PREFIX = "https://selodigital.tjsp.jus.br/?r="

assinaturas = st.binary(min_size=256, max_size=256).map(lambda data: base64.b64encode(data).decode())
amounts = st.integers(0, 99_999_999_999).map(from_centavos)


@given(amounts, amounts, assinaturas)
def test_s5_qr_to_parts_to_qr(total, iss, assinatura):
    url = url_do_qr(CODIGO, total, iss, assinatura)
    parsed_selo = parse_qr(url)
    assert parsed_selo == QrSelo(CODIGO, total, iss, assinatura)
    assert url_do_qr(parsed_selo.codigo, parsed_selo.total, parsed_selo.iss, parsed_selo.assinatura) == url


@given(assinaturas)
def test_s5_only_unreserved_characters_stand_raw(assinatura):
    url = url_do_qr(CODIGO, Decimal("95.12"), Decimal("2.78"), assinatura)
    assert url.startswith(f"{URL_PREFIX}{CODIGO}%7C9512%7C278%7C")
    assert re.fullmatch(r"(?:[A-Za-z0-9._~-]|%[0-9A-F]{2})+", url.removeprefix(URL_PREFIX))


def test_s5_plus_is_a_plus_also_where_it_was_left_raw():
    assert "+" in SIGNATURE
    endings = {
        "nothing encoded": f"{CODIGO}|9512|278|{SIGNATURE}",
        "bars encoded": f"{CODIGO}%7C9512%7C278%7C{SIGNATURE}",
        "all but plus": quote(f"{CODIGO}|9512|278|{SIGNATURE}", safe="+"),
        "small hex": quote(f"{CODIGO}|9512|278|{SIGNATURE}", safe="").replace("%2B", "%2b").replace("%7C", "%7c"),
    }
    for ending in endings.values():
        assert parse_qr(URL_PREFIX + ending).assinatura == SIGNATURE


def _url(*fields):
    return URL_PREFIX + quote("|".join(fields), safe="")


@pytest.mark.parametrize(
    "url",
    [
        "",
        "qualquer coisa",
        URL_PREFIX,
        _url(CODIGO, "9512", "278"),
        _url(CODIGO, "9512", "278", SIGNATURE, ""),
        _url("9999991CE0000000000030185", "9512", "278", SIGNATURE),
        _url(CODIGO, "95.12", "278", SIGNATURE),
        _url(CODIGO, "-9512", "278", SIGNATURE),
        _url(CODIGO, "٩512", "278", SIGNATURE),
        _url(CODIGO, "9512", "", SIGNATURE),
        _url(CODIGO, "9512", "278", ""),
        _url(CODIGO, "9512", "278", "não é base64"),
        _url(CODIGO, "9512", "278", "QUJ"),
        _url(CODIGO, "9512", "278", SIGNATURE).replace("tjsp", "tjsq"),
        _url(CODIGO, "9512", "278", SIGNATURE).replace("https", "ftp"),
        _url(CODIGO, "9512", "278", SIGNATURE).replace("/?", "/outro?"),
        _url(CODIGO, "9512", "278", SIGNATURE) + "&r=",
        _url(CODIGO, "9512", "278", SIGNATURE) + "%FF",
        "https://[/?r=",
        _url(CODIGO, "9512", "278", SIGNATURE) + "#x",
    ],
)
def test_s5_anything_else_is_no_seals_qr(url):
    with pytest.raises(ValueError):
        parse_qr(url)


@given(st.text())
def test_s5_reading_any_text_answers_or_refuses(text):
    try:
        parse_qr(URL_PREFIX + text)
    except ValueError:
        return
    raise AssertionError(text)
