"""Document bodies, each stored once under the hash of its text."""

import hashlib
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from printserver import db
from printserver.db import insert_or_ignore
from printserver.errors import Recusa


def store_bodies(conn: Connection, serventia_id: int, value: object) -> Any:
    """Return `value` (JSON) with each BODY's text replaced by its SHA-256; the texts are stored in their own table."""
    bodies = Bodies()
    without = bodies.take(value)
    bodies.store(conn, serventia_id)
    return without


class Bodies:
    """The BODIES of several values, to be stored together: a text that several of them have is stored once."""

    def __init__(self) -> None:
        self._texts: dict[tuple[str, str], str] = {}  # the SHA-256 of each, by format and content

    def take(self, value: object) -> Any:
        """Return `value` (JSON) with each BODY's text replaced by its SHA-256; `store` stores the texts."""
        if isinstance(value, dict):
            if "conteudo" in value and "formato" in value:
                body = (value["formato"], value["conteudo"])
                if body not in self._texts:
                    self._texts[body] = hashlib.sha256("\n".join(body).encode()).hexdigest()
                return {"formato": value["formato"], "sha256": self._texts[body]}
            return {name: self.take(item) for name, item in value.items()}
        if isinstance(value, list):
            return [self.take(item) for item in value]
        return value

    def store(self, conn: Connection, serventia_id: int) -> None:
        """Store the texts taken so far, in the caller's transaction."""
        for (form, content), digest in self._texts.items():
            row = {"serventia_id": serventia_id, "sha256": digest, "formato": form, "conteudo": content}
            insert_or_ignore(conn, db.corpo, row)


def restore_bodies(conn: Connection, serventia_id: int, value: object) -> Any:
    """Return the value that was given to `store_bodies`. Raises `Recusa` `removido` if a text was removed (A3)."""
    if isinstance(value, dict):
        if "sha256" in value and "formato" in value:
            return {
                "formato": value["formato"],
                "conteudo": _content(conn, serventia_id, value["sha256"]),
            }
        return {name: restore_bodies(conn, serventia_id, item) for name, item in value.items()}
    if isinstance(value, list):
        return [restore_bodies(conn, serventia_id, item) for item in value]
    return value


def _content(conn: Connection, serventia_id: int, digest: str) -> str:
    found = db.find_row(conn, db.corpo, {"serventia_id": serventia_id, "sha256": digest})
    if found is None:
        raise Recusa("removido", "O texto deste documento foi removido pelo prazo de guarda: envie-o outra vez.")
    return str(found["conteudo"])


def are_kept(conn: Connection, serventia_id: int, value: object) -> bool:
    """Return whether every text that `store_bodies` replaced in `value` is still stored (A3)."""
    if isinstance(value, dict):
        if "sha256" in value and "formato" in value:
            mine = (db.corpo.c.serventia_id == serventia_id, db.corpo.c.sha256 == value["sha256"])
            return conn.execute(sa.select(db.corpo.c.sha256).where(*mine)).first() is not None
        return all(are_kept(conn, serventia_id, item) for item in value.values())
    return all(are_kept(conn, serventia_id, item) for item in value) if isinstance(value, list) else True
