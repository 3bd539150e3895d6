"""Removes text and PDF of the prints whose term is over: a daily pass of the engine, and a command (A3).

1. Mark the prints, each on record in the log. From then on they are refused with `removido`.
2. Take out of what they named all that a kept print still names: equal texts and pages are stored once.
3. Delete the rest: texts in the database, PDFs in the spool, layouts, images of pages. A print that was accepted
   meanwhile found its text stored: what it names stays too.

A pass that breaks off after the first step is finished by the next: it takes up the prints of the last days again.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.clock import day_start, local_date
from printserver.common.data import Row
from printserver.delivery import spool
from printserver.documents import KINDS
from printserver.ledger import FAILED, UNCERTAIN, jobs
from printserver.office import Office, acting, audit
from printserver.retention import named

_AT_ONCE: Final = 200  # prints of one transaction
_PASS: Final = 20_000  # prints of one pass: what they named is held in memory
_AGAIN: Final = timedelta(days=7)


@dataclass(slots=True)
class Removed:
    """What a pass removed: prints by kind, texts, and files."""

    jobs: dict[str, int] = field(default_factory=dict)
    texts: int = 0
    files: int = 0


def count_expired(office: Office) -> dict[str, int]:
    """Return how many prints of each kind a pass would remove now; kinds without any are left out."""
    now, found = office.clock(), {}
    with office.db.read() as conn:
        for kind, cut in _terms(office, now):
            query = sa.select(sa.func.count()).select_from(db.job).where(*_over(office, kind, cut))
            if count := conn.execute(query).scalar_one():
                found[kind] = count
    return found


def remove_expired(office: Office) -> Removed:
    """Remove text and PDF of the prints whose term is over, at most some thousand of them. Each is on record.

    Raises OSError if a file cannot be deleted; the next pass does it again.
    """
    now, made = office.clock(), Removed()
    left = _PASS
    for kind, cut in _terms(office, now):
        while left > 0 and (count := _mark_some(office, kind, cut, min(left, _AT_ONCE))):
            made.jobs[kind] = made.jobs.get(kind, 0) + count
            left -= count
    gone = _named_by_removed(office, now)
    if gone:
        with office.db.read() as conn:
            seen, _hash = audit.head(conn, office.serventia_id)
            named.keep_used(conn, office.serventia_id, gone)
        made.texts = _delete_texts(office, gone, seen)
        made.files = _delete_files(office, gone, seen)
    return made


def _terms(office: Office, now: datetime) -> Iterator[tuple[str, datetime]]:
    """Yield the kinds that have a term, and the moment before which their prints are removed."""
    for kind in KINDS:
        if days := office.settings.prazos.of(kind):
            yield kind, day_start(local_date(now) - timedelta(days=days))


def _over(office: Office, kind: str, cut: datetime) -> tuple[sa.ColumnElement[bool], ...]:
    """Return the conditions of a print whose term is over, since it last went to its queue.

    One that may still come to paper is never removed.
    """
    job, tries = db.job.c, db.tentativa.c
    its_attempts = (tries.serventia_id == job.serventia_id, tries.job_id == job.id)
    lately = sa.select(tries.id).where(*its_attempts, tries.criada_em >= cut).correlate(db.job).exists()
    settled = job.estado.not_in((UNCERTAIN, FAILED)) | ~job.viva
    mine = (job.serventia_id == office.serventia_id, job.tipo == kind, job.criado_em < cut)
    return (*mine, job.removido_em.is_(None), job.encerrado, settled, ~lately)


def _mark_some(office: Office, kind: str, cut: datetime, most: int) -> int:
    table = db.job
    query = sa.select(table.c.n, table.c.id, table.c.estado, table.c.instrumento_id).where(*_over(office, kind, cut))
    with office.db.read() as conn:
        if conn.execute(query.limit(1)).first() is None:
            return 0
    with acting(office) as act:
        rows = act.conn.execute(query.order_by(table.c.n).limit(most).with_for_update()).all()
        for row in rows:
            its = db.this_row(table, office.serventia_id, row.n)
            act.conn.execute(sa.update(table).where(its).values(removido_em=act.now))
            jobs.log_job(act, row.id, row.estado, {"removido": True}, removido_em=act.now)
        if kind == "minuta":
            _forget_minutas(act.conn, office.serventia_id, cut, [row.instrumento_id for row in rows])
        if rows:
            act.log("guarda", "textos", "removidos", {"documentos": len(rows), "tipo": kind})
    return len(rows)


def _forget_minutas(conn: Connection, serventia_id: int, cut: datetime, ids: Sequence[int | None]) -> None:
    """Take away the newest minuta that instrumentos keep (N8), if it is over too."""
    table = db.instrumento
    over = (table.c.serventia_id == serventia_id, table.c.id.in_(ids), table.c.minuta_em < cut)
    conn.execute(sa.update(table).where(*over).values(minuta=None, minuta_em=None))


def _named_by_removed(office: Office, now: datetime) -> named.Named:
    """Return what the prints removed in the last days name: those of this pass, and of one that broke off."""
    table, found = db.job, named.Named()
    lately = (table.c.serventia_id == office.serventia_id, table.c.removido_em >= now - _AGAIN)
    with office.db.read() as conn:
        rows: Iterator[Row] = iter(conn.execute(named.query().where(*lately)).mappings())
        while some := list(islice(rows, _AT_ONCE)):
            for row in some:
                found.add(row)
        named.add_attempts(conn, office.serventia_id, found)
    return found


def _delete_texts(office: Office, gone: named.Named, seen: int) -> int:
    table, total = db.corpo, 0
    for some in named.in_parts(gone.bodies):
        with office.db.write() as conn:
            if not office.db.sqlite:  # waits for the transactions that found a text stored, and keeps others away
                conn.exec_driver_sql("LOCK TABLE corpo IN SHARE ROW EXCLUSIVE MODE")
            named.keep_used_since(conn, office.serventia_id, seen, gone)
            these = (table.c.serventia_id == office.serventia_id, table.c.sha256.in_(gone.bodies.intersection(some)))
            total += conn.execute(sa.delete(table).where(*these)).rowcount
    return total


def _delete_files(office: Office, gone: named.Named, seen: int) -> int:
    """Delete PDFs, images and layouts. One that is needed after all is made again, byte by byte, from its text."""
    with office.db.read() as conn:
        named.keep_used_since(conn, office.serventia_id, seen, gone)
    total = 0
    for digest in gone.pdfs:
        path = spool.path_of(office.spool, digest)
        total += path.exists()
        path.unlink(missing_ok=True)
        office.imagens.discard(digest)
    for layout in gone.layouts:
        office.render.discard(layout)
    return total
