"""People of the office: user name, name, role, and whether they are active (A1).

`sessions` keeps the sessions; a change of password, role or activity ends them here (A5).
"""

import re
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa
from anyascii import anyascii

from printserver import db
from printserver.errors import Recusa, invalid_input
from printserver.formats import printed
from printserver.office.people.naming import checked_name
from printserver.office.people.passwords import check_strength, hash_password, is_password
from printserver.office.people.rights import HEADS, RIGHTS_OF_ROLE, ROLES, Author

_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")


def username_of(nome: str) -> str:
    """Return the user name of a person who chose none, of first and last name; empty if the name has no letters."""
    parts = [re.sub(r"[^a-z]", "", anyascii(part).lower()) for part in nome.split()]
    parts = [part for part in parts if part]
    return ".".join(dict.fromkeys((parts[0], parts[-1])))[:60] if parts else ""


@dataclass(frozen=True, slots=True)
class Person:
    """A person of the office: user name, name as printed, role."""

    id: int
    serventia_id: int
    usuario: str
    nome: str
    papel: str


def create_person(
    conn: sa.Connection,
    serventia_id: int,
    usuario: str,
    nome: str,
    papel: str,
    password: str,
    now: datetime,
    *,
    provisional: bool = False,
) -> Person:
    """Create and return a person of the office. `usuario` is stored in lower case.

    A `provisional` password must be replaced by its person at the first login. Raises `Recusa` `entrada-invalida` for
    a bad or used user name, an unknown role or a weak password.
    """
    usuario = usuario.strip().lower()
    if not _USERNAME.fullmatch(usuario):
        raise invalid_input("usuario", "use de 1 a 64 letras sem acento, algarismos, ponto, hífen ou sublinhado")
    nome = checked_name(nome, printed)
    if papel not in ROLES:
        raise invalid_input("papel", f"diga um de: {', '.join(ROLES)}")
    check_strength(password, usuario, [nome])
    if exists(conn, serventia_id, usuario):
        raise invalid_input("usuario", f"já existe o usuário {usuario!r}")
    values = {"serventia_id": serventia_id, "usuario": usuario, "nome": nome, "papel": papel}
    password_columns = {"senha_hash": hash_password(password), "senha_provisoria": provisional}
    made_key = conn.execute(db.pessoa.insert().values(**values, **password_columns, criada_em=now))
    primary_key = made_key.inserted_primary_key
    assert primary_key is not None
    return Person(id=primary_key[0], serventia_id=serventia_id, usuario=usuario, nome=nome, papel=papel)


def exists(conn: sa.Connection, serventia_id: int, usuario: str) -> bool:
    """Return whether the user name is in use, also by former staff."""
    tabela = db.pessoa
    same_username = (tabela.c.serventia_id == serventia_id, tabela.c.usuario == usuario.strip().lower())
    return conn.execute(sa.select(tabela.c.id).where(*same_username)).first() is not None


def change_password(
    conn: sa.Connection, serventia_id: int, usuario: str, password: str, now: datetime, *, provisional: bool = False
) -> Person:
    """Set a new password; the person's sessions end (A5). Raises `Recusa` `entrada-invalida`, as `lock_person`.

    A `provisional` one must be replaced by its person at the next login.
    """
    who, _active = lock_person(conn, serventia_id, usuario)
    check_strength(password, who.usuario, [who.nome])
    _change(conn, who, now, senha_hash=hash_password(password), senha_provisoria=provisional)
    return who


def change_role(conn: sa.Connection, serventia_id: int, usuario: str, papel: str, now: datetime) -> Person:
    """Set a new role; the person's sessions end (A5).

    Raises `Recusa` `entrada-invalida`, `estado-nao-permite` (the last administrador or head), as `lock_person`.
    """
    who, ativa = lock_person(conn, serventia_id, usuario)
    if papel not in ROLES:
        raise invalid_input("papel", f"diga um de: {', '.join(ROLES)}")
    if ativa:
        _not_the_last(conn, who, papel)
    _change(conn, who, now, papel=papel)
    return replace(who, papel=papel)


def change_name(conn: sa.Connection, serventia_id: int, usuario: str, nome: str, now: datetime) -> Person:
    """Set a new name, used in later prints. Raises `Recusa` `entrada-invalida`, as `lock_person`."""
    who, _active = lock_person(conn, serventia_id, usuario)
    nome = checked_name(nome, printed)
    _change(conn, who, now, nome=nome)
    return replace(who, nome=nome)


def deactivate(conn: sa.Connection, serventia_id: int, usuario: str, now: datetime) -> Person:
    """Deactivate a person: they cannot log in or act from now on (A5). Their past acts keep their name (A3).

    Raises `Recusa` `estado-nao-permite` for the last administrador or head of the office, as `lock_person`.
    """
    who, ativa = lock_person(conn, serventia_id, usuario)
    if not ativa:
        raise Recusa("estado-nao-permite", f"O usuário {who.usuario!r} já está desativado.")
    _not_the_last(conn, who, None)
    _change(conn, who, now, ativa=False)
    return who


