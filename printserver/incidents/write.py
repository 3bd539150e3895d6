"""Opening an incident, and noting that its condition went away. Both are safe to call again and again."""

from datetime import datetime
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.incidents.rows import KINDS, Incident, OfOffice, newest
from printserver.office import LogEntry, audit

OBJECT: Final = "incidente"
OPENED, SETTLED, REPORTED, CLOSED = "aberto", "cessou", "comunicação", "fechado"
"""States of the log's entries about an incident."""
_table = db.incidente


def open_incident(conn: Connection, office: OfOffice, kind: str, what: str, now: datetime) -> None:
    """Open an incident of `kind` with the sentence `what` (Portuguese, no person's data), and write the log.

    Nothing is done while an incident of the kind is open, nor after a person closed it while the same condition lasts:
    `what` must not vary as long as it does (name the time of the last copy, not its age). `settled` ends the episode.
    `now` is aware. `conn` writes; the entry locks the head of the log, so call it last in a transaction.
    Raises KeyError for an unknown kind.
    """
    name, sid = KINDS[kind], office.serventia_id
    if _same_episode(newest(conn, sid, kind), what):
        return
    lock_head(conn, sid)
    if _same_episode(newest(conn, sid, kind), what):
        return
    row = {"serventia_id": sid, "tipo": kind, "texto": what, "aberto_em": now}
    number = conn.execute(sa.insert(_table).values(row).returning(_table.c.id)).scalar_one()
    detalhe = {"tipo": name, "texto": what}
    audit.write(conn, sid, now, [LogEntry(OBJECT, str(number), OPENED, detalhe=detalhe)])


def settled(conn: Connection, office: OfOffice, kind: str, now: datetime) -> None:
    """Note that the condition of `kind` went away at `now`, and write the log; nothing if none lasted.

    The incident stays open until a person closes it. The next `open_incident` of the kind opens another one then.
    """
    sid = office.serventia_id
    if not lasts(conn, office, kind):
        return
    lock_head(conn, sid)
    last = newest(conn, sid, kind)
    if last is None or last.cessou_em is not None:
        return
    mine = (_table.c.serventia_id == sid, _table.c.id == last.id)
    conn.execute(sa.update(_table).where(*mine).values(cessou_em=now))
    audit.write(conn, sid, now, [LogEntry(OBJECT, str(last.id), SETTLED, detalhe={"tipo": last.nome})])


def lock_head(conn: Connection, serventia_id: int) -> None:
    """Lock the head of the office's log: two processes that notice one condition open one incident."""
    head = sa.select(db.cadeia.c.n).where(db.cadeia.c.serventia_id == serventia_id)
    conn.execute(head.with_for_update())


def lasts(conn: Connection, office: OfOffice, kind: str) -> bool:
    """Return whether an incident of `kind` has a condition that did not go away yet."""
    last = newest(conn, office.serventia_id, kind)
    return last is not None and last.cessou_em is None


def _same_episode(last: Incident | None, what: str) -> bool:
    """Return whether the newest incident covers the condition: it is open, or was closed while the same one lasts."""
    if last is None:
        return False
    return last.fechado_em is None or (last.cessou_em is None and last.texto == what)
