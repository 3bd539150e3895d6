"""The key of the copies: made with the first copy, printed on the *folha de emergência*, asked for again (B1).

A copy cannot be read without the key. A person confirms that it is kept on paper by typing it from the sheet: once
after it was made, then twice a year. A reminder on every screen asks for it.
"""

import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.clock import local
from printserver.db import insert_or_ignore
from printserver.errors import ConfigError, Recusa, invalid_input
from printserver.office import Act, Author, Office, acting, copy_key

ASK_AGAIN: Final = timedelta(days=182)


@dataclass(frozen=True, slots=True)
class KeyStanding:
    """The key: when it was made (None: none yet), when and by whom it was last shown to be kept, and a reminder."""

    criada_em: datetime | None
    conferida_em: datetime | None
    conferida_por: str | None
    reminder: str | None


def key_standing(conn: Connection, office: Office, now: datetime) -> KeyStanding:
    """Return how the key stands at `now`."""
    row = conn.execute(
        sa.select(db.copia_chave).where(db.copia_chave.c.serventia_id == office.serventia_id)
    ).one_or_none()
    if row is None:
        return KeyStanding(None, None, None, None)
    reminder = None
    if row.conferida_em is None:
        reminder = "Imprima e assine a folha de emergência com a chave das cópias, e confirme que está guardada."
    elif now - row.conferida_em > ASK_AGAIN:
        reminder = (
            f"A chave das cópias foi conferida em {local(row.conferida_em):%d/%m/%Y}: ache a folha de emergência, e "
            "confira-a de novo."
        )
    return KeyStanding(row.criada_em, row.conferida_em, row.conferida_por, reminder)


def ensure_key(office: Office, now: datetime) -> str:
    """Return the office's key; make it if there is none, which is on record. Raises ConfigError, OSError."""
    key = copy_key.ensure(office.instance)
    mine = db.copia_chave.c.serventia_id == office.serventia_id
    with office.db.read() as conn:
        known = conn.execute(sa.select(db.copia_chave.c.sha256).where(mine)).scalar_one_or_none()
    if known == copy_key.fingerprint(key):
        return key
    values = {"sha256": copy_key.fingerprint(key), "criada_em": now, "conferida_em": None, "conferida_por": None}
    with acting(office, now=now) as act:
        insert_or_ignore(act.conn, db.copia_chave, {"serventia_id": office.serventia_id, **values})
        act.conn.execute(sa.update(db.copia_chave).where(mine).values(**values))
        act.log("copias", "chave", "criada" if known is None else "trocada", {"sha256": values["sha256"]})
    return key


def confirm(office: Office, author: Author, typed: str) -> None:
    """Record that a person has the key on paper: `typed` is the whole key. It is compared with the office's.

    Raises `Recusa` `entrada-invalida` for another one.
    """
    try:
        given = copy_key.parse(typed)
        kept = copy_key.read(office.instance)
    except ConfigError as error:
        raise invalid_input("chave", str(error)) from error
    if kept is None:
        raise Recusa("estado-nao-permite", "Esta serventia ainda não tem a chave das cópias: ela nasce com a primeira.")
    if not hmac.compare_digest(given, kept):
        raise invalid_input("chave", "não é a chave desta serventia: a folha é de outra, ou de uma chave anterior")
    with acting(office, author) as act:
        _confirmed(act)


def _confirmed(act: Act) -> None:
    mine = db.copia_chave.c.serventia_id == act.office.serventia_id
    who = act.author.pessoa or act.author.sistema
    act.conn.execute(sa.update(db.copia_chave).where(mine).values(conferida_em=act.now, conferida_por=who))
    act.log("copias", "chave", "conferida")
