"""Sessions of people at the screens (A5): one row each, so that they can be ended on the server.

The browser holds a random token; the table has its SHA-256. A session ends at a maximum age, after idle time, at
logout, and when the person is deactivated or gets another password or role (`people` ends those).
"""

import hashlib
import secrets
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa

from printserver import db
from printserver.office.people import Person

_TOUCH: Final = timedelta(seconds=30)  # minimum interval between updates of `vista_em`
_KEEP: Final = timedelta(days=90)  # old rows record the addresses from which a person has logged in

_table, _person = db.sessao, db.pessoa


def begin(conn: sa.Connection, find_person: Person, now: datetime, endereco: str | None) -> str:
    """Begin a session of `find_person` and return its token, which is not stored. Deletes old rows."""
    token = secrets.token_urlsafe(32)
    mine = {"serventia_id": find_person.serventia_id, "pessoa_id": find_person.id, "endereco": endereco}
    conn.execute(sa.insert(_table).values(sha256=_sha256(token), criada_em=now, vista_em=now, **mine))
    conn.execute(sa.delete(_table).where(_table.c.criada_em < now - _KEEP))
    return token


def find(
    conn: sa.Connection, serventia_id: int, token: str, now: datetime, *, hours: int, minutes: int
) -> tuple[Person, bool] | None:
    """Return the person of a session, and whether it is time to `touch` it; None if the session is over.

    It is over `hours` after it began, and after `minutes` of idle time. A session that begins in the future is over
    too: it was made before the clock was set back.
    """
    query = (
        sa.select(_person, _table.c.criada_em.label("desde"), _table.c.vista_em)
        .join(_person, _person.c.id == _table.c.pessoa_id)
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
    return find_person, idle >= _TOUCH


def touch(conn: sa.Connection, token: str, now: datetime) -> None:
    """Record an action of the person now."""
    mine = (_table.c.sha256 == _sha256(token), _table.c.fim_em.is_(None))
    conn.execute(sa.update(_table).where(*mine).values(vista_em=now))


def end(conn: sa.Connection, token: str, now: datetime) -> bool:
    """End a session; return whether it was still open."""
    mine = (_table.c.sha256 == _sha256(token), _table.c.fim_em.is_(None))
    return bool(conn.execute(sa.update(_table).where(*mine).values(fim_em=now)).rowcount)


def end_all(conn: sa.Connection, find_person: Person, now: datetime) -> None:
    """End every open session of a person."""
    mine = (_table.c.serventia_id == find_person.serventia_id, _table.c.pessoa_id == find_person.id)
    conn.execute(sa.update(_table).where(*mine, _table.c.fim_em.is_(None)).values(fim_em=now))


def known_address(conn: sa.Connection, serventia_id: int, usuario: str, endereco: str | None) -> bool:
    """Return whether the person has logged in from that address before."""
    query = (
        sa.select(_table.c.sha256)
        .join(_person, _person.c.id == _table.c.pessoa_id)
        .where(
            _table.c.serventia_id == serventia_id,
            _person.c.usuario == usuario.strip().lower(),
            _table.c.endereco == endereco,
        )
    )
    return conn.execute(query.limit(1)).first() is not None


def _sha256(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
