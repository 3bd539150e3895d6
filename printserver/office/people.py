"""Keys of systems and people of the office: who they are, and (here alone) what each may do (A1, A2).

A key (`chave`) is a system's; it has rights (`RIGHTS`). A person (`pessoa`) has a role (`ROLES`); the role decides
what only the office's heads may do, whoever carries the wish here. Keys are 256 random bits, kept as their SHA-256;
passwords are kept as argon2. This module knows no HTTP; sessions are kept by `sessions`, and ended here when what they
rest on changes (A5).
"""

import hashlib
import re
import secrets
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache

import sqlalchemy as sa
from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from printserver import db
from printserver.errors import Recusa, invalid_input
from printserver.formats import UnfitText, plain, printed

RIGHTS = ("imprimir", "original", "responder", "selos")
CONSULTAR = "consultar"
"""The right to look things up: all have it but the keys that were made without, which have `SEM_CONSULTA` instead."""
SEM_CONSULTA = "sem-consulta"
ROLES = ("escrevente", "substituto", "tabeliao", "administrador")

# P3: who may subscribe a copy. The administrator is the default subscritor of a new office, until a person is named.
SUBSCRITORES = frozenset({"substituto", "tabeliao", "administrador"})
# X4, X8: what only the heads of the office may do. To run the server is not to head the office.
HEADS = frozenset({"substituto", "tabeliao"})

_RIGHTS_OF_ROLE: Mapping[str, frozenset[str]] = {
    "escrevente": frozenset({"imprimir", "responder", "selos"}),
    "substituto": frozenset(RIGHTS),
    "tabeliao": frozenset(RIGHTS),
    "administrador": frozenset(RIGHTS),
}
_USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_LONGEST_NAME = 120
_SHORTEST_PASSWORD = 10
_LONGEST_PASSWORD = 1024
# What is tried first: rows of the keyboard, the alphabet, digits; and words of an office with a year behind them.
_KEY_ROWS = tuple(fila * 3 for fila in ("qwertyuiopasdfghjklçzxcvbnm", "abcdefghijklmnopqrstuvwxyz", "0123456789"))
_COMMON_WORDS = ("senha", "password", "cartorio", "cartório", "tabeliao", "tabelião", "mudar", "admin", "notas")


@dataclass(frozen=True, slots=True)
class Author:
    """Who asks: the system by its key, the person who acts, or both (A2).

    `pessoa` is a user name; `papel` is that person's role. `direitos` are the key's, or the role's where a person asks
    without a key. `endereco` is the network address the request came from. `fila` is the key's own queue: a station or
    program that names none prints there.
    """

    serventia_id: int
    chave_id: int | None
    sistema: str | None
    pessoa: str | None
    papel: str | None
    direitos: frozenset[str]
    endereco: str | None
    fila: str | None = None


@dataclass(frozen=True, slots=True)
class ApiKey:
    """A key as it is kept: without its text."""

    id: int
    serventia_id: int
    nome: str
    direitos: frozenset[str]
    fila: str | None = None


@dataclass(frozen=True, slots=True)
class Person:
    """A person of the office: user name, name as printed, role."""

    id: int
    serventia_id: int
    usuario: str
    nome: str
    papel: str


def create_key(
    conn: sa.Connection,
    serventia_id: int,
    nome: str,
    direitos: Collection[str],
    now: datetime,
    queue: str | None = None,
    lookup: bool = True,
) -> str:
    """Make a key of the system `nome` and return its text, which is shown this once and kept nowhere.

    `fila` is the queue, of this office, of what it prints without naming one. Without `lookup` the key can follow
    what it prints, and look nothing else up. Raises `Recusa` `entrada-invalida` for a bad or used name and for an
    unknown right.
    """
    nome = _name(nome, plain)
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


def api_key(conn: sa.Connection, text: str) -> ApiKey | None:
    """Return the key whose text this is; None where there is none, or it was revoked. Looked up by its hash."""
    tabela = db.chave_api
    is_valid = sa.select(tabela).where(tabela.c.sha256 == _sha256(text), tabela.c.revogada_em.is_(None))
    row = conn.execute(is_valid).mappings().first()
    return None if row is None else _key(row)


