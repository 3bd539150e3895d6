"""Reads the inputs of an acceptance: people, queue, the document's state. One read transaction, no business rules."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.engine import Connection

from printserver.delivery import queues
from printserver.documents import CivilDocument, Context, Document, Identity, LiveSelo, Pedido, identify
from printserver.ledger import Queue, civil_facts, documents, keys
from printserver.office import Office, Person, acting_person, people, ready


@dataclass(frozen=True, slots=True)
class Snapshot:
    """What an acceptance rests on: the document's live seals, the number that `proximo` stood for.

    `livro`: the job of the livro that a copy is made from, and its live seals. `record`: of Registro Civil, the codes
    of assento, PV and habilitação, and the piece that bears the last.
    """

    live: tuple[str, ...]
    livro: tuple[str, tuple[str, ...]] | None
    proximo: int
    record: tuple[str | None, ...] = ()


@dataclass(frozen=True, slots=True)
class Gathered:
    """Inputs read for a request. `instrumento_key` is the compared id of its instrumento, None without one (X0)."""

    who: Person
    subscritor: Person
    fila: Queue
    context: Context
    instrumento_key: str | None
    snapshot: Snapshot


def gather(office: Office, request: Pedido, now: datetime) -> Gathered:
    """Read the inputs of a request's plan.

    Raises `Recusa` as `ready.require`, and for unknown people, queues and instrumentos.
    """
    with office.db.read() as conn:
        ready.require(office, conn)
        who = acting_person(conn, office, request.escrevente)
        subscritor = _subscritor(conn, office, request, who)
        queue = queues.choose(conn, office, request.fila, request.documento.kind)
        context, key = documents.context(conn, office, request.documento, now)
        if isinstance(request.documento, CivilDocument):
            facts, key = civil_facts(conn, office.serventia_id, request.documento)
            context = replace(context, civil=facts)
        live = _live(conn, office, identify(request.documento, context))
        book = context.livro
        snapshot = Snapshot(
            live=_codes(live),
            livro=(book.job_id, _codes(book.selos)) if book is not None else None,
            proximo=context.next_traslado,
            record=_record(conn, office.serventia_id, request.documento),
        )
    return Gathered(who, subscritor, queue, context, key, snapshot)


def _live(conn: Connection, office: Office, identity: Identity) -> Sequence[LiveSelo]:
    number = keys.document_id(conn, office.serventia_id, identity.chave)
    return documents.live_selos(conn, office.serventia_id, number) if number is not None else ()


def look_again(
    conn: Connection,
    office: Office,
    document: Document,
    context: Context,
    key: str | None,
    live: Sequence[LiveSelo],
    proximo: int,
) -> Snapshot:
    """Return what the acceptance rests on as it is now: it must be the snapshot that was gathered with `context`.

    `live`: the live seals of its document. `proximo`: the number of the next traslado.
    """
    sid = office.serventia_id
    return Snapshot(
        live=_codes(live),
        livro=documents.live_codes(conn, sid, key) if key is not None and context.livro is not None else None,
        proximo=proximo,
        record=_record(conn, sid, document),
    )


def _codes(selos: Sequence[LiveSelo]) -> tuple[str, ...]:
    return tuple(selo.codigo for selo in selos)


def _record(conn: Connection, serventia_id: int, document: Document) -> tuple[str | None, ...]:
    """Return what a document of Registro Civil rests on (C7, C12, C18); nothing for one of Notas."""
    if not isinstance(document, CivilDocument):
        return ()
    facts, _key = civil_facts(conn, serventia_id, document)
    selos = (facts.selo, facts.pv, facts.habilitacao)
    return (*(selo.codigo if selo is not None else None for selo in selos), facts.peca)


def _subscritor(conn: Connection, office: Office, request: Pedido, who: Person) -> Person:
    """Return the subscritor of a copy (P3): the named one, else the office's. `who`: the person who acts."""
    name = request.subscritor or office.settings.pessoas.subscritor
    found = who if name == request.escrevente else acting_person(conn, office, name, "subscritor")
    people.require_subscritor(found.papel)
    return found
