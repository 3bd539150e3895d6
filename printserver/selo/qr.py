"""Content of a seal's QR (S5): the court's URL with code, total, ISS and signature. Draws nothing."""

import base64
import binascii
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from urllib.parse import quote, unquote, urlsplit

from printserver.selo import code
from printserver.selo.money import centavos, from_centavos

BASE_URL: Final = "https://selodigital.tjsp.jus.br/?r="
_CENTAVOS = re.compile(r"[0-9]{1,12}")


@dataclass(frozen=True, slots=True)
class QrSelo:
    """Data in the QR of a seal: its code, total and ISS in reais, and the base64 signature of its registro."""

    codigo: str
    total: Decimal
    iss: Decimal
    assinatura: str


def url_do_qr(codigo: str, total: Decimal, iss: Decimal, assinatura: str) -> str:
    """Return the QR's URL: percent-encoded except the unreserved characters of RFC 3986, money in centavos (S5)."""
    return BASE_URL + quote(f"{codigo}|{centavos(total)}|{centavos(iss)}|{assinatura}", safe="")


def parse_qr(url: str) -> QrSelo:
    """Parse a seal's QR, also of another program: a raw `+` is a plus sign and a raw `|` a bar (S5).

    Checks code and check digit, both amounts and the base64. Raises ValueError (Portuguese).
    """
    fields = unquote(_parameter(url), errors="strict").split("|")
    if len(fields) != 4:
        raise ValueError(f"QR de selo: esperados código, total, ISS e assinatura; há {len(fields)} campos")
    codigo, total, iss, assinatura = fields
    code.read(codigo)
    try:
        if not base64.b64decode(assinatura, validate=True):
            raise ValueError("QR de selo: falta a assinatura")
    except binascii.Error:
        raise ValueError("QR de selo: a assinatura não está em base64") from None
    return QrSelo(codigo, _value(total, "total"), _value(iss, "ISS"), assinatura)


def _parameter(url: str) -> str:
    parts = urlsplit(url)
    if parts.scheme not in ("https", "http") or parts.netloc.lower() != "selodigital.tjsp.jus.br":
        raise ValueError(f"QR de selo: o endereço não é o de {BASE_URL}")
    values = [value for nome, _, value in (par.partition("=") for par in parts.query.split("&")) if nome == "r"]
    if len(values) != 1 or parts.path not in ("", "/") or parts.fragment:
        raise ValueError(f"QR de selo: o endereço não tem a forma {BASE_URL}…")
    return values[0]


def _value(field: str, nome: str) -> Decimal:
    if _CENTAVOS.fullmatch(field) is None:
        raise ValueError(f"QR de selo: o {nome} não está em centavos")
    return from_centavos(int(field))
