"""The exclusion (XA) of a single seal (X2, X4): of one without a print, of one ato of a deed, or of a whole print."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.delivery.withdraw import tirar_da_fila
from printserver.documents.fields import (
    Logico,
    Modelo,
    Motivo,
    Texto,
)
from printserver.documents.reading import ler
from printserver.errors import Recusa
from printserver.jobs import undo
from printserver.ledger import documents, jobs, seals
from printserver.office import people
from printserver.office.audit import Registro
from printserver.office.office import Office
from printserver.office.people import Autor
from printserver.seal_actions.common import (
    agir,
    como_novo,
    no_prazo,
    selo_da_casa,
    vivo,
)
from printserver.seal_actions.once import uma_vez
from printserver.selo import EXCLUSAO, Emolumentos


class Exclusao(Modelo):
    """`POST /selos/{codigo}/xa`."""

    motivo: Motivo
    fora_do_prazo: Logico = False
    escrevente: Texto


def excluir(office: Office, autor: Autor, codigo: str, dados: object, chave: str | None = None) -> tuple[str, bool]:
    """Make the XA of a live seal. Return its code, and whether the key had made it before.

    The last live seal of a print takes the print with it: it may be made anew, and its copies are stale (X6).
    Raises `Recusa` `ja-excluido`, `selo-ja-retificado`, `prazo-xa-encerrado`, `impressao-em-andamento`,
    `estado-nao-permite` (the principal ato's seal while others of its deed are live), `nao-encontrado`.
    """
    people.exigir_direito(autor, "selos")
    pedido = ler(Exclusao, dados)
    _tirar(office, autor, codigo, pedido)

    def fazer(conn: Connection) -> tuple[Any, list[Registro]]:
        agora = office.clock()
        quem = agir(conn, office, autor, pedido.escrevente)
        row = _conferir(conn, office, codigo, pedido, quem)
        documento = row["documento_id"]
        vivos = documents.selos_vivos(conn, office.serventia_id, documento) if documento is not None else ()
        mine = [each for each in vivos if each.codigo == row["codigo"]]
        if mine:
            _travar(conn, documento)
            identidade = undo.identidade(conn, _job(conn, office, row))
            before, vivos = undo.nada_a_caminho(conn, office, documento, identidade)
            if len(vivos) == 1:
                log = undo.desfazer(conn, office, documento, before, vivos, pedido.motivo, quem, agora)
                log += undo.devolver_substituida(conn, before, quem)
                return _xa_de(conn, office, row["codigo"]), log
        novo = como_novo(
            row,
            ato=EXCLUSAO,
            descricao=f"Exclusão de ato: {row['descricao']}",
            momento=agora,
            emolumentos=Emolumentos.zero(),
            isento=True,
            motivo_isencao="exclusão de ato",
            iss_a_parte=False,
        )
        copies = jobs.copias_do_livro(conn, office.serventia_id, [row["codigo"]], travar=True)
        emitidos, log = seals.retificar(conn, office, [(row, novo)], pedido.motivo, quem, agora)
        return emitidos[0].codigo, log + undo.desatualizar(conn, copies, [row["codigo"]], quem)

    feito, repetido = uma_vez(office, autor, f"POST /api/v1/selos/{codigo}/xa", dados, chave, fazer)
    return str(feito), repetido


def _conferir(conn: Connection, office: Office, codigo: str, pedido: Exclusao, quem: Autor) -> Any:
    row = selo_da_casa(conn, office, codigo)
    vivo(row)
    no_prazo(row, office.settings.xa.prazo_horas, office.clock(), quem.papel, pedido.fora_do_prazo, "a exclusão")
    if row["principal"] and row["documento_id"] is not None:
        vivos = documents.selos_vivos(conn, office.serventia_id, row["documento_id"])
        if len(vivos) > 1 and any(each.codigo == row["codigo"] for each in vivos):
            raise Recusa(
                "estado-nao-permite",
                f"O selo {row['codigo']} é o do ato principal, e há outros selos válidos no mesmo instrumento: exclua "
                "os outros antes, ou todos de uma vez pelo trabalho que os imprimiu.",
            )
    return row


def _tirar(office: Office, autor: Autor, codigo: str, pedido: Exclusao) -> None:
    """Take the print of the seal, and copies that show it, off their way to paper first (X2)."""
    with office.db.read() as conn:
        table = db.selo
        mine = (table.c.serventia_id == office.serventia_id, table.c.codigo == codigo.upper(), table.c.vivo)
        row = conn.execute(sa.select(table).where(*mine)).mappings().one_or_none()
        if row is None or row["documento_id"] is None:
            return
        quem = agir(conn, office, autor, pedido.escrevente)
        _conferir(conn, office, codigo, pedido, quem)
        prints = [
            jobs.job_vivo(conn, office.serventia_id, row["documento_id"]),
            *jobs.copias_do_livro(conn, office.serventia_id, [row["codigo"]]),
        ]
    for each in prints:
        if each is not None:
            tirar_da_fila(office, each, quem, "exclusão do selo")


def _travar(conn: Connection, documento_id: int) -> None:
    """Lock the instrumento's and the document's rows, in the order that everyone does."""
    table = db.documento
    instrumento = conn.execute(sa.select(table.c.instrumento_id).where(table.c.id == documento_id)).scalar_one()
    undo.travar_documento(conn, {"instrumento_id": instrumento, "documento_id": documento_id})


def _job(conn: Connection, office: Office, row: Any) -> Any:
    return jobs.job_por_id(conn, office.serventia_id, row["job_id"])


def _xa_de(conn: Connection, office: Office, codigo: str) -> str:
    table = db.selo
    query = sa.select(table.c.retificado_por).where(
        table.c.serventia_id == office.serventia_id, table.c.codigo == codigo
    )
    return str(conn.execute(query).scalar_one())
