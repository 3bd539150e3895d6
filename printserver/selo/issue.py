"""The making of one seal: code, registro, signature, QR (S1, S5, S6, S9). Takes no number, keeps nothing."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from printserver.clock import local_date
from printserver.selo import code
from printserver.selo.certificate import Certificado
from printserver.selo.fees import Emolumentos
from printserver.selo.initials import iniciais
from printserver.selo.qr import url_do_qr
from printserver.selo.registro import linha_do_registro

# This product issues seals of Notas and Registro Civil; it reads all five (S1).
NATUREZAS_EMITIDAS = (1, 2)


@dataclass(frozen=True, slots=True)
class SeloNovo:
    """What a seal is to be made of. `momento` is the moment of the act, aware (S7); `partes` are the parties' names.

    `iss_a_parte`: the ISS is reported and is no part of the total (D1). `informacao` is that of a paper seal (S4);
    None: the next number of the sequence (S3).
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


@dataclass(frozen=True, slots=True)
class SeloEmitido:
    """A seal as made: `registro` is the whole line with its signature (S6); `total` and `iss` are in reais."""

    novo: SeloNovo
    codigo: str
    registro: str
    assinatura: str
    qr_url: str
    total: Decimal
    iss: Decimal


def emitir(novo: SeloNovo, *, cns: str, informacao: str, certificado: Certificado) -> SeloEmitido:
    """Return the seal made of `novo` with the office's CNS and the informação that was taken for it (S3, S4).

    The year of the code is that of the act in the office's time (S7). Raises ValueError (Portuguese) if the natureza
    is not ours, a part is not of its form, or the value and *isento* contradict each other (S9).
    """
    if novo.natureza not in NATUREZAS_EMITIDAS:
        raise ValueError(f"natureza {novo.natureza}: este servidor emite selos de Notas (1) e de Registro Civil (2)")
    novo.emolumentos.conferir_isencao(novo.isento)
    if novo.retifica is not None:
        code.ler(novo.retifica)
    codigo = str(code.montar(cns, novo.natureza, novo.ato, informacao, local_date(novo.momento).year % 100))
    linha = linha_do_registro(
        codigo=codigo,
        identificador=novo.identificador,
        retificado=novo.retifica,
        iniciais=iniciais(novo.partes),
        momento=novo.momento,
        emolumentos=novo.emolumentos,
        iss_a_parte=novo.iss_a_parte,
    )
    assinatura = certificado.assinar(linha)
    total, iss = novo.emolumentos.total_do_selo(novo.iss_a_parte), novo.emolumentos.iss
    return SeloEmitido(
        novo=novo,
        codigo=codigo,
        registro=linha + assinatura,
        assinatura=assinatura,
        qr_url=url_do_qr(codigo, total, iss, assinatura),
        total=total,
        iss=iss,
    )
