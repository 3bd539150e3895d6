"""Keys of systems: 256 random bits, stored as their SHA-256 (A2)."""

import hashlib
import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

import sqlalchemy as sa

from printserver import db
from printserver.errors import Recusa, invalid_input
from printserver.formats import plain
from printserver.office.people.naming import checked_name
from printserver.office.people.rights import CONSULTAR, RIGHTS, SEM_CONSULTA, Author


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as stored: without its text."""

    id: int
    serventia_id: int
    nome: str
    direitos: frozenset[str]
    fila: str | None = None
    criada_em: datetime | None = None
    usada_em: datetime | None = None


def create_key(
    conn: sa.Connection,
    serventia_id: int,
    nome: str,
    direitos: Collection[str],
    now: datetime,
    queue: str | None = None,
    lookup: bool = True,
) -> str:
    """Make a key of the system `nome` and return its text, which is shown once and not stored.

    `queue` is used for prints that name no queue. Without `lookup` the key sees only its own prints. Raises `Recusa`
    `entrada-invalida` for a bad or used name and for an unknown right.
    """
    nome = checked_name(nome, plain)
    wrong_rights = sorted(set(direitos) - {*RIGHTS, CONSULTAR})
    if wrong_rights or not direitos:
        raise invalid_input("direitos", f"diga um ou mais de: {', '.join(RIGHTS)}")
    tabela = db.chave_api
    used_at = sa.select(tabela.c.id).where(tabela.c.serventia_id == serventia_id, tabela.c.nome == nome)
    if conn.execute(used_at).first() is not None:
        raise invalid_input("nome", f"já existe uma chave com o nome {nome!r}")
    text = secrets.token_urlsafe(32)
    conn.execute(
        tabela.insert().values(
            serventia_id=serventia_id,
            nome=nome,
            sha256=_sha256(text),
            direitos=[right for right in RIGHTS if right in direitos] + ([] if lookup else [SEM_CONSULTA]),
            fila=queue,
            criada_em=now,
        )
    )
    return text


def api_key(conn: sa.Connection, serventia_id: int, text: str) -> ApiKey | None:
    """Return the office's key with this text, found by its hash; None if it is unknown or revoked."""
    row = db.find_row(conn, db.chave_api, {"serventia_id": serventia_id, "sha256": _sha256(text)})
    return None if row is None or row["revogada_em"] is not None else _key(row)


def note_use(conn: sa.Connection, key: ApiKey, now: datetime) -> None:
    """Record that a key is used now."""
    table = db.chave_api
    its = (table.c.serventia_id == key.serventia_id, table.c.id == key.id)
    conn.execute(sa.update(table).where(*its).values(usada_em=now))


def revoke_key(conn: sa.Connection, serventia_id: int, nome: str, now: datetime) -> None:
    """Revoke a key, at once and permanently (A5). Raises `Recusa` `nao-encontrado`, `estado-nao-permite`."""
    tabela = db.chave_api
    its_own = (tabela.c.serventia_id == serventia_id, tabela.c.nome == nome.strip())
    row = conn.execute(sa.select(tabela).where(*its_own)).mappings().first()
    if row is None:
        raise Recusa("nao-encontrado", f"Não há chave com o nome {nome!r}.")
    if row["revogada_em"] is not None:
        raise Recusa("estado-nao-permite", f"A chave {nome!r} já foi revogada.")
    conn.execute(sa.update(tabela).where(*its_own).values(revogada_em=now))


def list_keys(conn: sa.Connection, serventia_id: int) -> list[tuple[ApiKey, datetime | None]]:
    """Return all keys of the office by name, and when each was revoked."""
    tabela = db.chave_api
    query = sa.select(tabela).where(tabela.c.serventia_id == serventia_id).order_by(tabela.c.nome)
    return [(_key(row), row["revogada_em"]) for row in conn.execute(query).mappings()]


def author_of_key(de: ApiKey, endereco: str | None) -> Author:
    """Return the author of a request with a key; the request itself names the person (A2)."""
    return Author(
        serventia_id=de.serventia_id,
        chave_id=de.id,
        sistema=de.nome,
        pessoa=None,
        papel=None,
        direitos=de.direitos,
        endereco=endereco,
        fila=de.fila,
    )


def _key(row: sa.RowMapping) -> ApiKey:
    times = (row["criada_em"], row["usada_em"])
    return ApiKey(row["id"], row["serventia_id"], row["nome"], frozenset(row["direitos"]), row["fila"], *times)


def _sha256(text: str) -> str:
    """Return the hex SHA-256 of a key's text. Plain SHA-256 is enough: a key is random, not a password."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()
