"""`printserver copia`: gather the stage, then send it with the spool to every place of the settings (B1)."""

import fcntl
import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import sqlalchemy as sa
import structlog

from printserver import db, incidents
from printserver.clock import local_date
from printserver.common import faults
from printserver.copies import rows, stage
from printserver.copies.key import ensure_key
from printserver.copies.manifest import Manifest
from printserver.copies.restic import PlaceFault, Repository
from printserver.copies.rows import Copy
from printserver.db import sqlite
from printserver.errors import ConfigError, Recusa
from printserver.office import Office, mirror, ready

_log = structlog.get_logger()

INCIDENT: Final = "copia-falhou"
FAULTS: Final = (ConfigError, OSError, sa.exc.SQLAlchemyError, sqlite.dbapi.Error, Recusa)
"""Errors of a copy or a rehearsal that are recorded as its failure."""
_KEEP_ROWS: Final = timedelta(days=400)


@dataclass(frozen=True, slots=True)
class Made:
    """What a run did: the copies made, and the failures (Portuguese). `skipped`: the log had not grown."""

    copies: tuple[Copy, ...] = ()
    failures: tuple[str, ...] = ()
    skipped: bool = False


def make_copy(office: Office, *, only_if_grown: bool = False, new_disk: bool = False) -> Made:
    """Copy the office to every place. A failure at one place does not keep the others from their copy.

    `only_if_grown`: nothing is done if every place has the log's head and no copy is old. `new_disk`: a place that had
    copies and is empty now is made anew (a disk that was replaced). Failures are on record, with an incident. Raises
    ConfigError if no place is set, or another copy or a rehearsal is running.
    """
    if not office.settings.copias.lugares:
        raise ConfigError("nenhum lugar para as cópias: diga ao menos um em copias.lugares, na configuração")
    with one_at_a_time(office.instance):
        if only_if_grown and not _needed(office):
            return Made(skipped=True)
        return _make(office, new_disk=new_disk)


def repository(office: Office, place: str, key: str) -> Repository:
    """Return the repository of a place, with the credentials of the settings. Raises ConfigError."""
    return Repository(place, key, office.instance.absolute() / stage.AREA / "cache", read_credentials(office))


def read_credentials(office: Office) -> Mapping[str, str]:
    """Return the variables of the file of credentials; none if there is no file. Raises ConfigError."""
    return credentials_of(office.instance / office.settings.copias.credenciais)


def credentials_of(path: Path) -> Mapping[str, str]:
    """Return the variables of a file of lines `NOME=VALOR`; none if there is no file. Raises ConfigError."""
    try:
        text = path.read_text("utf-8")
    except FileNotFoundError:
        return {}
    except (OSError, UnicodeDecodeError) as error:
        raise ConfigError(f"{path}: não pode ser lido") from error
    found = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        name, equals, value = line.strip().removeprefix("export ").partition("=")
        if not equals or not name.isidentifier():
            raise ConfigError(f"{path}, linha {number}: escreva NOME=VALOR")
        found[name] = value.strip().strip("'\"")
    return found


def _make(office: Office, *, new_disk: bool) -> Made:
    began = office.clock()
    try:
        _require_clock(office, began)
        key = ensure_key(office, began)
        manifest = stage.gather(office, began)
    except FAULTS as error:
        reason = reason_of(error)
        _write(office, [Copy("", rows.FAILED, began, office.clock(), falha=reason)])
        return Made(failures=(reason,))
    done, failures = [], []
    for place in office.settings.copias.lugares:
        started = office.clock()
        try:
            done.append(_send(office, place, key, manifest, new_disk=new_disk))
        except FAULTS as error:
            failures.append(reason_of(error))
            _write(office, [Copy(place, rows.FAILED, started, office.clock(), falha=failures[-1])])
    _settle(office)
    return Made(tuple(done), tuple(failures))


def _require_clock(office: Office, now: datetime) -> None:
    """Raise ConfigError if the clock is behind the log. It names no time: a fault that lasts is one incident."""
    try:
        with office.db.read() as conn:
            ready.require_clock(conn, office, now)
    except Recusa as error:
        raise ConfigError(
            "o relógio deste servidor marca antes do último registro desta serventia, e nada foi copiado: "
            "acerte o relógio"
        ) from error


