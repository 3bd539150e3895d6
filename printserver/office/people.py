"""Keys of systems and people of the office: who they are, and (here alone) what each may do (A1, A2).

A key (`chave`) is a system's; it has rights (`DIREITOS`). A person (`pessoa`) has a role (`PAPEIS`); the role decides
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
from printserver.formats.text import UnfitText, plain, printed

DIREITOS = ("imprimir", "original", "responder", "selos")
CONSULTAR = "consultar"
"""The right to look things up: all have it but the keys that were made without, which have `SEM_CONSULTA` instead."""
SEM_CONSULTA = "sem-consulta"
PAPEIS = ("escrevente", "substituto", "tabeliao", "administrador")

# P3: who may subscribe a copy. The administrator is the default subscritor of a new office, until a person is named.
SUBSCRITORES = frozenset({"substituto", "tabeliao", "administrador"})
# X4, X8: what only the heads of the office may do. To run the server is not to head the office.
CHEFIA = frozenset({"substituto", "tabeliao"})

_DIREITOS_DO_PAPEL: Mapping[str, frozenset[str]] = {
    "escrevente": frozenset({"imprimir", "responder", "selos"}),
    "substituto": frozenset(DIREITOS),
    "tabeliao": frozenset(DIREITOS),
    "administrador": frozenset(DIREITOS),
}
_USUARIO = re.compile(r"[a-z0-9][a-z0-9._-]{0,63}")
_NOME_MAXIMO = 120
_SENHA_MINIMA = 10
_SENHA_MAXIMA = 1024
# What is tried first: rows of the keyboard, the alphabet, digits; and words of an office with a year behind them.
_FILEIRAS = tuple(fila * 3 for fila in ("qwertyuiopasdfghjklçzxcvbnm", "abcdefghijklmnopqrstuvwxyz", "0123456789"))
_PALAVRAS = ("senha", "password", "cartorio", "cartório", "tabeliao", "tabelião", "mudar", "admin", "notas")


@dataclass(frozen=True, slots=True)
class Autor:
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
class Chave:
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


def criar_chave(
    conn: sa.Connection,
    serventia_id: int,
    nome: str,
    direitos: Collection[str],
    agora: datetime,
    queue: str | None = None,
    lookup: bool = True,
) -> str:
    """Make a key of the system `nome` and return its text, which is shown this once and kept nowhere.

    `fila` is the queue, of this office, of what it prints without naming one. Without `lookup` the key can follow
    what it prints, and look nothing else up. Raises `Recusa` `entrada-invalida` for a bad or used name and for an
    unknown right.
    """
    nome = _nome(nome, plain)
    errados = sorted(set(direitos) - {*DIREITOS, CONSULTAR})
    if errados or not direitos:
        raise invalid_input("direitos", f"diga um ou mais de: {', '.join(DIREITOS)}")
    tabela = db.chave_api
    usada = sa.select(tabela.c.id).where(tabela.c.serventia_id == serventia_id, tabela.c.nome == nome)
    if conn.execute(usada).first() is not None:
        raise invalid_input("nome", f"já existe uma chave com o nome {nome!r}")
    text = secrets.token_urlsafe(32)
    conn.execute(
        tabela.insert().values(
            serventia_id=serventia_id,
            nome=nome,
            sha256=_sha256(text),
            direitos=[direito for direito in DIREITOS if direito in direitos] + ([] if lookup else [SEM_CONSULTA]),
            fila=queue,
            criada_em=agora,
        )
    )
    return text


def api_key(conn: sa.Connection, text: str) -> Chave | None:
    """Return the key whose text this is; None where there is none, or it was revoked. Looked up by its hash."""
    tabela = db.chave_api
    valida = sa.select(tabela).where(tabela.c.sha256 == _sha256(text), tabela.c.revogada_em.is_(None))
    row = conn.execute(valida).mappings().first()
    return None if row is None else _key(row)


def criar_pessoa(
    conn: sa.Connection, serventia_id: int, usuario: str, nome: str, papel: str, senha: str, agora: datetime
) -> Person:
    """Make a person of the office, and return it. `usuario` is kept in lower case.

    Raises `Recusa` `entrada-invalida` for a bad or used user name, an unknown role or a weak password.
    """
    usuario = usuario.strip().lower()
    if not _USUARIO.fullmatch(usuario):
        raise invalid_input("usuario", "use de 1 a 64 letras sem acento, algarismos, ponto, hífen ou sublinhado")
    nome = _nome(nome, printed)
    if papel not in PAPEIS:
        raise invalid_input("papel", f"diga um de: {', '.join(PAPEIS)}")
    conferir_forca(senha, usuario)
    if existe(conn, serventia_id, usuario):
        raise invalid_input("usuario", f"já existe o usuário {usuario!r}")
    values = {"serventia_id": serventia_id, "usuario": usuario, "nome": nome, "papel": papel}
    feita = conn.execute(db.pessoa.insert().values(**values, senha_hash=_argon2().hash(senha), criada_em=agora))
    chave_primaria = feita.inserted_primary_key
    assert chave_primaria is not None
    return Person(id=chave_primaria[0], serventia_id=serventia_id, usuario=usuario, nome=nome, papel=papel)


def existe(conn: sa.Connection, serventia_id: int, usuario: str) -> bool:
    """Return whether the user name was ever given, also to one who left."""
    tabela = db.pessoa
    same_username = (tabela.c.serventia_id == serventia_id, tabela.c.usuario == usuario.strip().lower())
    return conn.execute(sa.select(tabela.c.id).where(*same_username)).first() is not None


def conferir_forca(senha: str, usuario: str) -> None:
    """Raise `Recusa` `entrada-invalida` for a password that is guessed first (A5)."""
    if not _SENHA_MINIMA <= len(senha) <= _SENHA_MAXIMA:
        raise invalid_input("senha", f"use de {_SENHA_MINIMA} a {_SENHA_MAXIMA} caracteres")
    if not senha.isprintable():
        raise invalid_input("senha", "não use caracteres de controle ou invisíveis")
    simples = "".join(senha.casefold().split())
    if len(set(simples)) < 5 or _repetida(simples):
        raise invalid_input("senha", "fácil demais: use mais caracteres diferentes, sem repetir um pedaço")
    if any(simples in queue or simples[::-1] in queue for queue in _FILEIRAS):
        raise invalid_input("senha", "fácil demais: não use uma sequência do teclado, do alfabeto ou de algarismos")
    resto = simples
    for word in sorted({usuario.casefold(), *_PALAVRAS}, key=len, reverse=True):
        resto = resto.replace(word, "")
    if sum(letter.isalpha() for letter in resto) < 4 and resto != simples:
        raise invalid_input("senha", "fácil demais: não use só o nome de usuário, ou uma palavra como “senha”")


def _repetida(text: str) -> bool:
    """Whether the text is a short piece again and again."""
    return any(text == (text[:n] * (len(text) // n + 1))[: len(text)] for n in range(1, len(text) // 2 + 1))


def mudar_senha(conn: sa.Connection, serventia_id: int, usuario: str, senha: str, agora: datetime) -> Person:
    """Give a person another password; their sessions end (A5). Raises `Recusa` `entrada-invalida`, as `_existente`."""
    quem, _ativa = _existente(conn, serventia_id, usuario)
    conferir_forca(senha, quem.usuario)
    _mudar(conn, quem, agora, senha_hash=_argon2().hash(senha))
    return quem


def mudar_papel(conn: sa.Connection, serventia_id: int, usuario: str, papel: str, agora: datetime) -> Person:
    """Give a person another role; their sessions end (A5).

    Raises `Recusa` `entrada-invalida`, `estado-nao-permite` (they are the last of what they head), as `_existente`.
    """
    quem, ativa = _existente(conn, serventia_id, usuario)
    if papel not in PAPEIS:
        raise invalid_input("papel", f"diga um de: {', '.join(PAPEIS)}")
    if ativa:
        _nao_o_ultimo(conn, quem, papel)
    _mudar(conn, quem, agora, papel=papel)
    return replace(quem, papel=papel)


def mudar_nome(conn: sa.Connection, serventia_id: int, usuario: str, nome: str, agora: datetime) -> Person:
    """Give a person another name, as it is printed from now on. Raises `Recusa` `entrada-invalida`, as `_existente`."""
    quem, _ativa = _existente(conn, serventia_id, usuario)
    nome = _nome(nome, printed)
    _mudar(conn, quem, agora, nome=nome)
    return replace(quem, nome=nome)


def deactivate(conn: sa.Connection, serventia_id: int, usuario: str, agora: datetime) -> Person:
    """Send a person away: they neither enter nor act any more, at once (A5). What they did stays theirs (A3).

    Raises `Recusa` `estado-nao-permite` for the last administrador or head of the office, as `_existente`.
    """
    quem, ativa = _existente(conn, serventia_id, usuario)
    if not ativa:
        raise Recusa("estado-nao-permite", f"O usuário {quem.usuario!r} já está desativado.")
    _nao_o_ultimo(conn, quem, None)
    _mudar(conn, quem, agora, ativa=False)
    return quem


def reactivate(conn: sa.Connection, serventia_id: int, usuario: str, agora: datetime) -> Person:
    """Take a person back, as they were. Raises `Recusa` `estado-nao-permite`, as `_existente`."""
    quem, ativa = _existente(conn, serventia_id, usuario)
    if ativa:
        raise Recusa("estado-nao-permite", f"O usuário {quem.usuario!r} não está desativado.")
    _mudar(conn, quem, agora, ativa=True)
    return quem


def revogar_chave(conn: sa.Connection, serventia_id: int, nome: str, agora: datetime) -> None:
    """End a system's key, at once and for ever (A5). Raises `Recusa` `nao-encontrado`, `estado-nao-permite`."""
    tabela = db.chave_api
    dela = (tabela.c.serventia_id == serventia_id, tabela.c.nome == nome.strip())
    row = conn.execute(sa.select(tabela).where(*dela)).mappings().first()
    if row is None:
        raise Recusa("nao-encontrado", f"Não há chave com o nome {nome!r}.")
    if row["revogada_em"] is not None:
        raise Recusa("estado-nao-permite", f"A chave {nome!r} já foi revogada.")
    conn.execute(sa.update(tabela).where(*dela).values(revogada_em=agora))