def reactivate(conn: sa.Connection, serventia_id: int, usuario: str, now: datetime) -> Person:
    """Reactivate a person, with the same role and password. Raises `Recusa` `estado-nao-permite`, as `lock_person`."""
    who, ativa = lock_person(conn, serventia_id, usuario)
    if ativa:
        raise Recusa("estado-nao-permite", f"O usuário {who.usuario!r} não está desativado.")
    _change(conn, who, now, ativa=True)
    return who


def lock_person(conn: sa.Connection, serventia_id: int, usuario: str) -> tuple[Person, bool]:
    """Return a person and whether they are active; their row is locked until the transaction ends.

    Raises `Recusa` `nao-encontrado`.
    """
    tabela = db.pessoa
    its_own = (tabela.c.serventia_id == serventia_id, tabela.c.usuario == usuario.strip().lower())
    row = conn.execute(sa.select(tabela).where(*its_own).with_for_update()).mappings().first()
    if row is None:
        raise Recusa("nao-encontrado", f"Não há usuário {usuario!r}.")
    return _person(row), row["ativa"]


def list_people(conn: sa.Connection, serventia_id: int) -> list[tuple[Person, bool]]:
    """Return all people of the office by user name, and whether they are active."""
    tabela = db.pessoa
    query = sa.select(tabela).where(tabela.c.serventia_id == serventia_id).order_by(tabela.c.usuario)
    return [(_person(row), row["ativa"]) for row in conn.execute(query).mappings()]


def find_person(conn: sa.Connection, serventia_id: int, usuario: str) -> Person | None:
    """Return the active person with that user name, or None. Case and surrounding blanks are ignored."""
    row = _active(conn, serventia_id, usuario)
    return None if row is None else _person(row)


def names(conn: sa.Connection, serventia_id: int) -> dict[str, str]:
    """Return the names of all people of the office by user name, including former staff."""
    table = db.pessoa
    query = sa.select(table.c.usuario, table.c.nome).where(table.c.serventia_id == serventia_id)
    return {row.usuario: row.nome for row in conn.execute(query)}


def check_password(conn: sa.Connection, serventia_id: int, usuario: str, password: str) -> Person | None:
    """Return the person if the password is correct, else None. An unknown user takes the same time as a known one."""
    row = _active(conn, serventia_id, usuario)
    right = is_password(password, None if row is None else row["senha_hash"])
    return None if row is None or not right else _person(row)


def author_of_person(who: Person, endereco: str | None) -> Author:
    """Return the author of a request at a screen: the person, with the rights of their role (A1)."""
    return Author(
        serventia_id=who.serventia_id,
        chave_id=None,
        sistema=None,
        pessoa=who.usuario,
        papel=who.papel,
        direitos=RIGHTS_OF_ROLE[who.papel],
        endereco=endereco,
    )


def on_behalf_of(author: Author, who: Person) -> Author:
    """Return `author` acting on behalf of the person that the request names: the rights stay the key's (A2)."""
    return replace(author, pessoa=who.usuario, papel=who.papel)


def _active(conn: sa.Connection, serventia_id: int, usuario: str) -> sa.RowMapping | None:
    its_own = {"serventia_id": serventia_id, "usuario": usuario.strip().lower(), "ativa": True}
    return db.find_row(conn, db.pessoa, its_own)


def _not_the_last(conn: sa.Connection, who: Person, papel: str | None) -> None:
    """Raise `Recusa` `estado-nao-permite` for the last active administrador or head, unless `papel` keeps them one.

    All active rows are locked: of two people who deactivate each other at the same time, one remains.
    """
    tabela = db.pessoa
    query = sa.select(tabela.c.id, tabela.c.papel).where(tabela.c.serventia_id == who.serventia_id, tabela.c.ativa)
    others = {row.papel for row in conn.execute(query.order_by(tabela.c.id).with_for_update()) if row.id != who.id}
    depois = others | ({papel} if papel else set())
    for papeis, nome in ((frozenset({"administrador"}), "administrador"), (HEADS, "tabelião ou substituto")):
        if who.papel in papeis and not papeis & depois:
            raise Recusa(
                "estado-nao-permite",
                f"O usuário {who.usuario!r} é o último {nome} ativo: crie ou reative outro antes.",
            )


def _change(conn: sa.Connection, who: Person, now: datetime, **changed: object) -> None:
    """Change a person's row, and end their sessions unless only the name changed."""
    conn.execute(sa.update(db.pessoa).where(db.this_row(db.pessoa, who.serventia_id, who.id)).values(**changed))
    if changed.keys() != {"nome"}:
        tabela = db.sessao
        open_sessions = (
            tabela.c.serventia_id == who.serventia_id,
            tabela.c.pessoa_id == who.id,
            tabela.c.fim_em.is_(None),
        )
        conn.execute(sa.update(tabela).where(*open_sessions).values(fim_em=now))


def _person(row: sa.RowMapping) -> Person:
    return Person(row["id"], row["serventia_id"], row["usuario"], row["nome"], row["papel"])