def _send(office: Office, place: str, key: str, manifest: Manifest, *, new_disk: bool) -> Copy:
    """Send the stage and the spool to a place, and remove what is old there. Raises one of FAULTS."""
    began, repo = office.clock(), repository(office, place, key)
    with office.db.read() as conn:
        before = rows.newest_copy(conn, office.serventia_id, place, rows.DONE)
        marks = {"n": manifest.registro_n, "r": mirror.branch(conn, office.serventia_id)}
    _require_repository(repo, known=before is not None and not new_disk)
    summary = repo.backup(office.instance, (stage.STAGE, stage.SPOOL), office.cns, marks)
    copy = Copy(
        *(place, rows.DONE, manifest.quando, office.clock(), str(summary.get("snapshot_id"))),
        *(manifest.registro_n, manifest.registro_hash),
        *(int(summary.get("total_files_processed", 0)), int(summary.get("total_bytes_processed", 0))),
    )
    _write(office, [copy])
    if before is None or local_date(before.fim) != local_date(began):
        _prune(office, repo)
    return copy


def _prune(office: Office, repo: Repository) -> None:
    """Remove what is old at a place. The copy is made: a failure is logged, and tried again on the next day."""
    settings = office.settings.copias
    if not settings.podar:
        return
    try:
        repo.forget(office.cns, settings.guarda_dias, settings.guarda_meses)
    except FAULTS as error:
        _log.warning("old copies cannot be removed", why=reason_of(error))


def _require_repository(repo: Repository, *, known: bool) -> None:
    """Make the repository at a place that never had one. A known place without one is a disk that is not there."""
    try:
        repo.snapshots()
    except PlaceFault as fault:
        if not fault.empty or known:
            raise
        repo.init()


def _needed(office: Office) -> bool:
    """Return whether a place lacks an entry of the log, or its copy is older than the hours of the setting."""
    sid, now = office.serventia_id, office.clock()
    whole = timedelta(hours=office.settings.copias.inteira_horas)
    with office.db.read() as conn:
        head = conn.execute(sa.select(db.cadeia.c.n).where(db.cadeia.c.serventia_id == sid)).scalar_one()
        for place in office.settings.copias.lugares:
            last = rows.newest_copy(conn, sid, place)
            if last is None or not last.done or last.registro_n != head or not timedelta() <= now - last.fim < whole:
                return True
    return False


def _write(office: Office, made: list[Copy]) -> None:
    with office.db.write() as conn:
        for each in made:
            rows.insert_copy(conn, office.serventia_id, each)
        rows.forget_old_attempts(conn, office.serventia_id, office.clock() - _KEEP_ROWS)
        for each in made:
            if each.falha is not None:
                incidents.open_incident(conn, office, INCIDENT, f"A cópia falhou: {each.falha}", each.fim)


def _settle(office: Office) -> None:
    """Note the end of the failures if every place has its copy."""
    with office.db.write() as conn:
        last = [rows.newest_copy(conn, office.serventia_id, place) for place in office.settings.copias.lugares]
        if all(each is not None and each.done for each in last):
            incidents.settled(conn, office, INCIDENT, office.clock())


def reason_of(error: Exception) -> str:
    """Return what one of FAULTS is, as a Portuguese clause."""
    if isinstance(error, Recusa):
        return error.detail
    if isinstance(error, OSError):
        where = f" ({error.filename})" if error.filename else ""
        return f"o disco falhou: {faults.of_os(error)}{where}"
    return str(error) if isinstance(error, ConfigError) else faults.passing(error) or str(error)


@contextmanager
def one_at_a_time(instance: Path, *, wait: bool = False) -> Iterator[None]:
    """Keep other copies and rehearsals of the office away. Raises ConfigError if one is running, or waits for it."""
    area = instance / stage.AREA
    area.mkdir(mode=0o700, exist_ok=True)
    with os.fdopen(os.open(area / ".trava", os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600)) as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | (0 if wait else fcntl.LOCK_NB))
        except BlockingIOError:
            raise ConfigError(
                "outra cópia ou um ensaio desta serventia está em andamento: espere que termine"
            ) from None
        yield
