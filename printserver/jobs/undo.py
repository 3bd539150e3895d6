"""Undoes a print: its seals are excluded, its folhas and papers freed or spoiled, what shows its seals marked stale.

Runs in the caller's transaction, once nothing of the print is on its way to paper (X2, X6, X7).
"""

from collections.abc import Mapping, Sequence
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.documents import Identity, LiveSelo, title
from printserver.jobs.guard import in_progress
from printserver.ledger import documents, jobs, on_its_way, seals
from printserver.office import Author, LogEntry, Office, change_proof


def undo_print(
    conn: Connection,
    office: Office,
    document_id: int,
    before: sa.RowMapping | None,
    live: Any,
    reason: str,
    who: Author,
    now: Any,
) -> list[LogEntry]:
    """Exclude the document's live seals; free or spoil its folhas (X7) and papers; mark what shows them stale (X6)."""
    sid, job = office.serventia_id, db.job
    codes = [selo.codigo for selo in live]
    copies = jobs.copies_of_livro(conn, sid, codes)
    entries = seals.exclude(conn, office, live, reason, who, now)
    if before is not None:
        here = (job.c.serventia_id == sid, job.c.id == before["id"])
        conn.execute(sa.update(job).where(*here).values(viva=False))
        _spoil_sheets(conn, office, before["id"], reason)
        what = {"selos_excluidos": codes, "motivo": reason}
        entries.append(registro(before["id"], before["estado"], who, what, viva=False))
    sides = db.folha_lado
    conn.execute(
        sa.update(sides)
        .where(sides.c.serventia_id == sid, sides.c.documento_id == document_id, sides.c.estado == "ocupada")
        .values(estado="inutilizada" if office.rules.folhas_novas else "livre")
    )
    return entries + desatualizar(conn, copies, codes, who)


def desatualizar(
    conn: Connection, copies: Sequence[sa.RowMapping], codes: Sequence[str], who: Author
) -> list[LogEntry]:
    """Mark prints stale that show excluded seals (X6). Return what the log is to say."""
    job = db.job
    for copy in copies:
        conn.execute(sa.update(job).where(job.c.n == copy["n"]).values(desatualizado=True))
    what = {"desatualizado": True, "selos_excluidos": list(codes)}
    return [registro(copy["id"], copy["estado"], who, what, desatualizado=True) for copy in copies]


def restore_replaced(conn: Connection, before: sa.RowMapping | None, who: Author) -> list[LogEntry]:
    """Make a print that the excluded one had replaced (X8) what it was: its seal never stopped being live."""
    if before is None or before["substitui"] is None:
        return []
    old = jobs.job_do_selo(conn, before["serventia_id"], before["substitui"])
    if old["substituido_por"] != before["id"]:
        return []
    table = db.job
    changes: dict[str, Any] = {"substituido_por": None}
    if old["documento_id"] == before["documento_id"]:
        changes["viva"] = True
    conn.execute(sa.update(table).where(table.c.n == old["n"]).values(**changes))
    return [registro(old["id"], old["estado"], who, {"substituicao_excluida": before["id"]}, **changes)]


def _spoil_sheets(conn: Connection, office: Office, job_id: str, reason: str) -> None:
    """The sheets of an excluded print are spoiled: their numbers are never used again (P5)."""
    table = db.papel
    conn.execute(
        sa.update(table)
        .where(table.c.serventia_id == office.serventia_id, table.c.job_id == job_id)
        .values(estado="inutilizado", motivo=reason)
    )


def require_nothing_on_its_way(
    conn: Connection, office: Office, document_id: int, identity: Identity
) -> tuple[sa.RowMapping | None, tuple[LiveSelo, ...]]:
    """Return the document's live print and seals. Raises unless nothing of it, or of a copy, may still come out (X2).

    The race: a person sends one of them to paper again in this moment. The rows are locked: it waits, and is refused.
    """
    sid = office.serventia_id
    before = jobs.live_job(conn, sid, document_id, lock=True)
    live = documents.live_selos(conn, sid, document_id)
    for each in [before, *jobs.copies_of_livro(conn, sid, [selo.codigo for selo in live], lock=True)]:
        if each is not None and on_its_way(each):
            raise in_progress(identity, each)
    return before, live


def lock_document(conn: Connection, row: Mapping[Any, Any]) -> int:
    """Lock the instrumento's and the document's rows, in that order."""
    for table, key in ((db.instrumento, row["instrumento_id"]), (db.documento, row["documento_id"])):
        if key is not None:
            conn.execute(sa.select(table.c.id).where(table.c.id == key).with_for_update())
    return int(row["documento_id"])


def identity(conn: Connection, row: sa.RowMapping) -> Identity:
    table = db.documento
    key = conn.execute(sa.select(table.c.chave).where(table.c.id == row["documento_id"])).scalar_one()
    return Identity(row["tipo"], key, title(row["campos"]), row["campos"])


def registro(job_id: str, state: str, who: Author, detalhe: Mapping[str, Any], **changed: Any) -> LogEntry:
    """Return what the log is to say of a job; `changed`: the columns that moved, with their new values (A6)."""
    kept = change_proof(**changed) if changed else None
    return LogEntry("job", job_id, state, who.pessoa, who.sistema, who.endereco, detalhe, kept)
