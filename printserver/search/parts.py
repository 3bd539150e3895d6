"""Seals by a part of their code, as somebody reads it off a page or remembers its end (T5)."""

import sqlalchemy as sa

from printserver import db
from printserver.common.data import JsonObject
from printserver.office import Office
from printserver.search.results import summary

_s = db.selo.c


def with_part(office: Office, part: str, limit: int) -> list[JsonObject]:
    """Return up to `limit` seals whose code has `part` (0-9, A-Z) in it, newest first, in the form of `list_all`.

    Every code is read, from the index alone: some tenths of a second among a million.
    """
    having = (_s.serventia_id == office.serventia_id, ~_s.externo, _s.codigo.contains(part, autoescape=True))
    with office.db.read() as conn:
        codes = sa.select(_s.codigo).where(having[0], having[2]).limit(200)
        found = sa.select(db.selo).where(*having[:2], _s.codigo.in_(list(conn.execute(codes).scalars())))
        rows = conn.execute(found.order_by(_s.dia.desc(), _s.id.desc()).limit(limit)).mappings()
        return [summary(row) for row in rows]
