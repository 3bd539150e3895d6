"""Makes one seal: code, registro, signature, QR (S1, S5, S6, S9). Allocates no number, stores nothing."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from printserver.clock import local_date
from printserver.selo import code
from printserver.selo.certificate import Certificate
from printserver.selo.fees import Emolumentos
from printserver.selo.initials import party_initials
from printserver.selo.qr import url_do_qr
from printserver.selo.registro import registro_line

# This program issues seals of Notas and Registro Civil; it parses all five naturezas (S1).
ISSUED_NATUREZAS = (1, 2)


@dataclass(frozen=True, slots=True)
class NewSelo:
    """Input of a seal. `momento` is the moment of the act, aware (S7); `partes` are the parties' names.

    `iss_a_parte`: the ISS is reported and is no part of the total (D1). `informacao` is that of a paper seal (S4);
    None: the next number of the sequence (S3). `fundamento` is why an act of Registro Civil is free (C13).
    """

    natureza: int
    ato: str
    descricao: str
    identificador: str
    partes: tuple[str, ...]
    momento: datetime
    emolumentos: Emolumentos
    isento: bool = False
    motivo_isencao: str | None = None
    retifica: str | None = None
    iss_a_parte: bool = False
    informacao: str | None = None
    fundamento: str | None = None


@dataclass(frozen=True, slots=True)
class IssuedSelo:
    """An issued seal: `registro` is the complete line with its signature (S6); `total` and `iss` are in reais."""

    new_selo: NewSelo
    codigo: str
    registro: str
    assinatura: str
    qr_url: str
    total: Decimal
    iss: Decimal


def issue_selo(new_selo: NewSelo, *, cns: str, informacao: str, certificate: Certificate) -> IssuedSelo:
    """Return the seal of `new_selo`, with the office's CNS and the informação allocated to it (S3, S4).

    The year of the code is that of the act in the office's time zone (S7). Raises ValueError (Portuguese) if this
    program does not issue the natureza, a part is invalid, or value and *isento* contradict each other (S9).
    """
    if new_selo.natureza not in ISSUED_NATUREZAS:
        raise ValueError(
            f"natureza {new_selo.natureza}: este servidor emite selos de Notas (1) e de Registro Civil (2)"
        )
    new_selo.emolumentos.check_isento(new_selo.isento)
    if new_selo.retifica is not None:
        code.read(new_selo.retifica)
    codigo = str(
        code.assemble_code(cns, new_selo.natureza, new_selo.ato, informacao, local_date(new_selo.momento).year % 100)
    )
    line = registro_line(
        codigo=codigo,
        identifier=new_selo.identificador,
        rectified=new_selo.retifica,
        party_initials=party_initials(new_selo.partes),
        moment=new_selo.momento,
        emolumentos=new_selo.emolumentos,
        iss_a_parte=new_selo.iss_a_parte,
    )
    assinatura = certificate.sign(line)
    total, iss = new_selo.emolumentos.total_do_selo(new_selo.iss_a_parte), new_selo.emolumentos.iss
    return IssuedSelo(
        new_selo=new_selo,
        codigo=codigo,
        registro=line + assinatura,
        assinatura=assinatura,
        qr_url=url_do_qr(codigo, total, iss, assinatura),
        total=total,
        iss=iss,
    )
