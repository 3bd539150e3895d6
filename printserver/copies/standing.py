"""How the copies stand: places, rehearsals, key, mirror. Read by strips, metrics, `saude` and conformity."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.clock import local
from printserver.copies import restic, rows
from printserver.copies.key import KeyStanding, key_standing
from printserver.copies.rows import Copy, Rehearsal
from printserver.office import MirrorState, Office

OVERDUE: Final = timedelta(hours=2)  # over the hours after which a copy is made anyway


@dataclass(frozen=True, slots=True)
class Place:
    """A place of the settings: its newest copy, and the newest attempt if that failed.

    `fora`: on another machine. `late`: the age of the oldest entry of the log that is not in the copy (zero: all is).
    """

    lugar: str
    fora: bool
    copia: Copy | None
    falha: Copy | None
    late: timedelta
    old: bool

    def age(self, now: datetime) -> timedelta | None:
        """Return the age of the newest copy; None: there is none."""
        return None if self.copia is None else max(timedelta(), now - self.copia.fim)


@dataclass(frozen=True, slots=True)
class Standing:
    """How the copies stand. Sentences are Portuguese and stay the same while what they say lasts; None: all is well.

    `failed`: the newest attempt failed. `too_old`: a copy is missing or too old. `rehearsal_fault`: the newest
    rehearsal failed or is too old. `espelho`: None if that option is off.
    """

    lugares: tuple[Place, ...]
    failed: str | None
    too_old: str | None
    ensaio: Rehearsal | None
    rehearsal_fault: str | None
    chave: KeyStanding
    espelho: MirrorState | None

    @property
    def warnings(self) -> tuple[str, ...]:
        """What every screen says."""
        mirror = self.espelho.falha if self.espelho is not None else None
        return tuple(each for each in (self.failed, self.too_old, self.rehearsal_fault, mirror) if each is not None)


def standing(conn: Connection, office: Office, now: datetime) -> Standing:
    """Return how the copies stand at `now` (aware). `conn` reads."""
    sid, settings = office.serventia_id, office.settings.copias
    places = tuple(_place(conn, office, lugar, now) for lugar in settings.lugares)
    newest = next(iter(rows.rehearsals(conn, sid, 1)), None)
    return Standing(
        lugares=places,
        failed=_failed(conn, office, places),
        too_old=_old(places),
        ensaio=newest,
        rehearsal_fault=_rehearsal_fault(newest, places, now - timedelta(days=settings.ensaio_dias)),
        chave=key_standing(conn, office, now),
        espelho=office.mirror.state(office.settings.espelho),
    )


def _place(conn: Connection, office: Office, lugar: str, now: datetime) -> Place:
    sid, settings = office.serventia_id, office.settings.copias
    copy = rows.newest_copy(conn, sid, lugar, rows.DONE)
    last = rows.newest_copy(conn, sid, lugar)
    late = _late(conn, sid, copy, now)
    limit = timedelta(hours=settings.inteira_horas) + OVERDUE
    old = late > timedelta(hours=settings.perda_horas) or (copy is not None and now - copy.fim > limit)
    fault = last if last is not None and not last.done else None
    return Place(lugar, restic.remote(lugar), copy, fault, late, old)


def _late(conn: Connection, sid: int, copy: Copy | None, now: datetime) -> timedelta:
    """Return the age of the oldest entry that is not in the copy."""
    table = db.log.c
    first = (copy.registro_n or 0) + 1 if copy is not None else 1
    query = sa.select(table.quando).where(table.serventia_id == sid, table.n == first)
    oldest = conn.execute(query).scalar_one_or_none()
    return timedelta() if oldest is None else max(timedelta(), now - oldest)


def _failed(conn: Connection, office: Office, places: tuple[Place, ...]) -> str | None:
    """Return the newest failures; one before any place counts until a copy succeeds."""
    if not places:
        return None
    whole = rows.failed_before_any(conn, office.serventia_id)
    if whole is not None:
        return f"A cópia falhou: {whole.falha}"
    said = [place.falha.falha for place in places if place.falha is not None]
    return f"A cópia falhou: {' '.join(filter(None, said))}" if said else None


def _old(places: tuple[Place, ...]) -> str | None:
    said = [
        f"{place.lugar}: "
        + ("nenhuma cópia" if place.copia is None else f"a última é de {local(place.copia.fim):%d/%m/%Y às %Hh%M}")
        for place in places
        if place.old
    ]
    return f"Cópia velha demais. {'; '.join(said)}." if said else None


def _rehearsal_fault(newest: Rehearsal | None, places: tuple[Place, ...], since: datetime) -> str | None:
    if newest is not None and not newest.certo:
        return f"O ensaio de restauração de {local(newest.quando):%d/%m/%Y} falhou: {newest.falha}"
    if not any(place.copia is not None for place in places):
        return None
    if newest is not None and newest.quando < since:
        return f"O último ensaio de restauração é de {local(newest.quando):%d/%m/%Y}: faça outro (printserver ensaio)."
    return None


def same_disk(office: Office, lugar: str) -> bool:
    """Return whether a place is on the very disk of the office: then it does not outlive that disk."""
    if restic.remote(lugar):
        return False
    try:
        return Path(lugar).stat().st_dev == office.instance.stat().st_dev
    except OSError:
        return False