def listar_pessoas(conn: sa.Connection, serventia_id: int) -> list[tuple[Person, bool]]:
    """Return everyone of the office by user name, and whether they are active."""
    tabela = db.pessoa
    query = sa.select(tabela).where(tabela.c.serventia_id == serventia_id).order_by(tabela.c.usuario)
    return [(_person(row), row["ativa"]) for row in conn.execute(query).mappings()]


def listar_chaves(conn: sa.Connection, serventia_id: int) -> list[tuple[Chave, datetime | None]]:
    """Return every key of the office by name, and when it was revoked."""
    tabela = db.chave_api
    query = sa.select(tabela).where(tabela.c.serventia_id == serventia_id).order_by(tabela.c.nome)
    return [(_key(row), row["revogada_em"]) for row in conn.execute(query).mappings()]


def _existente(conn: sa.Connection, serventia_id: int, usuario: str) -> tuple[Person, bool]:
    """Return the person of that user name, and whether they are active. Raises `Recusa` `nao-encontrado`."""
    tabela = db.pessoa
    dela = (tabela.c.serventia_id == serventia_id, tabela.c.usuario == usuario.strip().lower())
    row = conn.execute(sa.select(tabela).where(*dela).with_for_update()).mappings().first()
    if row is None:
        raise Recusa("nao-encontrado", f"Não há usuário {usuario!r}.")
    return _person(row), row["ativa"]


