"""Reads the inputs of an acceptance: people, queue, the document's state. One read transaction, no business rules."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.engine import Connection

from printserver.delivery import queues
from printserver.documents import Context, Identity, Pedido, identify
from printserver.ledger import Queue, documents, keys
from printserver.office import Office, Person, acting_person, people


@dataclass(frozen=True, slots=True)
class Snapshot:
    """The state that an acceptance depends on: live seals of document and livro, the number used for `proximo`."""

    live: tuple[str, ...]
    livro: str | None
    selos_do_livro: tuple[str, ...]
    proximo: int


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
    """Read the inputs of a request's plan. Raises `Recusa` for unknown people, queues and instrumentos."""
    with office.db.read() as conn:
        who = acting_person(conn, office, request.escrevente)
        subscritor = _subscritor(conn, office, request)
        queue = queues.choose(conn, office, request.fila, request.documento.tipo)
        context, key = documents.context(conn, office, request.documento, now)
        snapshot = look(conn, office, identify(request.documento, context), context, key)
    return Gathered(who, subscritor, queue, context, key, snapshot)


def look(conn: Connection, office: Office, identity: Identity, context: Context, key: str | None) -> Snapshot:
    """Read the snapshot of an acceptance; read again inside the transaction, it must be equal."""
    sid = office.serventia_id
    document = keys.document_id(conn, sid, identity.chave)
    live = documents.live_selos(conn, sid, document) if document is not None else ()
    livro = documents.live_livro(conn, sid, key, text=False) if key is not None and context.livro is not None else None
    return Snapshot(
        live=tuple(selo.codigo for selo in live),
        livro=livro.job_id if livro else None,
        selos_do_livro=tuple(selo.codigo for selo in livro.selos) if livro else (),
        proximo=context.next_traslado,
    )


def _subscritor(conn: Connection, office: Office, request: Pedido) -> Person:
    """Return the subscritor of a copy (P3): the named one, else the office's."""
    name = request.subscritor or office.settings.pessoas.subscritor
    found = acting_person(conn, office, name, "subscritor")
    people.require_subscritor(found.papel)
    return found
