"""The rectification of a seal (R1): another, with another type, date, value or identifier, takes its place."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from pydantic import model_validator
from sqlalchemy.engine import Connection

from printserver.documents.fields import (
    CodigoDoAto,
    Data,
    Identificador,
    Logico,
    Motivo,
    Texto,
    erro,
)
from printserver.documents.model import Valor
from printserver.documents.moment import momento_do_ato
from printserver.documents.reading import ler
from printserver.errors import entrada_invalida
from printserver.ledger import seals
from printserver.office import people
from printserver.office.audit import Registro
from printserver.office.office import Office
from printserver.office.people import Autor
from printserver.seal_actions.common import (
    agir,
    como_novo,
    lugar,
    no_prazo,
    selo_da_casa,
    valor,
    vivo,
)
from printserver.seal_actions.once import uma_vez
from printserver.selo import SeloNovo


class Retificacao(Valor):
    """`POST /selos/{codigo}/retificacao`: what is wrong, as it should be."""

    data: Data | None = None
    ato: CodigoDoAto | None = None
    identificador: Identificador | None = None
    motivo: Motivo
    fora_do_prazo: Logico = False  # beyond the contract's list: of type and identifier, past their term (X4)
    escrevente: Texto

    @model_validator(mode="after")
    def _algo_muda(self) -> "Retificacao":
        if self.data is None and self.ato is None and self.identificador is None and not self.tem_valor:
            raise erro("diga o que se retifica: data, ato, identificador ou valor", "data")
        return self


def retificar(office: Office, autor: Autor, codigo: str, dados: object, chave: str | None = None) -> tuple[str, bool]:
    """Make the retificador of a live seal. Return its code, and whether the key had made it before.

    Raises `Recusa` `ja-excluido`, `selo-ja-retificado`, `prazo-xa-encerrado` (type and identifier, X4), `data-do-ato`,
    `entrada-invalida` (R3: of a paper seal only date and value), `nao-encontrado` and as `avulsos.selar`.
    """
    people.exigir_direito(autor, "selos")

    def fazer(conn: Connection) -> tuple[Any, list[Registro]]:
        pedido = ler(Retificacao, dados)
        agora = office.clock()
        quem = agir(conn, office, autor, pedido.escrevente)
        row, novo = _planejar(conn, office, quem, codigo, pedido, agora)
        velho = dict(row)
        if novo.identificador != row["identificador"] and row["job_id"] is None:
            place = lugar(row["origem"], pedido.identificador or "")
            velho |= {
                "livro": place.livro,
                "folha_inicial": place.folha,
                "termo": place.termo,
                "matricula": place.matricula,
            }
        emitidos, log = seals.retificar(conn, office, [(velho, novo)], pedido.motivo, quem, agora)
        return emitidos[0].codigo, log

    feito, repetido = uma_vez(office, autor, f"POST /api/v1/selos/{codigo}/retificacao", dados, chave, fazer)
    return str(feito), repetido


def simular(office: Office, autor: Autor, codigo: str, dados: object) -> tuple[SeloNovo, SeloNovo]:
    """Return the seal as it is and as its retificador would be; nothing is made. Raises as `retificar`."""
    people.exigir_direito(autor, "selos")
    pedido = ler(Retificacao, dados)
    with office.db.read() as conn:
        quem = agir(conn, office, autor, pedido.escrevente)
        row, novo = _planejar(conn, office, quem, codigo, pedido, office.clock())
        return como_novo(row), novo


def _planejar(
    conn: Connection, office: Office, quem: Autor, codigo: str, pedido: Retificacao, agora: datetime
) -> tuple[Mapping[Any, Any], SeloNovo]:
    """Return the seal's row and its retificador to be made. Raises as `retificar`."""
    row = selo_da_casa(conn, office, codigo)
    vivo(row)
    mudado = _mudado(office, pedido, row)
    if {"ato", "identificador"} & set(mudado):
        horas = office.settings.xa.prazo_tipo_horas
        no_prazo(row, horas, agora, quem.papel, pedido.fora_do_prazo, "a retificação do tipo ou do identificador")
    if pedido.data is not None:
        mudado["momento"] = momento_do_ato(pedido.data, pedido.motivo, agora, campo="retificacao")
    novo = como_novo(row, **mudado)
    if novo == como_novo(row):
        raise entrada_invalida("corpo", "nada muda: o selo já tem estes dados")
    return row, novo


def _mudado(office: Office, pedido: Retificacao, row: Any) -> dict[str, Any]:
    mudado: dict[str, Any] = {}
    antigo = office.atos.get(row["ato"])
    hibrido = antigo is not None and antigo.hibrido
    for name in ("ato", "identificador"):
        value = getattr(pedido, name)
        if value is None or value == row[name]:
            continue
        if hibrido:
            raise entrada_invalida(name, "de um selo de papel (híbrido) só se retificam a data e o valor")
        mudado[name] = value
    if "ato" in mudado:
        tipo = office.atos.conferir(mudado["ato"], natureza=row["natureza"], campo="ato", retifica=True)
        if tipo.so_retificador:
            raise entrada_invalida("ato", "a exclusão se faz pela chamada própria: /xa")
        mudado |= {"descricao": tipo.descricao, "iss_a_parte": tipo.iss_a_parte}
    if pedido.tem_valor:
        emolumentos, isento, motivo = valor(office, pedido, row["natureza"])
        mudado |= {"emolumentos": emolumentos, "isento": isento, "motivo_isencao": motivo}
        if antigo is not None and "ato" not in mudado:
            mudado["iss_a_parte"] = antigo.iss_a_parte  # D1: also where the seal reported no ISS so far
    return mudado
