"""Sessions of people at the screens (A5): one row each, so that they can be ended on the server.

The browser holds a random token; the table has its SHA-256. A session ends at a maximum age, after idle time, at
logout, and when the person is deactivated or gets another password or role (`people` ends those).
"""

import hashlib
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa

from printserver import db
from printserver.office.people import Person

_TOUCH: Final = timedelta(seconds=30)  # minimum interval between updates of `vista_em`
_KEEP: Final = timedelta(days=90)  # old rows record the addresses from which a person has logged in
_NUMBER: Final = 16  # hex digits of the token's hash that name a session in forms

_table, _person = db.sessao, db.pessoa


@dataclass(frozen=True, slots=True)
class Session:
    """An open session: its number for forms, where from, since when, and the last action in it."""

    numero: str
    endereco: str | None
    navegador: str | None
    desde: datetime
    vista: datetime
    own: bool


@dataclass(frozen=True, slots=True)
class Found:
    """The person of a session, whether it is time to `touch` it, and what the person may have to do first."""

    pessoa: Person
    due: bool
    senha_provisoria: bool
    second_factor: bool


def begin(
    conn: sa.Connection, find_person: Person, now: datetime, endereco: str | None, navegador: str | None = None
) -> str:
    """Begin a session of `find_person` and return its token, which is not stored. Deletes old rows."""
    token = secrets.token_urlsafe(32)
    mine = {"serventia_id": find_person.serventia_id, "pessoa_id": find_person.id, "endereco": endereco}
    mine |= {"navegador": navegador}
    conn.execute(sa.insert(_table).values(sha256=_sha256(token), criada_em=now, vista_em=now, **mine))
    conn.execute(
        sa.delete(_table).where(_table.c.serventia_id == find_person.serventia_id, _table.c.criada_em < now - _KEEP)
    )
    return token


def find(
    conn: sa.Connection, serventia_id: int, token: str, now: datetime, *, hours: int, minutes: int
) -> Found | None:
    """Return what is known of a session; None if it is over.

    It is over `hours` after it began, and after `minutes` of idle time. A session that begins in the future is over
    too: it was made before the clock was set back.
    """
    query = (
        sa.select(_person, _table.c.criada_em.label("desde"), _table.c.vista_em)
        .join(_person, (_person.c.serventia_id == _table.c.serventia_id) & (_person.c.id == _table.c.pessoa_id))
        .where(
            _table.c.serventia_id == serventia_id,
            _table.c.sha256 == _sha256(token),
            _table.c.fim_em.is_(None),
            _person.c.ativa,
        )
    )
    row = conn.execute(query).mappings().one_or_none()
    if row is None:
        return None
    age, idle = now - row["desde"], now - row["vista_em"]
    if not timedelta(0) <= age < timedelta(hours=hours) or idle >= timedelta(minutes=minutes):
        return None
    find_person = Person(row["id"], row["serventia_id"], row["usuario"], row["nome"], row["papel"])
    return Found(find_person, idle >= _TOUCH, row["senha_provisoria"], row["fator_segredo"] is not None)


def touch(conn: sa.Connection, serventia_id: int, token: str, now: datetime) -> None:
    """Record an action of the person now."""
    mine = (_table.c.serventia_id == serventia_id, _table.c.sha256 == _sha256(token), _table.c.fim_em.is_(None))
    conn.execute(sa.update(_table).where(*mine).values(vista_em=now))


def end(conn: sa.Connection, serventia_id: int, token: str, now: datetime) -> bool:
    """End a session; return whether it was still open."""
    mine = (_table.c.serventia_id == serventia_id, _table.c.sha256 == _sha256(token), _table.c.fim_em.is_(None))
    return bool(conn.execute(sa.update(_table).where(*mine).values(fim_em=now)).rowcount)


def end_all(conn: sa.Connection, find_person: Person, now: datetime, but: str | None = None) -> int:
    """End every open session of a person, except that of the token `but`; return how many."""
    others = () if but is None else (_table.c.sha256 != _sha256(but),)
    return conn.execute(sa.update(_table).where(*_open(find_person), *others).values(fim_em=now)).rowcount


def end_one(conn: sa.Connection, find_person: Person, numero: str, now: datetime) -> bool:
    """End the open session of a person with that number; return whether there was one."""
    mine = (*_open(find_person), sa.func.substr(_table.c.sha256, 1, _NUMBER) == numero)
    return bool(conn.execute(sa.update(_table).where(*mine).values(fim_em=now)).rowcount)


def list_open(
    conn: sa.Connection, find_person: Person, now: datetime, *, hours: int, minutes: int, token: str | None = None
) -> list[Session]:
    """Return the open sessions of a person, the last used first; the one of `token` is marked as their own."""
    valid = (_table.c.criada_em > now - timedelta(hours=hours), _table.c.vista_em > now - timedelta(minutes=minutes))
    query = sa.select(_table).where(*_open(find_person), *valid).order_by(_table.c.vista_em.desc())
    own = None if token is None else _sha256(token)
    return [
        Session(
            numero=row["sha256"][:_NUMBER],
            endereco=row["endereco"],
            navegador=row["navegador"],
            desde=row["criada_em"],
            vista=row["vista_em"],
            own=row["sha256"] == own,
        )
        for row in conn.execute(query).mappings()
    ]


def last_entries(conn: sa.Connection, serventia_id: int) -> dict[int, datetime]:
    """Return when each person of the office, by id, logged in last, as far as sessions are kept."""
    query = sa.select(_table.c.pessoa_id, sa.func.max(_table.c.criada_em)).where(_table.c.serventia_id == serventia_id)
    return {row[0]: row[1] for row in conn.execute(query.group_by(_table.c.pessoa_id))}


def _open(find_person: Person) -> tuple[sa.ColumnElement[bool], ...]:
    mine = (_table.c.serventia_id == find_person.serventia_id, _table.c.pessoa_id == find_person.id)
    return (*mine, _table.c.fim_em.is_(None))


def known_address(conn: sa.Connection, serventia_id: int, usuario: str, endereco: str | None) -> bool:
    """Return whether the person has logged in from that address before."""
    query = (
        sa.select(_table.c.sha256)
        .join(_person, (_person.c.serventia_id == _table.c.serventia_id) & (_person.c.id == _table.c.pessoa_id))
        .where(
            _table.c.serventia_id == serventia_id,
            _person.c.usuario == usuario.strip().lower(),
            _table.c.endereco == endereco,
        )
    )
    return conn.execute(query.limit(1)).first() is not None


def _sha256(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
