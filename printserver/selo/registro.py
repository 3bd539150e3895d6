"""The registro do ato (S6): the one line that is signed and goes to the court. Written and read here, and nowhere else.

Certain: the order, the centavos, the sum. Likely: the third field and the form of the time. Not published: the
identifier of a Notas act, and how the initials are taken (`initials.py`). Should the court differ, these modules alone
change.
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal

from printserver.clock import SAO_PAULO, local
from printserver.selo import code
from printserver.selo.fees import COMPONENTES, Emolumentos
from printserver.selo.money import centavos, de_centavos

# The names of the line's fields, in their order.
CAMPOS = (
    "codigo",
    "identificador",
    "retifica",
    "iniciais",
    "momento",
    *COMPONENTES,
    "total",
    "assinatura",
)
_SEM_RETIFICADO = "0"
_MOMENTO = re.compile(r"([0-9]{14})([0-9])")
_CENTAVOS = re.compile(r"[0-9]{1,12}")


@dataclass(frozen=True, slots=True)
class Registro:
    """A registro do ato, read: `momento` is aware, in UTC, to a tenth of a second; `assinatura` is base64, or empty."""

    codigo: str
    identificador: str
    retificado: str | None
    iniciais: str
    momento: datetime
    emolumentos: Emolumentos
    assinatura: str


def linha_do_registro(
    *,
    codigo: str,
    identificador: str,
    retificado: str | None,
    iniciais: str,
    momento: datetime,
    emolumentos: Emolumentos,
    iss_a_parte: bool = False,
) -> str:
    """Return the line up to and with the `|` after the total: what is signed (S6). `momento` is aware.

    With `iss_a_parte` the total is the sum without the ISS (D1).

    Raises ValueError (Portuguese) if a text field is not fit for a line, or the time is naive.
    """
    if momento.tzinfo is None:
        raise ValueError("momento do ato sem fuso horário")
    hora = local(momento)
    valores = emolumentos.to_centavos()
    campos = (
        codigo,
        _texto(identificador, "identificador do ato"),
        retificado or _SEM_RETIFICADO,
        _texto(iniciais, "iniciais das partes") if iniciais else "",
        f"{hora.year:04}{hora:%m%d%H%M%S}{hora.microsecond // 100_000}",
        *(str(valores[nome]) for nome in COMPONENTES),
        str(centavos(emolumentos.total_do_selo(iss_a_parte))),
    )
    return "|".join(campos) + "|"


def ler_registro(linha: str, *, iss_a_parte: bool = False) -> Registro:
    """Return what stands in a line, with or without its signature; the total is checked against the sum (S9, D1).

    Raises ValueError (Portuguese).
    """
    campos = linha.split("|")
    if len(campos) != len(CAMPOS):
        raise ValueError(f"registro do ato: esperados {len(CAMPOS)} campos, há {len(campos)}")
    codigo, identificador, retificado, letras, hora = campos[:5]
    code.ler(codigo)
    if retificado != _SEM_RETIFICADO:
        code.ler(retificado)
    emolumentos = Emolumentos(*(_valor(campo) for campo in campos[5:13]))
    emolumentos.conferir_total(_valor(campos[13]), iss_a_parte=iss_a_parte)
    return Registro(
        codigo=codigo,
        identificador=identificador,
        retificado=None if retificado == _SEM_RETIFICADO else retificado,
        iniciais=letras,
        momento=_momento(hora),
        emolumentos=emolumentos,
        assinatura=campos[14],
    )


def partir_registro(linha: str) -> dict[str, str] | None:
    """Return what stands in each field of a line, unread, by the names of `CAMPOS`; None if it has not fifteen."""
    partes = linha.split("|")
    return dict(zip(CAMPOS, partes, strict=True)) if len(partes) == len(CAMPOS) else None


def _texto(texto: str, nome: str) -> str:
    if not texto.strip() or "|" in texto or not texto.isprintable():
        raise ValueError(f"{nome} {texto[:60]!r}: vazio, com barra vertical ou com caractere de controle")
    return texto


def _momento(texto: str) -> datetime:
    """Return the moment of a time of day in São Paulo; of the hour that the end of a summer time repeats, the first."""
    partes = _MOMENTO.fullmatch(texto)
    if partes is None:
        raise ValueError(f"registro do ato: data e hora {texto!r} não são aaaammddhhmmss e um décimo")
    hora = datetime.strptime(partes[1], "%Y%m%d%H%M%S").replace(tzinfo=SAO_PAULO)
    return hora.replace(microsecond=int(partes[2]) * 100_000).astimezone(UTC)


def _valor(campo: str) -> Decimal:
    if _CENTAVOS.fullmatch(campo) is None:
        raise ValueError(f"registro do ato: {campo[:20]!r} não é um valor em centavos")
    return de_centavos(int(campo))
