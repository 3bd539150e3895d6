"""The registro do ato (S6): the signed line that is sent to the court. Only this module writes and parses it.

Certain: the order, the centavos, the sum. Likely: the third field and the format of the time. Not published: the
identifier of a Notas act, and the rule of the initials (`initials.py`). If the court differs, only these two modules
change.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from printserver.clock import SAO_PAULO, local
from printserver.selo import code
from printserver.selo.fees import COMPONENTS, Emolumentos
from printserver.selo.money import centavos, from_centavos

# The fields of the line, in order.
FIELDS = (
    "codigo",
    "identificador",
    "retifica",
    "iniciais",
    "momento",
    *COMPONENTS,
    "total",
    "assinatura",
)
_NOTHING_RECTIFIED = "0"
_MOMENT = re.compile(r"([0-9]{14})([0-9])")
_CENTAVOS = re.compile(r"[0-9]{1,12}")


@dataclass(frozen=True, slots=True)
class Registro:
    """A parsed registro do ato: `momento` is aware, in UTC, to a tenth of a second; `assinatura` is base64 or empty."""

    codigo: str
    identificador: str
    rectified: str | None
    party_initials: str
    momento: datetime
    emolumentos: Emolumentos
    assinatura: str


def registro_line(
    *,
    codigo: str,
    identifier: str,
    rectified: str | None,
    party_initials: str,
    moment: datetime,
    emolumentos: Emolumentos,
    iss_a_parte: bool = False,
) -> str:
    """Return the signed part of the line, up to and including the `|` after the total (S6). `moment` is aware.

    With `iss_a_parte` the total is the sum without the ISS (D1).

    Raises ValueError (Portuguese) if a text field is invalid in a line, or the time is naive.
    """
    if moment.tzinfo is None:
        raise ValueError("momento do ato sem fuso horário")
    local_time = local(moment)
    values = emolumentos.to_centavos()
    fields = (
        codigo,
        _text(identifier, "identificador do ato"),
        rectified or _NOTHING_RECTIFIED,
        _text(party_initials, "iniciais das partes") if party_initials else "",
        f"{local_time.year:04}{local_time:%m%d%H%M%S}{local_time.microsecond // 100_000}",
        *(str(values[name]) for name in COMPONENTS),
        str(centavos(emolumentos.total_do_selo(iss_a_parte))),
    )
    return "|".join(fields) + "|"


def parse_registro(line: str, *, iss_a_parte: bool = False) -> Registro:
    """Parse a line, with or without its signature, and check the total against the sum (S9, D1).

    Raises ValueError (Portuguese).
    """
    fields = line.split("|")
    if len(fields) != len(FIELDS):
        raise ValueError(f"registro do ato: esperados {len(FIELDS)} campos, há {len(fields)}")
    codigo, identifier, rectified, letters, local_time = fields[:5]
    code.read(codigo)
    if rectified != _NOTHING_RECTIFIED:
        code.read(rectified)
    emolumentos = Emolumentos(*(_value(field) for field in fields[5:13]))
    emolumentos.check_total(_value(fields[13]), iss_a_parte=iss_a_parte)
    return Registro(
        codigo=codigo,
        identificador=identifier,
        rectified=None if rectified == _NOTHING_RECTIFIED else rectified,
        party_initials=letters,
        momento=_moment(local_time),
        emolumentos=emolumentos,
        assinatura=fields[14],
    )


def split_registro(line: str) -> dict[str, str] | None:
    """Return the raw fields of a line by the names of `FIELDS`; None if there are not fifteen."""
    parts = line.split("|")
    return dict(zip(FIELDS, parts, strict=True)) if len(parts) == len(FIELDS) else None


def _text(text: str, name: str) -> str:
    if not text.strip() or "|" in text or not text.isprintable():
        raise ValueError(f"{name} {text[:60]!r}: vazio, com barra vertical ou com caractere de controle")
    return text


def _moment(text: str) -> datetime:
    """Return the moment of a local time in São Paulo; of a repeated hour (end of summer time), the first."""
    parts = _MOMENT.fullmatch(text)
    if parts is None:
        raise ValueError(f"registro do ato: data e hora {text!r} não são aaaammddhhmmss e um décimo")
    local_time = datetime.strptime(parts[1], "%Y%m%d%H%M%S").replace(tzinfo=SAO_PAULO)
    return local_time.replace(microsecond=int(parts[2]) * 100_000).astimezone(UTC)


def _value(field: str) -> Decimal:
    if _CENTAVOS.fullmatch(field) is None:
        raise ValueError(f"registro do ato: {field[:20]!r} não é um valor em centavos")
    return from_centavos(int(field))