def _nao_o_ultimo(conn: sa.Connection, quem: Person, papel: str | None) -> None:
    """Raise `Recusa` `estado-nao-permite` if without `quem` in their role the office has no administrador, or no head.

    All active rows are locked: of two who send each other away at the same moment one stays.
    """
    tabela = db.pessoa
    query = sa.select(tabela.c.id, tabela.c.papel).where(tabela.c.serventia_id == quem.serventia_id, tabela.c.ativa)
    others = {row.papel for row in conn.execute(query.order_by(tabela.c.id).with_for_update()) if row.id != quem.id}
    depois = others | ({papel} if papel else set())
    for papeis, nome in ((frozenset({"administrador"}), "administrador"), (CHEFIA, "tabelião ou substituto")):
        if quem.papel in papeis and not papeis & depois:
            raise Recusa(
                "estado-nao-permite",
                f"O usuário {quem.usuario!r} é o último {nome} ativo: crie ou reative outro antes.",
            )


def _mudar(conn: sa.Connection, quem: Person, agora: datetime, **changed: object) -> None:
    """Change a person's row. What a session was begun with holds no more: it ends, unless only the name changed."""
    conn.execute(sa.update(db.pessoa).where(db.pessoa.c.id == quem.id).values(**changed))
    if changed.keys() != {"nome"}:
        tabela = db.sessao
        open_sessions = (
            tabela.c.serventia_id == quem.serventia_id,
            tabela.c.pessoa_id == quem.id,
            tabela.c.fim_em.is_(None),
        )
        conn.execute(sa.update(tabela).where(*open_sessions).values(fim_em=agora))


def pessoa(conn: sa.Connection, serventia_id: int, usuario: str) -> Person | None:
    """Return the person of that user name; None where there is none or they left. Case and blanks do not count."""
    row = _ativa(conn, serventia_id, usuario)
    return None if row is None else _person(row)


def names(conn: sa.Connection, serventia_id: int) -> dict[str, str]:
    """Return the name of everyone of the office by user name, also of who left: what they did stays."""
    table = db.pessoa
    query = sa.select(table.c.usuario, table.c.nome).where(table.c.serventia_id == serventia_id)
    return {row.usuario: row.nome for row in conn.execute(query)}