def create_person(
    conn: sa.Connection, serventia_id: int, usuario: str, nome: str, papel: str, password: str, now: datetime
) -> Person:
    """Make a person of the office, and return it. `usuario` is kept in lower case.

    Raises `Recusa` `entrada-invalida` for a bad or used user name, an unknown role or a weak password.
    """
    usuario = usuario.strip().lower()
    if not _USERNAME.fullmatch(usuario):
        raise invalid_input("usuario", "use de 1 a 64 letras sem acento, algarismos, ponto, hífen ou sublinhado")
    nome = _name(nome, printed)
    if papel not in ROLES:
        raise invalid_input("papel", f"diga um de: {', '.join(ROLES)}")
    check_strength(password, usuario)
    if exists(conn, serventia_id, usuario):
        raise invalid_input("usuario", f"já existe o usuário {usuario!r}")
    values = {"serventia_id": serventia_id, "usuario": usuario, "nome": nome, "papel": papel}
    made_key = conn.execute(db.pessoa.insert().values(**values, senha_hash=_argon2().hash(password), criada_em=now))
    primary_key = made_key.inserted_primary_key
    assert primary_key is not None
    return Person(id=primary_key[0], serventia_id=serventia_id, usuario=usuario, nome=nome, papel=papel)


def exists(conn: sa.Connection, serventia_id: int, usuario: str) -> bool:
    """Return whether the user name was ever given, also to one who left."""
    tabela = db.pessoa
    same_username = (tabela.c.serventia_id == serventia_id, tabela.c.usuario == usuario.strip().lower())
    return conn.execute(sa.select(tabela.c.id).where(*same_username)).first() is not None


def check_strength(password: str, usuario: str) -> None:
    """Raise `Recusa` `entrada-invalida` for a password that is guessed first (A5)."""
    if not _SHORTEST_PASSWORD <= len(password) <= _LONGEST_PASSWORD:
        raise invalid_input("senha", f"use de {_SHORTEST_PASSWORD} a {_LONGEST_PASSWORD} caracteres")
    if not password.isprintable():
        raise invalid_input("senha", "não use caracteres de controle ou invisíveis")
    plain_name = "".join(password.casefold().split())
    if len(set(plain_name)) < 5 or _is_repeated(plain_name):
        raise invalid_input("senha", "fácil demais: use mais caracteres diferentes, sem repetir um pedaço")
    if any(plain_name in queue or plain_name[::-1] in queue for queue in _KEY_ROWS):
        raise invalid_input("senha", "fácil demais: não use uma sequência do teclado, do alfabeto ou de algarismos")
    remainder = plain_name
    for word in sorted({usuario.casefold(), *_COMMON_WORDS}, key=len, reverse=True):
        remainder = remainder.replace(word, "")
    if sum(letter.isalpha() for letter in remainder) < 4 and remainder != plain_name:
        raise invalid_input("senha", "fácil demais: não use só o nome de usuário, ou uma palavra como “senha”")


