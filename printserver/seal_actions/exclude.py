"""The exclusion (XA) of a single seal (X2, X4): of one without a print, of one ato of a deed, or of a whole print."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.delivery import withdraw_from_queue
from printserver.documents import Boolean, Reason, RequestModel, Text, read
from printserver.errors import Recusa
from printserver.jobs import undo
from printserver.ledger import documents, jobs, seal_view, seals
from printserver.office import Author, LogEntry, Office, people
from printserver.seal_actions.common import (
    acting_author,
    as_new,
    office_selo,
    require_live,
    require_within_term,
)
from printserver.seal_actions.once import do_once
from printserver.selo import EXCLUSION, Emolumentos


class Exclusao(RequestModel):
    """`POST /selos/{codigo}/xa`."""

    motivo: Reason
    fora_do_prazo: Boolean = False
    escrevente: Text


def exclude_selo(office: Office, author: Author, codigo: str, data: object, key: str | None = None) -> tuple[str, bool]:
    """Make the XA of a live seal. Return its code, and whether the key had made it before.

    The last live seal of a print takes the print with it: it may be made anew, and its copies are stale (X6).
    Raises `Recusa` `ja-excluido`, `selo-ja-retificado`, `prazo-xa-encerrado`, `impressao-em-andamento`,
    `estado-nao-permite` (the principal ato's seal while others of its deed are live), `nao-encontrado`.
    """
    people.require_right(author, "selos")
    request = read(Exclusao, data)
    _withdraw(office, author, codigo, request)

    def make(conn: Connection) -> tuple[Any, list[LogEntry]]:
        now = office.clock()
        who = acting_author(conn, office, author, request.escrevente)
        row = _check(conn, office, codigo, request, who)
        document = row["documento_id"]
        live = documents.live_selos(conn, office.serventia_id, document) if document is not None else ()
        mine = [each for each in live if each.codigo == row["codigo"]]
        if mine:
            _lock(conn, document)
            identity = undo.identity(conn, _job(conn, office, row))
            before, live = undo.require_nothing_on_its_way(conn, office, document, identity)
            if len(live) == 1:
                log = undo.undo_print(conn, office, document, before, live, request.motivo, who, now)
                log += undo.restore_replaced(conn, before, who)
                return _xa_of(conn, office, row["codigo"]), log
        new_selo = as_new(
            row,
            ato=EXCLUSION,
            descricao=f"Exclusão de ato: {row['descricao']}",
            momento=now,
            emolumentos=Emolumentos.zero(),
            isento=True,
            motivo_isencao="exclusão de ato",
            iss_a_parte=False,
        )
        copies = jobs.copies_of_livro(conn, office.serventia_id, [row["codigo"]], lock=True)
        issued, log = seals.rectify_selo(conn, office, [(row, new_selo)], request.motivo, who, now)
        return issued[0].codigo, log + undo.desatualizar(conn, copies, [row["codigo"]], who)

    made, repeated = do_once(office, author, f"POST /api/v1/selos/{codigo}/xa", data, key, make)
    return str(made), repeated


def _check(conn: Connection, office: Office, codigo: str, request: Exclusao, who: Author) -> Any:
    row = office_selo(conn, office, codigo)
    require_live(row)
    until = office.rules.terms.xa_until(seal_view.document_kind(conn, row), row["momento"])
    require_within_term(row, until, office.clock(), who.papel, request.fora_do_prazo, "a exclusão")
    if row["principal"] and row["documento_id"] is not None:
        live = documents.live_selos(conn, office.serventia_id, row["documento_id"])
        if len(live) > 1 and any(each.codigo == row["codigo"] for each in live):
            raise Recusa(
                "estado-nao-permite",
                f"O selo {row['codigo']} é o do ato principal, e há outros selos válidos no mesmo instrumento: exclua "
                "os outros antes, ou todos de uma vez pelo trabalho que os imprimiu.",
            )
    return row


def _withdraw(office: Office, author: Author, codigo: str, request: Exclusao) -> None:
    """Take the print of the seal, and copies that show it, off their way to paper first (X2)."""
    with office.db.read() as conn:
        table = db.selo
        mine = (table.c.serventia_id == office.serventia_id, table.c.codigo == codigo.upper(), table.c.vivo)
        row = conn.execute(sa.select(table).where(*mine)).mappings().one_or_none()
        if row is None or row["documento_id"] is None:
            return
        who = acting_author(conn, office, author, request.escrevente)
        _check(conn, office, codigo, request, who)
        prints = [
            jobs.live_job(conn, office.serventia_id, row["documento_id"]),
            *jobs.copies_of_livro(conn, office.serventia_id, [row["codigo"]]),
        ]
    for each in prints:
        if each is not None:
            withdraw_from_queue(office, each, who, "exclusão do selo")


def _lock(conn: Connection, document_id: int) -> None:
    """Lock the instrumento's and the document's rows, in the order that everyone does."""
    table = db.documento
    instrumento = conn.execute(sa.select(table.c.instrumento_id).where(table.c.id == document_id)).scalar_one()
    undo.lock_document(conn, {"instrumento_id": instrumento, "documento_id": document_id})


def _job(conn: Connection, office: Office, row: Any) -> Any:
    return jobs.job_by_id(conn, office.serventia_id, row["job_id"])


def _xa_of(conn: Connection, office: Office, codigo: str) -> str:
    table = db.selo
    query = sa.select(table.c.retificado_por).where(
        table.c.serventia_id == office.serventia_id, table.c.codigo == codigo
    )
    return str(conn.execute(query).scalar_one())
