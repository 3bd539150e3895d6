"""Undoes a print: excludes its seals, frees or spoils its folhas and sheets, marks its copies outdated.

Runs in the caller's transaction, when no part of the print can still be printed (X2, X6, X7).
"""

from collections.abc import Sequence

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.common.data import Columns
from printserver.documents import Identity, LiveSelo, title
from printserver.jobs.guard import in_progress
from printserver.ledger import Job, documents, jobs, seals
from printserver.office import Act, Office


def undo_print(act: Act, document_id: int, before: Job | None, live: Sequence[LiveSelo], reason: str) -> None:
    """Exclude the document's live seals; free or spoil its folhas (X7), spoil its sheets, mark copies outdated (X6)."""
    conn, office, job = act.conn, act.office, db.job
    sid = office.serventia_id
    codes = [selo.codigo for selo in live]
    copies = jobs.copies_of_livro(conn, sid, codes)
    seals.exclude(act, live, reason)
    if before is not None:
        here = (job.c.serventia_id == sid, job.c.id == before.id)
        conn.execute(sa.update(job).where(*here).values(viva=False))
        _spoil_sheets(act, before.id, reason)
        what = {"selos_excluidos": codes, "motivo": reason}
        jobs.log_job(act, before.id, before.estado, what, viva=False)
    sides = db.folha_lado
    conn.execute(
        sa.update(sides)
        .where(sides.c.serventia_id == sid, sides.c.documento_id == document_id, sides.c.estado == "ocupada")
        .values(estado="inutilizada" if office.rules.folhas_novas else "livre")
    )
    mark_outdated(act, copies, codes)


def mark_outdated(act: Act, copies: Sequence[Job], codes: Sequence[str]) -> None:
    """Mark prints that show excluded seals as outdated (X6)."""
    job = db.job
    what = {"desatualizado": True, "selos_excluidos": list(codes)}
    for copy in copies:
        its = (job.c.serventia_id == copy.serventia_id, job.c.n == copy.n)
        act.conn.execute(sa.update(job).where(*its).values(desatualizado=True))
        jobs.log_job(act, copy.id, copy.estado, what, desatualizado=True)


def restore_replaced(act: Act, before: Job | None) -> None:
    """Restore the print replaced by the excluded one (X8); its seal stayed live."""
    if before is None or before.substitui is None:
        return
    old = jobs.job_do_selo(act.conn, before.serventia_id, before.substitui)
    if old.substituido_por != before.id:
        return
    table = db.job
    changes: Columns = {"substituido_por": None}
    if old.documento_id == before.documento_id:
        changes["viva"] = True
    its = (table.c.serventia_id == old.serventia_id, table.c.n == old.n)
    act.conn.execute(sa.update(table).where(*its).values(**changes))
    jobs.log_job(act, old.id, old.estado, {"substituicao_excluida": before.id}, **changes)


def _spoil_sheets(act: Act, job_id: str, reason: str) -> None:
    """Mark the sheets of an excluded print as spoiled: their numbers are never used again (P5)."""
    table = db.papel
    mine = (table.c.serventia_id == act.office.serventia_id, table.c.job_id == job_id, table.c.estado == "usado")
    spoiled = {"estado": "inutilizado", "motivo": reason, "quem": act.author.pessoa, "quando": act.now}
    act.conn.execute(sa.update(table).where(*mine).values(**spoiled))


def require_nothing_on_its_way(
    conn: Connection, office: Office, document_id: int, identity: Identity
) -> tuple[Job | None, tuple[LiveSelo, ...]]:
    """Return the document's live print and seals. Raises if it or a copy of it may still be printed (X2).

    The rows are locked: a concurrent resend waits and is refused.
    """
    sid = office.serventia_id
    before = jobs.live_job(conn, sid, document_id, lock=True)
    live = documents.live_selos(conn, sid, document_id)
    for each in [before, *jobs.copies_of_livro(conn, sid, [selo.codigo for selo in live], lock=True)]:
        if each is not None and each.on_its_way:
            raise in_progress(identity, each)
    return before, live


def identity(conn: Connection, job: Job) -> Identity:
    """Return the identity of a job's document."""
    table = db.documento
    its = (table.c.serventia_id == job.serventia_id, table.c.id == job.documento_id)
    key = conn.execute(sa.select(table.c.chave).where(*its)).scalar_one()
    return Identity(job.tipo, key, title(job.campos), job.campos)