def _is_repeated(text: str) -> bool:
    """Whether the text is a short piece again and again."""
    return any(text == (text[:n] * (len(text) // n + 1))[: len(text)] for n in range(1, len(text) // 2 + 1))


def change_password(conn: sa.Connection, serventia_id: int, usuario: str, password: str, now: datetime) -> Person:
    """Give a person another password; their sessions end (A5). Raises `Recusa` `entrada-invalida`, as `_existing`."""
    who, _active = _existing(conn, serventia_id, usuario)
    check_strength(password, who.usuario)
    _change(conn, who, now, senha_hash=_argon2().hash(password))
    return who


def change_role(conn: sa.Connection, serventia_id: int, usuario: str, papel: str, now: datetime) -> Person:
    """Give a person another role; their sessions end (A5).

    Raises `Recusa` `entrada-invalida`, `estado-nao-permite` (they are the last of what they head), as `_existing`.
    """
    who, ativa = _existing(conn, serventia_id, usuario)
    if papel not in ROLES:
        raise invalid_input("papel", f"diga um de: {', '.join(ROLES)}")
    if ativa:
        _not_the_last(conn, who, papel)
    _change(conn, who, now, papel=papel)
    return replace(who, papel=papel)


def change_name(conn: sa.Connection, serventia_id: int, usuario: str, nome: str, now: datetime) -> Person:
    """Give a person another name, as it is printed from now on. Raises `Recusa` `entrada-invalida`, as `_existing`."""
    who, _active = _existing(conn, serventia_id, usuario)
    nome = _name(nome, printed)
    _change(conn, who, now, nome=nome)
    return replace(who, nome=nome)


def deactivate(conn: sa.Connection, serventia_id: int, usuario: str, now: datetime) -> Person:
    """Send a person away: they neither enter nor act any more, at once (A5). What they did stays theirs (A3).

    Raises `Recusa` `estado-nao-permite` for the last administrador or head of the office, as `_existing`.
    """
    who, ativa = _existing(conn, serventia_id, usuario)
    if not ativa:
        raise Recusa("estado-nao-permite", f"O usuário {who.usuario!r} já está desativado.")
    _not_the_last(conn, who, None)
    _change(conn, who, now, ativa=False)
    return who


def reactivate(conn: sa.Connection, serventia_id: int, usuario: str, now: datetime) -> Person:
    """Take a person back, as they were. Raises `Recusa` `estado-nao-permite`, as `_existing`."""
    who, ativa = _existing(conn, serventia_id, usuario)
    if ativa:
        raise Recusa("estado-nao-permite", f"O usuário {who.usuario!r} não está desativado.")
    _change(conn, who, now, ativa=True)
    return who


def revoke_key(conn: sa.Connection, serventia_id: int, nome: str, now: datetime) -> None:
    """End a system's key, at once and for ever (A5). Raises `Recusa` `nao-encontrado`, `estado-nao-permite`."""
    tabela = db.chave_api
    its_own = (tabela.c.serventia_id == serventia_id, tabela.c.nome == nome.strip())
    row = conn.execute(sa.select(tabela).where(*its_own)).mappings().first()
    if row is None:
        raise Recusa("nao-encontrado", f"Não há chave com o nome {nome!r}.")
    if row["revogada_em"] is not None:
        raise Recusa("estado-nao-permite", f"A chave {nome!r} já foi revogada.")
    conn.execute(sa.update(tabela).where(*its_own).values(revogada_em=now))


def list_people(conn: sa.Connection, serventia_id: int) -> list[tuple[Person, bool]]:
    """Return everyone of the office by user name, and whether they are active."""
    tabela = db.pessoa
    query = sa.select(tabela).where(tabela.c.serventia_id == serventia_id).order_by(tabela.c.usuario)
    return [(_person(row), row["ativa"]) for row in conn.execute(query).mappings()]


def list_keys(conn: sa.Connection, serventia_id: int) -> list[tuple[ApiKey, datetime | None]]:
    """Return every key of the office by name, and when it was revoked."""
    tabela = db.chave_api
    query = sa.select(tabela).where(tabela.c.serventia_id == serventia_id).order_by(tabela.c.nome)
    return [(_key(row), row["revogada_em"]) for row in conn.execute(query).mappings()]


def _existing(conn: sa.Connection, serventia_id: int, usuario: str) -> tuple[Person, bool]:
    """Return the person of that user name, and whether they are active. Raises `Recusa` `nao-encontrado`."""
    tabela = db.pessoa
    its_own = (tabela.c.serventia_id == serventia_id, tabela.c.usuario == usuario.strip().lower())
    row = conn.execute(sa.select(tabela).where(*its_own).with_for_update()).mappings().first()
    if row is None:
        raise Recusa("nao-encontrado", f"Não há usuário {usuario!r}.")
    return _person(row), row["ativa"]


def _not_the_last(conn: sa.Connection, who: Person, papel: str | None) -> None:
    """Raise `Recusa` `estado-nao-permite` if without `quem` in their role the office has no administrador, or no head.

    All active rows are locked: of two who send each other away at the same moment one stays.
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
    """Change a person's row. What a session was begun with holds no more: it ends, unless only the name changed."""
    conn.execute(sa.update(db.pessoa).where(db.pessoa.c.id == who.id).values(**changed))
    if changed.keys() != {"nome"}:
        tabela = db.sessao
        open_sessions = (
            tabela.c.serventia_id == who.serventia_id,
            tabela.c.pessoa_id == who.id,
            tabela.c.fim_em.is_(None),
        )
        conn.execute(sa.update(tabela).where(*open_sessions).values(fim_em=now))


def find_person(conn: sa.Connection, serventia_id: int, usuario: str) -> Person | None:
    """Return the person of that user name; None where there is none or they left. Case and blanks do not count."""
    row = _active(conn, serventia_id, usuario)
    return None if row is None else _person(row)


def names(conn: sa.Connection, serventia_id: int) -> dict[str, str]:
    """Return the name of everyone of the office by user name, also of who left: what they did stays."""
    table = db.pessoa
    query = sa.select(table.c.usuario, table.c.nome).where(table.c.serventia_id == serventia_id)
    return {row.usuario: row.nome for row in conn.execute(query)}


def check_password(conn: sa.Connection, serventia_id: int, usuario: str, password: str) -> Person | None:
    """Return the person if the password is theirs, else None. An unknown user costs the same time as a known one."""
    if len(password) > _LONGEST_PASSWORD:
        return None
    row = _active(conn, serventia_id, usuario)
    try:
        _argon2().verify(_nobodys_hash() if row is None else row["senha_hash"], password)
    except (VerificationError, InvalidHashError):
        return None
    return None if row is None else _person(row)


def author_of_key(de: ApiKey, endereco: str | None) -> Author:
    """Return who asks with a key; the person is named by the request itself (A2)."""
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


def author_of_person(who: Person, endereco: str | None) -> Author:
    """Return who asks at a screen, under their own name, with the rights of their role (A1)."""
    return Author(
        serventia_id=who.serventia_id,
        chave_id=None,
        sistema=None,
        pessoa=who.usuario,
        papel=who.papel,
        direitos=_RIGHTS_OF_ROLE[who.papel],
        endereco=endereco,
    )


def on_behalf_of(author: Author, who: Person) -> Author:
    """Return `autor` acting on behalf of the person the request names: the rights stay the key's (A2)."""
    return replace(author, pessoa=who.usuario, papel=who.papel)


def require_right(author: Author, right: str) -> None:
    """Raise `Recusa` `sem-permissao` unless the author has the right."""
    if SEM_CONSULTA in author.direitos if right == CONSULTAR else right not in author.direitos:
        who = f"A chave {author.sistema!r}" if author.sistema is not None else f"O usuário {author.pessoa!r}"
        raise Recusa("sem-permissao", f"{who} não tem o direito {right!r}. Peça-o ao administrador do servidor.")


def require_head(papel: str | None, ato: str) -> None:
    """Raise `Recusa` `sem-permissao` unless the role heads the office: tabelião or substituto (X4, X8).

    `ato` says in Portuguese what was asked for, as the subject of the message: "a exclusão fora do prazo".
    """
    if papel not in HEADS:
        raise Recusa("sem-permissao", f"Somente o tabelião ou o substituto pode pedir {ato}.")


def require_subscritor(papel: str | None) -> None:
    """Raise `Recusa` `entrada-invalida` unless the role may subscribe a copy (P3)."""
    if papel not in SUBSCRITORES:
        raise invalid_input("subscritor", "a cópia é subscrita pelo tabelião ou por um substituto")


def _active(conn: sa.Connection, serventia_id: int, usuario: str) -> sa.RowMapping | None:
    tabela = db.pessoa
    its_own = sa.select(tabela).where(
        tabela.c.serventia_id == serventia_id, tabela.c.usuario == usuario.strip().lower(), tabela.c.ativa
    )
    return conn.execute(its_own).mappings().first()


def _person(row: sa.RowMapping) -> Person:
    return Person(row["id"], row["serventia_id"], row["usuario"], row["nome"], row["papel"])


def _key(row: sa.RowMapping) -> ApiKey:
    return ApiKey(row["id"], row["serventia_id"], row["nome"], frozenset(row["direitos"]), row["fila"])


def _sha256(text: str) -> str:
    """Return the hex SHA-256 of a key's text. Plain SHA-256 is enough: a key is random, not a password."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _name(nome: str, read: Callable[[str], str]) -> str:
    """Return a name as it is kept, read by `read`: a person's own goes to paper (`printed`)."""
    found = nome.strip()
    if len(found.splitlines()) == 1:
        try:
            found = read(found)
        except UnfitText as error:
            raise invalid_input("nome", str(error)) from None
    if not 1 <= len(found) <= _LONGEST_NAME or len(found.splitlines()) > 1:
        raise invalid_input("nome", f"use de 1 a {_LONGEST_NAME} caracteres, numa linha só")
    return found


@cache
def _argon2() -> PasswordHasher:
    """Return the one hasher, with the library's defaults (RFC 9106, low memory)."""
    return PasswordHasher()


@cache
def _nobodys_hash() -> str:
    """Return the hash of a password that nobody has."""
    return _argon2().hash(secrets.token_urlsafe(32))
