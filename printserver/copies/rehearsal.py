"""`printserver ensaio`: the newest copy is restored into a folder of its own, checked, measured, with minutes (B4)."""

import os
import re
import shutil
import time
import uuid
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db, incidents
from printserver.clock import rfc3339
from printserver.common import faults
from printserver.common.data import JsonObject
from printserver.copies import build, minutes, restic, rows, stage
from printserver.copies.fetch import Fetched, Source, fetch
from printserver.copies.key import ensure_key
from printserver.copies.make import FAULTS, one_at_a_time, read_credentials, reason_of
from printserver.copies.rows import Copy, Rehearsal
from printserver.copies.standing import Place, standing
from printserver.db import Database
from printserver.errors import ConfigError
from printserver.office import LogEntry, Office, audit

INCIDENT: Final = "ensaio-errado"
_WORK: Final = "ensaio-"  # of the name of a rehearsal's folder
SAMPLE: Final = 200  # seals compared column by column with those in use


@dataclass(slots=True)
class _Found:
    """What a rehearsal found so far."""

    lugar: str = ""
    fetched: Fetched | None = None
    figures: JsonObject = field(default_factory=dict)
    fault: str | None = None


def rehearse(office: Office, who: str) -> Rehearsal:
    """Rehearse the restore of the newest copy; return the rehearsal, which is on record with its minutes.

    It holds the lock of the copies, and waits for it: restic cannot remove old copies from a repository that is being
    read. A failure is recorded in the rehearsal and opens an incident. Raises ConfigError if there is no copy yet.
    """
    with one_at_a_time(office.instance, wait=True):
        return _one(office, who)


def _one(office: Office, who: str) -> Rehearsal:
    now = office.clock()
    with office.db.read() as conn:
        place = _choose(conn, office)
    found = _Found(place.lugar)
    try:
        _rehearse(office, place, found)
    except FAULTS as error:
        found.fault = reason_of(error)
    done = Rehearsal(
        quando=now,
        lugar=found.lugar,
        instantaneo=found.fetched.instantaneo if found.fetched else None,
        copia_de=found.fetched.manifest.quando if found.fetched else None,
        certo=found.fault is None,
        figuras=found.figures,
        falha=found.fault,
        ata=None,
        ata_sha256=None,
        quem=who,
    )
    return _keep(office, minutes.write(office, done))


def _choose(conn: Connection, office: Office) -> Place:
    """Return the place to rehearse: of those with the newest copy, the one that was rehearsed longest ago."""
    places = [place for place in standing(conn, office, office.clock()).lugares if place.copia is not None]
    if not places:
        raise ConfigError("ainda não há cópia para ensaiar: faça uma com `printserver copia`")
    last = {each.lugar: each.quando for each in reversed(rows.rehearsals(conn, office.serventia_id, 100))}
    never = office.clock().replace(year=1970)

    def order(place: Place) -> tuple[int, float]:
        head = (place.copia or Copy("", "", never, never)).registro_n or 0
        return -head, last.get(place.lugar, never).timestamp()

    return min(places, key=order)


def _rehearse(office: Office, place: Place, found: _Found) -> None:
    """Fetch, build and check; the figures are in `found` as far as it came. Raises what went wrong."""
    _remove_left(office)
    _require_room(office)
    found.figures |= _objectives(office, place)
    work = office.instance.absolute() / stage.AREA / f"{_WORK}{uuid.uuid4().hex[:12]}"
    work.mkdir(mode=0o700, parents=True)
    try:
        began = time.monotonic()
        source = Source(place.lugar, ensure_key(office, office.clock()), read_credentials(office), office.cns)
        fetched = found.fetched = fetch(source, work / "copia", office.instance.absolute() / stage.AREA / "cache")
        brought = time.monotonic()
        with _database(office, fetched, work / "serventia") as database:
            counts = build.check(database, fetched, office.serventia_id)
            found.figures |= {"contagens": dict(counts), "amostra": _compare(office, database, fetched)}
        found.figures |= {
            "trazer_s": round(brought - began, 1),
            "montar_s": round(time.monotonic() - brought, 1),
            "spool_arquivos": fetched.manifest.spool_arquivos,
            "registro_n": fetched.manifest.registro_n,
            "registro_hash": fetched.manifest.registro_hash,
            "banco_sha256": fetched.manifest.banco_sha256,
            "passadas": list(fetched.passed_over),
        }
        if fetched.passed_over:
            raise ConfigError(f"a cópia mais nova não está inteira; a que está é anterior. {fetched.passed_over[0]}")
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _remove_left(office: Office) -> None:
    """Remove what a rehearsal that was killed left: its folder, and on PostgreSQL the database of that name."""
    for work in (office.instance / stage.AREA).glob(f"{_WORK}*"):
        if not office.db.sqlite:
            _administer(office.db.url, f"DROP DATABASE IF EXISTS {_database_name(work)} WITH (FORCE)")
        shutil.rmtree(work)