def conferir_senha(conn: sa.Connection, serventia_id: int, usuario: str, senha: str) -> Person | None:
    """Return the person if the password is theirs, else None. An unknown user costs the same time as a known one."""
    if len(senha) > _SENHA_MAXIMA:
        return None
    row = _ativa(conn, serventia_id, usuario)
    try:
        _argon2().verify(_hash_de_ninguem() if row is None else row["senha_hash"], senha)
    except (VerificationError, InvalidHashError):
        return None
    return None if row is None else _person(row)


def autor_da_chave(de: Chave, endereco: str | None) -> Autor:
    """Return who asks with a key; the person is named by the request itself (A2)."""
    return Autor(
        serventia_id=de.serventia_id,
        chave_id=de.id,
        sistema=de.nome,
        pessoa=None,
        papel=None,
        direitos=de.direitos,
        endereco=endereco,
        fila=de.fila,
    )


def autor_da_pessoa(quem: Person, endereco: str | None) -> Autor:
    """Return who asks at a screen, under their own name, with the rights of their role (A1)."""
    return Autor(
        serventia_id=quem.serventia_id,
        chave_id=None,
        sistema=None,
        pessoa=quem.usuario,
        papel=quem.papel,
        direitos=_DIREITOS_DO_PAPEL[quem.papel],
        endereco=endereco,
    )


def em_nome_de(author: Autor, quem: Person) -> Autor:
    """Return `autor` acting on behalf of the person the request names: the rights stay the key's (A2)."""
    return replace(author, pessoa=quem.usuario, papel=quem.papel)


def exigir_direito(author: Autor, direito: str) -> None:
    """Raise `Recusa` `sem-permissao` unless the author has the right."""
    if SEM_CONSULTA in author.direitos if direito == CONSULTAR else direito not in author.direitos:
        quem = f"A chave {author.sistema!r}" if author.sistema is not None else f"O usuário {author.pessoa!r}"
        raise Recusa("sem-permissao", f"{quem} não tem o direito {direito!r}. Peça-o ao administrador do servidor.")


def exigir_chefia(papel: str | None, ato: str) -> None:
    """Raise `Recusa` `sem-permissao` unless the role heads the office: tabelião or substituto (X4, X8).

    `ato` says in Portuguese what was asked for, as the subject of the message: "a exclusão fora do prazo".
    """
    if papel not in CHEFIA:
        raise Recusa("sem-permissao", f"Somente o tabelião ou o substituto pode pedir {ato}.")


def exigir_subscritor(papel: str | None) -> None:
    """Raise `Recusa` `entrada-invalida` unless the role may subscribe a copy (P3)."""
    if papel not in SUBSCRITORES:
        raise invalid_input("subscritor", "a cópia é subscrita pelo tabelião ou por um substituto")


def _ativa(conn: sa.Connection, serventia_id: int, usuario: str) -> sa.RowMapping | None:
    tabela = db.pessoa
    dela = sa.select(tabela).where(
        tabela.c.serventia_id == serventia_id, tabela.c.usuario == usuario.strip().lower(), tabela.c.ativa
    )
    return conn.execute(dela).mappings().first()


def _person(row: sa.RowMapping) -> Person:
    return Person(row["id"], row["serventia_id"], row["usuario"], row["nome"], row["papel"])


def _key(row: sa.RowMapping) -> Chave:
    return Chave(row["id"], row["serventia_id"], row["nome"], frozenset(row["direitos"]), row["fila"])


def _sha256(text: str) -> str:
    """Return the hex SHA-256 of a key's text. Plain SHA-256 is enough: a key is random, not a password."""
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _nome(nome: str, read: Callable[[str], str]) -> str:
    """Return a name as it is kept, read by `read`: a person's own goes to paper (`printed`)."""
    lido = nome.strip()
    if len(lido.splitlines()) == 1:
        try:
            lido = read(lido)
        except UnfitText as error:
            raise invalid_input("nome", str(error)) from None
    if not 1 <= len(lido) <= _NOME_MAXIMO or len(lido.splitlines()) > 1:
        raise invalid_input("nome", f"use de 1 a {_NOME_MAXIMO} caracteres, numa linha só")
    return lido


@cache
def _argon2() -> PasswordHasher:
    """Return the one hasher, with the library's defaults (RFC 9106, low memory)."""
    return PasswordHasher()


@cache
def _hash_de_ninguem() -> str:
    """Return the hash of a password that nobody has."""
    return _argon2().hash(secrets.token_urlsafe(32))
