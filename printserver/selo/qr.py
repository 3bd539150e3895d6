"""What the QR of a seal holds (S5): the court's URL with code, total, ISS and signature. Draws nothing."""

import base64
import binascii
import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Final
from urllib.parse import quote, unquote, urlsplit

from printserver.selo import code
from printserver.selo.money import centavos, de_centavos

ENDERECO: Final = "https://selodigital.tjsp.jus.br/?r="
_CENTAVOS = re.compile(r"[0-9]{1,12}")


@dataclass(frozen=True, slots=True)
class QrSelo:
    """What stands in the QR of a seal: its code, total and ISS in reais, and the base64 signature of its registro."""

    codigo: str
    total: Decimal
    iss: Decimal
    assinatura: str


def url_do_qr(codigo: str, total: Decimal, iss: Decimal, assinatura: str) -> str:
    """Return the QR's URL: all but RFC 3986's unreserved characters percent-encoded, money in whole centavos (S5)."""
    return ENDERECO + quote(f"{codigo}|{centavos(total)}|{centavos(iss)}|{assinatura}", safe="")


def ler_qr(url: str) -> QrSelo:
    """Return what a seal's QR holds, also of another program: a raw `+` is a plus sign and a raw `|` a bar (S5).

    Code and check digit, both amounts and the base64 are checked. Raises ValueError (Portuguese).
    """
    campos = unquote(_parametro(url), errors="strict").split("|")
    if len(campos) != 4:
        raise ValueError(f"QR de selo: esperados código, total, ISS e assinatura; há {len(campos)} campos")
    codigo, total, iss, assinatura = campos
    code.ler(codigo)
    try:
        if not base64.b64decode(assinatura, validate=True):
            raise ValueError("QR de selo: falta a assinatura")
    except binascii.Error:
        raise ValueError("QR de selo: a assinatura não está em base64") from None
    return QrSelo(codigo, _valor(total, "total"), _valor(iss, "ISS"), assinatura)


def _parametro(url: str) -> str:
    partes = urlsplit(url)
    if partes.scheme not in ("https", "http") or partes.netloc.lower() != "selodigital.tjsp.jus.br":
        raise ValueError(f"QR de selo: o endereço não é o de {ENDERECO}")
    valores = [valor for nome, _, valor in (par.partition("=") for par in partes.query.split("&")) if nome == "r"]
    if len(valores) != 1 or partes.path not in ("", "/") or partes.fragment:
        raise ValueError(f"QR de selo: o endereço não tem a forma {ENDERECO}…")
    return valores[0]


def _valor(campo: str, nome: str) -> Decimal:
    if _CENTAVOS.fullmatch(campo) is None:
        raise ValueError(f"QR de selo: o {nome} não está em centavos")
    return de_centavos(int(campo))
