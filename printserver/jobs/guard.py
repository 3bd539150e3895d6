"""The reprint guard, under the document's lock: returns the question that blocks a print, if any (X1)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.engine import Connection

from printserver.common.text import capitalized
from printserver.documents import (
    KINDS,
    AffectedPrint,
    Identity,
    LiveSelo,
    decide,
    label,
    normalize,
    spelled_before,
    titles,
)
from printserver.errors import Recusa
from printserver.jobs.gather import look_again
from printserver.jobs.prepare import Prepared
from printserver.ledger import Changed, Job, documents, jobs, keys, questions
from printserver.office import Office


@dataclass(frozen=True, slots=True)
class Locked:
    """The locked rows of a document and of its instrumento, and the document's live seals, read under the lock.

    `new`: this transaction inserted the document: it has no seals, print, question or names.
    """

    documento_id: int
    instrumento_id: int | None
    new: bool
    live: Sequence[LiveSelo]


def lock(conn: Connection, office: Office, p: Prepared) -> Locked:
    """Lock the rows of instrumento and document and read again. Raises `Changed` if `p`'s snapshot is stale."""
    sid = office.serventia_id
    identity = p.plan.identity
    instrumento_id = None
    if p.instrumento_key is not None:
        instrumento_id = keys.lock_instrumento(conn, sid, p.instrumento_key)
    numero = identity.campos.get("numero")
    copy_number = int(numero) if numero is not None else None
    quoted = p.context.civil.processo
    if quoted is not None and identity.tipo != "habilitacao":  # its seal stays as it was read until this is stored (C7)
        key = f"habilitacao:{normalize(quoted)}"
        bearer = keys.document_id(conn, sid, key)
        if bearer is not None:
            keys.lock_known_document(conn, office.serventia_id, bearer)
    document = keys.lock_document(conn, sid, identity.chave, identity.tipo, instrumento_id, copy_number)
    context = p.context
    numero = getattr(p.pedido.documento, "numero", None)
    proximo = documents.next_traslado(conn, sid, instrumento_id) if numero == "proximo" else context.next_traslado
    live = () if document.new else documents.live_selos(conn, sid, document.id)
    if look_again(conn, office, p.pedido.documento, context, p.instrumento_key, live, proximo) != p.snapshot:
        raise Changed
    return Locked(document.id, instrumento_id, document.new, live)


def blocking_question(
    conn: Connection, office: Office, p: Prepared, locked: Locked, now: datetime
) -> questions.Text | None:
    """Return the question that blocks a second print of a document with live seals (X1); None if it is allowed.

    Raises `Recusa` `impressao-em-andamento`, `prazo-xa-encerrado`.
    """
    sid = office.serventia_id
    if p.plan.civil is not None and p.plan.civil.habilitacao is not None and not p.plan.selos:
        return None  # another piece, which quotes the seal and bears none (C7)
    live = locked.live
    if not live:
        return None
    before = jobs.live_job(conn, sid, locked.documento_id, lock=True)
    if before is None:
        return None
    if before.on_its_way:
        raise in_progress(p.plan.identity, before, printed_as=label(before.campos))
    if p.plan.substitui in {selo.codigo for selo in live}:
        return None
    further = KINDS[p.plan.identity.tipo].further
    numero = documents.next_traslado(conn, sid, before.instrumento_id) if further == "traslado" else None
    try:
        question = decide(
            p.plan.identity,
            live,
            now,
            office.rules,
            atinge=affected(conn, office, [selo.codigo for selo in live]),
            next_traslado=numero,
            printed_as=label(before.campos),
        )
    except Recusa as refusal:
        refusal.extra["anterior"] = jobs.previous(before, p.plan.identity.campos)
        raise
    assert question is not None
    said = question.as_json()
    return questions.Text("xa", said["texto"], said["selos"], said["atinge"], question.xa_ate, said["alternativas"])


def in_progress(identity: Identity, before: Job, *, printed_as: str | None = None) -> Recusa:
    """Return the refusal for an act that must wait for a print of the document, or of an affected one, to end.

    `printed_as`: the `rotulo` of that print, if it is of the same document.
    """
    return Recusa(
        "impressao-em-andamento",
        f"{capitalized(identity.rotulo)}{spelled_before(identity, printed_as)}: "
        "está a caminho do papel agora. Espere que termine, ou cancele-o.",
        extra={"anterior": jobs.previous(before, identity.campos if printed_as is not None else None)},
        retry_after=2,
    )


def affected(conn: Connection, office: Office, codigos: list[str]) -> list[AffectedPrint]:
    """Return the prints that show one of these seals of a livro and would be outdated without it (X6)."""
    copies = jobs.copies_of_livro(conn, office.serventia_id, codigos)
    return [AffectedPrint(job.id, titles.title(job.campos), job.campos) for job in copies]
