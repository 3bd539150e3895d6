"""Exclusion (XA) of one seal (X2, X4): without a print, of one ato of a deed, or of a complete print."""

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.delivery import withdraw_from_queue
from printserver.documents import Boolean, Reason, RequestModel, Text, read
from printserver.errors import Recusa
from printserver.jobs import undo
from printserver.ledger import Call, Outcome, Seal, do_once, documents, jobs, keys, seal_view, seals
from printserver.office import Act, Author, Office, acting, acting_author, people
from printserver.seal_actions.common import (
    BUSY,
    act_as,
    as_new,
    office_selo,
    require_live,
    require_within_term,
)
from printserver.selo import EXCLUSION, Emolumentos


class Exclusao(RequestModel):
    """`POST /selos/{codigo}/xa`."""

    motivo: Reason
    fora_do_prazo: Boolean = False
    escrevente: Text


def exclude_selo(office: Office, author: Author, codigo: str, data: object, key: str | None = None) -> tuple[str, bool]:
    """Issue the XA of a live seal. Return its code, and whether the key had already issued it.

    Excluding the last live seal of a print undoes the print: it may be printed again, and its copies are outdated (X6).
    Raises `Recusa` `ja-excluido`, `selo-ja-retificado`, `prazo-xa-encerrado`, `impressao-em-andamento`,
    `estado-nao-permite` (the principal ato's seal while others of its deed are live), `nao-encontrado`.
    """
    people.require_right(author, "selos")
    request = read(Exclusao, data)
    _withdraw(office, author, codigo, request)

    def make(call: Call) -> Outcome:
        with acting(office, author) as act:
            return call.done(act, made=_exclude(act, codigo, request))

    outcome, repeated = do_once(office, author, f"POST /api/v1/selos/{codigo}/xa", data, key, make, BUSY)
    return str(outcome.feito), repeated


def simulate(office: Office, author: Author, codigo: str, data: object) -> None:
    """Raise as `exclude_selo` for a seal that cannot be excluded; write nothing."""
    people.require_right(author, "selos")
    request = read(Exclusao, data)
    with office.db.read() as conn:
        who = acting_author(conn, office, author, request.escrevente, "selos")
        _check(conn, office, codigo, request, who)


def _exclude(act: Act, codigo: str, request: Exclusao) -> str:
    conn, office = act.conn, act.office
    seal = _check(conn, office, codigo, request, act_as(act, request.escrevente))
    document = seal.documento_id
    if document is not None and any(
        each.codigo == seal.codigo for each in documents.live_selos(conn, office.serventia_id, document)
    ):
        keys.lock_known_document(conn, office.serventia_id, document)
        identity = undo.identity(conn, jobs.get_job(conn, office.serventia_id, seal.job_id or ""))
        before, live = undo.require_nothing_on_its_way(conn, office, document, identity)
        if len(live) == 1:
            undo.undo_print(act, document, before, live, request.motivo)
            undo.restore_replaced(act, before)
            return _xa_of(conn, office, seal.codigo)
    new_selo = as_new(
        seal,
        ato=EXCLUSION,
        descricao=f"Exclusão de ato: {seal.descricao}",
        momento=act.now,
        emolumentos=Emolumentos.zero(),
        isento=True,
        motivo_isencao="exclusão de ato",
        iss_a_parte=False,
    )
    copies = jobs.copies_of_livro(conn, office.serventia_id, [seal.codigo], lock=True)
    issued = seals.rectify_selo(act, [(seal, new_selo)], request.motivo)
    undo.mark_outdated(act, copies, [seal.codigo])
    return issued[0].codigo


def _check(conn: Connection, office: Office, codigo: str, request: Exclusao, who: Author) -> Seal:
    seal = office_selo(conn, office, codigo)
    require_live(seal)
    until = office.rules.terms.xa_until(seal_view.document_kind(conn, seal), seal.momento)
    require_within_term(seal, until, office.clock(), who.papel, request.fora_do_prazo, "a exclusão")
    if seal.principal and seal.documento_id is not None:
        live = documents.live_selos(conn, office.serventia_id, seal.documento_id)
        if len(live) > 1 and any(each.codigo == seal.codigo for each in live):
            raise Recusa(
                "estado-nao-permite",
                f"O selo {seal.codigo} é o do ato principal, e há outros selos válidos no mesmo instrumento: exclua "
                "os outros antes, ou todos de uma vez pelo trabalho que os imprimiu.",
            )
    return seal


def _withdraw(office: Office, author: Author, codigo: str, request: Exclusao) -> None:
    """Withdraw the seal's print and the copies that show it from their queues (X2)."""
    with office.db.read() as conn:
        table = db.selo
        mine = (table.c.serventia_id == office.serventia_id, table.c.codigo == codigo.upper(), table.c.vivo)
        row = conn.execute(sa.select(table).where(*mine)).mappings().one_or_none()
        if row is None or row["documento_id"] is None:
            return
        who = acting_author(conn, office, author, request.escrevente, "selos")
        _check(conn, office, codigo, request, who)
        prints = [
            jobs.live_job(conn, office.serventia_id, row["documento_id"]),
            *jobs.copies_of_livro(conn, office.serventia_id, [row["codigo"]]),
        ]
    for each in prints:
        if each is not None:
            withdraw_from_queue(office, each.as_row(), who, "exclusão do selo")


def _xa_of(conn: Connection, office: Office, codigo: str) -> str:
    table = db.selo
    query = sa.select(table.c.retificado_por).where(
        table.c.serventia_id == office.serventia_id, table.c.codigo == codigo
    )
    return str(conn.execute(query).scalar_one())
