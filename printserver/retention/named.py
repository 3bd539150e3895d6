"""What prints name by hash: texts, PDFs and layouts. Equal content is stored once, so that many prints may name it."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import islice
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.common.data import Row

_AT_ONCE: Final = 500
_BODY: Final = re.compile(r'"sha256": ?"([0-9a-f]{64})"')
WITH_BODIES: Final = ("pedido", "composicao", "instrumento_fixado")


@dataclass(slots=True)
class Named:
    """Hashes of texts, PDFs and layouts, and the ids of the prints that name them."""

    ids: set[str] = field(default_factory=set)
    bodies: set[str] = field(default_factory=set)
    pdfs: set[str] = field(default_factory=set)
    layouts: set[str] = field(default_factory=set)

    def __bool__(self) -> bool:
        return bool(self.ids)

    def add(self, row: Row) -> None:
        """Add what a row of `query` names."""
        self.ids.add(row["id"])
        self.layouts.add(row["layout"])
        if row["pdf_sha256"]:
            self.pdfs.add(row["pdf_sha256"])
        for name in WITH_BODIES:
            self.bodies.update(_BODY.findall(row[name] or ""))

    def discard(self, row: Row) -> None:
        """Take out what a row of `query` names."""
        self.layouts.discard(row["layout"])
        self.pdfs.discard(row["pdf_sha256"])
        for name in WITH_BODIES:
            self.bodies.difference_update(_BODY.findall(row[name] or ""))


def query() -> sa.Select[Any]:
    """Return the query of what prints name; the texts of JSON columns are not parsed."""
    job = db.job.c
    texts = (sa.cast(job[name], sa.Text).label(name) for name in WITH_BODIES)
    found = sa.select(job.id, job.layout, job.pdf_sha256, *texts)
    return found.execution_options(yield_per=_AT_ONCE)


def add_attempts(conn: Connection, serventia_id: int, found: Named) -> None:
    """Add the parts and shifted pages that were sent for these prints."""
    table = db.tentativa.c
    for ids in in_parts(found.ids):
        mine = (table.serventia_id == serventia_id, table.job_id.in_(ids))
        for row in conn.execute(sa.select(table.pdf_sha256, table.enviado_sha256).where(*mine)):
            found.pdfs.update(each for each in row if each is not None)


def keep_used(conn: Connection, serventia_id: int, found: Named) -> None:
    """Take out of `found` all that a print which is kept, or a kept minuta, names too."""
    deeds = db.instrumento.c
    _keep(conn, found, db.job.c.serventia_id == serventia_id)
    drafts = sa.select(sa.cast(deeds.minuta, sa.Text)).where(
        deeds.serventia_id == serventia_id, deeds.minuta.is_not(None)
    )
    for (text,) in conn.execute(drafts.execution_options(yield_per=_AT_ONCE)):
        found.bodies.difference_update(_BODY.findall(text or ""))


def keep_used_since(conn: Connection, serventia_id: int, n: int, found: Named) -> None:
    """Take out of `found` what the prints name that the log has entries of after number `n`: accepted or answered."""
    log = db.log.c
    lately = sa.select(log.objeto_id).where(log.serventia_id == serventia_id, log.n > n, log.objeto == "job")
    _keep(conn, found, db.job.c.serventia_id == serventia_id, db.job.c.id.in_(lately))


def _keep(conn: Connection, found: Named, *which: sa.ColumnElement[bool]) -> None:
    job, tries = db.job.c, db.tentativa.c
    kept = (*which, job.removido_em.is_(None))
    for row in conn.execute(query().where(*kept)).mappings():
        found.discard(row)
    same = (tries.serventia_id == job.serventia_id) & (tries.job_id == job.id)
    sent = sa.select(tries.pdf_sha256, tries.enviado_sha256).join(db.job, same).where(*kept)
    for sha256, shifted in conn.execute(sent.execution_options(yield_per=_AT_ONCE)):
        found.pdfs.difference_update((sha256, shifted))


def in_parts(values: Iterable[str]) -> Iterator[list[str]]:
    """Yield the values some hundred at a time, as a statement takes them."""
    rest = iter(sorted(values))
    while some := list(islice(rest, _AT_ONCE)):
        yield some
