"""The end of an office in one place, so that it goes on in another: its seal numbers must not be used in both (S3).

An office that moved away writes nothing more: the log refuses every act (`office.audit`).
"""

from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.errors import ConfigError
from printserver.office import LogEntry, audit
from printserver.office.registry import moved_at


def start_move(conn: Connection, serventia_id: int, now: datetime, who: str) -> bool:
    """Close the office here, on record; return False if it was closed already.

    Raises `ConfigError` if a print is on its way to paper: its end would be written nowhere.
    """
    if moved_at(conn, serventia_id) is not None:
        return False
    _require_quiet(conn, serventia_id)
    _note(conn, serventia_id, now, who, "mudou")
    _set(conn, serventia_id, now)
    return True


def settle_move(conn: Connection, serventia_id: int, now: datetime, who: str, motivo: str) -> None:
    """Let the office work here: it does not elsewhere. Raises `ConfigError` if it is not closed here."""
    if moved_at(conn, serventia_id) is None:
        raise ConfigError("esta serventia não está fechada: nada há a abrir")
    _set(conn, serventia_id, None)
    _note(conn, serventia_id, now, who, "aberta", motivo=motivo)


def _note(conn: Connection, serventia_id: int, now: datetime, who: str, state: str, **detail: str) -> None:
    cns = conn.execute(sa.select(db.serventia.c.cns).where(db.serventia.c.id == serventia_id)).scalar_one()
    audit.write(conn, serventia_id, now, [LogEntry("serventia", cns, state, who, detalhe=detail)])


def _set(conn: Connection, serventia_id: int, moment: datetime | None) -> None:
    conn.execute(sa.update(db.serventia).where(db.serventia.c.id == serventia_id).values(mudou_em=moment))


def _require_quiet(conn: Connection, serventia_id: int) -> None:
    job, attempt = db.job.c, db.tentativa.c
    due = sa.select(job.id).where(job.serventia_id == serventia_id, ~job.encerrado, job.vence_em.is_not(None))
    open_attempts = sa.select(attempt.job_id).where(attempt.serventia_id == serventia_id, attempt.fim_em.is_(None))
    found = conn.execute(due.union(open_attempts)).scalars().all()
    if found:
        one = "1 impressão está" if len(found) == 1 else f"{len(found)} impressões estão"
        raise ConfigError(
            f"{one} a caminho do papel ({', '.join(sorted(found)[:3])}…): espere que saiam, ou resolva-as na tela "
            "Impressões, e repita. Nada foi mudado."
        )
