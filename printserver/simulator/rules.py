"""What the simulated court refuses, and in which words. Keeps nothing: it judges one seal against what is known."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from pydantic import BaseModel, Field

from printserver.clock import local, local_date
from printserver.selo import (
    EXCLUSION,
    AtoTable,
    AtoType,
    Certificate,
    CodigoSelo,
    Registro,
    WrongTotal,
    parse_registro,
    read,
)

PRAZO: Final = timedelta(hours=24)  # T1
PRAZO_XA: Final = timedelta(hours=72)  # X4
RELOGIO_ADIANTADO: Final = timedelta(hours=2)  # of an office, before the next day counts as the future (S7)

RECEBIDO: Final = "recebido"
OBJETADO: Final = "objetado"


class Envio(BaseModel):
    """One seal as it comes over the wire: its registro (S6) and what is kept beside it."""

    selo: str = Field(min_length=1, max_length=60)
    registro: str = Field(min_length=1, max_length=4000)
    natureza: int
    ato: str = Field(max_length=2)
    isento: bool = False
    motivoIsencao: str | None = Field(None, max_length=500)  # noqa: N815  # the wire's name
    vinculador: str | None = Field(None, max_length=60)
    autor: str | None = Field(None, max_length=200)


@dataclass(frozen=True, slots=True)
class Erro:
    """Why a seal or a link is refused: a word that never changes, and what it means (Portuguese)."""

    codigo: str
    mensagem: str


@dataclass(slots=True)
class Guardado:
    """What the court has of one code; the columns of its table `selo`."""

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
class Lido:
    """A registro as far as it can be read (None: not at all), and what is wrong with it taken by itself.

    `papel` is the paper seal's ato, série and number, where this reports one (S4).
    """

    codigo: CodigoSelo | None
    registro: Registro | None
    papel: str | None
    erros: tuple[Erro, ...]


@dataclass(frozen=True, slots=True)
class Rules:
    """What the court knows of the offices: their certificates, by CNS, and the table of atos."""

    serventias: Mapping[str, Certificate]
    atos: AtoTable

    def read(self, envio: Envio) -> Lido:
        """Read a registro and check all that it tells of itself (S1, S2, S4–S9, D1). Touches no table."""
        try:
            codigo = read(envio.selo)
        except ValueError as error:
            return Lido(None, None, None, (Erro("codigo-invalido", _frase(error)),))
        kind = self.atos.get(codigo.ato)
        try:
            registro = parse_registro(envio.registro, iss_a_parte=kind is not None and kind.iss_a_parte)
        except WrongTotal as error:
            return Lido(codigo, None, None, (Erro("total-nao-confere", _frase(error)),))
        except ValueError as error:
            return Lido(codigo, None, None, (Erro("registro-invalido", _frase(error)),))
        erros = (
            _igual_ao_envio(envio, codigo, registro),
            self._assinatura(envio, codigo),
            _ato(codigo, kind, registro),
            _year(codigo, registro),
            *_values(envio, registro),
        )
        papel = None
        if kind is not None and kind.hibrido and registro.rectified is None:
            papel = codigo.ato + codigo.informacao
            erros += (_numero_de_papel(codigo),)
        return Lido(codigo, registro, papel, tuple(error for error in erros if error is not None))

    def _assinatura(self, envio: Envio, codigo: CodigoSelo) -> Erro | None:
        certificate = self.serventias.get(codigo.cns)
        if certificate is None:
            return Erro("cns-desconhecido", f"O CNS {codigo.cns} não é de uma serventia cadastrada neste tribunal.")
        linha, _, assinatura = envio.registro.rpartition("|")
        if certificate.check(f"{linha}|", assinatura):
            return None
        return Erro("assinatura-invalida", "A assinatura do registro não confere com o certificado da serventia.")


def _igual_ao_envio(envio: Envio, codigo: CodigoSelo, registro: Registro) -> Erro | None:
    if (envio.selo, envio.natureza, envio.ato) == (registro.codigo, codigo.natureza, codigo.ato):
        return None
    return Erro("dados-divergem", "O selo, a natureza ou o ato enviados não são os do registro do ato.")


def _ato(codigo: CodigoSelo, kind: AtoType | None, registro: Registro) -> Erro | None:
    if kind is None:
        return Erro("ato-desconhecido", f"O ato {codigo.ato} não está na tabela de atos.")
    if codigo.natureza not in kind.naturezas:
        return Erro("ato-desconhecido", f"O ato {codigo.ato} ({kind.descricao}) não é de natureza {codigo.natureza}.")
    if kind.so_retificador and registro.rectified is None:
        return Erro("so-retificador", f"O ato {codigo.ato} ({kind.descricao}) só existe retificando outro selo.")
    return None


def _year(codigo: CodigoSelo, registro: Registro) -> Erro | None:
    day = local_date(registro.momento)
    if day.year % 100 == codigo.ano:
        return None
    return Erro("ano-nao-confere", f"O ano do selo ({codigo.ano:02d}) não é o da data do ato ({day:%d/%m/%Y}).")


def _values(envio: Envio, registro: Registro) -> list[Erro]:
    erros = []
    try:
        registro.emolumentos.check_isento(envio.isento)
    except ValueError as error:
        erros.append(Erro("isencao-nao-confere", _frase(error)))
    if envio.ato == EXCLUSION and not registro.emolumentos.isento_total:
        erros.append(Erro("xa-com-valor", "A exclusão de ato (XA) não tem valor."))
    return erros


def _numero_de_papel(codigo: CodigoSelo) -> Erro | None:
    numero = codigo.informacao[6:]
    if numero.isdigit() and int(numero):
        return None
    return Erro(
        "hibrido-sem-numero", f"A informação {codigo.informacao} não é série (6) e número (7) de selo de papel."
    )


# -- against what is known --------------------------------------------------------------------------------------------

Papeis = Callable[[str, str], str | None]  # CNS and paper seal → the code that reported it


def judge(
    envio: Envio, lido: Lido, before: Guardado | None, alvos: Sequence[Guardado], papeis: Papeis, agora: datetime
) -> list[Erro]:
    """Return why a seal is refused; empty: it is to be stored.

    `antes` is what the court has of its code. `alvos` begins with what it has of the seal to be rectified; where that
    was objected to, the one that it was to rectify follows: a retificador of it takes its place (T2).
    """
    if before is not None and before.situacao == RECEBIDO:
        changed = "" if before.registro == envio.registro else ", com outro registro"
        quando = moment_text(before.recebido_em) if before.recebido_em else ""
        return [Erro("ja-recebido", f"O selo já foi recebido em {quando}{changed}.")]
    erros = list(lido.erros)
    if before is not None and before.retificado_por is not None:
        erros.append(_ja_retificado(before))
    if lido.codigo is None or lido.registro is None:
        return erros
    if local_date(lido.registro.momento) > local_date(agora + RELOGIO_ADIANTADO):
        erros.append(Erro("data-futura", f"A data do ato ({moment_text(lido.registro.momento)}) ainda não chegou."))
    if lido.papel is not None and (other := papeis(lido.codigo.cns, lido.papel)):
        erros.append(Erro("hibrido-ja-recebido", f"Este selo de papel já foi comunicado, como {other}."))
    if lido.registro.rectified is not None and not alvos:
        unknown = f"O selo a retificar, {lido.registro.rectified}, não consta no tribunal."
        erros.append(Erro("retificado-desconhecido", unknown))
    for alvo in alvos:
        if error := _da_cadeia(lido.codigo, lido.registro, alvo):
            erros.append(error)
            break
    return erros


def _da_cadeia(codigo: CodigoSelo, registro: Registro, alvo: Guardado) -> Erro | None:
    """Return what speaks against rectifying `alvo` (R1, R3, X4)."""
    if alvo.cns != codigo.cns:
        return Erro("retificado-desconhecido", f"O selo a retificar, {alvo.codigo}, é de outra serventia.")
    if alvo.retificado_por is not None:
        return _ja_retificado(alvo)
    if alvo.situacao == OBJETADO:
        return None
    if alvo.ato == EXCLUSION:
        return Erro("xa-nao-se-retifica", f"O selo {alvo.codigo} é uma exclusão (XA): não se retifica.")
    if codigo.ato == EXCLUSION:
        return _prazo_xa(registro, alvo)
    if alvo.hibrido and (codigo.ato, registro.identificador) != (alvo.ato, alvo.identificador):
        return Erro("hibrido-so-data-ou-valor", f"O selo híbrido {alvo.codigo} só se retifica na data ou no valor.")
    return None


def _prazo_xa(registro: Registro, alvo: Guardado) -> Erro | None:
    if alvo.momento is None or registro.momento <= alvo.momento + PRAZO_XA:
        return None
    return Erro("prazo-xa", f"O prazo da exclusão (XA) acabou em {moment_text(alvo.momento + PRAZO_XA)}.")


def _ja_retificado(selo: Guardado) -> Erro:
    return Erro("ja-retificado", f"O selo {selo.codigo} já foi retificado, por {selo.retificado_por}.")


def atrasado(registro: Registro, alvos: Sequence[Guardado], agora: datetime) -> bool:
    """Return whether the report came after its 24 hours (T1).

    A retificador that keeps the act's time, or puts it earlier, has no term of its own: what it replaces had one.
    """
    if any(alvo.situacao == RECEBIDO and alvo.momento and registro.momento <= alvo.momento for alvo in alvos):
        return False
    return agora - registro.momento > PRAZO


def moment_text(moment: datetime) -> str:
    """Return a moment as people read it, in the office's time."""
    return f"{local(moment):%d/%m/%Y às %H:%M:%S}"


def _frase(error: ValueError) -> str:
    text = str(error)
    return f"{text[:1].upper()}{text[1:]}."
