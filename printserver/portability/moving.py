"""The end of an office in one place, so that it goes on in another: its seal numbers must not be used in both (S3).

An office that moved away writes nothing more: the log refuses every act (`office.audit`). Its export goes on in one
place, soon after: that import leaves a mark in the archive. Any other import is closed, as a copy is.
"""

import os
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.clock import local
from printserver.common import faults
from printserver.errors import ConfigError
from printserver.office import LogEntry, audit
from printserver.office.registry import moved_at
from printserver.portability.archive import Manifest

USED: Final = "importada.txt"
_GOOD_FOR: Final = timedelta(days=1)


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


def settle_move(conn: Connection, serventia_id: int, now: datetime, who: str, motivo: str) -> datetime:
    """Let the office write here again: it does not work elsewhere. Return since when it was closed.

    It may have worked elsewhere meanwhile: the caller has it wait for its release (`copies.reopen`), unless nothing was
    exported. Raises `ConfigError` if it is not closed here.
    """
    closed = moved_at(conn, serventia_id)
    if closed is None:
        raise ConfigError("esta serventia não está fechada: nada há a abrir")
    _set(conn, serventia_id, None)
    _note(conn, serventia_id, now, who, "aberta", motivo=motivo)
    return closed


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


def claim(source: Path, manifest: Manifest, instance: Path, now: datetime) -> str | None:
    """Take the archive in `source` as the one from which the office goes on in `instance`, with a mark in it.

    Return None, or why its numbers may have been given out elsewhere since (Portuguese): then the import is closed.
    """
    made = datetime.fromisoformat(manifest.feita_em)
    if not manifest.final:
        return "é uma cópia, e a serventia ainda trabalha onde foi exportada"
    if not timedelta(minutes=-5) <= now - made <= _GOOD_FOR:
        return f"a exportação é de {local(made):%d/%m/%Y às %Hh%M}, e a serventia pode ter trabalhado depois"
    try:
        with (source / USED).open("x", encoding="utf-8") as mark:
            mark.write(f"importada em {instance.absolute()}, {local(now):%d/%m/%Y às %Hh%M}\n")
            mark.flush()
            os.fsync(mark.fileno())
    except FileExistsError:
        return f"esta exportação já foi importada uma vez ({_read_mark(source)})"
    except OSError as error:
        return f"não se pôde marcar em {source} que ela foi usada ({faults.of_os(error)})"
    return None


def unclaim(source: Path) -> None:
    """Remove the mark: the import failed, and nothing came of it."""
    (source / USED).unlink(missing_ok=True)


def _read_mark(source: Path) -> str:
    try:
        return (source / USED).read_text("utf-8").strip() or "sem data"
    except (OSError, UnicodeDecodeError):
        return "sem data"