def _database_name(work: Path) -> str:
    return "ensaio_" + re.sub(r"[^0-9a-f]", "", work.name.removeprefix(_WORK))


def _objectives(office: Office, place: Place) -> JsonObject:
    settings = office.settings.copias
    return {
        "rpo_h": settings.perda_horas,
        "rto_h": settings.volta_horas,
        "perda_s": round(place.late.total_seconds(), 1),
        "lugares": [{"lugar": each, "fora": restic.remote(each)} for each in settings.lugares],
    }


def _require_room(office: Office) -> None:
    """Raise ConfigError unless the disk can hold the office once more."""
    area = office.instance / stage.AREA
    manifest = office.instance / stage.STAGE
    needed = 16 * 1024 * 1024 + sum(path.stat().st_size for path in manifest.rglob("*") if path.is_file())
    needed += sum(path.stat().st_size for path in office.spool.rglob("*.pdf"))
    found = os.statvfs(area)
    if found.f_bavail * found.f_frsize < needed:
        raise ConfigError(f"o disco de {area} não tem lugar para o ensaio: são precisos {needed // 2**20} MB livres")


@contextmanager
def _database(office: Office, fetched: Fetched, draft: Path) -> Iterator[Database]:
    """Yield the copy's database, loaded: on PostgreSQL into a database made for this, and dropped after it."""
    if office.db.sqlite:
        database = build.open_copied(build.build(fetched, draft, None))
        try:
            yield database
        finally:
            database.close()
        return
    name = _database_name(draft.parent)
    _administer(office.db.url, f"CREATE DATABASE {name}")
    url = sa.make_url(office.db.url).set(database=name).render_as_string(hide_password=False)
    try:
        database = build.open_copied(build.build(fetched, draft, url))
        try:
            yield database
        finally:
            database.close()
    finally:
        _administer(office.db.url, f"DROP DATABASE {name} WITH (FORCE)")


def _administer(url: str, statement: str) -> None:
    engine = sa.create_engine(url, isolation_level="AUTOCOMMIT")
    try:
        with engine.connect() as conn:
            conn.exec_driver_sql(statement)
    except sa.exc.DBAPIError as error:
        raise ConfigError(
            f"o usuário do banco não pode criar o banco do ensaio ({faults.of_database(error)}): dê-lhe o direito "
            "(ALTER ROLE … CREATEDB)"
        ) from error
    finally:
        engine.dispose()


def _compare(office: Office, database: Database, fetched: Fetched) -> int:
    """Compare the copy with the office in use: the log's head, and seals spread over all; return how many.

    Raises ConfigError with the first difference.
    """
    sid, manifest = office.serventia_id, fetched.manifest
    with office.db.read() as here, database.read() as there:
        mine = (db.log.c.serventia_id == sid, db.log.c.n == manifest.registro_n)
        ours = here.execute(sa.select(db.log.c.hash).where(*mine)).scalar_one_or_none()
        if ours != manifest.registro_hash:
            raise ConfigError(f"o registro {manifest.registro_n} da cópia não é o da serventia em uso")
        sample = _sample(there, sid)
        for row in sample:
            same = (db.selo.c.serventia_id == sid, db.selo.c.codigo == row["codigo"])
            live = here.execute(sa.select(db.selo).where(*same)).mappings().one_or_none()
            if live is None or any(live[name] != row[name] for name in ("registro", "assinatura", "momento", "id")):
                raise ConfigError(f"o selo {row['codigo']} da cópia não é o da serventia em uso")
    return len(sample)


def _sample(conn: Connection, sid: int) -> Sequence[Mapping[str, Any]]:
    table = db.selo
    count = conn.execute(sa.select(sa.func.count()).select_from(table).where(table.c.serventia_id == sid)).scalar_one()
    step = max(1, count // SAMPLE)
    query = sa.select(table).where(table.c.serventia_id == sid, table.c.id % step == 0).limit(SAMPLE)
    return [dict(row) for row in conn.execute(query).mappings()]


def _keep(office: Office, done: Rehearsal) -> Rehearsal:
    with office.db.write() as conn:
        number = rows.insert_rehearsal(conn, office.serventia_id, done)
        detail = {"lugar": done.lugar, "instantaneo": done.instantaneo, "falha": done.falha, "ata": done.ata_sha256}
        state = "feito" if done.certo else "falhou"
        entry = LogEntry("copias", "ensaio", state, done.quem, detalhe=detail)
        audit.write(conn, office.serventia_id, office.clock(), [entry])
        if done.certo:
            incidents.settled(conn, office, INCIDENT, office.clock())
        else:
            text = f"O ensaio de restauração de {rfc3339(done.quando)} falhou: {done.falha}"
            incidents.open_incident(conn, office, INCIDENT, text, office.clock())
        found = rows.rehearsal(conn, office.serventia_id, number)
    assert found is not None
    return found
