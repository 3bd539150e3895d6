"""Refusals of the simulated court and their messages. No storage: a seal is judged against given rows."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final, Protocol

from pydantic import BaseModel, Field

from printserver.clock import local, local_date
from printserver.common.text import capitalized
from printserver.selo import (
    EXCLUSION,
    AtoTable,
    AtoType,
    CodigoSelo,
    Registro,
    WrongTotal,
    parse_registro,
    read,
)

DEADLINE: Final = timedelta(hours=24)  # T1
XA_TERM: Final = timedelta(hours=72)  # X4
CLOCK_AHEAD: Final = timedelta(hours=2)  # tolerance of an office's clock, before the next day counts as the future (S7)

RECEBIDO: Final = "recebido"
OBJETADO: Final = "objetado"


class Sending(BaseModel):
    """One seal as sent: its registro (S6) and its accompanying data."""

    selo: str = Field(min_length=1, max_length=60)
    registro: str = Field(min_length=1, max_length=4000)
    natureza: int
    ato: str = Field(max_length=2)
    isento: bool = False
    motivoIsencao: str | None = Field(None, max_length=500)  # noqa: N815  # wire name
    vinculador: str | None = Field(None, max_length=60)
    autor: str | None = Field(None, max_length=200)


@dataclass(frozen=True, slots=True)
class Fault:
    """Reason of a refusal: a stable word, and its Portuguese message."""

    codigo: str
    mensagem: str


@dataclass(slots=True)
class StoredSelo:
    """The court's record of one code; the columns of its table `selo`."""

    codigo: str
    registro: str = ""
    enviado: int = 0
    aceito: int = 0
    situacao: str | None = None
    cns: str | None = None
    ato: str | None = None
    hibrido: bool = False
    papel: str | None = None
    identificador: str | None = None
    momento: datetime | None = None
    dia: date | None = None
    recebido_em: datetime | None = None
    atrasado: bool = False
    retifica: str | None = None
    retificado_por: str | None = None
    vinculador_declarado: str | None = None
    motivo_isencao: str | None = None
    autor: str | None = None
    erros: list[dict[str, str]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class ParsedSelo:
    """A registro as far as it is readable (None: not at all), and the errors found without any table.

    `papel` is the paper seal's ato, série and number, if this reports one (S4).
    """

    codigo: CodigoSelo | None
    registro: Registro | None
    papel: str | None
    erros: tuple[Fault, ...]


class Verifier(Protocol):
    """What tells whether a text was signed by an office: its certificate, or all that it has used."""

    def check(self, text: str, assinatura: str) -> bool:
        """Return whether `assinatura` (base64) is the office's signature of `text`."""


@dataclass(frozen=True, slots=True)
class Rules:
    """The court's reference data: what verifies the signatures of the offices by CNS, and the table of atos."""

    serventias: Mapping[str, Verifier]
    atos: AtoTable

    def read(self, envio: Sending) -> ParsedSelo:
        """Parse a registro and check everything that needs no table (S1, S2, S4–S9, D1)."""
        try:
            codigo = read(envio.selo)
        except ValueError as error:
            return ParsedSelo(None, None, None, (Fault("codigo-invalido", _sentence(error)),))
        kind = self.atos.get(codigo.ato, codigo.natureza)
        try:
            registro = parse_registro(envio.registro, iss_a_parte=kind is not None and kind.iss_a_parte)
        except WrongTotal as error:
            return ParsedSelo(codigo, None, None, (Fault("total-nao-confere", _sentence(error)),))
        except ValueError as error:
            return ParsedSelo(codigo, None, None, (Fault("registro-invalido", _sentence(error)),))
        erros = (
            _same_as_sending(envio, codigo, registro),
            self._signature(envio, codigo),
            self._ato(codigo, kind, registro),
            _year(codigo, registro),
            *_values(envio, registro),
        )
        papel = None
        if kind is not None and kind.hibrido and registro.rectified is None:
            papel = codigo.ato + codigo.informacao
            erros += (_paper_number(codigo),)
        return ParsedSelo(codigo, registro, papel, tuple(error for error in erros if error is not None))

    def _signature(self, envio: Sending, codigo: CodigoSelo) -> Fault | None:
        certificate = self.serventias.get(codigo.cns)
        if certificate is None:
            return Fault("cns-desconhecido", f"O CNS {codigo.cns} não é de uma serventia cadastrada neste tribunal.")
        linha, _, assinatura = envio.registro.rpartition("|")
        if certificate.check(f"{linha}|", assinatura):
            return None
        return Fault("assinatura-invalida", "A assinatura do registro não confere com o certificado da serventia.")

    def _ato(self, codigo: CodigoSelo, kind: AtoType | None, registro: Registro) -> Fault | None:
        if kind is None:
            elsewhere = self.atos.descriptions().get(codigo.ato)
            what = f" ({elsewhere}) não é de natureza {codigo.natureza}" if elsewhere else " não está na tabela de atos"
            return Fault("ato-desconhecido", f"O ato {codigo.ato}{what}.")
        if kind.so_retificador and registro.rectified is None:
            return Fault("so-retificador", f"O ato {codigo.ato} ({kind.descricao}) só existe retificando outro selo.")
        return None


def _same_as_sending(envio: Sending, codigo: CodigoSelo, registro: Registro) -> Fault | None:
    if (envio.selo, envio.natureza, envio.ato) == (registro.codigo, codigo.natureza, codigo.ato):
        return None
    return Fault("dados-divergem", "O selo, a natureza ou o ato enviados não são os do registro do ato.")


def _year(codigo: CodigoSelo, registro: Registro) -> Fault | None:
    day = local_date(registro.momento)
    if day.year % 100 == codigo.ano:
        return None
    return Fault("ano-nao-confere", f"O ano do selo ({codigo.ano:02d}) não é o da data do ato ({day:%d/%m/%Y}).")


def _values(envio: Sending, registro: Registro) -> list[Fault]:
    erros = []
    try:
        registro.emolumentos.check_isento(envio.isento)
    except ValueError as error:
        erros.append(Fault("isencao-nao-confere", _sentence(error)))
    if envio.ato == EXCLUSION and not registro.emolumentos.isento_total:
        erros.append(Fault("xa-com-valor", "A exclusão de ato (XA) não tem valor."))
    return erros


def _paper_number(codigo: CodigoSelo) -> Fault | None:
    numero = codigo.informacao[6:]
    if numero.isdigit() and int(numero):
        return None
    return Fault(
        "hibrido-sem-numero", f"A informação {codigo.informacao} não é série (6) e número (7) de selo de papel."
    )


# -- against what is known --------------------------------------------------------------------------------------------

PaperSelos = Callable[[str, str], str | None]  # CNS and paper seal → the code that reported it


def judge(
    envio: Sending,
    parsed_selo: ParsedSelo,
    before: StoredSelo | None,
    targets: Sequence[StoredSelo],
    papeis: PaperSelos,
    now: datetime,
) -> list[Fault]:
    """Return the reasons to refuse a seal; empty if it is to be stored.

    `before` is the row of its code. `targets` begins with the row of the seal to be rectified; if that one was objected
    to, its own target follows, because the new retificador replaces it too (T2).
    """
    if before is not None and before.situacao == RECEBIDO:
        changed = "" if before.registro == envio.registro else ", com outro registro"
        quando = moment_text(before.recebido_em) if before.recebido_em else ""
        return [Fault("ja-recebido", f"O selo já foi recebido em {quando}{changed}.")]
    erros = list(parsed_selo.erros)
    if before is not None and before.retificado_por is not None:
        erros.append(_already_rectified(before))
    if parsed_selo.codigo is None or parsed_selo.registro is None:
        return erros
    if local_date(parsed_selo.registro.momento) > local_date(now + CLOCK_AHEAD):
        erros.append(
            Fault("data-futura", f"A data do ato ({moment_text(parsed_selo.registro.momento)}) ainda não chegou.")
        )
    if parsed_selo.papel is not None and (other := papeis(parsed_selo.codigo.cns, parsed_selo.papel)):
        erros.append(Fault("hibrido-ja-recebido", f"Este selo de papel já foi comunicado, como {other}."))
    if parsed_selo.registro.rectified is not None and not targets:
        unknown = f"O selo a retificar, {parsed_selo.registro.rectified}, não consta no tribunal."
        erros.append(Fault("retificado-desconhecido", unknown))
    for alvo in targets:
        if error := _chain_fault(parsed_selo.codigo, parsed_selo.registro, alvo):
            erros.append(error)
            break
    return erros


def _chain_fault(codigo: CodigoSelo, registro: Registro, alvo: StoredSelo) -> Fault | None:
    """Return why `alvo` cannot be rectified, if it cannot (R1, R3, X4)."""
    if alvo.cns != codigo.cns:
        return Fault("retificado-desconhecido", f"O selo a retificar, {alvo.codigo}, é de outra serventia.")
    if alvo.retificado_por is not None:
        return _already_rectified(alvo)
    if alvo.situacao == OBJETADO:
        return None
    if alvo.ato == EXCLUSION:
        return Fault("xa-nao-se-retifica", f"O selo {alvo.codigo} é uma exclusão (XA): não se retifica.")
    if codigo.ato == EXCLUSION:
        return _xa_term(registro, alvo)
    if alvo.hibrido and (codigo.ato, registro.identificador) != (alvo.ato, alvo.identificador):
        return Fault("hibrido-so-data-ou-valor", f"O selo híbrido {alvo.codigo} só se retifica na data ou no valor.")
    return None


def _xa_term(registro: Registro, alvo: StoredSelo) -> Fault | None:
    if alvo.momento is None or registro.momento <= alvo.momento + XA_TERM:
        return None
    return Fault("prazo-xa", f"O prazo da exclusão (XA) acabou em {moment_text(alvo.momento + XA_TERM)}.")


def _already_rectified(selo: StoredSelo) -> Fault:
    return Fault("ja-retificado", f"O selo {selo.codigo} já foi retificado, por {selo.retificado_por}.")


def is_late(registro: Registro, targets: Sequence[StoredSelo], now: datetime) -> bool:
    """Return whether the report came after its 24 hours (T1).

    A retificador that keeps the act's time, or moves it earlier, has no new term.
    """
    if any(alvo.situacao == RECEBIDO and alvo.momento and registro.momento <= alvo.momento for alvo in targets):
        return False
    return now - registro.momento > DEADLINE


def moment_text(moment: datetime) -> str:
    """Return a time as people write it, in the office's time zone."""
    return f"{local(moment):%d/%m/%Y às %H:%M:%S}"


def _sentence(error: ValueError) -> str:
    return f"{capitalized(str(error))}."
