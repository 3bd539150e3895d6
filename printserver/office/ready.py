"""Readiness of the office: database, disk and clock. Checked before any seal is made.

A fault is a Portuguese sentence with its remedy; once it is fixed, work resumes without a restart.
"""

import os
import tempfile
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
import structlog
from sqlalchemy.engine import Connection

from printserver import db
from printserver.clock import local
from printserver.common import faults
from printserver.errors import Recusa
from printserver.office import restored
from printserver.office.office import Office

_log = structlog.get_logger()

_MB: Final = 1024 * 1024
LONG_WRITE_S: Final = 10.0  # of one transaction; shorter ones are not reported


def conditions(office: Office) -> Mapping[str, str | None]:
    """Return the fault of each condition (`banco`, `escrita`, `disco` …); None: no fault."""
    looks: dict[str, Callable[[], str | None]] = {
        "banco": lambda: _database(office),
        "escrita": lambda: _writer(office),
        "disco": lambda: _full(office),
        "spool": lambda: _unwritable(office.spool),
        "render": lambda: _unwritable(office.render.pasta),
        "relogio": lambda: _clock(office),
        "restauracao": lambda: _restored(office),
        "espelho": lambda: office.mirror.blocks(office.settings.espelho),
    }
    return {name: look() for name, look in looks.items()}


def require(office: Office, conn: Connection) -> None:
    """Raise `Recusa` `servidor-ocupado` if a print could not be stored, or its seals would have a wrong time.

    Missing folders are created: their content can be reproduced.
    """
    for folder in (office.spool, office.render.pasta):
        try:
            folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        except OSError as error:
            raise _busy(_cannot_write(folder, error)) from error
        if not os.access(folder, os.W_OK | os.X_OK):
            raise _busy(_cannot_write(folder, None))
    if reason := _full(office):
        raise _busy(reason)
    require_work(conn, office)
    require_clock(conn, office, office.clock())


def require_work(conn: Connection, office: Office) -> None:
    """Raise `Recusa` `servidor-ocupado` if the office was restored and not released (B3), or lacks its mirror (B2)."""
    if (found := restored.find(conn, office.serventia_id)) is not None:
        raise _busy(restored.sentence(found))
    if (reason := office.mirror.blocks(office.settings.espelho)) is not None:
        raise _busy(reason)


def require_clock(conn: Connection, office: Office, now: datetime) -> None:
    """Raise `Recusa` `servidor-ocupado` if the clock is behind the latest stored time (S7).

    That is the time of the newest seal or log entry: with a wrong clock the log continues, but sealing stops.
    """
    newest = _newest(conn, office)
    tolerance = timedelta(seconds=office.settings.selo.tolerancia_do_relogio_s)
    if newest is not None and now < newest - tolerance:
        needed = int((newest - now).total_seconds()) + 1
        raise _busy(
            f"O relógio deste servidor marca {_when(now)}, antes do último registro desta serventia ({_when(newest)}): "
            "nada é selado com data errada. Acerte o relógio. Se ele está certo agora, e esteve adiantado, confira os "
            f"selos desse período, ponha selo.tolerancia_do_relogio_s = {needed} na configuração e reinicie."
        )


def _newest(conn: Connection, office: Office) -> datetime | None:
    moments = conn.execute(_newest_moments(), {"serventia": office.serventia_id}).one()
    return max((moment for moment in moments if moment is not None), default=None)


@cache
def _newest_moments() -> sa.Select[Any]:
    """Return the query for the times of the newest seal and of the newest log entry, null without one."""
    seal, log, office = db.selo.c, db.log.c, sa.bindparam("serventia", type_=sa.Integer)
    made = sa.select(seal.criado_em).where(seal.serventia_id == office).order_by(seal.id.desc()).limit(1)
    same = (db.cadeia.c.serventia_id == log.serventia_id) & (db.cadeia.c.n == log.n)
    written = sa.select(log.quando).join(db.cadeia, same).where(log.serventia_id == office)
    return sa.select(made.scalar_subquery(), written.scalar_subquery())


def _when(moment: datetime) -> str:
    return f"{local(moment):%d/%m/%Y %H:%M:%S}"


def _busy(reason: str) -> Recusa:
    return Recusa("servidor-ocupado", f"Nada foi selado. {reason}", retry_after=30)


def _database(office: Office) -> str | None:
    if fault := office.db.witness.fault():
        return fault
    try:
        with office.db.read() as conn:
            conn.execute(sa.select(db.serventia.c.id))
    except sa.exc.DBAPIError as error:
        _log.warning("database not ready", why=str(error.orig))
        return f"O banco de dados falhou: {faults.of_database(error)}."
    except (sa.exc.SQLAlchemyError, Recusa) as error:
        _log.warning("database not ready", why=str(error))
        return "O banco de dados não responde."
    return None


def _writer(office: Office) -> str | None:
    holder = office.db.holder()
    return holder.text() if holder is not None and holder.seconds() > LONG_WRITE_S else None


def _clock(office: Office) -> str | None:
    try:
        with office.db.read() as conn:
            require_clock(conn, office, office.clock())
    except Recusa as refusal:
        return refusal.detail
    except sa.exc.SQLAlchemyError:
        return None  # reported by the check of the database
    return None


def _restored(office: Office) -> str | None:
    try:
        with office.db.read() as conn:
            found = restored.find(conn, office.serventia_id)
    except sa.exc.SQLAlchemyError:
        return None  # reported by the check of the database
    return None if found is None else restored.sentence(found)


def _full(office: Office) -> str | None:
    wanted = office.settings.disco.livre_mb * _MB
    for folder in (office.instance, office.spool, office.render.pasta):
        try:
            found = os.statvfs(folder)
        except OSError:
            continue  # missing: reported by the check of that folder
        if found.f_bavail * found.f_frsize < wanted or (found.f_files and not found.f_favail):
            free = f"{found.f_bavail * found.f_frsize / _MB:.0f} MB livres; são precisos {wanted // _MB}"
            return f"O disco de {folder} está cheio ({free}): libere espaço, e tudo segue sozinho."
    return None


def _unwritable(folder: Path) -> str | None:
    try:
        with tempfile.TemporaryFile(prefix=".readyz-", dir=folder):
            return None
    except OSError as error:
        return _cannot_write(folder, error)


def _cannot_write(folder: Path, error: OSError | None) -> str:
    why = f" ({faults.of_os(error)})" if error is not None else ""
    return f"A pasta {folder} não pode ser escrita{why}: confira as permissões e o disco."
